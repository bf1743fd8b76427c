/* The contract of detectors: a model is what its arrays say, also after a stay in a file, and one
 * that is not whole is refused. */
#include "contract_fixture.h"

#include "store_fixture.h"

const char *odd_test_name = "detect/contract: models";

enum { N = 120, D = 4 };

/* ---- in a file ---- */

static odd_status through_a_file(const odd_bundle *model, odd_bundle *back)
{
    const char *path = fixture_path("model.h5");
    odd_file *file = NULL;
    odd_status st;
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(odd_bundle_write(file, "model", model));
    ODD_TRY(odd_file_publish(&file));
    ODD_TRY(odd_file_open(WORLD, path, false, &file));
    ODD_TRY(odd_bundle_read(file, "model", back));
done:
    odd_file_close(&file);
    return st;
}

static void test_files(void)
{
    fixture_folder(WORLD);
    for (int i = 0; odd_detectors[i]; i++) {
        odd_rows rows = rows_of(WORLD, N, D, 3, theme_and_odd);
        outcome o = learn(odd_detectors[i], &rows, NULL);
        odd_bundle back = ODD_BUNDLE_EMPTY;
        const int64_t values = rows.part.n_local * o.columns;
        double *score = odd_alloc(values, sizeof *score);
        promise(odd_detectors[i], "models can be written and read",
                o.st == ODD_OK && through_a_file(&o.model, &back) == ODD_OK);
        promise(odd_detectors[i], "a model from a file gives the same bits",
                odd_detectors[i]->score(&back, &rows, score) == ODD_OK &&
                    memcmp(score, o.score, (size_t)values * sizeof *score) == 0);
        odd_free(score);
        odd_bundle_free(&back);
        outcome_free(&o);
        rows_free(&rows);
    }
    fixture_remove(WORLD);
}

/* ---- not whole ---- */

typedef struct {
    const odd_detector *detector;
    const odd_rows *rows;
    outcome *whole;
    double *score;
} trial;

/* Scores by the model as it is now. */
static odd_status score_now(const trial *t)
{
    return t->detector->score(&t->whole->model, t->rows, t->score);
}

/* The model is to blame, not a row. */
static bool is_refusal(odd_status st)
{
    return st == ODD_FORMAT || (st == ODD_ARG && strstr(odd_fail_reason(), "features"));
}

static bool same_scores(const trial *t)
{
    const int64_t values = t->rows->part.n_local * t->whole->columns;
    return memcmp(t->score, t->whole->score, (size_t)values * sizeof *t->score) == 0;
}

/* Refused, or the array says nothing about scores. */
static bool is_noticed(const trial *t)
{
    const odd_status st = score_now(t);
    return is_refusal(st) || (st == ODD_OK && same_scores(t));
}

/* Refused, or scores of another model. */
static bool is_borne(const trial *t)
{
    const odd_status st = score_now(t);
    const int64_t values = t->rows->part.n_local * t->whole->columns;
    return is_refusal(st) || (st == ODD_OK && all_finite(t->score, values));
}

static bool without(const trial *t, odd_array *a)
{
    char *name = a->name;
    a->name = "other";
    const bool noticed = is_noticed(t);
    a->name = name;
    return noticed;
}

static bool of_another_type(const trial *t, odd_array *a)
{
    const odd_type type = a->shape.type;
    a->shape.type = type == ODD_I64 ? ODD_F64 : ODD_I64;
    const bool noticed = is_noticed(t);
    a->shape.type = type;
    return noticed;
}

/* The last number of an array becomes another one, and may be off its end. */
static bool with_number(const trial *t, odd_array *a, double number, int off,
                        bool (*is_good)(const trial *))
{
    int64_t bytes;
    const odd_shape shape = a->shape;
    const bool wide = shape.type == ODD_F64;
    if ((!wide && shape.type != ODD_F32) || odd_shape_bytes(&shape, &bytes) != ODD_OK) return true;
    void *kept = odd_alloc(bytes, 1);
    memcpy(kept, a->data, (size_t)bytes);
    if (wide)
        ((double *)a->data)[bytes / 8 - 1] = number;
    else
        ((float *)a->data)[bytes / 4 - 1] = (float)number;
    if (off) a->shape.shape[shape.rank - 1] -= off;
    const bool good = is_good(t);
    a->shape = shape;
    memcpy(a->data, kept, (size_t)bytes);
    odd_free(kept);
    return good;
}

