/* Quantiles of a column that is spread over ranks, by counting the digits of their bits. */
#include "oddlot/par/quantiles.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

enum { DIGIT_BITS = 8, DIGITS = 1 << DIGIT_BITS, KEY_BITS = 32 };

/* Sorts as the float: of negative ones all bits are turned, of others the sign. -0 is 0. */
static uint32_t key_of(float value)
{
    const uint32_t sign = UINT32_C(1) << 31;
    uint32_t bits;
    value += 0.0f;
    memcpy(&bits, &value, sizeof bits);
    return bits & sign ? ~bits : bits | sign;
}

static float value_of(uint32_t key)
{
    const uint32_t sign = UINT32_C(1) << 31, bits = key & sign ? key & ~sign : ~key;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* How often each digit comes at `shift` behind the digits that are known. */
static void count_digits(MPI_Comm comm, int64_t n_local, const float value[], uint32_t known,
                         int shift, int64_t count[DIGITS])
{
    const uint64_t above = (uint64_t)known >> shift >> DIGIT_BITS;
    memset(count, 0, DIGITS * sizeof *count);
    for (int64_t i = 0; i < n_local; i++) {
        const uint64_t key = key_of(value[i]);
        if (!isnan(value[i]) && key >> shift >> DIGIT_BITS == above)
            count[(key >> shift) & (DIGITS - 1)]++;
    }
    odd_sum_i64(comm, count, DIGITS);
}

/* The value before which `before` others are. */
static float find_value(MPI_Comm comm, int64_t n_local, const float value[], int64_t before)
{
    int64_t count[DIGITS];
    uint32_t key = 0;
    for (int shift = KEY_BITS - DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
        uint32_t digit = 0;
        count_digits(comm, n_local, value, key, shift, count);
        while (digit < DIGITS - 1 && before >= count[digit])
            before -= count[digit++];
        key |= digit << shift;
    }
    return value_of(key);
}

void odd_quantiles(MPI_Comm comm, int64_t n_local, const float value[], int count,
                   const double share[], float at[], int64_t *n)
{
    *n = 0;
    for (int64_t i = 0; i < n_local; i++)
        *n += !isnan(value[i]);
    odd_sum_i64(comm, n, 1);
    for (int q = 0; q < count; q++)
        at[q] = *n == 0
                    ? NAN
                    : find_value(comm, n_local, value, (int64_t)floor(share[q] * (double)(*n - 1)));
}

odd_spread odd_spread_of(MPI_Comm comm, int64_t n_local, const float value[])
{
    static const double share[] = {0.25, 0.5, 0.75};
    const double range_of_gaussian = 1.3489795; /* interquartile, of deviation 1 */
    float at[3];
    odd_spread s;
    odd_quantiles(comm, n_local, value, 3, share, at, &s.n);
    s.lower = at[0];
    s.median = at[1];
    s.upper = at[2];
    s.sigma = ((double)s.upper - (double)s.lower) / range_of_gaussian;
    return s;
}
