/* K-means against scikit-learn, and its promises: rank, thread and start do not matter where they
 * should not, empty clusters are repaired, hostile rows do no harm. */
#include "detect_fixture.h"

#include "detect/kmeans_internal.h"
#include "detect/moments_internal.h"
#include "detect/pick_internal.h"
#include "kmeans_reference.h"
#include "mixture_reference.h"
#include "oddlot/par/threads.h"

#include <math.h>

const char *odd_test_name = "detect/kmeans";

enum { N = REFERENCE_ROWS, D = REFERENCE_FEATURES, K = KMEANS_CLUSTERS };

static double reference_value(int64_t row, int j, uint64_t seed)
{
    (void)seed;
    return reference_x[row * D + j];
}

/* Three blobs far apart; row % 3 tells which. */
static double three_blobs(int64_t row, int j, uint64_t seed)
{
    const double own = odd_normal(seed, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)j);
    return own + (j == row % 3 ? 30 : 0);
}

/* Only two rows that differ. */
static double two_values(int64_t row, int j, uint64_t seed)
{
    (void)seed;
    return row % 2 ? 5 + j : -1;
}

static bool near_all(int64_t count, const double is[], const double should[], double tolerance)
{
    for (int64_t i = 0; i < count; i++)
        if (fabs(is[i] - should[i]) > tolerance * (1 + fabs(should[i]))) return false;
    return true;
}

/* Lloyd's iterations on the reference rows from the stored start. Owned by caller. */
static odd_kmeans *refined(const odd_rows *rows, int64_t iterations)
{
    odd_kmeans *km = NULL;
    double mean[D], variance[D], fourth;
    int64_t n;
    const odd_kmeans_options options = {K, iterations, 0, 1};
    ODD_CHECK(odd_kmeans_new(K, D, &km) == ODD_OK);
    memcpy(km->centre, kmeans_start, sizeof kmeans_start);
    ODD_CHECK(odd_mean(rows, ODD_ALL_ROWS, mean, &n) == ODD_OK);
    ODD_CHECK(odd_scatter(rows, ODD_ALL_ROWS, ODD_FORM_DIAGONAL, mean, NULL, variance, &fourth) ==
              ODD_OK);
    const double spread = odd_form_trace(ODD_FORM_DIAGONAL, D, variance);
    ODD_CHECK(odd_kmeans_refine(rows, &options, mean, spread, km) == ODD_OK);
    return km;
}

/* scikit-learn works in float32. */
static void test_reference(void)
{
    odd_rows rows = rows_of(WORLD, N, D, 0, reference_value);
    odd_kmeans *steps = refined(&rows, KMEANS_STEPS), *end = refined(&rows, 300);
    check_all(WORLD, near_all(K * D, steps->centre, kmeans_steps_centre, 1e-6) &&
                         near_all(1, &steps->inertia, kmeans_steps_inertia, 1e-6) &&
                         near_all(K, steps->rows, kmeans_steps_rows, 0));
    check_all(WORLD, end->converged && near_all(K * D, end->centre, kmeans_end_centre, 1e-6) &&
                         near_all(1, &end->inertia, kmeans_end_inertia, 1e-6) &&
                         near_all(K, end->rows, kmeans_end_rows, 0));
    int32_t cluster[N];
    double distance[N];
    bool ok = odd_kmeans_nearest(&rows, K, end->centre, cluster, distance) == ODD_OK &&
              near_all(rows.part.n_local, distance, kmeans_end_distance + rows.part.row0, 1e-5);
    for (int64_t i = 0; i < rows.part.n_local; i++)
        ok = ok && cluster[i] == kmeans_end_cluster[rows.part.row0 + i];
    check_all(WORLD, ok);
    odd_kmeans_free(&steps);
    odd_kmeans_free(&end);
    rows_free(&rows);
}

/* The product of blocks finds what the definition finds. */
static void test_assign_is_plain(void)
{
    enum { ROWS = 100, WIDE = 19, MANY = 23 };
    float x[ROWS * WIDE], scratch[ROWS * MANY];
    double centre[MANY * WIDE], origin[WIDE];
    int32_t cluster[ROWS];
    odd_kmeans_table table;
    for (int i = 0; i < ROWS * WIDE; i++)
        x[i] = (float)(50 + odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, 0));
    for (int i = 0; i < MANY * WIDE; i++)
        centre[i] = 50 + odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, 1);
    for (int j = 0; j < WIDE; j++)
        origin[j] = 50;
    bool ok = odd_kmeans_table_new(MANY, WIDE, &table) == ODD_OK;
    if (!check_all(WORLD, ok)) return;
    odd_kmeans_table_set(&table, centre, origin);
    odd_kmeans_assign(&table, ROWS, x, scratch, cluster);
    for (int i = 0; i < ROWS; i++)
        ok = ok && cluster[i] == odd_kmeans_assign_plain(MANY, WIDE, centre, x + i * WIDE);
    check_all(WORLD, ok);
    odd_kmeans_table_free(&table);
}

