/* The mixture's promises: the objective never falls, neither the order of rows nor ranks nor
 * threads matter, verified rows stay on their side, and anomalies are found. */
#include "mixture_fixture.h"

#include "oddlot/par/threads.h"

const char *odd_test_name = "detect/mixture";

/* ---- the objective ---- */

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
        fit_and_score(mixture(), sets, SETS, &rows, marked ? verified : NULL, &model, &score);
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
    ODD_CHECK(fit_and_score(mixture(), sets, count, &rows, marked ? verified : NULL, &o.model,
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
    bool ok = fit_and_score(mixture(), NULL, 0, &rows, NULL, &model, &score) == ODD_OK &&
              fit_and_score(mixture(), NULL, 0, &other, NULL, &reversed, &score_reversed) == ODD_OK;
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
        bool ok = fit_and_score(mixture(), &set, 1, &rows, NULL, &model, &score) == ODD_OK;
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
        fit_and_score(mixture(), NULL, 0, &rows, mine ? verified : NULL, &wrong, &score) == ODD_OK;
    odd_free(score);
    ok = ok && fit_and_score(mixture(), NULL, 0, &rows, NULL, &free_fit, &score) == ODD_OK;
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

static void test_reason(void)
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    char reason[128];
    CU_ASSERT(odd_bundle_add_i64(&model, "features", "number of features", 4) == ODD_OK);
    mixture()->reason(&model, (const double[]){6.2, 0.998, -9, 28}, reason, sizeof reason);
    CU_ASSERT(strcmp(reason, "anomaly with probability 0.998; 14 times the usual distance from the "
                             "theme") == 0);
    mixture()->reason(&model, (const double[]){60, 1, -9, 28}, reason, sizeof reason);
    CU_ASSERT(strstr(reason, "probability above 0.999;") != NULL);
    CU_ASSERT(odd_bundle_add_i64(&model, "caution", "what is wrong", ODD_CAUTION_SWAPPED) ==
              ODD_OK);
    mixture()->reason(&model, (const double[]){60, 1, -9, 28}, reason, sizeof reason);
    CU_ASSERT(strstr(reason, "; beware: theme and anomaly may be swapped") != NULL);
    odd_bundle_free(&model);
}

CU_TestInfo odd_tests[] = {
    {"the objective never falls", test_objective_never_falls},
    {"the bound of a variational fit never falls", test_bound_never_falls},
    {"the same bits on any ranks and threads", test_ranks_and_threads},
    {"the order of rows does not matter", test_order_of_rows},
    {"anomalies are found", test_finds_anomalies},
    {"verified rows are held, also on some ranks only", test_verified_rows_are_held},
    {"the reason is a sentence", test_reason},
    CU_TEST_INFO_NULL,
};
