/* Detector `head`: it finds what is like what it was shown, by the same bits on any ranks, threads
 * and streams; what is not enough or not whole is refused. */
#include "damaged_model.h"
#include "detect_fixture.h"

#include "oddlot/par/threads.h"

#include <math.h>

const char *odd_test_name = "detect/head";

enum { N = 160, D = 5, COLUMNS = 2 };

static const char *const quick[] = {"fit.head.epochs=40", "fit.head.width=24", "fit.head.batch=32",
                                    "fit.head.rate=0.01"};
enum { QUICK = sizeof quick / sizeof *quick };

static const odd_detector *detector(void)
{
    return odd_detector_find("head");
}

/* Every second row is verified, as what it is. */
static void mark(const odd_rows *rows, uint8_t verified[])
{
    for (int64_t i = 0; i < rows->part.n_local; i++) {
        const int64_t row = rows->part.row0 + i;
        verified[i] = row % 16 >= 8 ? ODD_UNVERIFIED
                      : is_odd(row) ? ODD_VERIFIED_ODD
                                    : ODD_VERIFIED_THEME;
    }
}

static odd_status learn(const odd_rows *rows, const uint8_t verified[], odd_bundle *model,
                        double **score)
{
    return fit_and_score(detector(), quick, QUICK, rows, verified, model, score);
}

/* ---- what it finds ---- */

static void test_finds(void)
{
    enum { MANY = 800 };
    odd_rows rows = rows_of(SELF, MANY, D, 2, theme_and_odd);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    uint8_t verified[MANY];
    double *score;
    char reason[160] = "";
    mark(&rows, verified);
    check_all(WORLD, learn(&rows, verified, &model, &score) == ODD_OK);
    check_all(WORLD, found(&rows, score, COLUMNS) > 0.97);
    bool right = true;
    for (int64_t i = 0; i < MANY; i++)
        right = right && fabs(score[2 * i] - 1 / (1 + exp(-score[2 * i + 1]))) < 1e-12;
    check_all(WORLD, right);
    detector()->reason(&model, (const double[]){0.98, 3.9}, reason, sizeof reason);
    check_all(WORLD,
              strcmp(reason, "probability 0.980 of being like what was verified as odd") == 0);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* A model that is written by hand: one hidden value, max(0, 2 (x - 1) / 0.5), logit 3 times it less
 * 4. */
static void test_by_hand(void)
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double *to, score[2 * COLUMNS];
    const float x[] = {2, 0};
    const odd_rows rows = odd_rows_in_memory(SELF, 2, 1, x);
    const struct {
        const char *name;
        int rank;
        double value;
    } arrays[] = {{"mean", 1, 1},         {"scale", 1, 2},          {"layer_0/weight", 2, 2},
                  {"layer_0/bias", 1, 0}, {"layer_1/weight", 2, 3}, {"layer_1/bias", 1, -4}};
    for (int i = 0; i < 6; i++) {
        ODD_CHECK(odd_bundle_add(&model, arrays[i].name, ODD_F64, "", &to, arrays[i].rank,
                                 (int64_t)1, (int64_t)1) == ODD_OK);
        *to = arrays[i].value;
    }
    ODD_CHECK(odd_bundle_add_i64(&model, "layers", "", 1) == ODD_OK);
    check_all(WORLD, detector()->score(&model, &rows, score) == ODD_OK);
    check_all(WORLD, score[1] == 8 && score[3] == -4 && score[0] == 1 / (1 + exp(-8.0)));
    odd_bundle_free(&model);
}

/* ---- ranks, threads, streams ---- */

static odd_status read_rows(void *context, int64_t local, int64_t count, float x[])
{
    const odd_rows *rows = context;
    memcpy(x, rows->x + local * rows->d, (size_t)(count * rows->d) * sizeof *x);
    return ODD_OK;
}

static bool as_alone(MPI_Comm team, bool streams, const odd_bundle *model, const double score[])
{
    if (team == MPI_COMM_NULL) return true;
    odd_rows rows = rows_of(team, N, D, 2, theme_and_odd), streamed = rows;
    odd_bundle here = ODD_BUNDLE_EMPTY;
    uint8_t verified[N];
    double *mine;
    streamed.x = NULL;
    streamed.read = read_rows;
    streamed.reader = &rows;
    mark(&rows, verified);
    const bool same = learn(streams ? &streamed : &rows, verified, &here, &mine) == ODD_OK &&
                      same_bundle(&here, model) &&
                      memcmp(mine, score + rows.part.row0 * COLUMNS,
                             (size_t)(rows.part.n_local * COLUMNS) * sizeof *mine) == 0;
    odd_free(mine);
    odd_bundle_free(&here);
    rows_free(&rows);
    return same;
}

