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

static odd_kmeans_options lloyd(int64_t clusters, int64_t iterations, double tolerance,
                                int64_t restarts)
{
    return (odd_kmeans_options){.clusters = clusters,
                                .max_iterations = iterations,
                                .tolerance = tolerance,
                                .restarts = restarts,
                                .oversampling = 2,
                                .rounds = 5,
                                .max_clusters = 6};
}

/* Lloyd's iterations on the reference rows from the stored start. Owned by caller. */
static odd_kmeans *refined(const odd_rows *rows, bool spherical, int64_t iterations)
{
    odd_kmeans *km = NULL;
    double mean[D], variance[D], fourth;
    int64_t n;
    const odd_kmeans_options options = lloyd(K, iterations, 0, 1);
    ODD_CHECK(odd_kmeans_new(K, D, &km) == ODD_OK);
    memcpy(km->centre, kmeans_start, sizeof kmeans_start);
    km->spherical = spherical;
    for (int c = 0; spherical && c < K; c++) {
        double *at = km->centre + (int64_t)c * D, square = 0;
        for (int j = 0; j < D; j++)
            square += at[j] * at[j];
        for (int j = 0; j < D; j++)
            at[j] /= sqrt(square);
    }
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
    odd_kmeans *steps = refined(&rows, false, KMEANS_STEPS), *end = refined(&rows, false, 300);
    check_all(WORLD, near_all(K * D, steps->centre, kmeans_steps_centre, 1e-6) &&
                         near_all(1, &steps->inertia, kmeans_steps_inertia, 1e-6) &&
                         near_all(K, steps->rows, kmeans_steps_rows, 0));
    check_all(WORLD, end->converged && near_all(K * D, end->centre, kmeans_end_centre, 1e-6) &&
                         near_all(1, &end->inertia, kmeans_end_inertia, 1e-6) &&
                         near_all(K, end->rows, kmeans_end_rows, 0));
    int32_t cluster[N];
    double distance[N], normality[N];
    bool ok = odd_kmeans_nearest(&rows, K, end->centre, false, cluster, distance) == ODD_OK &&
              near_all(rows.part.n_local, distance, kmeans_end_distance + rows.part.row0, 1e-5) &&
              odd_kmeans_normality(&rows, K, end->centre, normality) == ODD_OK &&
              near_all(rows.part.n_local, normality, kmeans_end_normality + rows.part.row0, 1e-6);
    for (int64_t i = 0; i < rows.part.n_local; i++)
        ok = ok && cluster[i] == kmeans_end_cluster[rows.part.row0 + i];
    check_all(WORLD, ok);
    odd_kmeans_free(&steps);
    odd_kmeans_free(&end);
    rows_free(&rows);
}

/* Spherical, against NumPy. */
static void test_spherical_reference(void)
{
    odd_rows rows = rows_of(WORLD, N, D, 0, reference_value);
    odd_unit_rows unit;
    bool ok = odd_unit_rows_open(&rows, &unit) == ODD_OK && unit.zeros == 0;
    if (!check_all(WORLD, ok)) return;
    odd_kmeans *steps = refined(&unit.rows, true, KMEANS_STEPS);
    odd_kmeans *end = refined(&unit.rows, true, 300);
    check_all(WORLD, near_all(K * D, steps->centre, kmeans_unit_steps_centre, 1e-6) &&
                         near_all(1, &steps->inertia, kmeans_unit_steps_inertia, 1e-6) &&
                         near_all(K, steps->rows, kmeans_unit_steps_rows, 0));
    check_all(WORLD, end->converged && near_all(K * D, end->centre, kmeans_unit_end_centre, 1e-6) &&
                         near_all(1, &end->inertia, kmeans_unit_end_inertia, 1e-6) &&
                         near_all(K, end->rows, kmeans_unit_end_rows, 0));
    int32_t cluster[N];
    double distance[N], normality[N];
    const int64_t row0 = rows.part.row0;
    ok = odd_kmeans_nearest(&rows, K, end->centre, true, cluster, distance) == ODD_OK &&
         odd_kmeans_normality(&rows, K, end->centre, normality) == ODD_OK &&
         near_all(rows.part.n_local, normality, kmeans_unit_end_normality + row0, 1e-6);
    for (int64_t i = 0; i < rows.part.n_local; i++)
        ok = ok && cluster[i] == kmeans_unit_end_cluster[row0 + i] &&
             fabs(distance[i] * distance[i] - (2 - 2 * normality[i])) < 1e-6;
    check_all(WORLD, ok);
    odd_kmeans_free(&steps);
    odd_kmeans_free(&end);
    odd_unit_rows_close(&unit);
    rows_free(&rows);
}

