/* Detector `classes` against scikit-learn, its rule on rows worked by hand, the same bits on any
 * ranks, and models that are not whole. */
#include "classes_fixture.h"
#include "damaged_model.h"

#include <float.h>

const char *odd_test_name = "detect/classes";

static bool near(double is, double should)
{
    return fabs(is - should) <= 1e-8 * (1 + fabs(should));
}

/* ---- scikit-learn ---- */

typedef struct {
    const double *threshold, *outside, *outside_all, *distance, *relative;
    const int *class;
} expected;

#define EXPECTED(name)                                                                             \
    ((expected){classes_##name##_threshold, classes_##name##_outside,                              \
                classes_##name##_outside_all, classes_##name##_distance,                           \
                classes_##name##_relative, classes_##name##_class})

static bool is_expected(const expected *e, const double s[], int64_t row)
{
    return near(s[OUTSIDE], e->outside[row]) && near(s[OUTSIDE_ALL], e->outside_all[row]) &&
           near(s[DISTANCE], e->distance[row]) && near(s[RELATIVE], e->relative[row]) &&
           s[CLASS] == e->class[row] && near(s[SUBSPACE], classes_subspace[row]) &&
           fabs(s[NEIGHBOUR] - classes_neighbour[row]) < 1e-6; /* unit rows are float */
}

static void compare(const char *const set[], int sets, const expected *e)
{
    odd_rows rows = rows_of(WORLD, N, D, 0, reference_value);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    int32_t class_of[N];
    double *score;
    const odd_known known = known_of(&rows, classes_label, class_of);
    bool ok = fit_known(detector(), set, sets, &rows, &known, &model, &score) == ODD_OK;
    const odd_array *threshold = odd_bundle_find(&model, "threshold");
    for (int c = 0; ok && c < CLASSES_COUNT; c++)
        ok = near(((const double *)threshold->data)[c], e->threshold[c]);
    for (int64_t i = 0; ok && i < rows.part.n_local; i++)
        ok = is_expected(e, score + COLUMNS * i, rows.part.row0 + i);
    if (!check_all(WORLD, ok)) fprintf(stderr, "with %s\n", set[1]);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

#define COMPARE(name, ...)                                                                         \
    do {                                                                                           \
        static const char *const set[] = {"fit.classes.neighbours=3", __VA_ARGS__};                \
        const expected e = EXPECTED(name);                                                         \
        compare(set, sizeof set / sizeof *set, &e);                                                \
    } while (0)

static void test_reference(void)
{
    COMPARE(shared, "fit.classes.folds=0");
    COMPARE(plain, "fit.classes.shrinkage=none", "fit.classes.folds=0");
    COMPARE(own, "fit.classes.covariance=own", "fit.classes.folds=0");
    COMPARE(folds, "fit.classes.folds=5");
    COMPARE(own_folds, "fit.classes.covariance=own", "fit.classes.folds=5");
}

/* ---- by hand ---- */

/* One feature: -1 and 1 around 0, and around 10; 12.5, of no class. */
static double two_places(int64_t row, int j, uint64_t seed)
{
    (void)j, (void)seed;
    return row == 40 ? 12.5 : (row % 2 ? 1 : -1) + (row < 20 ? 0 : 10);
}

/* The deviation within classes is 1, and so are all distances: both thresholds are 1. */
static void test_rule(void)
{
    static const char *const names[] = {"shirt", "shoe"};
    static const char *const set[] = {"fit.classes.folds=0", "fit.classes.shrinkage=none"};
    odd_rows rows = rows_of(SELF, 41, 1, 0, two_places);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    char reason[160] = "";
    int32_t class_of[41];
    double *score;
    for (int i = 0; i < 41; i++)
        class_of[i] = i == 40 ? -1 : i >= 20;
    const odd_known known = {.class_of = class_of, .classes = 2, .names = names};
    CU_ASSERT_EQUAL(fit_known(detector(), set, 2, &rows, &known, &model, &score), ODD_OK);
    const double *far = score + COLUMNS * 40, *inside = score + COLUMNS * 39;
    CU_ASSERT_DOUBLE_EQUAL(far[OUTSIDE], 2.5, 1e-5);
    CU_ASSERT_DOUBLE_EQUAL(far[OUTSIDE_ALL], 2.5, 1e-5);
    CU_ASSERT_EQUAL(far[CLASS], 1);
    CU_ASSERT_DOUBLE_EQUAL(inside[OUTSIDE], 1, 1e-12);
    CU_ASSERT(inside[OUTSIDE] < detector()->cut && far[OUTSIDE] >= detector()->cut);
    CU_ASSERT_DOUBLE_EQUAL(far[RELATIVE], 2.5 * 2.5 - 7.5 * 7.5 / 26, 1e-3);
    detector()->reason(&model, far, reason, sizeof reason);
    CU_ASSERT_STRING_EQUAL(reason,
                           "2.5 times as far from shoe, the nearest class, as 97.5 % of its "
                           "own; outside every class");
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* ---- ranks ---- */

static bool as_alone(MPI_Comm team, const odd_bundle *model, const double score[])
{
    static const char *const set[] = {"fit.classes.covariance=own", "fit.classes.sample=50"};
    if (team == MPI_COMM_NULL) return true;
    odd_rows rows = rows_of(team, N, D, 0, reference_value);
    odd_bundle here = ODD_BUNDLE_EMPTY;
    int32_t class_of[N];
    double *mine;
    const odd_known known = known_of(&rows, classes_label, class_of);
    bool same = fit_known(detector(), set, 2, &rows, &known, &here, &mine) == ODD_OK;
    same = same && same_bundle(&here, model) &&
           memcmp(mine, score + rows.part.row0 * COLUMNS,
                  (size_t)(rows.part.n_local * COLUMNS) * sizeof *mine) == 0;
    odd_free(mine);
    odd_bundle_free(&here);
    rows_free(&rows);
    return same;
}

static void test_ranks(void)
{
    static const char *const set[] = {"fit.classes.covariance=own", "fit.classes.sample=50"};
    odd_rows rows = rows_of(SELF, N, D, 0, reference_value);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    int32_t class_of[N];
    double *score;
    const odd_known known = known_of(&rows, classes_label, class_of);
    check_all(WORLD, fit_known(detector(), set, 2, &rows, &known, &model, &score) == ODD_OK);
    for (int size = 1; size <= odd_size(WORLD); size++) {
        MPI_Comm team = test_team(size);
        check_all(WORLD, as_alone(team, &model, score));
        test_team_free(&team);
    }
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* ---- models from files ---- */

typedef struct {
    const odd_rows *rows;
    const odd_bundle *model;
    const double *whole;
    double *score;
} trial;

static odd_status score_now(void *context)
{
    const trial *t = context;
    return detector()->score(t->model, t->rows, t->score);
}

static bool same_scores(const void *context)
{
    const trial *t = context;
    return memcmp(t->score, t->whole, N * COLUMNS * sizeof(double)) == 0;
}

static bool finite_scores(const void *context)
{
    return all_finite(((const trial *)context)->score);
}

static void promise(const void *context, const char *what, bool kept)
{
    (void)context;
    CU_ASSERT(kept);
    if (!kept) fprintf(stderr, "classes: %s\n", what);
}

static void test_damaged(void)
{
    static const char *const set[] = {"fit.classes.covariance=own"};
    odd_rows rows = rows_of(SELF, N, D, 0, reference_value);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    int32_t class_of[N];
    double *whole, *score = odd_alloc(N * COLUMNS, sizeof *score);
    const odd_known known = known_of(&rows, classes_label, class_of);
    CU_ASSERT_EQUAL(fit_known(detector(), set, 1, &rows, &known, &model, &whole), ODD_OK);
    trial t = {&rows, &model, whole, score};
    const model_user user = {&t, score_now, same_scores, finite_scores, promise};
    damage_model(&user, &model);
    int64_t *of = odd_bundle_find(&model, "factor_of")->data;
    static const int64_t wild[] = {-1, 4, INT64_MAX};
    for (int i = 0; i < 3; i++) {
        const int64_t kept = of[1];
        of[1] = wild[i];
        CU_ASSERT_EQUAL(score_now(&t), ODD_FORMAT);
        of[1] = kept;
    }
    odd_free(whole);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

CU_TestInfo odd_tests[] = {
    {"distances, thresholds and columns are those of scikit-learn", test_reference},
    {"the rule", test_rule},
    {"the same bits on any ranks", test_ranks},
    {"models that are not whole", test_damaged},
    CU_TEST_INFO_NULL,
};
