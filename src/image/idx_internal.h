/**
 * IDX inside the room: a file of the format of MNIST that is open and whose header was checked.
 */
#ifndef ODDLOT_IMAGE_IDX_INTERNAL_H
#define ODDLOT_IMAGE_IDX_INTERNAL_H

#include "oddlot/base/status.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <zlib.h>

/* count items of (height, width, channels) bytes; labels are 1 x 1 x 1. An item is under 2 GiB. */
typedef struct {
    gzFile file; /* NULL: not open */
    struct stat info;
    int64_t count, start; /* start: first byte of item 0 */
    int height, width, channels;
} odd_idx;

/** Open a file of images, or of labels; it stands before item 0. ODD_IO, ODD_FORMAT. */
odd_status odd_idx_open(const char *path, bool labels, odd_idx *x);
void odd_idx_close(odd_idx *x);

/** What its header says must be all that a compressed file holds; bytes behind its compressed data
 *  are warned of. Unpacks the file once. A damaged one fails where the items are read. ODD_FORMAT,
 *  ODD_IO. */
odd_status odd_idx_check_end(const char *path, const odd_idx *x);

/** Does a file begin as one of 3 or 4 dimensions of bytes, images? */
bool odd_idx_recognise(const char *path);

int64_t odd_idx_item_bytes(const odd_idx *x);

/** True if that many bytes were there. Under 2 GiB at once. */
bool odd_idx_read(odd_idx *x, void *bytes, int64_t size);

/** Why they were not: the file is damaged, or ends too early. Borrowed. */
const char *odd_idx_fault(odd_idx *x, bool *damaged);

#endif