/* One iteration more is never worse. */
static void test_inertia_never_rises(void)
{
    for (int spherical = 0; spherical < 2; spherical++) {
        odd_rows rows = rows_of(WORLD, N, D, 0, reference_value);
        odd_unit_rows unit;
        double before = INFINITY;
        bool ok = odd_unit_rows_open(&rows, &unit) == ODD_OK, fell = false;
        if (!check_all(WORLD, ok)) return;
        for (int64_t iterations = 0; iterations < 12; iterations++) {
            odd_kmeans *km = refined(spherical ? &unit.rows : &rows, spherical, iterations);
            ok = ok && km->inertia <= before * (1 + 1e-6);
            fell = fell || (iterations > 0 && km->inertia < before * 0.99);
            before = km->inertia;
            odd_kmeans_free(&km);
        }
        check_all(WORLD, ok && fell);
        odd_unit_rows_close(&unit);
        rows_free(&rows);
    }
}

static void test_blobs(void)
{
    odd_rows rows = rows_of(WORLD, 300, 4, 5, three_blobs);
    odd_kmeans_options options = lloyd(3, 100, 1e-4, 1);
    for (uint64_t seed = 0; seed < 10; seed++) {
        odd_kmeans *km;
        int32_t cluster[300];
        options.start = seed % 2 ? "k-means||" : "k-means++";
        bool ok = odd_kmeans_fit(&rows, &options, seed, &km) == ODD_OK;
        if (!check_all(WORLD, ok)) return;
        ok = km->rows[0] == 100 && km->rows[1] == 100 && km->rows[2] == 100 && km->converged &&
             odd_kmeans_nearest(&rows, 3, km->centre, false, cluster, NULL) == ODD_OK;
        for (int64_t i = 3; ok && i < rows.part.n_local; i++)
            ok = cluster[i] == cluster[i - 3];
        check_all(WORLD, ok);
        odd_kmeans_free(&km);
    }
    rows_free(&rows);
}

/* One rank's view of rows that are read, not held. */
static odd_status read_rows(void *context, int64_t local, int64_t count, float x[])
{
    const odd_rows *held = context;
    memcpy(x, held->x + local * held->d, (size_t)(count * held->d) * sizeof *x);
    return ODD_OK;
}

typedef struct {
    const char *start;
    bool spherical, streamed;
} way;

static odd_kmeans *fit_on(MPI_Comm comm, int threads, int64_t n, way w)
{
    odd_kmeans *km = NULL;
    odd_threads_setup(threads, 1);
    odd_rows held = rows_of(comm, n, 7, 11, theme_and_odd), rows = held;
    if (w.streamed) {
        rows.x = NULL;
        rows.read = read_rows;
        rows.reader = &held;
        rows.panel = 3 * held.part.block;
    }
    odd_kmeans_options options = lloyd(6, 8, 1e-6, 2);
    options.start = (char *)w.start;
    options.spherical = w.spherical;
    ODD_CHECK(odd_kmeans_fit(&rows, &options, 8, &km) == ODD_OK);
    rows_free(&held);
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
    static const char *const starts[] = {"k-means++", "k-means||"};
    for (int64_t n = 10; n < 1000; n = n * 4 + 3)
        for (int i = 0; i < 4; i++) {
            const way w = {starts[i / 2], i % 2 == 1, false}, read = {w.start, w.spherical, true};
            odd_kmeans *world = fit_on(WORLD, 1, n, w), *self = fit_on(SELF, 1, n, w);
            odd_kmeans *threads = fit_on(WORLD, 2, n, w), *streamed = fit_on(WORLD, 2, n, read);
            check_all(WORLD, same(world, self) && same(world, threads) && same(world, streamed));
            odd_kmeans_free(&world);
            odd_kmeans_free(&self);
            odd_kmeans_free(&threads);
            odd_kmeans_free(&streamed);
        }
}

