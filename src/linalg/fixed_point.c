/* Fixed point: numbers scaled, rounded and added as integers. */
#include "linalg/fixed_point_internal.h"

#include "oddlot/base/simd.h"

#include <math.h>

enum { LOW_BITS = 30 }; /* what the second rounding of a fine number brings */

double odd_fixed_factor(double squares)
{
    int exponent;
    if (squares == 0) return 1;
    frexp(sqrt(squares), &exponent);
    return ldexp(1, -exponent);
}

ODD_SIMD(, void, odd_fixed_add_coarse32, (int64_t count, const float *x, int64_t *sum),
         (count, x, sum))
{
    for (int64_t i = 0; i < count; i++)
        sum[i] += odd_fixed_round(x[i] * ODD_FIXED_COARSE);
}

ODD_SIMD(, void, odd_fixed_add_coarse64, (int64_t count, const double *x, int64_t *sum),
         (count, x, sum))
{
    for (int64_t i = 0; i < count; i++)
        sum[i] += odd_fixed_round(x[i] * ODD_FIXED_COARSE);
}

/* x in units of 1 / one, its high bits rounded first and then what they leave, which is exact.
 * Unsigned, for what is out of range is garbage and not undefined. */
static inline uint64_t round_finely(double x, double one)
{
    const double high = x * (one / (1 << LOW_BITS));
    const int64_t whole = odd_fixed_round(high);
    const double rest = high - (double)whole;
    return ((uint64_t)whole << LOW_BITS) + (uint64_t)odd_fixed_round(rest * (1 << LOW_BITS));
}

ODD_SIMD(, void, odd_fixed_add32, (int64_t count, const float *x, double one, int64_t *sum),
         (count, x, one, sum))
{
    for (int64_t i = 0; i < count; i++)
        sum[i] = (int64_t)((uint64_t)sum[i] + round_finely(x[i], one));
}

ODD_SIMD(, void, odd_fixed_add64, (int64_t count, const double *x, double one, int64_t *sum),
         (count, x, one, sum))
{
    for (int64_t i = 0; i < count; i++)
        sum[i] = (int64_t)((uint64_t)sum[i] + round_finely(x[i], one));
}
