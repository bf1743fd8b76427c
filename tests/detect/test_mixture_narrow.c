/* EM in float32: where it may be, that it is EM all the same, and that what it leaves is float64.
 */
#include "mixture_fixture.h"

#include "detect/moments_internal.h"
#include "oddlot/par/threads.h"

#include <float.h>

const char *odd_test_name = "detect/mixture_narrow";

enum { D = 40 };

/* A mixture of identity covariances at the centre, which is 0. Owned by caller. */
static odd_mixture *plain_mixture(odd_mixture shape)
{
    odd_mixture *m = NULL;
    ODD_CHECK(odd_mixture_new(&shape, &m) == ODD_OK);
    for (int k = 0; k < m->components; k++)
        m->weight[k] = 1.0 / m->components;
    for (int g = 0; g < m->groups; g++)
        odd_form_add_identity(m->form, m->d, 1, odd_mixture_covariance(m, g));
    return m;
}

static const odd_mixture full = {.d = D, .themes = 1, .form = ODD_FORM_FULL};

/* ---- the rule ---- */

static double blur_of(odd_mixture *m, double all)
{
    double total[D * D];
    for (int j = 0; j < D * D; j++)
        total[j] = all;
    CU_ASSERT(odd_mixture_factorize(m) == ODD_OK && *m->blur == 0);
    return odd_mixture_blur(m, total);
}

/* Without correlation every inflation factor is 1. */
static void test_blur(void)
{
    odd_mixture *m = plain_mixture(full);
    CU_ASSERT_DOUBLE_EQUAL(blur_of(m, 100), FLT_EPSILON / 2 * sqrt(D), 1e-12);
    m->mean[3] = 3; /* as if the feature had 10 times the variance, about the centre */
    CU_ASSERT_DOUBLE_EQUAL(blur_of(m, 100), FLT_EPSILON / 2 * sqrt(D + 9), 1e-12);
    m->mean[3] = 100;
    CU_ASSERT_EQUAL(blur_of(m, 100), 0);
    odd_mixture_free(&m);
}

/* Features 0 and 1 correlate by r: an inflation of 1 / (1 - r^2), in any unit. */
static double correlated(double r, double unit)
{
    odd_mixture *m = plain_mixture(full);
    double *a = odd_mixture_covariance(m, 1);
    a[0] = unit * unit;
    a[1] = a[D] = r * unit;
    const double blur = blur_of(m, 100);
    odd_mixture_free(&m);
    return blur;
}

static void test_correlation(void)
{
    const double inflation = 1 / (1 - 0.99 * 0.99);
    for (double unit = 1e-6; unit < 1e7; unit *= 1e6)
        CU_ASSERT_DOUBLE_EQUAL(correlated(0.99, unit),
                               FLT_EPSILON / 2 * sqrt(D - 2 + 2 * inflation), 1e-12);
    CU_ASSERT(correlated(0.9994, 1) > 0);
    CU_ASSERT_EQUAL(correlated(0.9996, 1), 0);
}

static void test_not_narrow(void)
{
    odd_mixture *m = plain_mixture(full), *uniform = NULL;
    CU_ASSERT_EQUAL(blur_of(m, 1e31), 0);
    CU_ASSERT_EQUAL(blur_of(m, INFINITY), 0);
    CU_ASSERT(blur_of(m, 1e29) > 0);
    odd_mixture_covariance(m, 0)[D + 1] = 1e-25;
    CU_ASSERT_EQUAL(blur_of(m, 100), 0);
    odd_mixture_free(&m);
    odd_mixture few = full, diagonal = full, flat = full;
    few.d = 31;
    diagonal.form = ODD_FORM_DIAGONAL;
    m = plain_mixture(few);
    CU_ASSERT_EQUAL(blur_of(m, 100), 0);
    odd_mixture_free(&m);
    m = plain_mixture(diagonal);
    CU_ASSERT_EQUAL(blur_of(m, 100), 0);
    odd_mixture_free(&m);
    flat.background = ODD_BACKGROUND_UNIFORM; /* where its mean is does not matter */
    uniform = plain_mixture(flat);
    uniform->mean[D] = 1e4;
    CU_ASSERT(blur_of(uniform, 100) > 0);
    odd_mixture_free(&uniform);
}

/* ---- a pass ---- */

static bool near_all(int64_t count, const double is[], const double should[], double tolerance)
{
    for (int64_t i = 0; i < count; i++)
        if (!(fabs(is[i] - should[i]) <= tolerance)) return false;
    return true;
}

