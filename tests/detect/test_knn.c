/* Detector `knn` against scikit-learn; equal rows, samples, hostile rows, and the same bits on any
 * ranks and threads. */
#include "detect_fixture.h"
#include "knn_reference.h"
#include "mixture_reference.h"

#include "oddlot/par/threads.h"

#include <math.h>

const char *odd_test_name = "detect/knn";

enum { N = REFERENCE_ROWS, D = REFERENCE_FEATURES, COLUMNS = 2 };

static const odd_detector *detector(void)
{
    return odd_detector_find("knn");
}

static double reference_value(int64_t row, int j, uint64_t seed)
{
    (void)seed;
    return reference_x[row * D + j];
}

/* Every row three times. */
static double tripled(int64_t row, int j, uint64_t seed)
{
    return theme_and_odd(row / 3, j, seed);
}

static void mark_first(const odd_rows *rows, int64_t count, uint8_t verified[])
{
    for (int64_t i = 0; i < rows->part.n_local; i++)
        verified[i] = rows->part.row0 + i < count ? ODD_VERIFIED_THEME : ODD_VERIFIED_ODD;
}

static bool near(double is, double should)
{
    return fabs(is - should) <= 1e-12 * (1 + fabs(should));
}

/* Fit the reference rows and compare with what was computed beforehand. A rank's marks may be NULL
 * where it has no marked row. */