/* Nothing is read from where an array is not. */
static bool one_shorter(const trial *t, odd_array *a)
{
    return a->shape.rank == 0 || with_number(t, a, 1e4, 1, is_noticed);
}

/* Numbers that are none must not become scores. */
static bool of_no_numbers(const trial *t, odd_array *a)
{
    return with_number(t, a, NAN, 0, is_noticed) && with_number(t, a, INFINITY, 0, is_noticed);
}

static bool of_other_numbers(const trial *t, odd_array *a)
{
    return with_number(t, a, 0, 0, is_borne) && with_number(t, a, -1, 0, is_borne);
}

/* Whole numbers say how many things there are. */
static bool of_wild_counts(const trial *t, odd_array *a)
{
    static const int64_t wild[] = {-1, 1 << 20, INT64_MIN, INT64_MAX, (int64_t)1 << 33};
    bool good = true;
    if (a->shape.type != ODD_I64 || a->shape.rank > 0) return true;
    int64_t *value = a->data, kept = *value;
    for (size_t i = 0; i < sizeof wild / sizeof *wild; i++) {
        *value = wild[i];
        good = is_borne(t) && good;
    }
    *value = kept;
    return good;
}

static void damage(const trial *t, odd_array *a)
{
    static const struct {
        const char *what;
        bool (*is_good)(const trial *, odd_array *);
    } ways[] = {{"is missing", without},
                {"is too short", one_shorter},
                {"is of another type", of_another_type},
                {"is not finite", of_no_numbers},
                {"is 0 or less", of_other_numbers},
                {"is out of range", of_wild_counts}};
    char text[256];
    for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
        snprintf(text, sizeof text, "it notices that '%s' %s", a->name, ways[w].what);
        promise(t->detector, text, ways[w].is_good(t, a));
    }
}

static void test_not_whole(void)
{
    for (int i = 0; odd_detectors[i]; i++) {
        odd_rows rows = rows_of(WORLD, N, D, 3, theme_and_odd);
        outcome o = learn(odd_detectors[i], &rows, NULL);
        double *score = odd_alloc(rows.part.n_local * o.columns, sizeof *score);
        const trial t = {odd_detectors[i], &rows, &o, score};
        promise(odd_detectors[i], "it learns", o.st == ODD_OK && score_now(&t) == ODD_OK);
        for (int a = 0; a < o.model.count; a++)
            damage(&t, &o.model.array[a]);
        odd_free(score);
        outcome_free(&o);
        rows_free(&rows);
    }
}

static void test_other_rows(void)
{
    for (int i = 0; odd_detectors[i]; i++) {
        odd_rows rows = rows_of(WORLD, N, D, 3, theme_and_odd);
        odd_rows wide = rows_of(WORLD, N, D + 1, 3, theme_and_odd);
        odd_bundle empty = ODD_BUNDLE_EMPTY;
        outcome o = learn(odd_detectors[i], &rows, NULL);
        char reason[256] = "";
        promise(odd_detectors[i], "rows of another width are refused by numbers",
                odd_detectors[i]->score(&o.model, &wide, o.score) == ODD_ARG &&
                    strstr(odd_fail_reason(), "4 features") && strstr(odd_fail_reason(), "have 5"));
        promise(odd_detectors[i], "an empty model is refused",
                odd_detectors[i]->score(&empty, &rows, o.score) == ODD_FORMAT);
        odd_detectors[i]->reason(&empty, (const double[16]){1}, reason, sizeof reason);
        promise(odd_detectors[i], "an empty model has a sentence too", strlen(reason) > 20);
        outcome_free(&o);
        rows_free(&rows);
        rows_free(&wide);
    }
}

CU_TestInfo odd_tests[] = {
    {"a model from a file gives the same bits", test_files},
    {"a model that is not whole is refused", test_not_whole},
    {"rows of another width are refused", test_other_rows},
    CU_TEST_INFO_NULL,
};
