/**
 * Centre: rows less their mean, and how many of them a product takes at once.
 */
#ifndef ODDLOT_LINALG_CENTRE_INTERNAL_H
#define ODDLOT_LINALG_CENTRE_INTERNAL_H

#include <stdint.h>

/** Rows of a panel of n rows of d features: about 32 MiB, at most 4096; the same on every rank. */
int64_t odd_panel_rows(int64_t n, int d);

/** y (count, width) = columns first ... first + width - 1 of x (count, d) less their mean (d),
 * times factor, in float64 and rounded once, so that no bias of the rounded mean is left. All
 * threads.
 */
void odd_centre(int64_t count, int d, const float *x, const double mean[], double factor, int first,
                int width, float *y);
/** One row of that, y (width) = (x - mean) factor, on this thread. */
void odd_centre_row(int width, const float *x, const double *mean, double factor, float *y);

/** The sum of squares of x (count), in float64. */
double odd_square_sum(int64_t count, const float *x);

#endif
