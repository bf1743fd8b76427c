/* The mixture's promises: its fast E-step is the plain one, the objective never falls, neither the
 * order of rows nor ranks nor threads matter, verified rows stay on their side, anomalies are
 * found, and hostile rows do no harm. */
#include "detect_fixture.h"

#include "detect/mixture_internal.h"
#include "detect/moments_internal.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/threads.h"

#include <math.h>

const char *odd_test_name = "detect/mixture";

enum { COLUMNS = ODD_MIXTURE_COLUMNS };

static const odd_detector *detector(void)
{
    return odd_detector_find("mixture");
}

enum { FORMS = 5, RANK = 2 };
static const char *const forms[FORMS] = {"full", "tied", "diagonal", "spherical", "factor"};
static const char *const backgrounds[] = {"gaussian", "student", "uniform"};

static odd_mixture shape_of(int form, int d, int themes)
{
    return (odd_mixture){.d = d,
                         .themes = themes,
                         .form = form == 2   ? ODD_FORM_DIAGONAL
                                 : form == 3 ? ODD_FORM_SPHERICAL
                                             : ODD_FORM_FULL,
                         .tied = form == 1,
                         .rank = form == 4 ? (d < RANK ? d : RANK) : 0,
                         .degrees = 3};
}

static double draw(uint64_t seed, int64_t row, int j)
{
    return odd_normal(seed, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)j);
}

/* ---- E-step ---- */

/* A mixture with any parameters. Owned by caller. */
static odd_mixture *any_mixture(odd_mixture shape, uint64_t seed)
{
    odd_mixture *m = NULL;
    const int d = shape.d;
    ODD_CHECK(odd_mixture_new(&shape, &m) == ODD_OK);
    for (int j = 0; j < d; j++)
        m->centre[j] = draw(seed, j, 50);
    for (int k = 0; k < m->components; k++) {
        m->weight[k] = 1.0 / m->components;
        for (int j = 0; j < d; j++)
            m->mean[k * d + j] = draw(seed, j, 60 + k);
    }
    for (int g = 0; g < m->groups; g++) {
        double *a = odd_mixture_covariance(m, g), v[64];
        for (int j = 0; j < d; j++)
            v[j] = draw(seed, j, 80 + g);
        for (int64_t j = 0; m->rank && j < odd_mixture_size(m); j++)
            a[j] = j < d ? 0.5 + g : draw(seed, j, 90 + g);
        if (m->rank) continue;
        odd_form_add_identity(m->form, d, 0.5 + g, a);
        odd_form_add_outer(m->form, d, 1, v, v, a);
    }
    ODD_CHECK(odd_mixture_factorize(m) == ODD_OK);
    return m;
}

static bool fast_is_plain(const odd_mixture *m, uint64_t seed)
{
    enum { ROWS = 37, WIDE = 20, MANY = 4 };
    float x[ROWS * WIDE];
    double z[ROWS * WIDE], white[ROWS * (WIDE + RANK)], joint[MANY * ROWS], square[MANY * ROWS];
    double plain[MANY], distance[MANY];
    for (int i = 0; i < ROWS * m->d; i++)
        x[i] = (float)(3 * draw(seed, i, 7));
    odd_centre_rows(ROWS, m->d, x, m->centre, z);
    odd_mixture_joint(m, ROWS, z, white, joint, square);
    for (int i = 0; i < ROWS; i++) {
        odd_mixture_joint_plain(m, x + i * m->d, plain, distance);
        for (int k = 0; k < m->components; k++)
            if (fabs(joint[k * ROWS + i] - plain[k]) > 1e-11 * (1 + fabs(plain[k])) ||
                fabs(square[k * ROWS + i] - distance[k]) > 1e-11 * (1 + distance[k]))
                return false;
    }
    return true;
}

static void test_fast_is_plain(void)
{
    for (int form = 0; form < FORMS; form++)
        for (int d = 1; d <= 20; d += 19 - form) {
            odd_mixture shape = shape_of(form, d, 1 + form % 3);
            shape.background = (odd_background)((form + d) % 3);
            odd_mixture *m = any_mixture(shape, 9);
            CU_ASSERT(fast_is_plain(m, (uint64_t)d));
            odd_mixture_free(&m);
        }
}