static void compare(const char *rows_set, const char *distance_set, const double distance[],
                    const double nearest[], double usual)
{
    const char *sets[] = {rows_set, distance_set, "fit.knn.neighbours=4"};
    odd_rows rows = rows_of(WORLD, N, D, 0, reference_value);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    uint8_t verified[N];
    double *score, is_usual = -1;
    mark_first(&rows, KNN_THEME, verified);
    const bool none = rows.part.row0 >= KNN_THEME;
    bool ok = fit_and_score(detector(), sets, 3, &rows, none ? NULL : verified, &model, &score) ==
                  ODD_OK &&
              odd_bundle_get_f64(&model, "usual", &is_usual) == ODD_OK;
    ok = ok && (strstr(distance_set, "kth") || near(is_usual, usual));
    for (int64_t i = 0; ok && i < rows.part.n_local; i++)
        ok = near(score[COLUMNS * i], distance[rows.part.row0 + i]) &&
             near(score[COLUMNS * i + 1], nearest[rows.part.row0 + i]);
    if (!check_all(WORLD, ok)) fprintf(stderr, "with %s, %s\n", rows_set, distance_set);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

static void test_reference(void)
{
    static const char mean[] = "fit.knn.distance=mean", kth[] = "fit.knn.distance=kth";
    compare("fit.knn.rows=all", mean, knn_all_mean, knn_all_nearest, knn_all_usual[0]);
    compare("fit.knn.rows=all", kth, knn_all_kth, knn_all_nearest, knn_all_usual[0]);
    compare("fit.knn.rows=theme", mean, knn_theme_mean, knn_theme_nearest, knn_theme_usual[0]);
    compare("fit.knn.rows=auto", kth, knn_theme_kth, knn_theme_nearest, knn_theme_usual[0]);
}

/* Distances between equal rows are 0, not what rounding leaves; and a row is not its own neighbour:
 * the second of three equal ones is. Rows of another catalogue are nobody's own. */
static void test_equal_rows(void)
{
    odd_rows rows = rows_of(WORLD, 90, 40, 5, tripled), other = rows_of(WORLD, 90, 40, 6, tripled);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    const char *set = "fit.knn.neighbours=3";
    bool ok = fit_and_score(detector(), &set, 1, &rows, NULL, &model, &score) == ODD_OK;
    for (int64_t i = 0; ok && i < rows.part.n_local; i++)
        ok = score[COLUMNS * i + 1] == 0 && score[COLUMNS * i] > 0.1;
    ok = ok && detector()->score(&model, &other, score) == ODD_OK;
    for (int64_t i = 0; ok && i < rows.part.n_local; i++)
        ok = score[COLUMNS * i + 1] > 0.1;
    check_all(WORLD, ok);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
    rows_free(&other);
}

typedef struct {
    odd_bundle model;
    double *score;
    int64_t n_local, row0;
} outcome;

static outcome fit_on(MPI_Comm comm, int threads, bool marked)
{
    outcome o = {.model = ODD_BUNDLE_EMPTY};
    const char *sets[] = {"fit.knn.sample=300", "fit.knn.neighbours=7"};
    odd_threads_setup(threads, 1);
    odd_rows rows = rows_of(comm, 2000, 6, 4, theme_and_odd);
    uint8_t *verified = odd_alloc(rows.part.n_local, 1);
    mark_first(&rows, 900, verified);
    ODD_CHECK(fit_and_score(detector(), sets, 2, &rows, marked ? verified : NULL, &o.model,
                            &o.score) == ODD_OK);
    o.n_local = rows.part.n_local;
    o.row0 = rows.part.row0;
    odd_free(verified);
    rows_free(&rows);
    odd_threads_setup(1, 1);
    return o;
}

static void outcome_free(outcome *o)
{
    odd_bundle_free(&o->model);
    odd_free(o->score);
}

static bool same_bits(const outcome *all, const outcome *part)
{
    return same_bundle(&all->model, &part->model) &&
           memcmp(all->score + part->row0 * COLUMNS, part->score,
                  (size_t)(part->n_local * COLUMNS) * sizeof(double)) == 0;
}

/* Of the sample there are as many rows as wanted, in order, all different and allowed. */
static bool is_sample(const odd_bundle *model, int64_t count, int64_t below)
{
    const odd_array *row = odd_bundle_find(model, "reference_row");
    bool ok = row && row->shape.shape[0] == count;
    for (int64_t i = 0; ok && i < count; i++) {
        const int64_t *number = (const int64_t *)row->data + i;
        ok = *number >= 0 && *number < below && (i == 0 || number[-1] < *number);
    }
    return ok;
}

static void test_ranks_and_threads(void)
{
    for (int marked = 0; marked < 2; marked++) {
        outcome self = fit_on(SELF, 1, marked), world = fit_on(WORLD, 1, marked);
        outcome threads = fit_on(WORLD, 2, marked);
        check_all(WORLD, same_bits(&self, &world) && same_bits(&self, &threads) &&
                             is_sample(&self.model, 300, marked ? 900 : 2000));
        outcome_free(&self);
        outcome_free(&world);
        outcome_free(&threads);
    }
}

static double constant_value(int64_t row, int j, uint64_t seed)
{
    (void)row;
    (void)seed;
    return 0.1 + j;
}

static void finite_for(int64_t n, int d, value_function value)
{
    odd_rows rows = rows_of(WORLD, n, d, 3, value);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    bool ok = fit_and_score(detector(), NULL, 0, &rows, NULL, &model, &score) == ODD_OK;
    for (int64_t i = 0; ok && i < COLUMNS * rows.part.n_local; i++)
        ok = isfinite(score[i]) && (value != constant_value || score[i] == 0);
    check_all(WORLD, ok);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

static void test_few_rows(void)
{
    finite_for(1, 4, theme_and_odd);
    finite_for(3, 4, theme_and_odd);
    finite_for(10, 50, theme_and_odd);
    finite_for(40, 5, constant_value);
}

static double with_infinity(int64_t row, int j, uint64_t seed)
{
    return row == 41 && j == 2 ? INFINITY : theme_and_odd(row, j, seed);
}

static void test_errors(void)
{
    odd_bundle model = ODD_BUNDLE_EMPTY, unused = ODD_BUNDLE_EMPTY;
    double *score;
    const char *set = "fit.knn.rows=theme";
    odd_rows none = rows_of(WORLD, 0, 3, 1, theme_and_odd);
    odd_rows broken = rows_of(WORLD, 64, 3, 1, with_infinity);
    odd_rows whole = rows_of(WORLD, 64, 3, 1, theme_and_odd);
    odd_rows wide = rows_of(WORLD, 64, 4, 1, theme_and_odd);
    check_all(WORLD, fit_and_score(detector(), NULL, 0, &none, NULL, &unused, &score) == ODD_ARG);
    odd_free(score);
    check_all(WORLD,
              fit_and_score(detector(), NULL, 0, &broken, NULL, &unused, &score) == ODD_NUMERIC &&
                  strstr(odd_fail_reason(), "row 41 "));
    odd_free(score);
    check_all(WORLD, fit_and_score(detector(), &set, 1, &whole, NULL, &unused, &score) == ODD_ARG);
    odd_free(score);
    check_all(WORLD, fit_and_score(detector(), NULL, 0, &whole, NULL, &model, &score) == ODD_OK);
    check_all(WORLD, detector()->score(&model, &broken, score) == ODD_NUMERIC);
    check_all(WORLD, detector()->score(&model, &wide, score) == ODD_ARG);
    *(int64_t *)odd_bundle_find(&model, "neighbours")->data = 65;
    check_all(WORLD, detector()->score(&model, &whole, score) == ODD_FORMAT);
    odd_free(score);
    odd_bundle_free(&model);
    odd_bundle_free(&unused);
    rows_free(&none);
    rows_free(&broken);
    rows_free(&whole);
    rows_free(&wide);
}

CU_TestInfo odd_tests[] = {
    {"distances are those of scikit-learn", test_reference},
    {"equal rows", test_equal_rows},
    {"the same bits on any ranks and threads, of samples too", test_ranks_and_threads},
    {"few or equal rows", test_few_rows},
    {"errors", test_errors},
    CU_TEST_INFO_NULL,
};
