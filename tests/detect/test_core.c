/* Detector `core` against the same method in numpy; what it is for; hostile rows; and the same bits
 * on any ranks and threads. */
#include "core_reference.h"
#include "detect_fixture.h"
#include "mixture_reference.h"

#include "oddlot/par/fault.h"
#include "oddlot/par/threads.h"

#include <math.h>

const char *odd_test_name = "detect/core";

enum { N = REFERENCE_ROWS, D = REFERENCE_FEATURES, LOG_ODDS = 0, POSTERIOR, CORE, THEME, COLUMNS };

static const odd_detector *detector(void)
{
    return odd_detector_find("core");
}

static double reference_value(int64_t row, int j, uint64_t seed)
{
    (void)seed;
    return reference_x[row * D + j];
}

static bool near(double is, double should, double tolerance)
{
    return fabs(is - should) <= tolerance * (1 + fabs(should));
}

static double number_in(const odd_bundle *model, const char *name)
{
    double value = NAN;
    CU_ASSERT(odd_bundle_get_f64(model, name, &value) == ODD_OK);
    return value;
}

static void test_reference(void)
{
    odd_rows rows = rows_of(WORLD, N, D, 0, reference_value);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    bool ok = fit_and_score(detector(), NULL, 0, &rows, NULL, &model, &score) == ODD_OK;
    if (!check_all(WORLD, ok)) return;
    ok = near(number_in(&model, "anomaly_share"), core_share[0], 1e-9) &&
         near(number_in(&model, "theme_share"), core_share[1], 1e-12);
    for (int64_t i = 0; ok && i < rows.part.n_local; i++) {
        const double *s = score + COLUMNS * i;
        const int64_t row = rows.part.row0 + i;
        ok = near(s[CORE], core_from_core[row], 1e-10) &&
             near(s[THEME], core_from_theme[row], 1e-10) &&
             near(s[LOG_ODDS], core_log_odds[row], 1e-6) &&
             near(s[POSTERIOR], 1 / (1 + exp(-core_log_odds[row])), 1e-6);
    }
    check_all(WORLD, ok);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* ---- what it is for ---- */

/* A theme of two kinds, and odd rows of five kinds around it; one row in `every` is odd. */
static int64_t every;

static bool stranger(int64_t row)
{
    return row % every == 1;
}

static double two_kinds(int64_t row, int j, uint64_t seed)
{
    const double own = odd_normal(seed, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)j);
    const int kind = (int)(row / every % 5);
    if (stranger(row)) return own * 0.5 + 5 * cos(3 * kind + j);
    return own / (1 + 0.1 * j) + (j == 0 && row % 3 == 0 ? 3 : 0);
}

/* Share of pairs of an odd and a theme row of one rank's rows that are in the right order. */
static double right_order(const odd_rows *rows, const double score[])
{
    double right = 0, pairs = 0;
    for (int64_t i = 0; i < rows->part.n_local; i++)
        for (int64_t k = 0; stranger(i) && k < rows->part.n_local; k++) {
            if (stranger(k)) continue;
            right += score[COLUMNS * i] > score[COLUMNS * k];
            pairs++;
        }
    return right / pairs;
}

/* Few or many: they are found, and the estimates are near the truth without being told. */
static void test_finds_strangers(void)
{
    static const int64_t often[] = {100, 20, 5, 4};
    for (int c = 0; c < 4; c++) {
        every = often[c];
        odd_rows rows = rows_of(SELF, 2000, 12, 9, two_kinds);
        odd_bundle model = ODD_BUNDLE_EMPTY;
        double *score, believed = 0;
        CU_ASSERT(fit_and_score(detector(), NULL, 0, &rows, NULL, &model, &score) == ODD_OK);
        const double share = number_in(&model, "anomaly_share"), order = right_order(&rows, score);
        for (int64_t i = 0; i < rows.part.n; i++)
            believed += score[COLUMNS * i + POSTERIOR] / (double)rows.part.n;
        CU_ASSERT(order > 0.995);
        CU_ASSERT(fabs(share - 1.0 / (double)every) < 0.005);
        CU_ASSERT(fabs(believed - share) <= 0.02 * share);
        odd_free(score);
        odd_bundle_free(&model);
        rows_free(&rows);
    }
}

/* ---- verified rows ---- */

enum { MARKED = 400 };