static void test_ranks(void)
{
    odd_rows rows = rows_of(SELF, N, D, 2, theme_and_odd);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    uint8_t verified[N];
    double *score;
    mark(&rows, verified);
    odd_threads_setup(1, 1);
    check_all(WORLD, learn(&rows, verified, &model, &score) == ODD_OK);
    for (int size = 1; size <= odd_size(WORLD); size++) {
        MPI_Comm team = test_team(size);
        odd_threads_setup(1 + size % 2, 1);
        check_all(WORLD, as_alone(team, size == 2, &model, score));
        test_team_free(&team);
    }
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* ---- which rows ---- */

static void test_too_few(void)
{
    odd_rows rows = rows_of(WORLD, N, D, 2, theme_and_odd);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    uint8_t verified[N] = {0};
    double *score;
    check_all(WORLD,
              learn(&rows, NULL, &model, &score) == ODD_ARG &&
                  strstr(odd_fail_reason(), "verified as odd, and others: 0 and 160") != NULL);
    odd_free(score);
    for (int64_t i = 0; i < rows.part.n_local; i++)
        verified[i] = rows.part.row0 + i < 9 ? ODD_VERIFIED_ODD : ODD_VERIFIED_THEME;
    check_all(WORLD, learn(&rows, verified, &model, &score) == ODD_ARG &&
                         strstr(odd_fail_reason(), "9 and 151") != NULL);
    odd_free(score);
    memset(verified, ODD_VERIFIED_ODD, sizeof verified);
    check_all(WORLD, learn(&rows, verified, &model, &score) == ODD_ARG &&
                         strstr(odd_fail_reason(), "160 and 0") != NULL);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* Where no row is verified as theme those that nobody verified are: the same as if they were. */
static void test_unverified_theme(void)
{
    odd_rows rows = rows_of(SELF, N, D, 2, theme_and_odd);
    odd_bundle model = ODD_BUNDLE_EMPTY, other = ODD_BUNDLE_EMPTY;
    uint8_t verified[N];
    double *score, *should;
    for (int64_t i = 0; i < N; i++)
        verified[i] = is_odd(i) ? ODD_VERIFIED_ODD : ODD_UNVERIFIED;
    check_all(WORLD, learn(&rows, verified, &model, &score) == ODD_OK);
    for (int64_t i = 0; i < N; i++)
        if (!is_odd(i)) verified[i] = ODD_VERIFIED_THEME;
    check_all(WORLD, learn(&rows, verified, &other, &should) == ODD_OK);
    check_all(WORLD, same_bundle(&model, &other));
    odd_free(score);
    odd_free(should);
    odd_bundle_free(&model);
    odd_bundle_free(&other);
    rows_free(&rows);
}

static double with_nan(int64_t row, int j, uint64_t seed)
{
    return row == 33 && j == 1 ? NAN : theme_and_odd(row, j, seed);
}

static double constant(int64_t row, int j, uint64_t seed)
{
    (void)row, (void)j, (void)seed;
    return 3.5;
}

static void test_hostile_rows(void)
{
    odd_rows good = rows_of(WORLD, N, D, 2, theme_and_odd), bad = rows_of(WORLD, N, D, 2, with_nan);
    odd_rows flat = rows_of(WORLD, N, D, 2, constant), wide = rows_of(WORLD, N, D + 1, 2, constant);
    odd_rows none = rows_of(WORLD, 0, D, 2, constant);
    odd_bundle model = ODD_BUNDLE_EMPTY, other = ODD_BUNDLE_EMPTY;
    uint8_t verified[N];
    double *score, *scratch;
    mark(&good, verified);
    check_all(WORLD, learn(&good, verified, &model, &score) == ODD_OK);
    check_all(WORLD, detector()->score(&model, &bad, score) == ODD_NUMERIC &&
                         strstr(odd_fail_reason(), "row 33 ") != NULL);
    check_all(WORLD, detector()->score(&model, &wide, score) == ODD_ARG);
    check_all(WORLD, learn(&bad, verified, &other, &scratch) == ODD_NUMERIC);
    odd_free(scratch);
    odd_bundle_free(&other);
    check_all(WORLD, learn(&none, NULL, &other, &scratch) == ODD_ARG);
    odd_free(scratch);
    odd_bundle_free(&other);
    bool finite = learn(&flat, verified, &other, &scratch) == ODD_OK;
    for (int64_t i = 0; finite && i < flat.part.n_local * COLUMNS; i++)
        finite = isfinite(scratch[i]);
    check_all(WORLD, finite);
    odd_free(score);
    odd_free(scratch);
    odd_bundle_free(&model);
    odd_bundle_free(&other);
    rows_free(&good);
    rows_free(&bad);
    rows_free(&flat);
    rows_free(&wide);
    rows_free(&none);
}

/* ---- models from files ---- */

typedef struct {
    odd_rows rows;
    odd_bundle model;
    double *whole, *score;
} trial;

static odd_status score_now(void *context)
{
    trial *t = context;
    return detector()->score(&t->model, &t->rows, t->score);
}

static bool same_scores(const void *context)
{
    const trial *t = context;
    return memcmp(t->score, t->whole, N * COLUMNS * sizeof *t->whole) == 0;
}

static bool finite_scores(const void *context)
{
    const trial *t = context;
    bool finite = true;
    for (int i = 0; i < N * COLUMNS; i++)
        finite = finite && isfinite(t->score[i]);
    return finite;
}

static void promise(const void *context, const char *what, bool kept)
{
    (void)context;
    if (!check_all(WORLD, kept)) fprintf(stderr, "head: %s\n", what);
}

static void test_damaged(void)
{
    trial t = {.rows = rows_of(SELF, N, D, 2, theme_and_odd), .model = ODD_BUNDLE_EMPTY};
    uint8_t verified[N];
    mark(&t.rows, verified);
    t.score = odd_alloc(N * COLUMNS, sizeof *t.score);
    check_all(WORLD, learn(&t.rows, verified, &t.model, &t.whole) == ODD_OK);
    const model_user user = {&t, score_now, same_scores, finite_scores, promise};
    damage_model(&user, &t.model);
    odd_free(t.whole);
    odd_free(t.score);
    odd_bundle_free(&t.model);
    rows_free(&t.rows);
}

CU_TestInfo odd_tests[] = {
    {"it finds what is like what it was shown", test_finds},
    {"layers by hand", test_by_hand},
    {"the same bits on any ranks and threads", test_ranks},
    {"too few rows are told", test_too_few},
    {"what nobody verified may be theme", test_unverified_theme},
    {"rows that are hostile", test_hostile_rows},
    {"models that are not whole", test_damaged},
    CU_TEST_INFO_NULL,
};
