/**
 * Flat files: plain system calls for checkpoints and journals, which each rank reads and writes
 * when it likes. @local
 */
#ifndef ODDLOT_STORE_FLAT_INTERNAL_H
#define ODDLOT_STORE_FLAT_INTERNAL_H

#include "oddlot/base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    char *path; /* owned */
    int fd;     /* -1: not open */
} odd_flat;

/** The file's name; it is not open then. ODD_NOMEM. */
odd_status odd_flat_name(odd_flat *f, const char *path);
/** Open the file for reading and writing, and where `create`, make it and its folder. ODD_IO. */
odd_status odd_flat_open(odd_flat *f, bool create);
/** All bytes, or ODD_IO. */
odd_status odd_flat_write(const odd_flat *f, const void *bytes, int64_t size, int64_t at);
odd_status odd_flat_read(const odd_flat *f, void *bytes, int64_t size, int64_t at);
/** Wait until the disk has what was written. ODD_IO. */
odd_status odd_flat_sync(const odd_flat *f);
odd_status odd_flat_cut(const odd_flat *f, int64_t size);
int64_t odd_flat_size(const odd_flat *f);
/** Close it and forget its name. */
void odd_flat_close(odd_flat *f);
/** Remove it, and its folder if nothing else is in that. */
void odd_flat_remove(const odd_flat *f);

#endif
