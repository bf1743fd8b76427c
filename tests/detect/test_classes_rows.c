/* Detector `classes` on classes as catalogues have them: of one row, of none, of 10,000; and rows
 * that teach nothing. */
#include "classes_fixture.h"

#include "oddlot/base/usage.h"

const char *odd_test_name = "detect/classes: rows";

/* ---- classes as catalogues have them ---- */

static odd_status learn(const char *const set[], int sets, const odd_known *known, double **score,
                        odd_bundle *model)
{
    odd_rows rows = rows_of(SELF, N, D, 0, reference_value);
    const odd_status st = fit_known(detector(), set, sets, &rows, known, model, score);
    rows_free(&rows);
    return st;
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
    check_all(WORLD, ok && (double)right > 0.99 * MANY * EACH);
    check_all(WORLD, odd_memory_peak() < (int64_t)400 << 20);
    odd_free(class_of);
    odd_free(score);
    odd_bundle_free(&model);
    rows_free(&rows);
}

CU_TestInfo odd_tests[] = {
    {"classes of one row", test_lone_rows},
    {"no classes are one", test_no_classes},
    {"what is verified as odd teaches nothing", test_verified_odd},
    {"own covariances that are too large", test_too_large},
    {"10,000 classes", test_many_classes},
    CU_TEST_INFO_NULL,
};