static void test_log_sum_exp(void)
{
    const double far[] = {-1000, 0, -1000.5}, none[] = {-INFINITY, -INFINITY};
    CU_ASSERT_DOUBLE_EQUAL(odd_log_sum_exp(2, far, 2), -1000 + log1p(exp(-0.5)), 1e-12);
    CU_ASSERT(odd_log_sum_exp(2, none, 1) == -INFINITY);
}

/* ---- the objective ---- */

/* Rows marked by a draw: some of the theme, some odd. */
static void mark_some(const odd_rows *rows, uint64_t seed, uint8_t verified[])
{
    for (int64_t i = 0; i < rows->part.n_local; i++) {
        const int64_t row = rows->part.row0 + i;
        const bool known = odd_below(5, seed, ODD_STREAM_TEST, (uint64_t)row, 3000) == 0;
        verified[i] = !known ? ODD_UNVERIFIED : is_odd(row) ? ODD_VERIFIED_ODD : ODD_VERIFIED_THEME;
    }
}

static bool never_falls(const odd_bundle *model, double rounding)
{
    const odd_array *objective = odd_bundle_find(model, "objective");
    if (!objective) return false;
    const double *value = objective->data;
    for (int64_t i = 1; i < objective->shape.shape[0]; i++)
        if (value[i] < value[i - 1] - rounding * fabs(value[i])) return false;
    return objective->shape.shape[0] > 1;
}

