/* The threshold that verified images choose on the joined ranking: in how many catalogues more of
 * the usual images are flagged than was promised. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/random.h"
#include "oddlot/eval/conformal.h"
#include "stage/views/view_internal.h"

#include <math.h>

const char *odd_test_name = "stage/views_alarm";

enum { CATALOGUES = 120, N = 2000, VIEWS = 3, VERIFIED = 100, ODD = 100 };

static const odd_views_options options = {.oddest = 0.05, .copied = 5};
static double value[VIEWS][N];

/* Of each catalogue the first images are odd, the next are verified. Views have long tails, and odd
 * images are far out in two of them. */
static void make_catalogue(uint64_t seed)
{
    for (int v = 0; v < VIEWS; v++)
        for (int i = 0; i < N; i++) {
            const double x = odd_normal(seed, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)v);
            value[v][i] = exp(0.7 * x) + (i < ODD && v < 2 ? 4 : 0);
        }
}

/* The share of the usual, unverified images that is flagged, and of the odd ones. */
static odd_status flag(double rate, double confidence, double *usual, double *odd)
{
    static int64_t shown[N];
    const double *const distance[VIEWS] = {value[0], value[1], value[2]};
    odd_views_join join;
    odd_views_joined joined = {0};
    odd_conformal cut;
    odd_status st;
    *usual = *odd = 0;
    for (int i = 0; i < N; i++)
        shown[i] = 1;
    ODD_TRY(odd_views_join_learn(MPI_COMM_SELF, &options, VIEWS, true, N, distance, &join));
    ODD_TRY(odd_views_join_apply(&join, options.copied, N, distance, shown, &joined));
    ODD_TRY(odd_conformal_cut(VERIFIED, joined.joined + ODD, rate, confidence, &cut));
    for (int i = 0; i < N; i++) {
        const bool above = joined.joined[i] > cut.threshold;
        if (i < ODD) *odd += (double)above / ODD;
        if (i >= ODD + VERIFIED) *usual += (double)above / (N - ODD - VERIFIED);
    }
done:
    odd_views_joined_free(&joined);
    return st;
}

/* With confidence 0.95 more than 5 % may be flagged in 6 of 120 catalogues; that it is more than 12
 * of them would be by chance in one of a hundred such tests, as the share is seen on 1,800 images.
 */
static void test_promise(void)
{
    double usual, odd, mean = 0, found = 0;
    int broken = 0;
    for (uint64_t seed = 1; seed <= CATALOGUES; seed++) {
        make_catalogue(seed);
        if (!check_all(MPI_COMM_WORLD, flag(0.05, 0.95, &usual, &odd) == ODD_OK)) return;
        broken += usual > 0.05;
        mean += usual / CATALOGUES;
        found += odd / CATALOGUES;
    }
    CU_ASSERT(broken <= 12);
    CU_ASSERT(mean > 0.005 && mean < 0.03); /* it is no threshold that flags nothing */
    CU_ASSERT(found > 0.9);
    if (broken > 12 || mean >= 0.03 || found <= 0.9)
        fprintf(stderr, "broken %d, usual %g, odd %g\n", broken, mean, found);
}

CU_TestInfo odd_tests[] = {
    {"the false-alarm rate that is promised", test_promise},
    CU_TEST_INFO_NULL,
};
