/* Half: float16 to and from float32 by whole-number arithmetic without branches.
 *
 * One loop for all CPUs: compiled for AVX2 and AVX-512 it is as fast as memory, as the instructions
 * of F16C would be, and it does not depend on the rounding mode or on flushing of denormals. */
#include "oddlot/base/half.h"

#include "oddlot/base/simd.h"

#include <string.h>

#define SIGN     0x80000000u
#define INFINITE 0x7f800000u                  /* float32's infinity; above it is NaN */
#define REBIAS   ((uint32_t)(127 - 15) << 23) /* between the exponents of the two */
#define NORMAL   ((uint32_t)(127 - 14) << 23) /* the smallest half that is not denormal, as float */
#define TOO_MUCH 0x477ff000u                  /* 65520: from here on infinity is nearest */
#define DROPPED  13                           /* bits of the mantissa that a half does not have */

#define BLOCK 4096 /* numbers that are looked at together for one that is too large */

static inline uint32_t bits_of(float x)
{
    uint32_t u;
    memcpy(&u, &x, sizeof u);
    return u;
}

static inline float float_of(uint32_t u)
{
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

/* All ways are computed and one is chosen, which vectorises. */
static inline uint16_t half_of(float x)
{
    const uint32_t sign = bits_of(x) & SIGN, u = bits_of(x) ^ sign;
    const uint32_t odd = (u >> DROPPED) & 1;
    const uint32_t normal = (u - REBIAS + ((1u << (DROPPED - 1)) - 1) + odd) >> DROPPED;
    /* Adding 0.5 shifts a denormal's bits to where a half has them, and rounds them. */
    const uint32_t small = bits_of(float_of(u) + 0.5f) - bits_of(0.5f);
    const uint32_t nan = 0x7e00 | ((u >> DROPPED) & 0x3ff);
    uint32_t h = u < NORMAL ? small : normal;
    h = u >= TOO_MUCH ? 0x7c00 : h;
    h = u > INFINITE ? nan : h;
    return (uint16_t)(h | sign >> 16);
}

static inline float float_of_half(uint16_t half)
{
    const uint32_t exponent = 0x7c00u << DROPPED, o = (half & 0x7fffu) << DROPPED;
    const uint32_t at = o & exponent;
    const uint32_t small = bits_of(float_of(o + NORMAL) - float_of(NORMAL));
    uint32_t u = o + REBIAS;
    u = at == exponent ? u + REBIAS : u;
    u = at == 0 ? small : u;
    return float_of(u | (uint32_t)(half & 0x8000u) << 16);
}

static inline uint32_t too_large(float x)
{
    const uint32_t u = bits_of(x) & ~SIGN;
    return u >= TOO_MUCH && u < INFINITE;
}

/* The count of values of a block that do not fit. */
ODD_SIMD(static, uint32_t, narrow_block, (int n, const float *restrict in, uint16_t *restrict out),
         (n, in, out))
{
    uint32_t misfits = 0;
    for (int i = 0; i < n; i++) {
        out[i] = half_of(in[i]);
        misfits += too_large(in[i]);
    }
    return misfits;
}

ODD_SIMD(static, void, widen_block, (int n, const uint16_t *restrict in, float *restrict out),
         (n, in, out))
{
    for (int i = 0; i < n; i++)
        out[i] = float_of_half(in[i]);
}

static int block_at(int64_t i, int64_t n)
{
    return n - i < BLOCK ? (int)(n - i) : BLOCK;
}

int64_t odd_half_from_floats(int64_t n, const float in[], uint16_t out[])
{
    int64_t first = n;
    for (int64_t i = 0; i < n; i += BLOCK) {
        if (narrow_block(block_at(i, n), in + i, out + i) == 0 || first < n) continue;
        for (first = i; !too_large(in[first]); first++)
            ;
    }
    return first;
}

void odd_half_to_floats(int64_t n, const uint16_t in[], float out[])
{
    for (int64_t i = 0; i < n; i += BLOCK)
        widen_block(block_at(i, n), in + i, out + i);
}

/* What is written lies before what is still to be read: 4 (i + count) <= 2 n + 2 (i + count). */
void odd_half_widen(int64_t n, float x[])
{
    uint16_t half[BLOCK];
    const char *halves = (const char *)x + 2 * n;
    for (int64_t i = 0; i < n; i += BLOCK) {
        int count = block_at(i, n);
        memcpy(half, halves + 2 * i, 2 * (size_t)count);
        widen_block(count, half, x + i);
    }
}