static void climb(const char *form, const char *background, const char *prior, const char *start,
                  uint64_t seed)
{
    enum { SETS = 7 };
    char themes[64], covariance[64], behind[64], priors[64], starts[64];
    const bool may_collapse = strcmp(prior, "none") == 0; /* many components on few rows */
    const char *sets[SETS] = {themes,
                              covariance,
                              behind,
                              priors,
                              starts,
                              "fit.mixture.rank=2",
                              "fit.mixture.tolerance=1e-9"};
    snprintf(themes, sizeof themes, "fit.mixture.theme_components=%d",
             may_collapse ? 1 : 1 + (int)(seed % 3));
    snprintf(covariance, sizeof covariance, "fit.mixture.covariance=%s", form);
    snprintf(behind, sizeof behind, "fit.mixture.background=%s", background);
    snprintf(priors, sizeof priors, "fit.mixture.prior=%s", prior);
    snprintf(starts, sizeof starts, "fit.mixture.start=%s", start);
    odd_rows rows =
        rows_of(WORLD, 150 + 60 * (int64_t)seed, 2 + (int)seed % 4, seed, theme_and_odd);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    uint8_t *verified = odd_alloc(rows.part.n_local, 1);
    mark_some(&rows, seed, verified);
    const bool marked = seed % 2 == 0;
    const odd_status st =
        fit_and_score(detector(), sets, SETS, &rows, marked ? verified : NULL, &model, &score);
    if (!check_all(WORLD, st == ODD_OK && never_falls(&model, 1e-12)))
        fprintf(stderr, "%s, %s, prior %s, start %s, seed %d\n", form, background, prior, start,
                (int)seed);
    odd_free(verified);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

static void test_objective_never_falls(void)
{
    static const char *const starts[] = {"data", "verified", "kmeans"};
    for (int form = 0; form < FORMS; form++)
        for (uint64_t seed = 0; seed < 6; seed++) {
            climb(forms[form], backgrounds[seed / 2], "map",
                  seed % 2 ? starts[0] : starts[seed % 3], seed);
            if (seed % 2) climb(forms[form], backgrounds[seed / 2], "none", "kmeans", seed);
        }
}

/* The same of the lower bound of a variational fit. */
static void test_bound_never_falls(void)
{
    for (uint64_t seed = 0; seed < 4; seed++) {
        odd_rows rows =
            rows_of(WORLD, 150 + 60 * (int64_t)seed, 2 + (int)seed, seed, theme_and_odd);
        odd_bundle model = ODD_BUNDLE_EMPTY;
        double *score;
        uint8_t *verified = odd_alloc(rows.part.n_local, 1);
        const char *set = "fit.bayes_mixture.tolerance=1e-9";
        mark_some(&rows, seed, verified);
        const odd_status st = fit_and_score(odd_detector_find("bayes_mixture"), &set, 1, &rows,
                                            seed % 2 ? verified : NULL, &model, &score);
        check_all(WORLD, st == ODD_OK && never_falls(&model, 1e-12));
        odd_free(verified);
        odd_free(score);
        odd_bundle_free(&model);
        rows_free(&rows);
    }
}

/* ---- the same answer ---- */

typedef struct {
    odd_bundle model;
    double *score;
    int64_t n_local, row0;
} outcome;

static outcome fit_on(MPI_Comm comm, int threads, const char *const sets[], int count, bool marked)
{
    outcome o = {.model = ODD_BUNDLE_EMPTY};
    odd_threads_setup(threads, 1);
    odd_rows rows = rows_of(comm, 700, 6, 4, theme_and_odd);
    uint8_t *verified = odd_alloc(rows.part.n_local, 1);
    mark_some(&rows, 4, verified);
    ODD_CHECK(fit_and_score(detector(), sets, count, &rows, marked ? verified : NULL, &o.model,
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

/* All of b's rows are among those of a, which has them all or the same. */
static bool same_bits(const outcome *a, const outcome *b)
{
    return same_bundle(&a->model, &b->model) &&
           memcmp(a->score + (b->row0 - a->row0) * COLUMNS, b->score,
                  (size_t)(b->n_local * COLUMNS) * sizeof(double)) == 0;
}

static void test_ranks_and_threads(void)
{
    for (int form = 0; form < FORMS; form++) {
        char covariance[64], background[64];
        snprintf(covariance, sizeof covariance, "fit.mixture.covariance=%s", forms[form]);
        snprintf(background, sizeof background, "fit.mixture.background=%s", backgrounds[form % 3]);
        const char *sets[] = {covariance,
                              background,
                              "fit.mixture.theme_components=2",
                              "fit.mixture.start=kmeans",
                              "fit.mixture.restarts=2",
                              "fit.mixture.theme_prior=verified"};
        outcome self = fit_on(SELF, 1, sets, 6, form % 2),
                world = fit_on(WORLD, 1, sets, 6, form % 2);
        outcome threads = fit_on(WORLD, 2, sets, 6, form % 2);
        check_all(WORLD, same_bits(&self, &world) && same_bits(&world, &threads));
        outcome_free(&self);
        outcome_free(&world);
        outcome_free(&threads);
    }
}

enum { SHUFFLED = 200 };

static double reversed_value(int64_t row, int j, uint64_t seed)
{
    return theme_and_odd(SHUFFLED - 1 - row, j, seed);
}

static void test_order_of_rows(void)
{
    odd_rows rows = rows_of(SELF, SHUFFLED, 4, 6, theme_and_odd);
    odd_rows other = rows_of(SELF, SHUFFLED, 4, 6, reversed_value);
    odd_bundle model = ODD_BUNDLE_EMPTY, reversed = ODD_BUNDLE_EMPTY;
    double *score = NULL, *score_reversed = NULL;
    bool ok =
        fit_and_score(detector(), NULL, 0, &rows, NULL, &model, &score) == ODD_OK &&
        fit_and_score(detector(), NULL, 0, &other, NULL, &reversed, &score_reversed) == ODD_OK;
    for (int64_t i = 0; ok && i < SHUFFLED; i++)
        for (int c = 0; c < COLUMNS; c++)
            ok = ok && fabs(score[i * COLUMNS + c] -
                            score_reversed[(SHUFFLED - 1 - i) * COLUMNS + c]) < 1e-8;
    CU_ASSERT(ok);
    odd_free(score);
    odd_free(score_reversed);
    odd_bundle_free(&model);
    odd_bundle_free(&reversed);
    rows_free(&rows);
    rows_free(&other);
}

/* A mixture that went through a bundle gives the same densities: it is made of the same numbers. */
static void test_save_and_load(void)
{
    for (int form = 0; form < FORMS; form++) {
        odd_mixture shape = shape_of(form, 7, 2), *loaded = NULL;
        shape.background = (odd_background)(form % 3);
        odd_mixture *m = any_mixture(shape, 21);
        odd_bundle b = ODD_BUNDLE_EMPTY;
        const odd_status st = odd_mixture_save(m, &b);
        CU_ASSERT(st == ODD_OK && odd_mixture_load(&b, &loaded) == ODD_OK);
        CU_ASSERT(loaded && loaded->count == m->count && loaded->tied == m->tied &&
                  loaded->rank == m->rank && loaded->background == m->background &&
                  memcmp(loaded->parameter, m->parameter, (size_t)m->count * sizeof(double)) == 0);
        odd_mixture_free(&loaded);
        odd_mixture_free(&m);
        odd_bundle_free(&b);
    }
}

/* A damaged model is told as such. */
static void test_damaged_model(void)
{
    static const char *const needed[] = {
        "features",        "theme_components", "form",   "tied", "rank",       "background",
        "degrees",         "centre",           "weight", "mean", "covariance", "factor",
        "log_determinant", "constant"};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        odd_mixture *m = any_mixture(shape_of(0, 5, 1), 2), *loaded = NULL;
        odd_bundle b = ODD_BUNDLE_EMPTY;
        CU_ASSERT(odd_mixture_save(m, &b) == ODD_OK);
        for (int a = 0; a < b.count; a++)
            if (strcmp(b.array[a].name, needed[i]) == 0) b.array[a].name[0] = 'X';
        CU_ASSERT(odd_mixture_load(&b, &loaded) == ODD_FORMAT && !loaded);
        odd_bundle_free(&b);
        odd_mixture_free(&m);
    }
    odd_mixture *m = any_mixture(shape_of(0, 5, 1), 2), *loaded = NULL;
    odd_bundle b = ODD_BUNDLE_EMPTY;
    CU_ASSERT(odd_mixture_save(m, &b) == ODD_OK);
    *(int64_t *)odd_bundle_find(&b, "features")->data = 1 << 20;
    CU_ASSERT(odd_mixture_load(&b, &loaded) == ODD_FORMAT && !loaded);
    odd_bundle_free(&b);
    odd_mixture_free(&m);
}

/* ---- what it is for ---- */

static void test_finds_anomalies(void)
{
    odd_rows rows = rows_of(SELF, 1000, 8, 12, theme_and_odd);
    for (int form = 0; form < FORMS; form++) {
        char covariance[64];
        const char *set = covariance;
        odd_bundle model = ODD_BUNDLE_EMPTY;
        double *score, dominance = 0;
        snprintf(covariance, sizeof covariance, "fit.mixture.covariance=%s", forms[form]);
        bool ok = fit_and_score(detector(), &set, 1, &rows, NULL, &model, &score) == ODD_OK;
        CU_ASSERT(ok && found(&rows, score, COLUMNS) > 0.99);
        CU_ASSERT(odd_bundle_get_f64(&model, "dominance", &dominance) == ODD_OK && dominance > 1);
        odd_free(score);
        odd_bundle_free(&model);
    }
    rows_free(&rows);
}

/* What is verified moves the fit towards it: the mean of the theme when half of it is known. */
static void test_verified_rows_are_held(void)
{
    odd_rows rows = rows_of(WORLD, 400, 3, 14, theme_and_odd);
    uint8_t *verified = odd_alloc(rows.part.n_local, 1);
    odd_bundle wrong = ODD_BUNDLE_EMPTY, free_fit = ODD_BUNDLE_EMPTY;
    double *score, held = 0, alone = 0;
    for (int64_t i = 0; i < rows.part.n_local; i++) /* half of the theme declared odd */
        verified[i] = (rows.part.row0 + i) % 2 ? ODD_UNVERIFIED : ODD_VERIFIED_ODD;
    /* marks on one rank only: the others have none */
    const bool mine = odd_rank(WORLD) == 0;
    bool ok =
        fit_and_score(detector(), NULL, 0, &rows, mine ? verified : NULL, &wrong, &score) == ODD_OK;
    odd_free(score);
    ok = ok && fit_and_score(detector(), NULL, 0, &rows, NULL, &free_fit, &score) == ODD_OK;
    odd_free(score);
    ok = ok && odd_bundle_get_f64(&wrong, "anomaly_share", &held) == ODD_OK &&
         odd_bundle_get_f64(&free_fit, "anomaly_share", &alone) == ODD_OK;
    int64_t declared = mine ? (rows.part.n_local + 1) / 2 : 0;
    odd_sum_i64(WORLD, &declared, 1);
    check_all(WORLD, ok && held >= (double)declared / 400 && alone < 0.25);
    odd_free(verified);
    odd_bundle_free(&wrong);
    odd_bundle_free(&free_fit);
    rows_free(&rows);
}

/* ---- hostile rows ---- */

static double constant_value(int64_t row, int j, uint64_t seed)
{
    (void)row;
    (void)seed;
    return 0.1 + j;
}

static double zero_value(int64_t row, int j, uint64_t seed)
{
    (void)row;
    (void)j;
    (void)seed;
    return 0;
}

/* Features of very different size, one of them constant, and a row far outside. */
static double far_value(int64_t row, int j, uint64_t seed)
{
    if (row == 17) return 1e15;
    return j == 2 ? 4 : draw(seed, row, j) * (j == 1 ? 1e-4 : 100);
}

static void finite_for(int64_t n, int d, value_function value, const char *form,
                       const char *background)
{
    char covariance[64], behind[64];
    const char *sets[] = {covariance, behind, "fit.mixture.theme_components=2"};
    odd_rows rows = rows_of(WORLD, n, d, 3, value);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    snprintf(covariance, sizeof covariance, "fit.mixture.covariance=%s", form);
    snprintf(behind, sizeof behind, "fit.mixture.background=%s", background);
    bool ok = fit_and_score(detector(), sets, 3, &rows, NULL, &model, &score) == ODD_OK &&
              never_falls(&model, 1e-9);
    for (int64_t i = 0; ok && i < COLUMNS * rows.part.n_local; i++)
        ok = isfinite(score[i]);
    if (!check_all(WORLD, ok))
        fprintf(stderr, "n %lld, d %d, %s, %s\n", (long long)n, d, form, background);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

static void test_hostile_rows(void)
{
    for (int form = 0; form < FORMS; form++)
        for (int b = 0; b < 3; b++) {
            finite_for(1, 3, theme_and_odd, forms[form], backgrounds[b]);
            finite_for(3, 1, theme_and_odd, forms[form], backgrounds[b]);
            finite_for(10, 50, theme_and_odd, forms[form], backgrounds[b]);
            finite_for(50, 4, constant_value, forms[form], backgrounds[b]);
            finite_for(50, 4, zero_value, forms[form], backgrounds[b]);
            finite_for(300, 4, far_value, forms[form], backgrounds[b]);
        }
}

/* Where the anomalies hold nearly all of the variance, the theme's scatter must not be what
 * rounding leaves of the total: the derived one is the direct one. */
static double wide_and_narrow(int64_t row, int j, uint64_t seed)
{
    return draw(seed, row, j) * (is_odd(row) ? 1e7 : 1);
}

static void test_cancellation(void)
{
    odd_rows rows = rows_of(WORLD, 500, 4, 8, wide_and_narrow);
    odd_mixture *m = any_mixture(shape_of(0, 4, 1), 1);
    odd_mixture_sums *derived = NULL, *direct = NULL;
    double total[16], fourth;
    int64_t n;
    bool ok =
        odd_mixture_sums_new(m, &derived) == ODD_OK && odd_mixture_sums_new(m, &direct) == ODD_OK;
    if (!check_all(WORLD, ok)) return;
    ok = odd_mean(&rows, ODD_ALL_ROWS, m->centre, &n) == ODD_OK &&
         odd_scatter(&rows, ODD_ALL_ROWS, ODD_FORM_FULL, m->centre, NULL, total, &fourth) == ODD_OK;
    memset(m->covariance, 0, 32 * sizeof(double));
    odd_form_add_identity(ODD_FORM_FULL, 4, 1, odd_mixture_covariance(m, 0));
    odd_form_add_identity(ODD_FORM_FULL, 4, 1e14, odd_mixture_covariance(m, 1));
    memset(m->mean, 0, 8 * sizeof(double));
    m->weight[0] = 0.9;
    m->weight[1] = 0.1;
    ok = ok && odd_mixture_factorize(m) == ODD_OK;
    derived->total = direct->total = total;
    direct->direct = true;
    ok = ok && odd_mixture_pass(m, &rows, NULL, derived) == ODD_OK &&
         odd_mixture_pass(m, &rows, NULL, direct) == ODD_OK;
    check_all(WORLD, ok && derived->direct &&
                         memcmp(derived->scatter, direct->scatter, 32 * sizeof(double)) == 0);
    odd_mixture_sums_free(&derived);
    odd_mixture_sums_free(&direct);
    odd_mixture_free(&m);
    rows_free(&rows);
}

/* On ordinary rows the derived scatter agrees with the direct one to rounding. */
static void test_derived_is_direct(void)
{
    odd_rows rows = rows_of(WORLD, 500, 4, 8, theme_and_odd);
    for (int form = 0; form < FORMS; form++) {
        odd_mixture *m = any_mixture(shape_of(form, 4, 2), 1);
        odd_mixture_sums *derived = NULL, *direct = NULL;
        double total[16], fourth;
        int64_t n;
        bool ok = odd_mixture_sums_new(m, &derived) == ODD_OK &&
                  odd_mixture_sums_new(m, &direct) == ODD_OK;
        if (!check_all(WORLD, ok)) return;
        ok = odd_mean(&rows, ODD_ALL_ROWS, m->centre, &n) == ODD_OK &&
             odd_scatter(&rows, ODD_ALL_ROWS, m->form, m->centre, NULL, total, &fourth) == ODD_OK;
        derived->total = direct->total = total;
        direct->direct = true;
        ok = ok && odd_mixture_factorize(m) == ODD_OK &&
             odd_mixture_pass(m, &rows, NULL, derived) == ODD_OK &&
             odd_mixture_pass(m, &rows, NULL, direct) == ODD_OK && !derived->direct;
        for (int64_t j = 0; ok && j < m->groups * odd_form_dense(m->form, 4); j++)
            ok = fabs(derived->scatter[j] - direct->scatter[j]) < 1e-9 * fabs(total[0]);
        check_all(WORLD, ok);
        odd_mixture_sums_free(&derived);
        odd_mixture_sums_free(&direct);
        odd_mixture_free(&m);
    }
    rows_free(&rows);
}

static double with_infinity(int64_t row, int j, uint64_t seed)
{
    return row == 41 && j == 2 ? INFINITY : theme_and_odd(row, j, seed);
}

static void test_errors(void)
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    odd_rows none = rows_of(WORLD, 0, 3, 1, theme_and_odd);
    odd_rows broken = rows_of(WORLD, 64, 3, 1, with_infinity);
    odd_rows whole = rows_of(WORLD, 64, 3, 1, theme_and_odd);
    odd_rows wide = rows_of(WORLD, 64, 4, 1, theme_and_odd);
    odd_rows few = rows_of(WORLD, 3, 4, 1, theme_and_odd);
    const char *set = "fit.mixture.prior=none";
    check_all(WORLD, fit_and_score(detector(), NULL, 0, &none, NULL, &model, &score) == ODD_ARG);
    odd_free(score);
    check_all(WORLD,
              fit_and_score(detector(), NULL, 0, &broken, NULL, &model, &score) == ODD_NUMERIC &&
                  strstr(odd_fail_reason(), "row 41 "));
    odd_free(score);
    check_all(WORLD, fit_and_score(detector(), &set, 1, &few, NULL, &model, &score) == ODD_NUMERIC);
    odd_free(score);
    CU_ASSERT(model.count == 0);
    check_all(WORLD, fit_and_score(detector(), NULL, 0, &whole, NULL, &model, &score) == ODD_OK);
    check_all(WORLD, detector()->score(&model, &broken, score) == ODD_NUMERIC);
    check_all(WORLD, detector()->score(&model, &wide, score) == ODD_ARG);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&none);
    rows_free(&broken);
    rows_free(&whole);
    rows_free(&wide);
    rows_free(&few);
}

/* ---- rows that are read, and failures on one rank ---- */

typedef struct {
    int64_t row0;
    int d;
    int64_t fails_at; /* the read, counted from 0, that fails; -1: none */
    int64_t reads;
} reader;

static odd_status read_rows(void *context, int64_t local, int64_t count, float x[])
{
    reader *r = context;
    if (r->reads++ == r->fails_at) return odd_fail(ODD_IO, "cannot read rows");
    for (int64_t i = 0; i < count * r->d; i++)
        x[i] = (float)theme_and_odd(r->row0 + local + i / r->d, (int)(i % r->d), 4);
    return ODD_OK;
}

static odd_rows rows_to_read(reader *r, int64_t n, int d, int64_t fails_at)
{
    odd_rows rows = odd_rows_in_memory(WORLD, n, d, NULL);
    *r = (reader){rows.part.row0, d, fails_at, 0};
    rows.read = read_rows;
    rows.reader = r;
    rows.panel = 2 * rows.part.block;
    return rows;
}

static void test_rows_that_are_read(void)
{
    reader r;
    odd_rows streamed = rows_to_read(&r, 700, 6, -1),
             rows = rows_of(WORLD, 700, 6, 4, theme_and_odd);
    for (int i = 0; odd_detectors[i]; i++) {
        odd_bundle a = ODD_BUNDLE_EMPTY, b = ODD_BUNDLE_EMPTY;
        double *score, *other;
        const odd_status st = fit_and_score(odd_detectors[i], NULL, 0, &streamed, NULL, &a, &score);
        const odd_status also = fit_and_score(odd_detectors[i], NULL, 0, &rows, NULL, &b, &other);
        const size_t bytes =
            (size_t)(rows.part.n_local * odd_detector_columns(odd_detectors[i])) * sizeof *score;
        check_all(WORLD, st == ODD_OK && also == ODD_OK && same_bundle(&a, &b) &&
                             memcmp(score, other, bytes) == 0);
        odd_free(score);
        odd_free(other);
        odd_bundle_free(&a);
        odd_bundle_free(&b);
    }
    rows_free(&rows);
}

/* Wherever one rank fails to read, all ranks leave with its status. */
static void test_failing_reads(void)
{
    const int last = odd_size(WORLD) - 1;
    for (int i = 0; odd_detectors[i]; i++)
        for (int64_t read = 0; read < 20; read += 3) {
            reader r;
            odd_rows rows = rows_to_read(&r, 700, 6, odd_rank(WORLD) == last ? read : -1);
            odd_bundle model = ODD_BUNDLE_EMPTY;
            double *score;
            const odd_status st =
                fit_and_score(odd_detectors[i], NULL, 0, &rows, NULL, &model, &score);
            check_all(WORLD, st == ODD_IO && strcmp(odd_fail_reason(), "cannot read rows") == 0);
            odd_free(score);
            odd_bundle_free(&model);
        }
}

static void test_failing_iteration(void)
{
    odd_rows rows = rows_of(WORLD, 200, 3, 4, theme_and_odd);
    for (int rank = 0; rank < odd_size(WORLD); rank++) {
        char fault[64];
        odd_bundle model = ODD_BUNDLE_EMPTY;
        double *score;
        snprintf(fault, sizeof fault, "detect.iteration:rank=%d:after=2", rank);
        odd_fault_setup(fault, odd_rank(WORLD));
        const odd_status st = fit_and_score(detector(), NULL, 0, &rows, NULL, &model, &score);
        odd_fault_setup(NULL, odd_rank(WORLD));
        check_all(WORLD, st == ODD_IO);
        odd_free(score);
        odd_bundle_free(&model);
    }
    rows_free(&rows);
}

static void test_reason(void)
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    char reason[128];
    CU_ASSERT(odd_bundle_add_i64(&model, "features", "number of features", 4) == ODD_OK);
    detector()->reason(&model, (const double[]){6.2, 0.998, -9, 28}, reason, sizeof reason);
    CU_ASSERT(strcmp(reason, "anomaly with probability 0.998; 14 times the usual distance from the "
                             "theme") == 0);
    detector()->reason(&model, (const double[]){60, 1, -9, 28}, reason, sizeof reason);
    CU_ASSERT(strstr(reason, "probability above 0.999;") != NULL);
    CU_ASSERT(odd_bundle_add_i64(&model, "caution", "what is wrong", ODD_CAUTION_SWAPPED) ==
              ODD_OK);
    detector()->reason(&model, (const double[]){60, 1, -9, 28}, reason, sizeof reason);
    CU_ASSERT(strstr(reason, "; beware: theme and anomaly may be swapped") != NULL);
    odd_bundle_free(&model);
}

CU_TestInfo odd_tests[] = {
    {"the fast E-step is the plain one", test_fast_is_plain},
    {"log sum exp", test_log_sum_exp},
    {"the objective never falls", test_objective_never_falls},
    {"the bound of a variational fit never falls", test_bound_never_falls},
    {"the same bits on any ranks and threads", test_ranks_and_threads},
    {"the order of rows does not matter", test_order_of_rows},
    {"a mixture survives its bundle", test_save_and_load},
    {"a damaged model is told", test_damaged_model},
    {"anomalies are found", test_finds_anomalies},
    {"verified rows are held, also on some ranks only", test_verified_rows_are_held},
    {"hostile rows give finite scores", test_hostile_rows},
    {"no scatter from cancelled digits", test_cancellation},
    {"a derived scatter is the direct one", test_derived_is_direct},
    {"errors", test_errors},
    {"rows that are read give the same bits", test_rows_that_are_read},
    {"a rank that cannot read", test_failing_reads},
    {"a rank that fails in EM", test_failing_iteration},
    {"the reason is a sentence", test_reason},
    CU_TEST_INFO_NULL,
};