/* The same factors, float32 numbers, multiplied in float32 and in float64. */
static void check_pass(odd_background background, int themes, bool direct)
{
    enum { N = 700 };
    odd_rows rows = rows_of(WORLD, N, D, 8, theme_and_odd);
    odd_mixture shape = full;
    shape.themes = themes;
    shape.background = background;
    shape.degrees = 4;
    odd_mixture *m = plain_mixture(shape);
    odd_mixture_sums *narrow = NULL, *wide = NULL;
    double total[D * D], fourth;
    int64_t n;
    bool ok =
        odd_mixture_sums_new(m, &narrow) == ODD_OK && odd_mixture_sums_new(m, &wide) == ODD_OK;
    if (!check_all(WORLD, ok)) return;
    ok = odd_mean(&rows, ODD_ALL_ROWS, m->centre, &n) == ODD_OK &&
         odd_scatter(&rows, ODD_ALL_ROWS, m->form, m->centre, NULL, total, &fourth) == ODD_OK;
    narrow->total = wide->total = total;
    narrow->direct = wide->direct = direct;
    for (int j = 0; j < m->components * D; j++)
        m->mean[j] = m->centre[j % D] + draw(4, 1, j);
    for (int g = 0; g < m->groups; g++) /* the last is the broad one */
        odd_mixture_scale(m, g, g == m->groups - 1 ? 20 : 1 + 0.3 * g);
    ok = ok && odd_mixture_factorize(m) == ODD_OK;
    const double blur = odd_mixture_blur(m, total);
    ok = ok && blur > 0 && odd_mixture_narrow(m, blur) == ODD_OK &&
         odd_mixture_pass(m, &rows, NULL, narrow) == ODD_OK;
    *m->blur = 0;
    ok = ok && odd_mixture_pass(m, &rows, NULL, wide) == ODD_OK &&
         narrow->log_likelihood != wide->log_likelihood &&
         fabs(narrow->log_likelihood - wide->log_likelihood) < 8 * blur * sqrt(N) &&
         near_all(m->components, narrow->rows, wide->rows, N * 1e-7) &&
         near_all(m->components, narrow->mass, wide->mass, N * 1e-6) &&
         near_all(m->components * D, narrow->first, wide->first, 1e-6 * sqrt(N * total[0])) &&
         near_all(m->groups * D * D, narrow->scatter, wide->scatter, 1e-6 * total[0]);
    check_all(WORLD, ok);
    odd_mixture_sums_free(&narrow);
    odd_mixture_sums_free(&wide);
    odd_mixture_free(&m);
    rows_free(&rows);
}

static void test_pass(void)
{
    check_pass(ODD_BACKGROUND_GAUSSIAN, 1, false);
    check_pass(ODD_BACKGROUND_GAUSSIAN, 3, true);
    check_pass(ODD_BACKGROUND_STUDENT, 2, false);
    check_pass(ODD_BACKGROUND_UNIFORM, 1, false);
}

/* ---- a fit ---- */

enum { ROWS = 6000, STEPS = 12 };

/* Kinds of rows that overlap, so that EM takes long. */
static double overlapping(int64_t row, int j, uint64_t seed)
{
    const double own = draw(seed, row, j), common = draw(seed, row, 1000);
    const double apart = j < 4 ? 0.8 * (double)(row % 3) : 0;
    return (is_odd(row) ? 1.2 : 1) * own + (j % 3 ? 0.4 : 0.1) * common + apart;
}

/* The same in a unit that is too small for float32: a power of two, so that nothing else differs.
 */
static double overlapping_tiny(int64_t row, int j, uint64_t seed)
{
    return ldexp((float)overlapping(row, j, seed), -60);
}

typedef struct {
    odd_bundle model;
    double *score;
    int64_t n_local, row0;
} outcome;

static outcome fit_on(MPI_Comm comm, int threads, value_function value, const char *detector,
                      const char *const sets[], int count)
{
    outcome o = {.model = ODD_BUNDLE_EMPTY};
    odd_threads_setup(threads, 1);
    odd_rows rows = rows_of(comm, ROWS, D, 4, value);
    ODD_CHECK(fit_and_score(odd_detector_find(detector), sets, count, &rows, NULL, &o.model,
                            &o.score) == ODD_OK);
    o.n_local = rows.part.n_local;
    o.row0 = rows.part.row0;
    rows_free(&rows);
    odd_threads_setup(1, 1);
    return o;
}

static void outcome_free(outcome *o)
{
    odd_bundle_free(&o->model);
    odd_free(o->score);
}