static void test_blobs(void)
{
    odd_rows rows = rows_of(WORLD, 300, 4, 5, three_blobs);
    const odd_kmeans_options options = {3, 100, 1e-4, 1};
    for (uint64_t seed = 0; seed < 5; seed++) {
        odd_kmeans *km;
        int32_t cluster[300];
        bool ok = odd_kmeans_fit(&rows, &options, seed, &km) == ODD_OK;
        if (!check_all(WORLD, ok)) return;
        ok = km->rows[0] == 100 && km->rows[1] == 100 && km->rows[2] == 100 && km->converged &&
             odd_kmeans_nearest(&rows, 3, km->centre, cluster, NULL) == ODD_OK;
        for (int64_t i = 3; ok && i < rows.part.n_local; i++)
            ok = cluster[i] == cluster[i - 3];
        check_all(WORLD, ok);
        odd_kmeans_free(&km);
    }
    rows_free(&rows);
}

static odd_kmeans *fit_on(MPI_Comm comm, int threads, int64_t n)
{
    odd_kmeans *km = NULL;
    odd_threads_setup(threads, 1);
    odd_rows rows = rows_of(comm, n, 7, 11, theme_and_odd);
    const odd_kmeans_options options = {6, 20, 1e-6, 3};
    ODD_CHECK(odd_kmeans_fit(&rows, &options, 8, &km) == ODD_OK);
    rows_free(&rows);
    odd_threads_setup(1, 1);
    return km;
}

static bool same(const odd_kmeans *a, const odd_kmeans *b)
{
    return memcmp(a->centre, b->centre, (size_t)(a->k * a->d) * sizeof(double)) == 0 &&
           memcmp(a->rows, b->rows, (size_t)a->k * sizeof(double)) == 0 &&
           a->inertia == b->inertia && a->iterations == b->iterations;
}

static void test_ranks_and_threads(void)
{
    for (int64_t n = 10; n < 3000; n = n * 4 + 3) {
        odd_kmeans *world = fit_on(WORLD, 1, n), *self = fit_on(SELF, 1, n);
        odd_kmeans *threads = fit_on(WORLD, 2, n);
        check_all(WORLD, same(world, self) && same(world, threads));
        odd_kmeans_free(&world);
        odd_kmeans_free(&self);
        odd_kmeans_free(&threads);
    }
}

/* The empty one takes the farthest row, and inertia ends where it should. */
static void test_empty_cluster(void)
{
    odd_rows rows = rows_of(WORLD, 300, 4, 5, three_blobs);
    const odd_kmeans_options options = {3, 100, 0, 1};
    odd_kmeans *km = NULL;
    double mean[4], variance[4], fourth;
    int64_t n;
    bool ok = odd_kmeans_new(3, 4, &km) == ODD_OK;
    if (!check_all(WORLD, ok)) return;
    for (int i = 0; i < 12; i++)
        km->centre[i] = i < 4 ? 0 : 1e4 * i; /* all rows go to the first */
    ok = odd_mean(&rows, ODD_ALL_ROWS, mean, &n) == ODD_OK &&
         odd_scatter(&rows, ODD_ALL_ROWS, ODD_FORM_DIAGONAL, mean, NULL, variance, &fourth) ==
             ODD_OK &&
         odd_kmeans_refine(&rows, &options, mean, odd_form_trace(ODD_FORM_DIAGONAL, 4, variance),
                           km) == ODD_OK;
    check_all(WORLD, ok && km->rows[0] == 100 && km->rows[1] == 100 && km->rows[2] == 100);
    odd_kmeans_free(&km);
    rows_free(&rows);
}

/* More clusters than distinct rows: those that are left have no row, and every distance is 0. */
static void test_more_clusters_than_rows(void)
{
    odd_rows rows = rows_of(WORLD, 21, 3, 0, two_values);
    const odd_kmeans_options options = {5, 50, 1e-4, 2};
    odd_kmeans *km;
    double distance[21];
    bool ok = odd_kmeans_fit(&rows, &options, 1, &km) == ODD_OK;
    if (!check_all(WORLD, ok)) return;
    ok = km->inertia < 1e-9 && odd_kmeans_nearest(&rows, 5, km->centre, NULL, distance) == ODD_OK;
    double all = 0;
    for (int c = 0; c < 5; c++)
        all += km->rows[c];
    for (int64_t i = 0; i < rows.part.n_local; i++)
        ok = ok && distance[i] < 1e-6;
    check_all(WORLD, ok && all == 21);
    odd_kmeans_free(&km);
    rows_free(&rows);
}

