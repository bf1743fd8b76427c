/* The join of views: tails against closed forms; a view that agrees with the anchor counts and one
 * that does not cannot hurt; the same bits whichever ranks have the images. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/random.h"
#include "oddlot/image/measure.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"
#include "stage/views/view_internal.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "stage/views_join";

#define WORLD MPI_COMM_WORLD

enum { N = 1000, ODD = 40, VIEWS = 3 };

static const odd_views_options options = {.oddest = 0.05, .copied = 5};

static bool near(double a, double b, double within)
{
    return fabs(a - b) <= within * fabs(b);
}

/* ---- tails ---- */

static void test_tails(void)
{
    /* 1 in 740.797 lies 3 standard deviations above the middle */
    CU_ASSERT(near(odd_normal_tail(0), 0.30102999566398119, 1e-14));
    CU_ASSERT(near(odd_normal_tail(3), log10(740.7967), 1e-6));
    CU_ASSERT(near(odd_normal_tail(29.9), 196.0078, 1e-4));
    CU_ASSERT(near(odd_normal_tail(268.4),
                   (268.4 * 268.4 / 2 + log(268.4 * sqrt(2 * M_PI))) / M_LN10, 1e-8));
    CU_ASSERT(isfinite(odd_normal_tail(1e30)) && odd_normal_tail(-40) == 0);
    double before = odd_normal_tail(29);
    bool rises = true; /* where the two ways to the tail meet, too */
    for (double z = 29.01; z < 31; z += 0.01) {
        const double tail = odd_normal_tail(z);
        rises = rises && tail > before && tail - before < 0.3;
        before = tail;
    }
    CU_ASSERT(rises);
}

/* ---- joins ---- */

static bool is_odd(int64_t i)
{
    return i % (N / ODD) == 7;
}

/* The anchor sees odd images dimly, view 1 well; view 2 finds others odd, a little. */
static double distance_of(int view, int64_t i)
{
    const double usual = odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)view);
    if (view == 0) return usual + (is_odd(i) ? 2.5 : 0);
    if (view == 1) return 10 + 3 * (usual + (is_odd(i) ? 5 : 0));
    return usual + (i % (N / ODD) == 11 ? 3 : 0);
}

typedef struct {
    odd_partition part;
    odd_views_join how;
    odd_views_joined joined;
} joined_views;

/* Learn from these images and join them. @collective */
static odd_status learn_and_join(MPI_Comm comm, int views, const double *const distance[],
                                 const int64_t shown[], joined_views *j)
{
    const int64_t n = j->part.n_local;
    odd_status st = odd_views_join_learn(comm, &options, views, true, n, distance, &j->how);
    return st == ODD_OK
               ? odd_views_join_apply(&j->how, options.copied, n, distance, shown, &j->joined)
               : st;
}

static odd_status join_copied(MPI_Comm comm, int views, int64_t copied_row, int64_t images,
                              joined_views *out)
{
    static double value[VIEWS][N];
    static int64_t shown[N];
    const double *distance[VIEWS] = {value[0], value[1], value[2]};
    out->part = odd_partition_rows(comm, N);
    for (int64_t i = 0; i < out->part.n_local; i++) {
        const int64_t row = out->part.row0 + i;
        for (int v = 0; v < VIEWS; v++)
            value[v][i] = distance_of(v, row);
        shown[i] = row == copied_row ? images : 1 + row % 4;
    }
    return learn_and_join(comm, views, distance, shown, out);
}

static odd_status join(MPI_Comm comm, int views, int64_t copied_row, joined_views *out)
{
    return join_copied(comm, views, copied_row, 60, out);
}

