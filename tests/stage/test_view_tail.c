/* Tails: closed forms of the Gaussian's, whichever ranks have the scores, and the join of views. */
#include "oddlot_test_mpi.h"

#include "oddlot/par/comm.h"
#include "stage/views/view_internal.h"

#include <math.h>

const char *odd_test_name = "stage/view_tail";

#define WORLD MPI_COMM_WORLD

/* Scores 0 ... 100 but for a few that are far out; every size-th is mine. Median 50, upper quartile
 * 75, so that a standard deviation is 25 / 0.67449. */
enum { USUAL = 101 };
static const double far_out[] = {50 + 25 / 0.6744897501960817 * 3, 1e4, 1e30};

static int64_t mine(double value[])
{
    int64_t count = 0;
    for (int i = 0; i < USUAL; i++)
        if (i % odd_size(WORLD) == odd_rank(WORLD)) value[count++] = i;
    return count;
}

/* The -log10 tail of x among these scores, asked by the last rank. */
static double tail_of(double x)
{
    const bool asks = odd_rank(WORLD) == odd_size(WORLD) - 1;
    double value[USUAL + 1], tail = -INFINITY;
    odd_bundle model = ODD_BUNDLE_EMPTY;
    int64_t n = mine(value);
    if (asks) value[n++] = x;
    CU_ASSERT_EQUAL(odd_view_tails(WORLD, n, value, &model), ODD_OK);
    if (asks) tail = value[n - 1];
    odd_max_f64(WORLD, &tail, 1);
    odd_bundle_free(&model);
    return tail;
}

static bool near(double a, double b, double within)
{
    return fabs(a - b) <= within * fabs(b);
}

static void test_tails(void)
{
    /* one in 740.8 lies 3 standard deviations above the middle */
    check_all(WORLD, near(tail_of(far_out[0]), log10(740.797), 1e-3));
    check_all(WORLD, near(tail_of(50), log10(2), 0.05));
    /* z = 268.4: log10 of the tail by z^2 / 2 + log(z sqrt(2 pi)) */
    const double z = (1e4 - 50) / (25 / 0.6744897501960817);
    check_all(WORLD, near(tail_of(1e4), (z * z / 2 + log(z * sqrt(2 * M_PI))) / M_LN10, 1e-4));
    check_all(WORLD, isfinite(tail_of(far_out[2])) && tail_of(far_out[2]) > tail_of(1e4));
}

/* The two ways to the tail meet: it rises without a jump. */
static void test_rises(void)
{
    double before = 0;
    bool rises = true;
    for (double x = 900; x < 1400; x += 5) {
        const double tail = tail_of(x);
        rises = rises && tail > before;
        before = tail;
    }
    check_all(WORLD, rises);
}

static void test_no_spread(void)
{
    double value[2] = {7, NAN};
    odd_bundle model = ODD_BUNDLE_EMPTY;
    check_all(WORLD, odd_view_tails(WORLD, 2, value, &model) == ODD_OK);
    check_all(WORLD, value[0] == 0 && isnan(value[1]));
    odd_bundle_free(&model);
}

static void test_join(void)
{
    const double value[3] = {1, 5, 0.5}, nothing[2] = {NAN, NAN};
    CU_ASSERT_DOUBLE_EQUAL(odd_view_join(1, value), 1, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(odd_view_join(3, value), 5 - log10(3), 1e-15);
    CU_ASSERT_EQUAL(odd_view_join(2, (const double[2]){0.1, 0.2}), 0);
    CU_ASSERT(!(odd_view_join(2, nothing) > 0));
}

CU_TestInfo odd_tests[] = {
    {"tails of a Gaussian", test_tails},
    {"the farther, the rarer", test_rises},
    {"scores that are all one", test_no_spread},
    {"several views", test_join},
    CU_TEST_INFO_NULL,
};