/* The kind of stranger that is verified as theme, some of its rows. */
static void mark_kind(const odd_rows *rows, uint8_t mark, uint8_t verified[])
{
    for (int64_t i = 0; i < rows->part.n_local; i++) {
        const int64_t row = rows->part.row0 + i;
        verified[i] = stranger(row) && row / every % 5 == 2 ? mark : ODD_UNVERIFIED;
    }
}

static double mean_distance_of_kind(const uint8_t verified[])
{
    odd_rows rows = rows_of(WORLD, MARKED, 12, 9, two_kinds);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score, sum[2] = {0};
    CU_ASSERT(fit_and_score(detector(), NULL, 0, &rows, verified, &model, &score) == ODD_OK);
    for (int64_t i = 0; i < rows.part.n_local; i++) {
        const int64_t row = rows.part.row0 + i;
        if (!(stranger(row) && row / every % 5 == 2)) continue;
        sum[0] += score[COLUMNS * i + THEME];
        sum[1]++;
    }
    odd_sum_f64(WORLD, sum, 2);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
    return sum[0] / sum[1];
}

static void test_verified_rows(void)
{
    every = 8;
    const odd_rows shape = rows_of(WORLD, MARKED, 12, 9, two_kinds);
    uint8_t verified[MARKED];
    mark_kind(&shape, ODD_VERIFIED_THEME, verified);
    const double told = mean_distance_of_kind(verified);
    const double untold = mean_distance_of_kind(NULL);
    mark_kind(&shape, ODD_VERIFIED_ODD, verified);
    const double odd = mean_distance_of_kind(verified);
    check_all(WORLD, told < 0.5 * untold && odd > 0.9 * untold);
    odd_free((void *)shape.x);
}

/* ---- the same bits ---- */

typedef struct {
    odd_bundle model;
    double *score;
    int64_t n_local, row0;
} outcome;

