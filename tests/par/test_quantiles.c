/* Quantiles: values of the column, whichever ranks have them. */
#include "oddlot_test_mpi.h"

#include "oddlot/par/comm.h"
#include "oddlot/par/quantiles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { N = 1001, SHARES = 7 };
static const double share[SHARES] = {0, 0.001, 0.25, 0.5, 0.75, 0.9, 1};

/* Numbers of all sizes and signs, some equal, zeros of both signs. */
static float number(int i)
{
    const int k = i * 7919 % N;
    if (k % 50 == 0) return k % 100 ? -0.0f : 0.0f;
    return (float)((k % 2 ? -1 : 1) * exp((k / 3 - 160) / 3.0));
}

static int compare_floats(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* Ranks have every size-th value, and NaN between them. */
static int64_t mine(int n, float value[])
{
    int64_t count = 0;
    for (int i = 0; i < n; i++) {
        if (i % odd_size(MPI_COMM_WORLD) == odd_rank(MPI_COMM_WORLD)) value[count++] = number(i);
        if (i % 10 == 0) value[count++] = NAN;
    }
    return count;
}

static void check_n(int n)
{
    float value[2 * N], sorted[N], at[SHARES];
    int64_t found = -1;
    for (int i = 0; i < n; i++)
        sorted[i] = number(i);
    qsort(sorted, (size_t)n, sizeof *sorted, compare_floats);
    odd_quantiles(MPI_COMM_WORLD, mine(n, value), value, SHARES, share, at, &found);
    bool same = found == n;
    for (int q = 0; q < SHARES; q++)
        same = same && at[q] == sorted[(int)floor(share[q] * (n - 1))];
    check_all(MPI_COMM_WORLD, same);
}

static void test_values(void)
{
    static const int sizes[] = {N, 1, 2, 3, 5, 100};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        check_n(sizes[i]);
}

static void test_none(void)
{
    const float nothing = NAN;
    const odd_spread s = odd_spread_of(MPI_COMM_WORLD, 1, &nothing);
    const odd_spread empty = odd_spread_of(MPI_COMM_WORLD, 0, NULL);
    check_all(MPI_COMM_WORLD, s.n == 0 && isnan(s.median) && isnan(s.sigma));
    check_all(MPI_COMM_WORLD, empty.n == 0 && isnan(empty.median));
}

static void test_infinite(void)
{
    const float value[] = {-INFINITY, 1, INFINITY};
    static const double ends[] = {0, 1};
    float at[2];
    int64_t n;
    odd_quantiles(MPI_COMM_WORLD, 3, value, 2, ends, at, &n);
    check_all(MPI_COMM_WORLD, isinf(at[0]) && at[0] < 0 && isinf(at[1]) && at[1] > 0);
}

/* 0 ... 100, in turn on all ranks: quartiles 25, 50, 75. */
static void test_spread(void)
{
    float value[101];
    int64_t count = 0;
    for (int i = 0; i <= 100; i++)
        if (i % odd_size(MPI_COMM_WORLD) == odd_rank(MPI_COMM_WORLD)) value[count++] = (float)i;
    const odd_spread s = odd_spread_of(MPI_COMM_WORLD, count, value);
    check_all(MPI_COMM_WORLD, s.n == 101 && s.lower == 25 && s.median == 50 && s.upper == 75);
    check_all(MPI_COMM_WORLD, fabs(s.sigma - 50 / 1.349) < 1e-3);
}

const char *odd_test_name = "quantiles";
CU_TestInfo odd_tests[] = {
    {"values", test_values}, {"none", test_none}, {"infinite", test_infinite},
    {"spread", test_spread}, CU_TEST_INFO_NULL,
};