/* Of the ODD images with the largest joined value, the share that is odd. @collective */
static double found(const joined_views *j)
{
    double mine[N] = {0}, all[N];
    int64_t right = 0;
    for (int64_t i = 0; i < j->part.n_local; i++)
        mine[j->part.row0 + i] = j->joined.joined[i];
    memcpy(all, mine, sizeof all);
    odd_sum_f64(WORLD, all, N);
    for (int64_t i = 0; i < N; i++) {
        int64_t above = 0;
        for (int64_t k = 0; k < N; k++)
            above += all[k] > all[i];
        right += above < ODD && is_odd(i);
    }
    return (double)right / ODD;
}

static void test_weights(void)
{
    joined_views one, all;
    if (!check_all(WORLD, join(WORLD, 1, -1, &one) == ODD_OK)) return;
    if (!check_all(WORLD, join(WORLD, VIEWS, -1, &all) == ODD_OK)) return;
    check_all(WORLD, all.how.weight[0] == 1 && all.how.weight[2] == 0);
    check_all(WORLD, all.how.weight[1] > 0.1 && all.how.weight[1] <= 1);
    check_all(WORLD, found(&one) < 0.6);
    check_all(WORLD, found(&all) > 0.7);
    odd_views_joined_free(&one.joined);
    odd_views_joined_free(&all.joined);
}

/* The anchor takes a tight group for the most usual; another view, which does not agree with it,
 * has it far out. */
static void test_blind_anchor(void)
{
    static double blind[N], seeing[N];
    static int64_t shown[N];
    const double *const distance[2] = {blind, seeing};
    joined_views j = {.part = odd_partition_rows(WORLD, N)};
    for (int64_t i = 0; i < j.part.n_local; i++) {
        const int64_t row = j.part.row0 + i;
        blind[i] = is_odd(row) ? -3 : odd_normal(2, ODD_STREAM_TEST, (uint64_t)row, 0);
        seeing[i] = odd_normal(2, ODD_STREAM_TEST, (uint64_t)row, 1) + (is_odd(row) ? 18 : 0);
        shown[i] = 1;
    }
    if (!check_all(WORLD, learn_and_join(WORLD, 2, distance, shown, &j) == ODD_OK)) return;
    check_all(WORLD, j.how.weight[1] == 0);
    for (int64_t i = 0; i < j.part.n_local; i++)
        if (is_odd(j.part.row0 + i)) CU_ASSERT(j.joined.joined[i] > 1.95);
    odd_views_joined_free(&j.joined);
}

/* A catalogue of two kinds is wide apart in a view: neither is far out for that. */
static void test_two_kinds(void)
{
    static double blind[N], two[N];
    static int64_t shown[N];
    const double *const distance[2] = {blind, two};
    joined_views j = {.part = odd_partition_rows(WORLD, N)};
    for (int64_t i = 0; i < j.part.n_local; i++) {
        const int64_t row = j.part.row0 + i;
        blind[i] = odd_normal(2, ODD_STREAM_TEST, (uint64_t)row, 0);
        two[i] = odd_normal(2, ODD_STREAM_TEST, (uint64_t)row, 1) + (row % 5 == 2 ? 30 : 0);
        shown[i] = 1;
    }
    if (!check_all(WORLD, learn_and_join(WORLD, 2, distance, shown, &j) == ODD_OK)) return;
    int64_t above = 0;
    for (int64_t i = 0; i < j.part.n_local; i++)
        above += j.joined.joined[i] > 1.95;
    odd_sum_i64(WORLD, &above, 1);
    check_all(WORLD, (double)above < N * 0.04);
    odd_views_joined_free(&j.joined);
}

static void test_units(void)
{
    joined_views j;
    int64_t above = 0;
    if (!check_all(WORLD, join(WORLD, 1, -1, &j) == ODD_OK)) return;
    for (int64_t i = 0; i < j.part.n_local; i++)
        above += j.joined.joined[i] > 2 && !is_odd(j.part.row0 + i);
    odd_sum_i64(WORLD, &above, 1);
    check_all(WORLD, (double)above > N * 0.015 &&
                         (double)above < N * 0.035); /* 2.3 % of a normal distribution */
    odd_views_joined_free(&j.joined);
}