/* Iteration by iteration what float64 finds. */
static void test_float64(void)
{
    static const char *const sets[] = {"fit.mixture.max_iterations=12", "fit.mixture.tolerance=0",
                                       "fit.mixture.theme_components=2",
                                       "fit.mixture.start=kmeans"};
    outcome narrow = fit_on(SELF, 1, overlapping, "mixture", sets, 4);
    outcome wide = fit_on(SELF, 1, overlapping_tiny, "mixture", sets, 4);
    const odd_array *is = odd_bundle_find(&narrow.model, "objective");
    const odd_array *should = odd_bundle_find(&wide.model, "objective");
    const bool whole =
        is && should && is->shape.shape[0] == STEPS + 1 && should->shape.shape[0] == STEPS + 1;
    if (!check_all(WORLD, whole)) return;
    const double *a = is->data, *b = should->data;
    bool same = true, ok = true;
    for (int i = 1; i <= STEPS; i++) { /* but for a constant of the unit */
        const double gap = (a[i] - a[0]) - (b[i] - b[0]);
        ok = ok && fabs(gap) < 1e-9 * fabs(a[i]);
        same = same && gap == 0;
    }
    for (int64_t i = 0; i < narrow.n_local * COLUMNS; i += COLUMNS)
        ok = ok && fabs(narrow.score[i] - wide.score[i]) < 1e-4;
    check_all(WORLD, ok && !same);
    outcome_free(&narrow);
    outcome_free(&wide);
}

/* To the end, which float64 finds: there the objective rises to the digits of float64. */
static void climb(const char *detector, const char *background)
{
    char sets[3][64];
    const char *const set[] = {sets[0], sets[1], sets[2]};
    const bool bayes = strcmp(detector, "bayes_mixture") == 0;
    snprintf(sets[0], sizeof sets[0], "fit.%s.tolerance=1e-7", detector);
    snprintf(sets[1], sizeof sets[1], "fit.%s.max_iterations=300", detector);
    snprintf(sets[2], sizeof sets[2], "fit.mixture.background=%s", background);
    outcome o = fit_on(WORLD, 1, overlapping, detector, set, bayes ? 2 : 3);
    const odd_array *objective = odd_bundle_find(&o.model, "objective");
    int64_t iterations = 0;
    bool ok = objective && never_falls(&o.model, 1e-10) &&
              odd_bundle_get_i64(&o.model, "iterations", &iterations) == ODD_OK && iterations < 300;
    if (!check_all(WORLD, ok)) fprintf(stderr, "%s, %s\n", detector, background);
    outcome_free(&o);
}

static void test_objective_never_falls(void)
{
    for (int b = 0; b < BACKGROUNDS; b++)
        climb("mixture", backgrounds[b]);
    climb("bayes_mixture", backgrounds[0]);
}

/* A model that was stopped at any iteration has the factors of its covariances, not rounded ones.
 */
static void test_factors(void)
{
    static const char *const sets[] = {"fit.mixture.max_iterations=3", "fit.mixture.tolerance=0"};
    outcome o = fit_on(SELF, 1, overlapping, "mixture", sets, 2);
    odd_mixture *m = NULL, *again = NULL;
    CU_ASSERT(odd_mixture_load(&o.model, &m) == ODD_OK &&
              odd_mixture_load(&o.model, &again) == ODD_OK);
    CU_ASSERT(odd_mixture_factorize(again) == ODD_OK);
    CU_ASSERT(near_all(2 * D * D, m->factor, again->factor, 0) &&
              near_all(2, m->constant, again->constant, 0));
    odd_mixture_free(&m);
    odd_mixture_free(&again);
    outcome_free(&o);
}

static bool same_bits(const outcome *a, const outcome *b)
{
    return same_bundle(&a->model, &b->model) &&
           memcmp(a->score + (b->row0 - a->row0) * COLUMNS, b->score,
                  (size_t)(b->n_local * COLUMNS) * sizeof(double)) == 0;
}

static void test_ranks_and_threads(void)
{
    static const char *const sets[] = {"fit.mixture.max_iterations=5", "fit.mixture.tolerance=0",
                                       "fit.mixture.theme_components=2",
                                       "fit.mixture.start=kmeans"};
    outcome self = fit_on(SELF, 1, overlapping, "mixture", sets, 4);
    outcome world = fit_on(WORLD, 1, overlapping, "mixture", sets, 4);
    outcome threads = fit_on(WORLD, 2, overlapping, "mixture", sets, 4);
    check_all(WORLD, same_bits(&self, &world) && same_bits(&world, &threads));
    outcome_free(&self);
    outcome_free(&world);
    outcome_free(&threads);
}

CU_TestInfo odd_tests[] = {
    {"what float32 would do", test_blur},
    {"correlation, in any unit", test_correlation},
    {"where float32 would not do", test_not_narrow},
    {"a pass is that of float64", test_pass},
    {"a fit is that of float64", test_float64},
    {"the objective never falls", test_objective_never_falls},
    {"factors of a model are not rounded", test_factors},
    {"the same bits on any ranks and threads", test_ranks_and_threads},
    CU_TEST_INFO_NULL,
};
