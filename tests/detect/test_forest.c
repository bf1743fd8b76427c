/* Detector `forest`: path lengths against closed form, odd rows as scikit-learn finds them, the
 * same bits on any ranks and threads, rows that people verified, and what isolates a row. */
#include "detect_fixture.h"
#include "forest_reference.h"

#include "detect/forest_internal.h"
#include "oddlot/par/threads.h"

#include <math.h>

const char *odd_test_name = "detect/forest";

enum { COLUMNS = ODD_FOREST_COLUMNS };

static const odd_detector *detector(void)
{
    return odd_detector_find("forest");
}

static bool near(double is, double should, double tolerance)
{
    return fabs(is - should) <= tolerance * (1 + fabs(should));
}

/* ---- paths ---- */

/* H(m) = ln m + gamma + 1 / 2 m - 1 / 12 m^2 + 1 / 120 m^4. */
static double harmonic(double m)
{
    return log(m) + 0.57721566490153286 + 1 / (2 * m) - 1 / (12 * m * m) + 1 / (120 * pow(m, 4));
}

static void test_mean_paths(void)
{
    double c[257];
    odd_forest_paths(257, c);
    bool ok = c[0] == 0 && c[1] == 0 && near(c[2], 1, 1e-15) && near(c[3], 5. / 3, 1e-15) &&
              near(c[4], 13. / 6, 1e-15);
    for (int m = 40; ok && m <= 256; m++)
        ok = near(c[m], 2 * harmonic(m - 1) - 2 * (m - 1.) / m, 1e-11);
    check_all(WORLD, ok);
}

static double one_apart(int64_t row, int j, uint64_t seed)
{
    (void)seed;
    return row == 3 && j == 1 ? 4 : 7;
}

/* Seven equal rows and one that differs in one feature: each tree has one split. */
static void test_toy_rows(void)
{
    static const char *const ways[][2] = {
        {"fit.forest.dimensions=1", "fit.forest.split=uniform"},
        {"fit.forest.dimensions=1", "fit.forest.split=density"},
        {"fit.forest.dimensions=2", "fit.forest.split=uniform"},
        {"fit.forest.dimensions=2", "fit.forest.split=density"},
    };
    double c[9];
    odd_forest_paths(9, c);
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        odd_rows rows = rows_of(WORLD, 8, 3, 0, one_apart);
        odd_bundle model = ODD_BUNDLE_EMPTY;
        double *score;
        bool ok = fit_and_score(detector(), ways[w], 2, &rows, NULL, &model, &score) == ODD_OK;
        for (int64_t i = 0; ok && i < rows.part.n_local; i++) {
            const bool apart = rows.part.row0 + i == 3;
            const double path = apart ? 1 : 1 + c[7], *s = score + i * COLUMNS;
            ok = near(s[ODD_FOREST_PATH], path, 1e-6) &&
                 near(s[ODD_FOREST_SCORE], pow(2, -path / c[8]), 1e-6) &&
                 s[ODD_FOREST_FEATURE] == (apart ? 1 : -1) &&
                 near(s[ODD_FOREST_GAIN], apart ? c[8] - 1 : 0, 1e-5);
        }
        if (!check_all(WORLD, ok)) fprintf(stderr, "with %s, %s\n", ways[w][0], ways[w][1]);
        odd_free(score);
        odd_bundle_free(&model);
        rows_free(&rows);
    }
}

/* One tree over four rows of two features: x1 < 2 is alone; of the others x0 < 5 is. */
static odd_status toy_model(odd_bundle *model)
{
    const odd_forest_shape shape = odd_forest_shape_of(4, 2, 1, false);
    odd_forest_tree t;
    odd_status st;
    ODD_TRY(odd_forest_model_add(model, &shape, 1, &t));
    memcpy(t.feature, (const int32_t[]){1, -1, 0}, 3 * sizeof *t.feature);
    memcpy(t.threshold, (const double[]){2, 0, 5}, 3 * sizeof *t.threshold);
    memcpy(t.rows, (const int32_t[]){4, 1, 3, 0, 0, 1, 2}, 7 * sizeof *t.rows);
    ODD_TRY(odd_bundle_add_f64(model, "odd_path", "", 100));
done:
    return st;
}

