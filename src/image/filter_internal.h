/**
 * Filter: the weights of an antialiased resize along one axis.
 *
 * The kernels are Pillow's, stretched by the reduction factor: the triangle, Keys' cubic
 * convolution with a = -0.5 (R. Keys, "Cubic convolution interpolation for digital image
 * processing", IEEE Trans. ASSP 29, 1981) and Lanczos' windowed sinc of three lobes; and the area
 * that an output covers.
 */
#ifndef ODDLOT_IMAGE_FILTER_INTERNAL_H
#define ODDLOT_IMAGE_FILTER_INTERNAL_H

#include "oddlot/image/resize.h"

#include <stdbool.h>
#include <stdint.h>

#define ODD_FILTER_BITS                                                                            \
    22 /* a weight of 1 is 1 << 22: 8 bits of pixel and 2 of overshoot remain                      \
        */

typedef struct {
    odd_kernel kernel;
    int size_in, size_out;
    double start, length; /* the part of 0 ... size_in that becomes 0 ... size_out */
    int taps;             /* most weights of one output */
    bool identity;        /* nothing but a shift by whole pixels */
    int *first, *count;   /* (size_out) the inputs that an output sums */
    int32_t *weight;      /* (size_out, taps) */
} odd_filter;

/**
 * The filter for these sizes, made once and kept for the thread. Borrowed: valid until the thread
 * asks for several others. Inputs beyond the part but inside 0 ... size_in take part. ODD_NOMEM.
 */
odd_status odd_filter_get(odd_kernel kernel, int size_in, double start, double length, int size_out,
                          const odd_filter **out);

#endif
