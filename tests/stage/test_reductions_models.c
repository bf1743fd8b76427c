/* The contract of reductions: a model is what its arrays say, also after a stay in a file, and one
 * that is not whole is refused. */
#include "oddlot/base/bundle.h"
#include "oddlot/stage/reductions.h"
#include "oddlot/store/dataset.h"
#include "oddlot/store/file.h"
#include "reductions_fixture.h"

#include "damaged_model.h"

const char *odd_test_name = "stage/contract of reductions: models";

typedef struct {
    const odd_reduction *reduction;
    const odd_rows *rows;
    outcome *whole;
    float *score;
    double *residual;
} trial;

static odd_status use(void *context)
{
    const trial *t = context;
    int d, k;
    const odd_status st = t->reduction->width(&t->whole->model, &d, &k);
    if (st != ODD_OK) return st;
    if (k != t->whole->k) return odd_fail(ODD_FORMAT, "another width"); /* the caller's room */
    return t->reduction->apply(&t->whole->model, t->rows, t->score, t->residual);
}

static bool is_same(const void *context)
{
    const trial *t = context;
    const size_t n = (size_t)t->rows->part.n_local;
    return memcmp(t->score, t->whole->score, n * (size_t)t->whole->k * sizeof *t->score) == 0 &&
           memcmp(t->residual, t->whole->residual, n * sizeof *t->residual) == 0;
}

static bool is_sound(const void *context)
{
    const trial *t = context;
    const outcome now = {.k = t->whole->k, .score = t->score, .residual = t->residual};
    return is_finite(&now, t->rows->part.n_local);
}

static void promise_of_trial(const void *context, const char *what, bool kept)
{
    promise(((const trial *)context)->reduction, what, kept);
}

static void test_models(void)
{
    const odd_reduction *r;
    for (int i = 0; (r = odd_stage_reductions[i]); i++) {
        odd_rows rows = rows_of(WORLD, N, D, plain), wide = rows_of(WORLD, N, D + 1, plain);
        odd_bundle empty = ODD_BUNDLE_EMPTY;
        outcome o = reduce(r, &rows);
        trial t = {r, &rows, &o, odd_alloc(N * (int64_t)MOST_K, sizeof(float)),
                   odd_alloc(N, sizeof(double))};
        const model_user user = {&t, use, is_same, is_sound, promise_of_trial};
        int d = 0, k = 0;
        promise(r, "it learns", o.st == ODD_OK && use(&t) == ODD_OK && is_same(&t));
        promise(r, "a model tells its widths",
                r->width(&o.model, &d, &k) == ODD_OK && d == D && k == o.k);
        promise(r, "rows of another width are refused",
                r->apply(&o.model, &wide, t.score, NULL) == ODD_ARG &&
                    strstr(odd_fail_reason(), "7 features"));
        promise(r, "an empty model is refused",
                r->width(&empty, &d, &k) == ODD_FORMAT &&
                    r->apply(&empty, &rows, t.score, NULL) == ODD_FORMAT);
        damage_model(&user, &o.model);
        odd_free(t.score);
        odd_free(t.residual);
        outcome_free(&o);
        rows_free(&rows);
        rows_free(&wide);
    }
}

static void test_files(void)
{
    const odd_reduction *r;
    fixture_folder(WORLD);
    for (int i = 0; (r = odd_stage_reductions[i]); i++) {
        odd_rows rows = rows_of(WORLD, N, D, plain);
        outcome o = reduce(r, &rows), back = {.k = o.k, .model = ODD_BUNDLE_EMPTY};
        back.score = odd_alloc(rows.part.n_local * (o.k > 0 ? o.k : 1), sizeof *back.score);
        back.residual = odd_alloc(rows.part.n_local, sizeof *back.residual);
        promise(r, "models can be written and read",
                o.st == ODD_OK &&
                    fixture_bundle_through_file(WORLD, &o.model, &back.model) == ODD_OK);
        promise(r, "a model from a file gives the same bits",
                r->apply(&back.model, &rows, back.score, back.residual) == ODD_OK &&
                    is_part(&back, rows.part.n_local, &o, 0, 0));
        outcome_free(&back);
        outcome_free(&o);
        rows_free(&rows);
    }
    fixture_remove(WORLD);
}

CU_TestInfo odd_tests[] = {
    {"models that are not whole", test_models},
    {"models from files", test_files},
    CU_TEST_INFO_NULL,
};