static void test_toy_tree(void)
{
    static const float x[] = {9, 1, 4, 2, 5, 3, -0.0F, 2};
    /* c(2) = 1, c(3) = 5/3, c(4) = 13/6 */
    static const double path[] = {1, 2, 3, 2}, of_1 = 13. / 6 - 1 - 5. / 3;
    static const double of_0[] = {0, 5. / 3 - 1, 5. / 3 - 2, 5. / 3 - 1};
    const odd_rows rows = odd_rows_in_memory(SELF, 4, 2, x);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double score[4 * COLUMNS];
    bool ok = toy_model(&model) == ODD_OK && detector()->score(&model, &rows, score) == ODD_OK;
    for (int i = 0; ok && i < 4; i++) {
        const double *s = score + i * COLUMNS, most = i == 0 ? 13. / 6 - 1 : of_0[i];
        ok = near(s[ODD_FOREST_PATH], path[i], 1e-6) &&
             near(s[ODD_FOREST_SCORE], exp2(-path[i] * 6 / 13), 1e-6) &&
             s[ODD_FOREST_FEATURE] == (i == 0     ? 1
                                       : most > 0 ? 0
                                                  : -1) &&
             near(s[ODD_FOREST_GAIN], most > 0 ? most : 0, 1e-6) && s[ODD_FOREST_SECOND] == -1;
        ok = ok && (i == 0 || near(of_0[i] + of_1, 13. / 6 - path[i], 1e-12)); /* they add up */
    }
    check_all(WORLD, ok);
    odd_bundle_free(&model);
}

/* ---- draws ---- */

static void test_subsets(void)
{
    odd_forest_draws d;
    int64_t chosen[300], sum = 0;
    bool ok = odd_forest_draws_new(5, ODD_STREAM_TEST, 300, &d) == ODD_OK;
    for (int64_t tree = 0; ok && tree < 200; tree++) {
        const int64_t k = 1 + tree % 300, n = tree % 3 == 0 ? k : k + 7 * tree;
        uint8_t *met = odd_alloc(n, 1);
        odd_forest_draws_begin(&d, tree);
        odd_forest_draw_subset(&d, n, k, chosen);
        for (int64_t i = 0; i < k; i++) {
            ok = ok && chosen[i] >= 0 && chosen[i] < n && !met[chosen[i]];
            if (ok) met[chosen[i]] = 1;
        }
        odd_free(met);
    }
    for (int64_t tree = 0; ok && tree < 2000; tree++) { /* each of 10 as often: mean 4.5 */
        odd_forest_draws_begin(&d, tree);
        odd_forest_draw_subset(&d, 10, 3, chosen);
        sum += chosen[0] + chosen[1] + chosen[2];
    }
    check_all(WORLD, ok && fabs((double)sum / 6000 - 4.5) < 0.15);
    odd_forest_draws_free(&d);
}

/* ---- against scikit-learn ---- */

static double hashed(uint64_t number)
{
    uint64_t z = (number + 1) * 0x9E3779B97F4A7C15U;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9U;
    z = (z ^ z >> 27) * 0x94D049BB133111EBU;
    return (double)((z ^ z >> 31) >> 11) * 0x1p-53;
}

static bool is_planted(int64_t row)
{
    return row % 20 == 7;
}

static double planted(int64_t row, int j, uint64_t seed)
{
    double own = -2;
    (void)seed;
    for (int i = 0; i < 4; i++)
        own += hashed((uint64_t)((row * FOREST_FEATURES + j) * 4 + i));
    return is_planted(row) ? 2.2 * own + 0.5 : own * (1 + 0.2 * j);
}

typedef struct {
    double auc, odd, usual; /* mean scores */
} finding;

/* All rows on this rank. */
static finding judge(const double score[])
{
    finding f = {0};
    int64_t pairs = 0, odd = 0;
    for (int64_t i = 0; i < FOREST_ROWS; i++) {
        *(is_planted(i) ? &f.odd : &f.usual) += score[i * COLUMNS];
        odd += is_planted(i);
        for (int64_t j = 0; is_planted(i) && j < FOREST_ROWS; j++) {
            if (is_planted(j)) continue;
            pairs++;
            f.auc += score[i * COLUMNS] > score[j * COLUMNS];
        }
    }
    f.auc /= (double)pairs;
    f.odd /= (double)odd;
    f.usual /= (double)(FOREST_ROWS - odd);
    return f;
}

