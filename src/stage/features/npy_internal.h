/**
 * Npy: a file of NumPy's, a matrix of floats on disk, read row by row as float32.
 *
 * Format: numpy.lib.format, versions 1 to 3: a magic, the length of a header, the header (a literal
 * of Python: descr, fortran_order, shape), then the numbers. Of float16, float32 and float64 in
 * either byte order, the last index fastest. All @local.
 */
#ifndef ODDLOT_STAGE_FEATURES_NPY_INTERNAL_H
#define ODDLOT_STAGE_FEATURES_NPY_INTERNAL_H

#include "oddlot/base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int fd;         /* -1: not open */
    int64_t n;      /* rows: the first dimension */
    int64_t width;  /* values of a row: the product of the others */
    int64_t offset; /* of the first number in the file */
    int size;       /* bytes of a number: 2, 4 or 8 */
    bool swap;      /* the file has the other byte order */
} odd_npy;

/** What is in the file is known to be there: sizes can be believed. ODD_IO; ODD_FORMAT naming the
 *  file, what is wrong with it and how to save it. */
odd_status odd_npy_open(const char *path, odd_npy *out);
void odd_npy_close(odd_npy *npy); /* one that did not open is fine */

/** Rows row0 ... row0 + count - 1 as x (count, width). A float64 beyond float32 becomes infinite.
 *  ODD_IO where the file became shorter. */
odd_status odd_npy_read(const odd_npy *npy, int64_t row0, int64_t count, float x[]);

#endif
