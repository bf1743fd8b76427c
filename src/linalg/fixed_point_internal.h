/**
 * Fixed point: sums of floating-point numbers that are exact, so that the order of the additions,
 * and with it the number of ranks and threads, leaves no trace.
 *
 * A number is rounded once, to a multiple of 1 / `one`, and added as an integer. Rows are scaled
 * beforehand, by a power of two, so that no sum of their products is larger than 1. @local
 */
#ifndef ODDLOT_LINALG_FIXED_POINT_INTERNAL_H
#define ODDLOT_LINALG_FIXED_POINT_INTERNAL_H

#include <stdint.h>
#include <string.h>

/** A power of two that brings rows of this sum of squares, or less, to at most 1, whatever their
 *  units. */
double odd_fixed_factor(double squares);

/** A sum of 1 in coarse steps: numbers, at most 1, keep clear of the 51 bits that one rounding
 *  reaches. */
#define ODD_FIXED_COARSE 0x1p50
/** And in fine ones, by two roundings: finer than float64 itself, sums of up to 8. */
#define ODD_FIXED_FINE 0x1p60

/** Rounded to an integer by the bits of a double, |x| < 2^51: vectors have no conversion before
 *  AVX-512. */
static inline int64_t odd_fixed_round(double x)
{
    const double shift = 0x1.8p52;
    const double moved = x + shift;
    int64_t bits, base;
    memcpy(&bits, &moved, sizeof bits);
    memcpy(&base, &shift, sizeof base);
    return bits - base;
}

/** sum (count) += x (count), in steps of 1 / ODD_FIXED_COARSE. */
void odd_fixed_add_coarse32(int64_t count, const float *x, int64_t *sum);
void odd_fixed_add_coarse64(int64_t count, const double *x, int64_t *sum);
/** In steps of 1 / one; one: a power of two, up to 2^60. */
void odd_fixed_add32(int64_t count, const float *x, double one, int64_t *sum);
void odd_fixed_add64(int64_t count, const double *x, double one, int64_t *sum);

#endif
