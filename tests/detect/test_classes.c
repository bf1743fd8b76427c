/* Detector `classes` against scikit-learn, its rule on rows worked by hand, and what it makes of
 * classes as catalogues have them. */
#include "classes_reference.h"
#include "damaged_model.h"
#include "detect_fixture.h"

#include "oddlot/base/usage.h"

#include <float.h>
#include <math.h>

const char *odd_test_name = "detect/classes";

enum { N = CLASSES_ROWS, D = CLASSES_FEATURES, COLUMNS = 7 };
enum { OUTSIDE, OUTSIDE_ALL, DISTANCE, RELATIVE, NEIGHBOUR, SUBSPACE, CLASS };

static const odd_detector *detector(void)
{
    return odd_detector_find("classes");
}

static double reference_value(int64_t row, int j, uint64_t seed)
{
    (void)seed;
    return classes_x[row * D + j];
}

static const char *const names[] = {"shirt", "shoe", "bag", "hat"};

/* What is known of my rows of labels (n of all rows). */
static odd_known known_of(const odd_rows *rows, const int label[], int32_t class_of[])
{
    for (int64_t i = 0; i < rows->part.n_local; i++)
        class_of[i] = label[rows->part.row0 + i];
    return (odd_known){.class_of = class_of, .classes = CLASSES_COUNT, .names = names};
}

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

/* ---- classes as catalogues have them ---- */

static odd_status learn(const char *const set[], int sets, const odd_known *known, double **score,
                        odd_bundle *model)
{
    odd_rows rows = rows_of(SELF, N, D, 0, reference_value);
    const odd_status st = fit_known(detector(), set, sets, &rows, known, model, score);
    rows_free(&rows);
    return st;
}

static bool all_finite(const double score[])
{
    bool finite = true;
    for (int64_t i = 0; i < N * COLUMNS; i++)
        finite = finite && isfinite(score[i]);
    return finite;
}

/* A class of its own for each row, and one row alone. */
static void test_lone_rows(void)
{
    static const char *const set[] = {"fit.classes.folds=0"};
    int32_t each[N], one[N];
    for (int i = 0; i < N; i++) {
        each[i] = i;
        one[i] = i == 7 ? 3 : -1;
    }
    for (int v = 0; v < 4; v++) {
        const odd_known known = {.class_of = v < 2 ? each : one, .classes = N};
        odd_bundle model = ODD_BUNDLE_EMPTY;
        double *score;
        CU_ASSERT_EQUAL(learn(set, v % 2, &known, &score, &model), ODD_OK);
        CU_ASSERT(all_finite(score));
        CU_ASSERT(score[COLUMNS * 7 + OUTSIDE] < 1);
        CU_ASSERT(v < 2 || score[COLUMNS * 8 + OUTSIDE] > 1);
        odd_free(score);
        odd_bundle_free(&model);
    }
}

/* Without classes, with none in use, and with one for all: the same but for its name. */
static void test_no_classes(void)
{
    int32_t none[N], one[N];
    double *score[3];
    for (int i = 0; i < N; i++) {
        none[i] = -1;
        one[i] = 2;
    }
    const odd_known known[] = {
        {0}, {.class_of = none, .classes = 5}, {.class_of = one, .classes = 5}};
    for (int v = 0; v < 3; v++) {
        odd_bundle model = ODD_BUNDLE_EMPTY;
        CU_ASSERT_EQUAL(learn(NULL, 0, &known[v], &score[v], &model), ODD_OK);
        const odd_array *name = odd_bundle_find(&model, "class_name");
        CU_ASSERT(name->shape.shape[0] == 1 &&
                  memcmp(name->data, v < 2 ? "all" : "2", v < 2 ? 3 : 1) == 0);
        CU_ASSERT(memcmp(score[v], score[0], N * COLUMNS * sizeof(double)) == 0);
        CU_ASSERT_EQUAL(score[v][RELATIVE], 0);
        odd_bundle_free(&model);
    }
    for (int v = 0; v < 3; v++)
        odd_free(score[v]);
}

