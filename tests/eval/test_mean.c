/* Means with intervals: the values that scipy.stats.t.interval gives. */
#include "oddlot/eval/mean.h"

#include "oddlot_test.h"

#include <math.h>

const char *odd_test_name = "eval/mean";

static void few_trials(void)
{
    const double value[] = {0.91, 0.95, NAN, 0.93};
    odd_mean m = odd_mean_of(4, value);
    CU_ASSERT_DOUBLE_EQUAL(m.mean, 0.93, 1e-15);
    CU_ASSERT_DOUBLE_EQUAL(m.half, 4.302653 * 0.02 / sqrt(3), 1e-6);
    m = odd_mean_of(1, value);
    CU_ASSERT_EQUAL(m.mean, 0.91);
    CU_ASSERT(isnan(m.half));
    m = odd_mean_of(0, value);
    CU_ASSERT(isnan(m.mean));
}

/* 0 ... 99: deviation 29.0115, t(99) 1.9842169515 */
static void many_trials(void)
{
    double value[100];
    for (int i = 0; i < 100; i++)
        value[i] = i;
    const odd_mean m = odd_mean_of(100, value);
    CU_ASSERT_DOUBLE_EQUAL(m.mean, 49.5, 1e-12);
    CU_ASSERT_DOUBLE_EQUAL(m.half, 1.9842169515 * 2.901149197588202, 1e-4);
}

CU_TestInfo odd_tests[] = {
    {"few trials", few_trials},
    {"many trials", many_trials},
    CU_TEST_INFO_NULL,
};