static finding mean_finding(const char *const sets[], int count, int seeds)
{
    odd_rows rows = rows_of(SELF, FOREST_ROWS, FOREST_FEATURES, 0, planted);
    double *score = odd_alloc((int64_t)FOREST_ROWS * COLUMNS, sizeof *score);
    finding mean = {0};
    odd_job *job;
    const void *options = settings(detector(), sets, count, &job);
    odd_log_setup(odd_rank(WORLD), ODD_LOG_ERROR);
    for (int seed = 0; seed < seeds; seed++) {
        odd_bundle model = ODD_BUNDLE_EMPTY;
        const bool ok =
            detector()->fit(options, &rows, ODD_NOTHING_KNOWN, (uint64_t)seed, &model) == ODD_OK &&
            detector()->score(&model, &rows, score) == ODD_OK;
        const finding f = ok ? judge(score) : (finding){0};
        mean.auc += f.auc / seeds;
        mean.odd += f.odd / seeds;
        mean.usual += f.usual / seeds;
        odd_bundle_free(&model);
    }
    odd_job_free(&job);
    odd_free(score);
    rows_free(&rows);
    return mean;
}

/* Both means have the noise of so many seeds. Scores differ by how c(n) of a few rows is rounded:
 * scikit-learn takes ln(n) + gamma for H(n). */
static void test_reference(void)
{
    const finding f = mean_finding(NULL, 0, FOREST_SEEDS);
    const double noise = forest_auc_sd * sqrt(2. / FOREST_SEEDS);
    const bool ok = fabs(f.auc - forest_auc_mean) < 4 * noise &&
                    fabs(f.odd - forest_odd_score) < 0.02 &&
                    fabs(f.usual - forest_usual_score) < 0.02;
    if (!check_all(WORLD, ok))
        fprintf(stderr, "auc %.5f, scores %.4f %.4f\n", f.auc, f.odd, f.usual);
}

static void test_other_splits(void)
{
    static const char *const sets[] = {"fit.forest.dimensions=3", "fit.forest.split=density"};
    const finding planes = mean_finding(sets, 1, 5), density = mean_finding(sets + 1, 1, 5);
    const finding both = mean_finding(sets, 2, 5);
    const double least = forest_auc_mean - 4 * forest_auc_sd;
    if (!check_all(WORLD, planes.auc > least && density.auc > least && both.auc > least))
        fprintf(stderr, "auc %.5f %.5f %.5f\n", planes.auc, density.auc, both.auc);
}

/* ---- ranks, threads, verified rows ---- */

typedef struct {
    odd_bundle model;
    double *score;
    int64_t n_local, row0;
} outcome;

static const char *const settings_of[][3] = {
    {"fit.forest.trees=37", "fit.forest.sample=64", "fit.forest.dimensions=1"},
    {"fit.forest.trees=3", "fit.forest.sample=300", "fit.forest.dimensions=4"},
    {"fit.forest.trees=20", "fit.forest.sample=70", "fit.forest.split=density"},
};
enum { SETTINGS = 3, N = 700, MARKED = 100 };

