/* The contract of detectors: a model is what its arrays say, also after a stay in a file, and one
 * that is not whole is refused. */
#include "contract_fixture.h"

#include "damaged_model.h"
#include "store_fixture.h"

const char *odd_test_name = "detect/contract: models";

enum { N = 120, D = 4 };

/* ---- in a file ---- */

static void test_files(void)
{
    fixture_folder(WORLD);
    for (int i = 0; learners()[i]; i++) {
        odd_rows rows = rows_of(WORLD, N, D, 3, theme_and_odd);
        outcome o = learn(learners()[i], &rows, NULL);
        odd_bundle back = ODD_BUNDLE_EMPTY;
        const int64_t values = rows.part.n_local * o.columns;
        double *score = odd_alloc(values, sizeof *score);
        promise(learners()[i], "models can be written and read",
                o.st == ODD_OK && fixture_bundle_through_file(WORLD, &o.model, &back) == ODD_OK);
        promise(learners()[i], "a model from a file gives the same bits",
                learners()[i]->score(&back, &rows, score) == ODD_OK &&
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

static odd_status score_now(void *context)
{
    const trial *t = context;
    return t->detector->score(&t->whole->model, t->rows, t->score);
}

static int64_t values_of(const trial *t)
{
    return t->rows->part.n_local * t->whole->columns;
}

static bool same_scores(const void *context)
{
    const trial *t = context;
    return memcmp(t->score, t->whole->score, (size_t)values_of(t) * sizeof *t->score) == 0;
}

static bool finite_scores(const void *context)
{
    const trial *t = context;
    return all_finite(t->score, values_of(t));
}

static void promise_of_trial(const void *context, const char *what, bool kept)
{
    promise(((const trial *)context)->detector, what, kept);
}

static void test_not_whole(void)
{
    for (int i = 0; learners()[i]; i++) {
        odd_rows rows = rows_of(WORLD, N, D, 3, theme_and_odd);
        outcome o = learn(learners()[i], &rows, NULL);
        double *score = odd_alloc(rows.part.n_local * o.columns, sizeof *score);
        trial t = {learners()[i], &rows, &o, score};
        const model_user user = {&t, score_now, same_scores, finite_scores, promise_of_trial};
        promise(learners()[i], "it learns", o.st == ODD_OK && score_now(&t) == ODD_OK);
        damage_model(&user, &o.model);
        odd_free(score);
        outcome_free(&o);
        rows_free(&rows);
    }
}

static void test_other_rows(void)
{
    for (int i = 0; learners()[i]; i++) {
        odd_rows rows = rows_of(WORLD, N, D, 3, theme_and_odd);
        odd_rows wide = rows_of(WORLD, N, D + 1, 3, theme_and_odd);
        odd_bundle empty = ODD_BUNDLE_EMPTY;
        outcome o = learn(learners()[i], &rows, NULL);
        char reason[256] = "";
        promise(learners()[i], "rows of another width are refused by numbers",
                learners()[i]->score(&o.model, &wide, o.score) == ODD_ARG &&
                    strstr(odd_fail_reason(), "4 features") && strstr(odd_fail_reason(), "have 5"));
        promise(learners()[i], "an empty model is refused",
                learners()[i]->score(&empty, &rows, o.score) == ODD_FORMAT);
        learners()[i]->reason(&empty, (const double[16]){1}, reason, sizeof reason);
        promise(learners()[i], "an empty model has a sentence too", strlen(reason) > 20);
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
