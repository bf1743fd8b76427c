/* Rows that a mixture may meet: hostile ones do no harm, those that are read give the same bits,
 * and where one rank fails all do. */
#include "mixture_fixture.h"

#include "oddlot/par/fault.h"

const char *odd_test_name = "detect/mixture_rows";

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
    bool ok = fit_and_score(mixture(), sets, 3, &rows, NULL, &model, &score) == ODD_OK &&
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
        for (int b = 0; b < BACKGROUNDS; b++) {
            finite_for(1, 3, theme_and_odd, forms[form], backgrounds[b]);
            finite_for(3, 1, theme_and_odd, forms[form], backgrounds[b]);
            finite_for(10, 50, theme_and_odd, forms[form], backgrounds[b]);
            finite_for(50, 4, constant_value, forms[form], backgrounds[b]);
            finite_for(50, 4, zero_value, forms[form], backgrounds[b]);
            finite_for(300, 4, far_value, forms[form], backgrounds[b]);
        }
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
    const char *const plain[] = {"fit.mixture.prior=none", "fit.mixture.shrinkage=none"};
    check_all(WORLD, fit_and_score(mixture(), NULL, 0, &none, NULL, &model, &score) == ODD_ARG);
    odd_free(score);
    check_all(WORLD,
              fit_and_score(mixture(), NULL, 0, &broken, NULL, &model, &score) == ODD_NUMERIC &&
                  strstr(odd_fail_reason(), "row 41 "));
    odd_free(score);
    check_all(WORLD, fit_and_score(mixture(), plain, 2, &few, NULL, &model, &score) == ODD_NUMERIC);
    odd_free(score);
    CU_ASSERT(model.count == 0);
    check_all(WORLD, fit_and_score(mixture(), NULL, 0, &whole, NULL, &model, &score) == ODD_OK);
    check_all(WORLD, mixture()->score(&model, &broken, score) == ODD_NUMERIC);
    check_all(WORLD, mixture()->score(&model, &wide, score) == ODD_ARG);
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
    uint8_t *verified = seventh_verified(&rows);
    for (int i = 0; odd_detectors[i]; i++) {
        odd_bundle a = ODD_BUNDLE_EMPTY, b = ODD_BUNDLE_EMPTY;
        double *score, *other;
        const odd_status st =
            fit_and_score(odd_detectors[i], NULL, 0, &streamed, verified, &a, &score);
        const odd_status also =
            fit_and_score(odd_detectors[i], NULL, 0, &rows, verified, &b, &other);
        const size_t bytes =
            (size_t)(rows.part.n_local * odd_detector_columns(odd_detectors[i])) * sizeof *score;
        check_all(WORLD, st == ODD_OK && also == ODD_OK && same_bundle(&a, &b) &&
                             memcmp(score, other, bytes) == 0);
        odd_free(score);
        odd_free(other);
        odd_bundle_free(&a);
        odd_bundle_free(&b);
    }
    odd_free(verified);
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
            uint8_t *verified = seventh_verified(&rows);
            odd_bundle model = ODD_BUNDLE_EMPTY;
            double *score;
            const odd_status st =
                fit_and_score(odd_detectors[i], NULL, 0, &rows, verified, &model, &score);
            check_all(WORLD, st == ODD_IO && strcmp(odd_fail_reason(), "cannot read rows") == 0);
            odd_free(verified);
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
        const odd_status st = fit_and_score(mixture(), NULL, 0, &rows, NULL, &model, &score);
        odd_fault_setup(NULL, odd_rank(WORLD));
        check_all(WORLD, st == ODD_IO);
        odd_free(score);
        odd_bundle_free(&model);
    }
    rows_free(&rows);
}

/* More features than rows fill, of which a few tell the odd rows; the rest is noise of its own
 * size. */
static double wide_value(int64_t row, int j, uint64_t seed)
{
    const double own = draw(seed, row, j) / (1 + 0.02 * j);
    return j < 4 && is_odd(row) ? own + 6 : own;
}

/* Fits stand where a covariance of a component's rows cannot be inverted, with and without priors:
 * the objective climbs, no score is NaN, and any number of ranks gives the same bits. */
static void wide_fit(int64_t n, int d, const char *form, const char *prior)
{
    char covariance[64], priors[64];
    const char *sets[] = {covariance, priors, "fit.mixture.theme_components=2"};
    odd_rows mine = rows_of(WORLD, n, d, 5, wide_value), all = rows_of(SELF, n, d, 5, wide_value);
    odd_bundle model = ODD_BUNDLE_EMPTY, same = ODD_BUNDLE_EMPTY;
    double *score = NULL, *whole = NULL;
    snprintf(covariance, sizeof covariance, "fit.mixture.covariance=%s", form);
    snprintf(priors, sizeof priors, "fit.mixture.prior=%s", prior);
    bool ok = fit_and_score(mixture(), sets, 3, &mine, NULL, &model, &score) == ODD_OK &&
              never_falls(&model, 1e-9);
    ok = fit_and_score(mixture(), sets, 3, &all, NULL, &same, &whole) == ODD_OK && ok &&
         same_bundle(&model, &same);
    for (int64_t i = 0; ok && i < COLUMNS * n; i++)
        ok = !isnan(whole[i]);
    if (!check_all(WORLD, ok)) fprintf(stderr, "n %d, d %d, %s, %s\n", (int)n, d, form, prior);
    odd_free(score);
    odd_free(whole);
    odd_bundle_free(&model);
    odd_bundle_free(&same);
    rows_free(&mine);
    rows_free(&all);
}

static void test_wide_rows(void)
{
    for (int form = 0; form < FORMS; form++) {
        wide_fit(160, 120, forms[form], "map");
        wide_fit(160, 120, forms[form], "none");
        wide_fit(40, 60, forms[form], "none");
    }
}

/* Some verified theme rows tell which of the two is odd, also where features are that many. */
static double found_with(const char *isotropy)
{
    enum { WIDE = 240, FEATURES = 150 };
    const char *const sets[] = {isotropy, "fit.mixture.theme_prior=verified",
                                "fit.mixture.start=verified", "fit.mixture.prior_scale=1",
                                "fit.mixture.share_strength=0"};
    odd_rows all = rows_of(SELF, WIDE, FEATURES, 5, wide_value);
    uint8_t verified[WIDE] = {0};
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score = NULL;
    for (int64_t i = 0; i < WIDE; i++)
        verified[i] = i % 12 == 0 && !is_odd(i) ? ODD_VERIFIED_THEME : ODD_UNVERIFIED;
    const odd_status st = fit_and_score(mixture(), sets, 5, &all, verified, &model, &score);
    const double share = st == ODD_OK ? found(&all, score, COLUMNS) : 0;
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&all);
    return share;
}

static void test_shrinkage_serves(void)
{
    const double noisy = found_with("fit.mixture.shrinkage=none"),
                 steady = found_with("fit.mixture.isotropy=0.5");
    if (!check_all(WORLD, steady > 0.85 && steady > noisy + 0.1))
        fprintf(stderr, "found %g, shrunk %g\n", noisy, steady);
}

CU_TestInfo odd_tests[] = {
    {"hostile rows give finite scores", test_hostile_rows},
    {"more features than a component has rows", test_wide_rows},
    {"shrunk covariances find more", test_shrinkage_serves},
    {"errors", test_errors},
    {"rows that are read give the same bits", test_rows_that_are_read},
    {"a rank that cannot read", test_failing_reads},
    {"a rank that fails in EM", test_failing_iteration},
    CU_TEST_INFO_NULL,
};