/* mark: of the first rows; value: of all rows. */
static outcome fit_on(MPI_Comm comm, int threads, int with, uint8_t mark, value_function value)
{
    outcome o = {.model = ODD_BUNDLE_EMPTY};
    odd_threads_setup(threads, 1);
    odd_rows rows = rows_of(comm, N, 6, 4, value);
    uint8_t *verified = odd_alloc(rows.part.n_local, 1);
    for (int64_t i = 0; i < rows.part.n_local; i++)
        verified[i] = rows.part.row0 + i < MARKED ? mark : ODD_UNVERIFIED;
    ODD_CHECK(fit_and_score(detector(), settings_of[with], 3, &rows,
                            rows.part.row0 < MARKED ? verified : NULL, &o.model,
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

static void test_ranks_and_threads(void)
{
    for (int with = 0; with < SETTINGS; with++)
        for (uint8_t mark = ODD_UNVERIFIED; mark <= ODD_VERIFIED_ODD; mark++) {
            outcome self = fit_on(SELF, 1, with, mark, theme_and_odd);
            outcome world = fit_on(WORLD, 2, with, mark, theme_and_odd);
            const size_t bytes = (size_t)(world.n_local * COLUMNS) * sizeof(double);
            if (!check_all(WORLD,
                           same_bundle(&self.model, &world.model) &&
                               memcmp(self.score + world.row0 * COLUMNS, world.score, bytes) == 0))
                fprintf(stderr, "settings %d, mark %d\n", with, mark);
            outcome_free(&self);
            outcome_free(&world);
        }
}

static double moved_first(int64_t row, int j, uint64_t seed)
{
    return theme_and_odd(row, j, seed) + (row < MARKED ? 100 : 0);
}

static double moved_others(int64_t row, int j, uint64_t seed)
{
    return theme_and_odd(row, j, seed) + (row < MARKED ? 0 : 100);
}

/* A model that did not look at rows is the same whatever they are. */
static bool is_blind(int with, uint8_t mark, value_function value)
{
    outcome plain = fit_on(WORLD, 1, with, mark, theme_and_odd);
    outcome moved = fit_on(WORLD, 1, with, mark, value);
    const bool same = same_bundle(&plain.model, &moved.model);
    outcome_free(&plain);
    outcome_free(&moved);
    return same;
}

static void test_verified(void)
{
    check_all(WORLD, is_blind(0, ODD_VERIFIED_ODD, moved_first));
    check_all(WORLD, !is_blind(0, ODD_VERIFIED_ODD, moved_others));
    /* 100 theme rows are fewer than twice the sample of 64: all count */
    check_all(WORLD, !is_blind(0, ODD_VERIFIED_THEME, moved_others));
    check_all(WORLD, !is_blind(0, ODD_VERIFIED_THEME, moved_first));
}

static void test_allowed_rows(void)
{
    static int64_t list[] = {0, 1, 5, 6, 9};
    static const int64_t others[] = {2, 3, 4, 7, 8, 10, 11};
    const odd_forest_rows but = {.count = 7, .listed = 5, .list = list};
    const odd_forest_rows only = {.count = 5, .listed = 5, .list = list, .is_allowed = true};
    bool ok = true;
    for (int i = 0; i < 7; i++)
        ok = ok && odd_forest_row(&but, i) == others[i] &&
             (i >= 5 || odd_forest_row(&only, i) == list[i]);
    check_all(WORLD, ok);
}

/* ---- what isolates a row ---- */

/* Row 50 is apart in feature 4 alone. */
static double apart_in_4(int64_t row, int j, uint64_t seed)
{
    return odd_normal(seed, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)j) +
           (row == 50 && j == 4 ? 12 : 0);
}

static void test_reason(void)
{
    odd_rows rows = rows_of(SELF, 400, 6, 1, apart_in_4);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    char reason[200] = "";
    int64_t told = 0;
    bool ok = fit_and_score(detector(), NULL, 0, &rows, NULL, &model, &score) == ODD_OK;
    for (int64_t i = 0; ok && i < 400; i++)
        told += score[i * COLUMNS + ODD_FOREST_FEATURE] >= 0;
    ok = ok && score[50 * COLUMNS + ODD_FOREST_FEATURE] == 4 && told > 15 && told < 120;
    if (ok) detector()->reason(&model, score + 50 * COLUMNS, reason, sizeof reason);
    check_all(WORLD, ok && strstr(reason, "by feature 5, which saves"));
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* ---- hostile models ---- */

typedef struct {
    const char *array;
    int64_t at;
    int32_t value;
} forgery;

static bool is_refused(const forgery *f)
{
    static const float x[] = {1, 2};
    const odd_rows rows = odd_rows_in_memory(SELF, 1, 2, x);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double score[COLUMNS];
    bool ok = toy_model(&model) == ODD_OK;
    if (ok) ((int32_t *)odd_bundle_find(&model, f->array)->data)[f->at] = f->value;
    ok = ok && detector()->score(&model, &rows, score) == ODD_FORMAT &&
         strstr(odd_fail_reason(), "isolation forest");
    odd_bundle_free(&model);
    return ok;
}

static void test_hostile_models(void)
{
    static const forgery forged[] = {
        {"feature", 0, 2}, {"feature", 2, INT32_MAX}, {"feature", 0, -1},     {"feature", 0, -2},
        {"rows", 0, 0},    {"rows", 0, -5},           {"rows", 0, INT32_MAX}, {"rows", 0, 3},
        {"rows", 1, 0},    {"rows", 2, 100},          {"rows", 5, -1},        {"rows", 6, 1},
    };
    for (size_t i = 0; i < sizeof forged / sizeof *forged; i++)
        if (!check_all(WORLD, is_refused(&forged[i])))
            fprintf(stderr, "'%s' %lld\n", forged[i].array, (long long)forged[i].at);
}

CU_TestInfo odd_tests[] = {
    {"mean paths in closed form", test_mean_paths},
    {"rows whose trees are known", test_toy_rows},
    {"a tree made by hand", test_toy_tree},
    {"subsets", test_subsets},
    {"as scikit-learn", test_reference},
    {"planes and densities", test_other_splits},
    {"the same bits on any ranks and threads", test_ranks_and_threads},
    {"verified rows", test_verified},
    {"rows that may be learnt from", test_allowed_rows},
    {"what isolates a row", test_reason},
    {"hostile models", test_hostile_models},
    CU_TEST_INFO_NULL,
};