/* What one catalogue taught judges a few images of another, one at a time, as it would its own. */
static void test_taught(void)
{
    joined_views all;
    if (!check_all(WORLD, join(MPI_COMM_SELF, VIEWS, -1, &all) == ODD_OK)) return;
    for (int64_t row = 0; row < N; row += 41) {
        const double value[VIEWS] = {distance_of(0, row), distance_of(1, row), distance_of(2, row)};
        const double *const distance[VIEWS] = {&value[0], &value[1], &value[2]};
        const int64_t shown = 1;
        odd_views_joined one;
        CU_ASSERT(odd_views_join_apply(&all.how, options.copied, 1, distance, &shown, &one) ==
                  ODD_OK);
        CU_ASSERT(one.joined[0] == all.joined.joined[row]);
        odd_views_joined_free(&one);
    }
    odd_views_joined_free(&all.joined);
}

/* A picture of sixty images is among the next to be looked at, whatever it shows, but not flagged:
 * it is a finding of its own. One of five is above most, and no more. */
static void test_copies(void)
{
    const int64_t copied = 500;
    joined_views j, few;
    if (!check_all(WORLD, join_copied(WORLD, VIEWS, copied, 60, &j) == ODD_OK)) return;
    if (!check_all(WORLD, join_copied(WORLD, VIEWS, copied, 5, &few) == ODD_OK)) return;
    for (int64_t i = 0; i < j.part.n_local; i++)
        if (j.part.row0 + i == copied) {
            CU_ASSERT(j.joined.joined[i] > 3 && j.joined.joined[i] < 3.5);
            CU_ASSERT_EQUAL(few.joined.joined[i], 2);
        }
    odd_views_joined_free(&j.joined);
    odd_views_joined_free(&few.joined);
}

static void test_same_bits(void)
{
    joined_views j, alone;
    if (!check_all(WORLD, join(WORLD, VIEWS, 3, &j) == ODD_OK)) return;
    const odd_partition part = j.part;
    double mine[N];
    memcpy(mine, j.joined.joined, (size_t)part.n_local * sizeof *mine);
    if (join(MPI_COMM_SELF, VIEWS, 3, &alone) == ODD_OK) {
        CU_ASSERT(memcmp(mine, alone.joined.joined + part.row0,
                         (size_t)part.n_local * sizeof *mine) == 0);
        odd_views_joined_free(&alone.joined);
    }
    odd_views_joined_free(&j.joined);
}

/* All are alike: nothing is odd, nothing is divided by 0. */
static void test_no_spread(void)
{
    const double same[4] = {2, 2, 2, 2};
    const double *const distance[2] = {same, same};
    const int64_t shown[4] = {1, 1, 1, 1};
    joined_views j = {.part.n_local = 4};
    check_all(WORLD, learn_and_join(WORLD, 2, distance, shown, &j) == ODD_OK);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL(j.joined.joined[i], 0);
    odd_views_joined_free(&j.joined);
}

/* Reasons say what is measured as people see it. */
static void test_words(void)
{
    for (int i = 0; i < odd_view_measured.width; i++)
        for (int more = 0; more < 2; more++)
            CU_ASSERT_PTR_NOT_NULL(odd_measure_words(odd_view_measured.measure(i), more));
}

CU_TestInfo odd_tests[] = {
    {"tails of a normal distribution", test_tails},
    {"views that agree and that do not", test_weights},
    {"an anchor that is blind", test_blind_anchor},
    {"two kinds of usual images", test_two_kinds},
    {"standard deviations of usual images", test_units},
    {"images of another catalogue", test_taught},
    {"one picture of many images", test_copies},
    {"same bits on any ranks", test_same_bits},
    {"images that are all alike", test_no_spread},
    {"measures have words", test_words},
    CU_TEST_INFO_NULL,
};
