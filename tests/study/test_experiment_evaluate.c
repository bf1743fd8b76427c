/* A trial is evaluated by the labels: cut on the fitted rows, measured on the test; values worked
 * out by hand. And which trials a design makes. */
#include "stage_fixture.h"

#include "study/experiment_trial_internal.h"

const char *odd_test_name = "study/experiment_evaluate";

#define MIXTURES "experiment.mixtures=['one | a | b', 'two | c']"

/* ---- evaluation ---- */

/* Two of six fitted rows are odd: 0.9 and 0.4 by score. Of the theme 0.5 is above one of them. */
static double fit_rank[] = {0.9, 0.5, 0.4, 0.3, 0.2, 0.1};
static double fit_chance[] = {0.8, 0.6, 0.3, 0.2, 0.1, 0.1};
static uint8_t fit_odd[] = {1, 0, 1, 0, 0, 0};
static int64_t fit_row[] = {0, 1, 2, 3, 4, 5};
static uint8_t fit_verified[6];
/* Of the test the odd ones are second and fourth. */
static double test_rank[] = {0.95, 0.85, 0.45, 0.05};
static uint8_t test_odd[] = {0, 1, 0, 1};

static odd_trial evaluated(const char *const sets[], bool tested, bool with_chance)
{
    odd_job *job = job_of(sets);
    odd_design *d = NULL;
    odd_flagging flagging;
    odd_trial trial;
    const odd_trial_rows rows = {.drawn.fit = {6, fit_row, fit_odd, fit_verified},
                                 .drawn.test = {4, fit_row, test_odd, fit_verified}};
    const odd_trial_scores fit = {6, NULL, fit_rank, with_chance ? fit_chance : NULL};
    const odd_trial_scores test = {tested ? 4 : 0, NULL, test_rank, NULL};
    for (int v = 0; v < ODD_TRIAL_VALUE_COUNT; v++)
        trial.value[v] = -1;
    ODD_CHECK(odd_design_new(job, &d) == ODD_OK);
    CU_ASSERT_EQUAL(odd_trial_evaluate(d, job, &rows, NULL, 0, &fit, &test, &flagging, &trial),
                    ODD_OK);
    odd_design_free(&d);
    odd_job_free(&job);
    return trial;
}

static void value_is(const odd_trial *t, int which, double should)
{
    const double is = t->value[which];
    CU_ASSERT(isnan(should) ? isnan(is) != 0 : fabs(is - should) < 1e-12);
}

/* Flagged are the first two of six: one is odd. Of the 8 pairs 7 are right; at both odd ones found
 * one of four theme rows is lost. Precision at each odd one: 1 and 2 / 3. */
static void test_on_fitted(void)
{
    static const char *const sets[] = {MIXTURES, "score.flag_by=share", "score.flag_share=0.34",
                                       "experiment.sensitivity=0.9", NULL};
    const odd_trial t = evaluated(sets, false, false);
    value_is(&t, ODD_TRIAL_AUC, 7. / 8);
    value_is(&t, ODD_TRIAL_AVERAGE_PRECISION, (1 + 2. / 3) / 2);
    value_is(&t, ODD_TRIAL_SENSITIVITY, 0.5);
    value_is(&t, ODD_TRIAL_RECALL, 0.75);
    value_is(&t, ODD_TRIAL_PRECISION, 0.5);
    value_is(&t, ODD_TRIAL_F1, 0.5);
    value_is(&t, ODD_TRIAL_RECALL_AT, 0.75);
    value_is(&t, ODD_TRIAL_SHARE, 2. / 6);
    value_is(&t, ODD_TRIAL_ESTIMATE, NAN);
}

/* The cut of the fitted rows, 0.5, flags two of the test: one is odd. Pairs: 1 of 4 is right. */
static void test_on_test(void)
{
    static const char *const sets[] = {MIXTURES, "score.flag_by=share", "score.flag_share=0.34",
                                       "experiment.sensitivity=0.5", NULL};
    const odd_trial t = evaluated(sets, true, false);
    value_is(&t, ODD_TRIAL_AUC, 1. / 4);
    value_is(&t, ODD_TRIAL_SENSITIVITY, 0.5);
    value_is(&t, ODD_TRIAL_RECALL, 0.5);
    value_is(&t, ODD_TRIAL_RECALL_AT, 0.5);
    value_is(&t, ODD_TRIAL_SHARE, 2. / 6);
}

/* By the probability 0.5, which two have; the estimate is the mean of all: 2.1 / 6. */
static void test_by_probability(void)
{
    static const char *const sets[] = {MIXTURES, NULL};
    const odd_trial t = evaluated(sets, false, true);
    value_is(&t, ODD_TRIAL_SENSITIVITY, 0.5);
    value_is(&t, ODD_TRIAL_PRECISION, 0.5);
    value_is(&t, ODD_TRIAL_ESTIMATE, 0.35);
}

/* ---- scores of a sample ---- */