/* The empty one takes the farthest row, and inertia ends where it should. */
static void test_empty_cluster(void)
{
    odd_rows rows = rows_of(WORLD, 300, 4, 5, three_blobs);
    const odd_kmeans_options options = lloyd(3, 100, 0, 1);
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
    for (int i = 0; i < 4; i++) {
        odd_kmeans_options options = lloyd(5, 50, 1e-4, 2);
        odd_kmeans *km;
        double distance[21], all = 0;
        options.spherical = i % 2;
        options.start = i / 2 ? "k-means||" : NULL;
        bool ok = odd_kmeans_fit(&rows, &options, 1, &km) == ODD_OK;
        if (!check_all(WORLD, ok)) return;
        ok = km->inertia < 1e-5 &&
             odd_kmeans_nearest(&rows, 5, km->centre, options.spherical, NULL, distance) == ODD_OK;
        for (int c = 0; c < 5; c++)
            all += km->rows[c];
        for (int64_t j = 0; j < rows.part.n_local; j++)
            ok = ok && distance[j] < 1e-6;
        check_all(WORLD, ok && all == 21);
        odd_kmeans_free(&km);
    }
    rows_free(&rows);
}

enum { GROUPS = 40 };

/* Forty groups, far apart; row % 40 tells which. */
static double many_groups(int64_t row, int j, uint64_t seed)
{
    const uint64_t group = (uint64_t)(row % GROUPS);
    return 0.05 * odd_normal(seed, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)j) +
           10 * odd_normal(seed, ODD_STREAM_TEST, group, 500 + (uint32_t)j);
}

/* k-means|| meets every group where as many rows drawn blindly miss a third of them (1 / e), so
 * that Lloyd ends with one cluster for each. */
static void test_oversampling(void)
{
    odd_rows rows = rows_of(WORLD, 2000, 3, 4, many_groups);
    odd_kmeans_options options = lloyd(GROUPS, 50, 1e-4, 2);
    options.start = "k-means||";
    for (uint64_t seed = 0; seed < 5; seed++) {
        odd_kmeans *km;
        bool ok = odd_kmeans_fit(&rows, &options, seed, &km) == ODD_OK;
        if (!check_all(WORLD, ok)) return;
        for (int c = 0; c < GROUPS; c++)
            ok = ok && km->rows[c] == 2000 / GROUPS;
        check_all(WORLD, ok && km->inertia < 2000 * 3 * 0.05 * 0.05 * 1.2);
        odd_kmeans_free(&km);
    }
    rows_free(&rows);
}

/* Directions (1, 0), (0, 1) and every fifth row zero. */
static double some_zero(int64_t row, int j, uint64_t seed)
{
    (void)seed;
    return row % 5 == 2 ? 0 : row % 2 == j ? 1 + (double)row : 0;
}

static double all_zero(int64_t row, int j, uint64_t seed)
{
    (void)row;
    (void)j;
    (void)seed;
    return 0;
}

static void test_zero_rows(void)
{
    odd_rows rows = rows_of(WORLD, 50, 2, 0, some_zero), none = rows_of(WORLD, 9, 2, 0, all_zero);
    odd_kmeans_options options = lloyd(2, 50, 1e-4, 1);
    odd_kmeans *km;
    int32_t cluster[50];
    double distance[50], normality[50];
    options.spherical = true;
    for (uint64_t seed = 0; seed < 8; seed++) {
        options.start = seed % 2 ? "k-means||" : "k-means++";
        bool ok = odd_kmeans_fit(&rows, &options, seed, &km) == ODD_OK;
        if (!check_all(WORLD, ok)) return;
        ok = km->n == 40 && km->rows[0] == 20 && km->rows[1] == 20 && km->inertia < 1e-9 &&
             odd_kmeans_nearest(&rows, 2, km->centre, true, cluster, distance) == ODD_OK &&
             odd_kmeans_normality(&rows, 2, km->centre, normality) == ODD_OK;
        for (int64_t i = 0; ok && i < rows.part.n_local; i++) {
            const bool zero = (rows.part.row0 + i) % 5 == 2;
            ok = fabs(distance[i] - zero) < 1e-6 && fabs(normality[i] - !zero) < 1e-6 &&
                 (!zero || cluster[i] == 0);
        }
        check_all(WORLD, ok);
        odd_kmeans_free(&km);
    }
    check_all(WORLD, odd_kmeans_fit(&none, &options, 1, &km) == ODD_ARG && !km);
    rows_free(&none);
    rows_free(&rows);
}