static outcome fit_on(MPI_Comm comm, int threads)
{
    outcome o = {.model = ODD_BUNDLE_EMPTY};
    const char *set = "fit.core.sample=300";
    odd_threads_setup(threads, 1);
    odd_rows rows = rows_of(comm, 3000, 6, 4, theme_and_odd);
    ODD_CHECK(fit_and_score(detector(), &set, 1, &rows, NULL, &o.model, &o.score) == ODD_OK);
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

static bool same_bits(const outcome *all, const outcome *part)
{
    return same_bundle(&all->model, &part->model) &&
           memcmp(all->score + part->row0 * COLUMNS, part->score,
                  (size_t)(part->n_local * COLUMNS) * sizeof(double)) == 0;
}

static void test_ranks_and_threads(void)
{
    outcome self = fit_on(SELF, 1), world = fit_on(WORLD, 1), threads = fit_on(WORLD, 2);
    check_all(WORLD, same_bits(&self, &world) && same_bits(&self, &threads));
    outcome_free(&self);
    outcome_free(&world);
    outcome_free(&threads);
}

/* ---- hostile rows ---- */

static double constant_value(int64_t row, int j, uint64_t seed)
{
    (void)row;
    (void)seed;
    return 0.1 + j;
}

static double huge_value(int64_t row, int j, uint64_t seed)
{
    return 1e30 * theme_and_odd(row, j, seed);
}

static double one_far(int64_t row, int j, uint64_t seed)
{
    return row == 3 ? 1e15 : theme_and_odd(row, j, seed);
}

static void finite_for(int64_t n, int d, value_function value)
{
    odd_rows rows = rows_of(WORLD, n, d, 3, value);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    bool ok = fit_and_score(detector(), NULL, 0, &rows, NULL, &model, &score) == ODD_OK;
    for (int64_t i = 0; ok && i < COLUMNS * rows.part.n_local; i++)
        ok = isfinite(score[i]);
    if (!check_all(WORLD, ok)) fprintf(stderr, "%d rows of %d\n", (int)n, d);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

static void test_hostile_rows(void)
{
    finite_for(1, 1, theme_and_odd);
    finite_for(1, 4, theme_and_odd);
    finite_for(2, 4, theme_and_odd);
    finite_for(10, 50, theme_and_odd);
    finite_for(40, 5, constant_value);
    finite_for(200, 5, huge_value);
    finite_for(200, 5, one_far);
}

static double with_infinity(int64_t row, int j, uint64_t seed)
{
    return row == 41 && j == 2 ? INFINITY : theme_and_odd(row, j, seed);
}

static void test_errors(void)
{
    odd_bundle unused = ODD_BUNDLE_EMPTY, model = ODD_BUNDLE_EMPTY;
    double *score;
    odd_rows none = rows_of(WORLD, 0, 3, 1, theme_and_odd);
    odd_rows broken = rows_of(WORLD, 64, 3, 1, with_infinity);
    odd_rows whole = rows_of(WORLD, 64, 3, 1, theme_and_odd);
    odd_rows wide = rows_of(WORLD, 64, 4, 1, theme_and_odd);
    uint8_t all_odd[64];
    memset(all_odd, ODD_VERIFIED_ODD, sizeof all_odd);
    check_all(WORLD, fit_and_score(detector(), NULL, 0, &none, NULL, &unused, &score) == ODD_ARG);
    odd_free(score);
    odd_bundle_free(&unused);
    check_all(WORLD,
              fit_and_score(detector(), NULL, 0, &broken, NULL, &unused, &score) == ODD_NUMERIC &&
                  strstr(odd_fail_reason(), "row 41 "));
    odd_free(score);
    odd_bundle_free(&unused);
    check_all(WORLD,
              fit_and_score(detector(), NULL, 0, &whole, all_odd, &unused, &score) == ODD_ARG);
    odd_free(score);
    odd_bundle_free(&unused);
    check_all(WORLD, fit_and_score(detector(), NULL, 0, &whole, NULL, &model, &score) == ODD_OK);
    check_all(WORLD, detector()->score(&model, &broken, score) == ODD_NUMERIC);
    check_all(WORLD, detector()->score(&model, &wide, score) == ODD_ARG);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&none);
    rows_free(&broken);
    rows_free(&whole);
    rows_free(&wide);
}

/* One rank fails in a step: all leave. */
static void test_failing_step(void)
{
    odd_rows rows = rows_of(WORLD, 200, 3, 4, theme_and_odd);
    for (int rank = 0; rank < odd_size(WORLD); rank++) {
        char fault[64];
        odd_bundle model = ODD_BUNDLE_EMPTY;
        double *score;
        snprintf(fault, sizeof fault, "detect.iteration:rank=%d:after=5", rank);
        odd_fault_setup(fault, odd_rank(WORLD));
        const odd_status st = fit_and_score(detector(), NULL, 0, &rows, NULL, &model, &score);
        odd_fault_setup(NULL, odd_rank(WORLD));
        check_all(WORLD, st == ODD_IO);
        odd_free(score);
        odd_bundle_free(&model);
    }
    rows_free(&rows);
}

/* Each array that a score needs, missing. */
static void test_damaged_model(void)
{
    static const char *const needed[] = {
        "core/mean",  "core/axis",      "core/variance", "core/axes",   "theme/mean",
        "theme/axis", "theme/variance", "theme/axes",    "odds/offset", "odds/slope"};
    odd_rows rows = rows_of(WORLD, 64, 3, 1, theme_and_odd);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *score;
    check_all(WORLD, fit_and_score(detector(), NULL, 0, &rows, NULL, &model, &score) == ODD_OK);
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        char *name = NULL;
        for (int a = 0; a < model.count; a++)
            if (strcmp(model.array[a].name, needed[i]) == 0) name = model.array[a].name;
        if (!check_all(WORLD, name != NULL)) continue;
        name[0] ^= 1;
        check_all(WORLD, detector()->score(&model, &rows, score) == ODD_FORMAT);
        name[0] ^= 1;
    }
    *(int64_t *)odd_bundle_find(&model, "theme/axes")->data = 3;
    check_all(WORLD, detector()->score(&model, &rows, score) == ODD_FORMAT);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

static void test_reason(void)
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    char reason[128] = "";
    CU_ASSERT(odd_bundle_add_f64(&model, "usual", "", 2) == ODD_OK);
    detector()->reason(&model, (const double[]){3, 0.9526, 40, 28}, reason, sizeof reason);
    CU_ASSERT_STRING_EQUAL(reason, "anomaly with probability 0.953; 14 times the usual distance "
                                   "from the theme");
    odd_bundle_free(&model);
}

CU_TestInfo odd_tests[] = {
    {"distances, share and odds are those of numpy", test_reference},
    {"strangers are found, and how many they are", test_finds_strangers},
    {"verified rows are kept in or out", test_verified_rows},
    {"the same bits on any ranks and threads", test_ranks_and_threads},
    {"hostile rows give finite scores", test_hostile_rows},
    {"errors", test_errors},
    {"a rank that fails in a step", test_failing_step},
    {"a damaged model is told", test_damaged_model},
    {"the reason is a sentence", test_reason},
    CU_TEST_INFO_NULL,
};