/* Rows verified as odd teach nothing, whatever they are filed under; all of them: a sentence. */
static void test_verified_odd(void)
{
    int32_t class_of[N], without[N];
    uint8_t verified[N] = {0};
    double *score, *should;
    odd_bundle model = ODD_BUNDLE_EMPTY, other = ODD_BUNDLE_EMPTY;
    for (int i = 0; i < N; i++) {
        class_of[i] = classes_label[i] < 0 ? 0 : classes_label[i];
        verified[i] = i % 9 == 0 || classes_label[i] < 0 ? ODD_VERIFIED_ODD : ODD_UNVERIFIED;
        without[i] = verified[i] ? -1 : class_of[i];
    }
    odd_known known = {.verified = verified, .class_of = class_of, .classes = 4};
    const odd_known less = {.class_of = without, .classes = 4};
    CU_ASSERT_EQUAL(learn(NULL, 0, &known, &score, &model), ODD_OK);
    CU_ASSERT_EQUAL(learn(NULL, 0, &less, &should, &other), ODD_OK);
    CU_ASSERT(same_bundle(&model, &other));
    odd_free(score);
    odd_free(should);
    odd_bundle_free(&model);
    odd_bundle_free(&other);
    memset(verified, ODD_VERIFIED_ODD, sizeof verified);
    CU_ASSERT_EQUAL(learn(NULL, 0, &known, &score, &model), ODD_ARG);
    CU_ASSERT(strstr(odd_fail_reason(), "verified as odd") != NULL);
    odd_free(score);
    odd_bundle_free(&model);
    class_of[3] = 4;
    known.verified = NULL;
    CU_ASSERT_EQUAL(learn(NULL, 0, &known, &score, &model), ODD_ARG);
    CU_ASSERT(strstr(odd_fail_reason(), "row 3 is of class 4 of 4") != NULL);
    odd_free(score);
    odd_bundle_free(&model);
}

static void test_too_large(void)
{
    enum { ROWS = 400, WIDE = 2000 };
    static const char *const set[] = {"fit.classes.covariance=own", "fit.classes.least=2"};
    odd_rows rows = rows_of(SELF, ROWS, WIDE, 1, theme_and_odd);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    int32_t class_of[ROWS];
    double *score;
    for (int i = 0; i < ROWS; i++)
        class_of[i] = i / 2;
    const odd_known known = {.class_of = class_of, .classes = ROWS / 2};
    CU_ASSERT_EQUAL(fit_known(detector(), set, 2, &rows, &known, &model, &score), ODD_ARG);
    CU_ASSERT(strstr(odd_fail_reason(), "200 classes of 2000 features") != NULL);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* ---- many ---- */

enum { MANY = 10000, EACH = 3, FEW = 6 };

static double many_places(int64_t row, int j, uint64_t seed)
{
    const double place = odd_normal(seed, ODD_STREAM_TEST, (uint64_t)(row / EACH), (uint32_t)j);
    return 50 * place + odd_normal(seed, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)(100 + j));
}

/* 10,000 classes take what 10,000 means take: 0.5 MB here, not a covariance or a row of distances
 * for each row. */
static void test_many_classes(void)
{
    odd_rows rows = rows_of(WORLD, (int64_t)MANY * EACH, FEW, 5, many_places);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    const odd_partition *part = &rows.part;
    int32_t *class_of = odd_alloc(part->n_local, sizeof *class_of);
    double *score;
    int64_t right = 0;
    ODD_CHECK(class_of);
    for (int64_t i = 0; i < part->n_local; i++)
        class_of[i] = (int32_t)((part->row0 + i) / EACH);
    const odd_known known = {.class_of = class_of, .classes = MANY};
    bool ok = fit_known(detector(), NULL, 0, &rows, &known, &model, &score) == ODD_OK;
    for (int64_t i = 0; ok && i < part->n_local; i++)
        right += score[i * COLUMNS + CLASS] == class_of[i];
    odd_sum_i64(WORLD, &right, 1);
    check_all(WORLD, ok && right > 0.99 * MANY * EACH);
    check_all(WORLD, odd_memory_peak() < (int64_t)400 << 20);
    odd_free(class_of);
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
    {"classes of one row", test_lone_rows},
    {"no classes are one", test_no_classes},
    {"what is verified as odd teaches nothing", test_verified_odd},
    {"own covariances that are too large", test_too_large},
    {"10,000 classes", test_many_classes},
    {"models that are not whole", test_damaged},
    CU_TEST_INFO_NULL,
};
