/* Tests of half: all 65,536 of them, and rounding to the nearest even, against the compiler's own
 * _Float16 and against values worked by hand. */
#include "oddlot_test.h"

#include "oddlot/base/half.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

const char *odd_test_name = "base/half";

enum { ALL = 65536 };

static uint16_t half_of(float x)
{
    uint16_t h;
    odd_half_from_floats(1, &x, &h);
    return h;
}

static float float_of(uint16_t h)
{
    float x;
    odd_half_to_floats(1, &h, &x);
    return x;
}

static float float_of_bits(uint32_t u)
{
    float x;
    memcpy(&x, &u, sizeof x);
    return x;
}

static void every_half_goes_there_and_back(void)
{
    static uint16_t half[ALL], again[ALL];
    static float x[ALL];
    for (int h = 0; h < ALL; h++)
        half[h] = (uint16_t)h;
    odd_half_to_floats(ALL, half, x);
    CU_ASSERT_EQUAL(odd_half_from_floats(ALL, x, again), ALL);
    int wrong = 0;
    for (int h = 0; h < ALL; h++) {
        bool nan = (h & 0x7c00) == 0x7c00 && (h & 0x3ff);
        double mantissa = h & 0x3ff, sign = h & 0x8000 ? -1 : 1;
        int exponent = h >> 10 & 31;
        double value = exponent == 31  ? INFINITY
                       : exponent == 0 ? ldexp(mantissa, -24)
                                       : ldexp(1024 + mantissa, exponent - 25);
        if (nan)
            wrong += !isnan(x[h]) || (again[h] & 0x7c00) != 0x7c00 || !(again[h] & 0x3ff);
        else
            wrong += x[h] != sign * value || !signbit(x[h]) != (h < 0x8000) || again[h] != h;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}

static void values_worked_by_hand(void)
{
    CU_ASSERT_EQUAL(half_of(0), 0);
    CU_ASSERT_EQUAL(half_of(-0.f), 0x8000);
    CU_ASSERT_EQUAL(half_of(1), 0x3c00);
    CU_ASSERT_EQUAL(half_of(-2), 0xc000);
    CU_ASSERT_EQUAL(half_of(65504), 0x7bff);
    CU_ASSERT_EQUAL(half_of(1 + 0x1p-11f), 0x3c00); /* halfway: to the even one */
    CU_ASSERT_EQUAL(half_of(1 + 3 * 0x1p-11f), 0x3c02);
    CU_ASSERT_EQUAL(half_of(0x1p-24f), 1); /* the smallest */
    CU_ASSERT_EQUAL(half_of(0x1p-25f), 0);
    CU_ASSERT_EQUAL(half_of(nextafterf(0x1p-25f, 1)), 1);
    CU_ASSERT_EQUAL(half_of(INFINITY), 0x7c00);
    CU_ASSERT(isnan(float_of(half_of(NAN))));
    CU_ASSERT(isnan(float_of(half_of(float_of_bits(0x7f800001))))); /* NaN by its last bit only */
}

static void what_is_too_large_is_found(void)
{
    enum { N = 10000, AT = 7777 };
    static float x[N];
    static uint16_t half[N];
    CU_ASSERT_EQUAL(odd_half_from_floats(0, x, half), 0);
    x[3] = INFINITY;
    x[4] = NAN;
    x[5] = nextafterf(65520, 0);
    CU_ASSERT_EQUAL(odd_half_from_floats(N, x, half), N);
    CU_ASSERT_EQUAL(half[5], 0x7bff);
    x[AT] = 65520;
    x[N - 1] = -1e30f;
    CU_ASSERT_EQUAL(odd_half_from_floats(N, x, half), AT);
    CU_ASSERT_EQUAL(half[AT], 0x7c00);
    CU_ASSERT_EQUAL(half[N - 1], 0xfc00);
}

static void widened_in_place(void)
{
    enum { N = 12345 };
    float *x = odd_alloc(N, sizeof *x);
    uint16_t *half = odd_alloc(N, sizeof *half);
    int wrong = 0;
    for (int i = 0; i < N; i++)
        half[i] = (uint16_t)(i * 2);
    memcpy((char *)x + 2 * N, half, 2 * N);
    odd_half_widen(N, x);
    for (int i = 0; i < N; i++)
        wrong += memcmp(&x[i], &(float){float_of(half[i])}, sizeof *x) != 0;
    CU_ASSERT_EQUAL(wrong, 0);
    odd_free(half);
    odd_free(x);
}

#ifdef __FLT16_MAX__
/* Any float at all, and the floats on and beside the middle between two neighbours. */
static void as_the_compiler_rounds(void)
{
    int wrong = 0;
    for (uint64_t i = 0; i < 300000; i++) {
        uint32_t u = (uint32_t)odd_below((uint64_t)1 << 32, 1, ODD_STREAM_TEST, i, 0);
        if (i % 2) u = (u & 0x9fffe000) + 0x30000fff + (uint32_t)(i / 2 % 3);
        float x = float_of_bits(u);
        _Float16 right = (_Float16)x;
        uint16_t half = half_of(x), bits;
        memcpy(&bits, &right, sizeof bits);
        wrong += isnan(x) ? !isnan(float_of(half)) : half != bits;
    }
    CU_ASSERT_EQUAL(wrong, 0);
}
#endif

CU_TestInfo odd_tests[] = {
    {"every half goes there and back", every_half_goes_there_and_back},
    {"values worked by hand", values_worked_by_hand},
    {"what is too large is found", what_is_too_large_is_found},
    {"widened in place", widened_in_place},
#ifdef __FLT16_MAX__
    {"as the compiler rounds", as_the_compiler_rounds},
#endif
    CU_TEST_INFO_NULL,
};
