/* Conformal threshold: binomial tails and cuts of scipy, what is refused, and that on drawn scores
 * the false-alarm rate keeps its promise. */
#include "oddlot/eval/conformal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot_test.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "eval/conformal";

/* scipy.stats.binom.sf(k - 1, n, p) */
static void tails_of_scipy(void)
{
    static const struct {
        int64_t n, k;
        double p, tail;
    } cases[] = {
        {10, 3, 0.2, 0.32220047360000015},
        {100, 1, 0.01, 0.6339676587267705},
        {1000, 30, 0.05, 0.9992808027197848},
        {5000, 230, 0.05, 0.909579723480595},
        {100000, 4900, 0.05, 0.92794976300039},
        {20, 20, 0.5, 9.5367431640625e-07},
        {20, 0, 0.5, 1},
        {20, 21, 0.5, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CU_ASSERT_DOUBLE_EQUAL(odd_binomial_tail(cases[i].n, cases[i].k, cases[i].p), cases[i].tail,
                               1e-9);
}

/* max of j with scipy.stats.binom.sf(j - 1, n, rate) >= confidence */
static void cuts_of_scipy(void)
{
    static const struct {
        int64_t n, above;
        double rate, confidence, given;
    } cases[] = {
        {100, 2, 0.05, 0.9, 0.962918790672645},
        {1000, 39, 0.05, 0.95, 0.956651809393092},
        {59, 1, 0.05, 0.95, 0.9515054747505768},
        {500, 35, 0.1, 0.99, 0.9920795672645008},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double score[1000];
        odd_conformal cut;
        for (int64_t k = 0; k < cases[i].n; k++) /* some order of 0 ... n - 1 */
            score[k] = (double)((k * 7) % cases[i].n);
        CU_ASSERT_EQUAL(
            odd_conformal_cut(cases[i].n, score, cases[i].rate, cases[i].confidence, &cut), ODD_OK);
        CU_ASSERT_EQUAL(cut.above, cases[i].above);
        CU_ASSERT_EQUAL(cut.threshold, (double)(cases[i].n - cases[i].above));
        CU_ASSERT_DOUBLE_EQUAL(cut.confidence, cases[i].given, 1e-9);
        CU_ASSERT_DOUBLE_EQUAL(cut.expected, (double)cut.above / (double)(cases[i].n + 1), 1e-15);
    }
}

static void too_few_are_refused(void)
{
    double score[58] = {0};
    odd_conformal cut;
    CU_ASSERT_EQUAL(odd_conformal_needed(0.05, 0.95), 59);
    CU_ASSERT_EQUAL(odd_conformal_needed(0.01, 0.95), 299);
    CU_ASSERT_EQUAL(odd_conformal_needed(0.1, 0.9), 22);
    CU_ASSERT_EQUAL(odd_conformal_needed(0.5, 0.5), 1);
    CU_ASSERT_EQUAL(odd_conformal_cut(58, score, 0.05, 0.95, &cut), ODD_ARG);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "needs 59 verified"));
    CU_ASSERT_EQUAL(odd_conformal_cut(0, score, 0.05, 0.95, &cut), ODD_ARG);
    score[3] = NAN;
    CU_ASSERT_EQUAL(odd_conformal_cut(58, score, 0.5, 0.5, &cut), ODD_NUMERIC);
}

/* Scores of any shape, so a skewed one: the rate is that of a fresh exponential above the cut. */
static void the_promise_is_kept(void)
{
    enum { REPEATS = 2000, N = 150 };
    const double rate = 0.08, confidence = 0.9;
    int kept = 0;
    for (int r = 0; r < REPEATS; r++) {
        double score[N];
        odd_conformal cut;
        for (int i = 0; i < N; i++)
            score[i] = -log1p(-odd_uniform(7, ODD_STREAM_TEST, (uint64_t)r, (uint32_t)i));
        if (odd_conformal_cut(N, score, rate, confidence, &cut) != ODD_OK) continue;
        kept += exp(-cut.threshold) <= rate;
    }
    const double share = (double)kept / REPEATS, noise = 3 * sqrt(0.1 * 0.9 / REPEATS);
    CU_ASSERT(share >= confidence - noise);
    CU_ASSERT(share <= confidence + 0.06 + noise); /* not much stricter than was asked for */
}

CU_TestInfo odd_tests[] = {
    {"tails of scipy", tails_of_scipy},
    {"cuts of scipy", cuts_of_scipy},
    {"too few are refused", too_few_are_refused},
    {"the promise is kept", the_promise_is_kept},
    CU_TEST_INFO_NULL,
};
