/**
 * Half: float16 as files keep it (IEEE 754 binary16), to and from float32. @local
 */
#ifndef ODDLOT_BASE_HALF_H
#define ODDLOT_BASE_HALF_H

#include <stdint.h>

#define ODD_HALF_MOST 65504 /* the largest finite one */

/**
 * Round to the nearest, ties to even; NaN stays NaN and infinity infinity.
 * @param[out] out  (n); must not overlap `in`.
 * @return the first number that is finite but too large for a half (it becomes infinity), n if all
 *         fit.
 */
int64_t odd_half_from_floats(int64_t n, const float in[], uint16_t out[]);

/** Exact. `out` must not overlap `in`. */
void odd_half_to_floats(int64_t n, const uint16_t in[], float out[]);

/** The same in place: n halves that fill the last half of x's bytes become x (n). */
void odd_half_widen(int64_t n, float x[]);

#endif
