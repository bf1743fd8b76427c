/**
 * Gzip: how much a compressed file holds in all.
 */
#ifndef ODDLOT_IMAGE_GZIP_INTERNAL_H
#define ODDLOT_IMAGE_GZIP_INTERNAL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int64_t bytes; /* that its members unpack to */
    int64_t rest;  /* bytes behind the last whole member; 0 where they are zeros that fill it up */
} odd_gzip_size;

/** Unpack a gzip file (open, of `file_size` bytes) from its beginning, only to measure it, until it
 *  is damaged or ends, or there are more than `most` bytes. False where not even its first member
 *  is whole, or memory is short. */
bool odd_gzip_measure(int fd, int64_t file_size, int64_t most, odd_gzip_size *size);

#endif