static void keys_with_ties(void *context, const odd_block *block, double key[])
{
    (void)context;
    for (int i = 0; i < block->count; i++)
        key[i] = (double)((block->row + i) % 7);
}

static void test_pick_takes_the_first(void)
{
    odd_rows rows = rows_of(WORLD, 500, 2, 3, theme_and_odd);
    double row[2], key;
    bool ok = odd_pick_row(&rows, keys_with_ties, NULL, row, &key) == ODD_OK;
    check_all(WORLD, ok && key == 6 && row[0] == (double)(float)theme_and_odd(6, 0, 3) &&
                         row[1] == (double)(float)theme_and_odd(6, 1, 3));
    rows_free(&rows);
}

/* k-means++ with k = 2 on rows 0, 0, 0, 10: the two values must both be drawn, always; and the
 * first draw is fair. */
static double mostly_zero(int64_t row, int j, uint64_t seed)
{
    (void)j;
    (void)seed;
    return row == 3 ? 10 : 0;
}

static void test_start_is_fair(void)
{
    odd_rows rows = rows_of(WORLD, 4, 1, 0, mostly_zero);
    int first = 0;
    bool ok = true;
    for (uint64_t seed = 0; seed < 400; seed++) {
        double centre[2];
        ok = odd_kmeans_start(&rows, 2, seed, ODD_STREAM_KMEANS, 0, centre) == ODD_OK && ok;
        ok = ok && centre[0] + centre[1] == 10;
        first += centre[0] == 10;
    }
    check_all(WORLD, ok && first > 65 && first < 135); /* 100 expected, standard deviation 8.7 */
    rows_free(&rows);
}

static void test_detector(void)
{
    const odd_detector *detector = odd_detector_find("kmeans");
    odd_rows rows = rows_of(WORLD, 300, 4, 5, three_blobs);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    char reason[128] = "";
    const char *set = "fit.kmeans.clusters=3";
    bool ok = fit_and_score(detector, &set, 1, &rows, NULL, &model, &score) == ODD_OK;
    for (int64_t i = 0; ok && i < rows.part.n_local; i++)
        ok = score[2 * i] >= 0 && score[2 * i] < 10 && score[2 * i + 1] < 3;
    if (ok) detector->reason(&model, (const double[]){20, 1}, reason, sizeof reason);
    check_all(WORLD, ok && strstr(reason, "times the usual distance from the nearest centre, "
                                          "number 2"));
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

static double with_nan(int64_t row, int j, uint64_t seed)
{
    return row == 33 && j == 1 ? NAN : theme_and_odd(row, j, seed);
}

static void test_errors(void)
{
    odd_kmeans *km;
    odd_kmeans_options options = {3, 100, 1e-4, 1};
    odd_rows none = rows_of(WORLD, 0, 3, 1, theme_and_odd);
    odd_rows broken = rows_of(WORLD, 50, 3, 1, with_nan);
    check_all(WORLD, odd_kmeans_fit(&none, &options, 1, &km) == ODD_ARG && !km);
    check_all(WORLD, odd_kmeans_fit(&broken, &options, 1, &km) == ODD_NUMERIC && !km &&
                         strstr(odd_fail_reason(), "row 33 "));
    const double centre[3] = {0};
    double distance[50];
    check_all(WORLD, odd_kmeans_nearest(&broken, 1, centre, NULL, distance) == ODD_NUMERIC);
    options.clusters = 0;
    check_all(WORLD, odd_kmeans_fit(&broken, &options, 1, &km) == ODD_ARG && !km);
    rows_free(&none);
    rows_free(&broken);
}

CU_TestInfo odd_tests[] = {
    {"Lloyd's iterations are those of scikit-learn", test_reference},
    {"the fast nearest centroid is the plain one", test_assign_is_plain},
    {"blobs are found from any seed", test_blobs},
    {"the same bits on any ranks and threads", test_ranks_and_threads},
    {"an empty cluster begins anew", test_empty_cluster},
    {"more clusters than distinct rows", test_more_clusters_than_rows},
    {"of equal keys the first row is picked", test_pick_takes_the_first},
    {"k-means++ draws are fair", test_start_is_fair},
    {"the detector's scores and reason", test_detector},
    {"errors", test_errors},
    CU_TEST_INFO_NULL,
};