/* Rank 0 has all rows in their order, whichever rank scored them. */
static void test_scores_come_together(void)
{
    enum { N = 50, D = 2 };
    static const char *const sets[] = {"fit.knn.neighbours=2", "score.rank_by=nearest", NULL};
    const odd_partition part = odd_partition_rows(WORLD, N);
    float x[N * D];
    double residual[N], own[N * 2], alone[N * 2];
    for (int64_t i = 0; i < N * D; i++)
        x[i] = sinf((float)(i * i));
    const odd_rows all = odd_rows_in_memory(SELF, N, D, x);
    odd_rows mine = odd_rows_in_memory(WORLD, N, D, x + part.row0 * D);
    for (int64_t i = 0; i < N; i++)
        residual[i] = 0;
    odd_job *job = job_of(sets);
    const odd_detector *knn = odd_detector_find("knn");
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_scoring by;
    odd_trial_scores s = {0}, none = {0};
    const odd_reduced r = {.wide = mine, .narrow = mine, .residual = residual},
                      empty = {.wide = odd_rows_in_memory(WORLD, 0, D, x)};
    bool good = odd_scoring_new(job, knn, &by) == ODD_OK;
    good = knn->fit(odd_part_options(job, "fit", "knn"), &all, ODD_NOTHING_KNOWN, 1, &model) ==
               ODD_OK &&
           good;
    good = knn->score(&model, &all, alone) == ODD_OK && good;
    good = knn->score(&model, &mine, own) == ODD_OK && good;
    good = odd_trial_score(&by, &model, &r, &s) == ODD_OK && good;
    for (int64_t i = 0; good && odd_rank(WORLD) == 0 && i < N; i++)
        good = s.all[i * 3] == alone[2 * i] && s.rank[i] == alone[2 * i + 1];
    check_all(WORLD, good && (odd_rank(WORLD) > 0 || (s.n == N && !s.probability)));
    good = odd_trial_score(&by, &model, &empty, &none) == ODD_OK;
    check_all(WORLD, good && none.n == 0 && !none.all);
    odd_trial_scores_free(&s);
    odd_bundle_free(&model);
    odd_job_free(&job);
}

/* ---- designs ---- */

/* Every trial is one of the combinations, each once, techniques side by side. */
static void test_design(void)
{
    static const char *const sets[] = {MIXTURES,
                                       "experiment.shares=[0.1, 0.2]",
                                       "experiment.seeds=3",
                                       "experiment.components=[4, 9]",
                                       "experiment.techniques=['PCA {k} | "
                                       "reduce.pca.components={k}', 'plain | reduce.method=none']",
                                       NULL};
    odd_job *job = job_of(sets);
    odd_design *d;
    int seen[2][2][3][3] = {0};
    bool once = true;
    CU_ASSERT_EQUAL_FATAL(odd_design_new(job, &d), ODD_OK);
    CU_ASSERT(odd_design_trials(d) == 2 * 2 * 3 * 3 && d->techniques == 3);
    for (int64_t i = 0; i < odd_design_trials(d); i++) {
        const odd_trial_key k = odd_design_key(d, i);
        once = once && seen[k.mixture][k.share][k.seed][k.technique]++ == 0;
        once = once && k.technique == i % 3;
    }
    CU_ASSERT(once && d->share[0] == 0.1 && d->share[1] == 0.2);
    odd_text name = ODD_TEXT_EMPTY;
    odd_technique_name(d, 1, &name);
    CU_ASSERT_STRING_EQUAL(odd_text_string(&name), "PCA 9");
    odd_text_free(&name);
    odd_design_free(&d);
    odd_job_free(&job);
}

/* {k} and {phi} are filled in, and what the technique says wins. */
static void test_technique_jobs(void)
{
    static const char *const sets[] = {MIXTURES,
                                       "experiment.components=[7]",
                                       "fit.detector=knn",
                                       "fit.knn.neighbours=3",
                                       "experiment.techniques=['a {k} | fit.knn.neighbours={k} "
                                       "fit.mixture.anomaly_share={phi}']",
                                       NULL};
    odd_job *job = job_of(sets), *varied = NULL;
    odd_design *d;
    odd_text yaml = ODD_TEXT_EMPTY;
    CU_ASSERT_EQUAL_FATAL(odd_design_new(job, &d), ODD_OK);
    CU_ASSERT_EQUAL(odd_technique_job(d, 0, 0.125, &varied), ODD_OK);
    if (varied) odd_job_write(varied, &yaml);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_text_string(&yaml), "neighbours: 7"));
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_text_string(&yaml), "anomaly_share: 0.125"));
    odd_text_free(&yaml);
    odd_job_free(&varied);
    odd_design_free(&d);
    odd_job_free(&job);
}

static void test_design_refused(void)
{
    static const char *const wrong[][2] = {
        {"experiment.mixtures=['one']", "expected 'NAME | theme labels | odd labels'"},
        {"experiment.mixtures=[' | a']", "expected 'NAME"},
        {"experiment.shares=[1]", "above 0 and below 1, found '1'"},
        {"experiment.shares=[nan]", "found 'nan'"},
        {"experiment.techniques=[]", "at least one is needed"},
        {"experiment.techniques=['x {k} | seed={k}']", "wants numbers for {k}"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *const sets[] = {MIXTURES, wrong[i][0], NULL};
        odd_job *job = job_of(sets);
        odd_design *d = (odd_design *)&d;
        CU_ASSERT_EQUAL(odd_design_new(job, &d), ODD_USAGE);
        if (!strstr(odd_fail_reason(), wrong[i][1])) fprintf(stderr, "%s\n", odd_fail_reason());
        CU_ASSERT(!d && strstr(odd_fail_reason(), wrong[i][1]));
        odd_job_free(&job);
    }
}

CU_TestInfo odd_tests[] = {
    {"evaluated on the fitted rows", test_on_fitted},
    {"evaluated on the test", test_on_test},
    {"cut by probability", test_by_probability},
    {"scores come together", test_scores_come_together},
    {"which trials there are", test_design},
    {"jobs of techniques", test_technique_jobs},
    {"designs that are refused", test_design_refused},
    CU_TEST_INFO_NULL,
};