/* The number of clusters, and silhouettes as scikit-learn's best clusterings have them. */
static void test_choose(void)
{
    odd_rows rows = rows_of(SELF, N, D, 0, reference_value); /* many starts: no messages */
    odd_rows blobs = rows_of(WORLD, 300, 4, 5, three_blobs);
    odd_rows equal = rows_of(WORLD, 30, 2, 0, all_zero), one = rows_of(WORLD, 1, 2, 5, three_blobs);
    odd_kmeans_options options = lloyd(0, 300, 0, 300);
    odd_kmeans_choice choice;
    bool ok = odd_kmeans_choose(&rows, &options, 3, &choice) == ODD_OK;
    if (!check_all(WORLD, ok)) return;
    check_all(WORLD, choice.count == KMEANS_CHOICES && choice.best == 3 && choice.rows == N &&
                         choice.clusters[0] == 2 && choice.clusters[4] == 6 &&
                         near_all(KMEANS_CHOICES, choice.silhouette, kmeans_silhouette, 1e-5));
    odd_kmeans_choice_free(&choice);
    options.restarts = 2;
    for (int spherical = 0; spherical < 2; spherical++) {
        options.spherical = spherical;
        ok = odd_kmeans_choose(&blobs, &options, 1, &choice) == ODD_OK && choice.best == 3;
        check_all(WORLD, ok);
        odd_kmeans_choice_free(&choice);
    }
    options.spherical = false;
    ok = odd_kmeans_choose(&equal, &options, 1, &choice) == ODD_OK && choice.best == 1;
    odd_kmeans_choice_free(&choice);
    ok = odd_kmeans_choose(&one, &options, 1, &choice) == ODD_OK && choice.best == 1 && ok;
    check_all(WORLD, ok && choice.count == 0);
    odd_kmeans_choice_free(&choice);
    rows_free(&one);
    rows_free(&equal);
    rows_free(&blobs);
    rows_free(&rows);
}

/* More rows than the sample takes: the same sample wherever they lie, and the same answer. */
static void test_choose_on_a_sample(void)
{
    enum { MANY = 21000 };
    odd_rows rows = rows_of(WORLD, MANY, 3, 6, three_blobs),
             self = rows_of(SELF, MANY, 3, 6, three_blobs);
    const odd_kmeans_options options = lloyd(0, 10, 1e-4, 1);
    odd_kmeans_choice choice, alone;
    bool ok = odd_kmeans_choose(&rows, &options, 1, &choice) == ODD_OK;
    if (!check_all(WORLD, ok)) return;
    ok = odd_kmeans_choose(&self, &options, 1, &alone) == ODD_OK;
    if (!check_all(WORLD, ok)) return;
    check_all(WORLD, choice.rows == 20000 && choice.best == 3 && choice.count == alone.count &&
                         memcmp(choice.silhouette, alone.silhouette,
                                (size_t)choice.count * sizeof(double)) == 0);
    odd_kmeans_choice_free(&choice);
    odd_kmeans_choice_free(&alone);
    rows_free(&self);
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
    bool ok = odd_pick_rows(&rows, 1, keys_with_ties, NULL, row, &key) == ODD_OK;
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
        const odd_kmeans_draws draws = {.seed = seed, .stream = ODD_STREAM_KMEANS};
        ok = odd_kmeans_start(&rows, 2, &draws, centre) == ODD_OK && ok;
        ok = ok && centre[0] + centre[1] == 10;
        first += centre[0] == 10;
    }
    check_all(WORLD, ok && first > 65 && first < 135); /* 100 expected, standard deviation 8.7 */
    rows_free(&rows);
}

/* Spread evenly over a square. */
static double lattice(int64_t row, int j, uint64_t seed)
{
    (void)seed;
    return fmod((double)row * (j ? 0.7548776662466927 : 0.6180339887498949), 1);
}

static double mean_start(const odd_rows *rows, int64_t candidates, int starts)
{
    const odd_kmeans_options options = {.clusters = 8, .candidates = candidates};
    double sum = 0;
    for (int seed = 0; seed < starts; seed++) {
        odd_kmeans *km = NULL;
        sum += odd_kmeans_fit(rows, &options, (uint64_t)seed, &km) == ODD_OK ? km->inertia : NAN;
        odd_kmeans_free(&km);
    }
    return sum / starts;
}

/* Means of 4000 starts by kmeans_plusplus of scikit-learn 1.9.1, n_local_trials None and 1; their
 * standard deviations are 0.633 and 1.695. Bounds are four standard errors of ours. */
static void test_start_leaves_what_others_leave(void)
{
    enum { STARTS = 300 };
    odd_rows rows = rows_of(WORLD, 300, 2, 0, lattice);
    check_all(WORLD, fabs(mean_start(&rows, 0, STARTS) - 8.6307) < 4 * 0.633 / sqrt(STARTS));
    check_all(WORLD, fabs(mean_start(&rows, 1, STARTS) - 10.7567) < 4 * 1.695 / sqrt(STARTS));
    rows_free(&rows);
}

/* k chosen: the model says so, and the scores are of three clusters. */
static void test_detector(void)
{
    const odd_detector *detector = odd_detector_find("kmeans");
    odd_rows rows = rows_of(WORLD, 300, 4, 5, three_blobs);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    char reason[128] = "";
    const char *const set[] = {"fit.kmeans.clusters=0", "fit.kmeans.spherical=true",
                               "fit.kmeans.start=k-means||"};
    bool ok = fit_and_score(detector, set, 3, &rows, NULL, &model, &score) == ODD_OK;
    for (int64_t i = 0; ok && i < rows.part.n_local; i++)
        ok = score[3 * i] >= 0 && score[3 * i] < 0.5 && score[3 * i + 1] < 3 &&
             score[3 * i + 2] > 0.8 && score[3 * i + 2] <= 1;
    const odd_array *tried = odd_bundle_find(&model, "choice/clusters");
    check_all(WORLD, ok && tried && tried->shape.shape[0] == 19 &&
                         odd_bundle_find(&model, "centre")->shape.shape[0] == 3);
    if (ok) detector->reason(&model, (const double[]){20, 1, 0.25}, reason, sizeof reason);
    check_all(WORLD, ok && strstr(reason, "times the usual distance from the nearest centre, "
                                          "number 2; largest cosine to a centre 0.2500"));
    check_all(WORLD, detector->columns[2].ranks == -1);
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
    odd_kmeans_options options = lloyd(3, 100, 1e-4, 1);
    odd_kmeans_choice choice;
    odd_rows none = rows_of(WORLD, 0, 3, 1, theme_and_odd);
    odd_rows broken = rows_of(WORLD, 50, 3, 1, with_nan);
    check_all(WORLD, odd_kmeans_fit(&none, &options, 1, &km) == ODD_ARG && !km);
    check_all(WORLD, odd_kmeans_fit(&broken, &options, 1, &km) == ODD_NUMERIC && !km &&
                         strstr(odd_fail_reason(), "row 33 "));
    const double centre[3] = {0};
    double distance[50];
    check_all(WORLD, odd_kmeans_nearest(&broken, 1, centre, false, NULL, distance) == ODD_NUMERIC);
    check_all(WORLD, odd_kmeans_nearest(&broken, 1, centre, true, NULL, distance) == ODD_NUMERIC);
    check_all(WORLD, odd_kmeans_normality(&broken, 1, centre, distance) == ODD_NUMERIC);
    check_all(WORLD, odd_kmeans_choose(&none, &options, 1, &choice) == ODD_ARG);
    check_all(WORLD, odd_kmeans_choose(&broken, &options, 1, &choice) == ODD_NUMERIC &&
                         strstr(odd_fail_reason(), "row 33 "));
    options.spherical = true;
    check_all(WORLD, odd_kmeans_fit(&broken, &options, 1, &km) == ODD_NUMERIC && !km &&
                         strstr(odd_fail_reason(), "row 33 "));
    options.clusters = 0;
    check_all(WORLD, odd_kmeans_fit(&broken, &options, 1, &km) == ODD_ARG && !km);
    rows_free(&none);
    rows_free(&broken);
}

CU_TestInfo odd_tests[] = {
    {"Lloyd's iterations are those of scikit-learn", test_reference},
    {"spherical iterations are those of NumPy", test_spherical_reference},
    {"inertia never rises", test_inertia_never_rises},
    {"blobs are found from any seed", test_blobs},
    {"the same bits on any ranks and threads", test_ranks_and_threads},
    {"an empty cluster begins anew", test_empty_cluster},
    {"more clusters than distinct rows", test_more_clusters_than_rows},
    {"k-means|| meets every group", test_oversampling},
    {"rows of length zero have no direction", test_zero_rows},
    {"the number of clusters is chosen", test_choose},
    {"it is chosen on the same sample anywhere", test_choose_on_a_sample},
    {"of equal keys the first row is picked", test_pick_takes_the_first},
    {"k-means++ draws are fair", test_start_is_fair},
    {"k-means++ leaves what others leave", test_start_leaves_what_others_leave},
    {"the detector's scores and reason", test_detector},
    {"errors", test_errors},
    CU_TEST_INFO_NULL,
};
