/* ViM against its authors' way in numpy, on any ranks, and what it makes of what is not whole. */
#include "oddlot/detect/vim.h"

#include "damaged_model.h"
#include "detect_fixture.h"
#include "vim_reference.h"

#include <math.h>

const char *odd_test_name = "detect/vim";

enum { N = VIM_ROWS, D = VIM_FEATURES, FEW = 3, MANY = 9 };

static double reference_value(int64_t row, int j, uint64_t seed)
{
    (void)seed;
    return vim_x[row * D + j];
}

static bool near(double is, double should)
{
    return fabs(is - should) <= 1e-9 * (1 + fabs(should));
}

/* ---- logits ---- */

static void test_logits(void)
{
    static const float equal[] = {1000, 1000}, one[] = {-3}, none[] = {1, NAN, 2},
                       open[] = {1, INFINITY};
    CU_ASSERT_DOUBLE_EQUAL(odd_logit_scores_of(2, equal).energy, 1000 + log(2), 1e-12);
    CU_ASSERT_EQUAL(odd_logit_scores_of(2, equal).softmax, 0.5);
    CU_ASSERT_EQUAL(odd_logit_scores_of(1, one).energy, -3);
    CU_ASSERT_EQUAL(odd_logit_scores_of(1, one).softmax, 1);
    CU_ASSERT(!isfinite(odd_logit_scores_of(3, none).energy));
    CU_ASSERT(!isfinite(odd_logit_scores_of(2, open).energy));
    for (int64_t i = 0; i < N; i++) {
        float x[FEW];
        for (int c = 0; c < FEW; c++)
            x[c] = (float)vim_few_logits[i * FEW + c];
        CU_ASSERT(near(odd_logit_scores_of(FEW, x).softmax, vim_few_softmax[i]));
    }
}

/* ---- the reference ---- */

typedef struct {
    int k;
    const double *weight, *bias, *logits, *origin;
} classifier;

#define CLASSIFIER(name, k)                                                                        \
    ((classifier){k, vim_##name##_weight, vim_##name##_bias, vim_##name##_logits,                  \
                  vim_##name##_origin})

/* largest and energy (n_local) of my rows. */
static void summarise(const odd_rows *rows, const classifier *c, double largest[], double energy[])
{
    for (int64_t i = 0; i < rows->part.n_local; i++) {
        float x[MANY];
        for (int j = 0; j < c->k; j++)
            x[j] = (float)c->logits[(rows->part.row0 + i) * c->k + j];
        const odd_logit_scores s = odd_logit_scores_of(c->k, x);
        largest[i] = s.largest;
        energy[i] = s.energy;
    }
}

static odd_status run(const odd_rows *rows, const classifier *c, const odd_vim_options *o,
                      odd_bundle *model, double score[])
{
    double largest[N], energy[N];
    odd_status st;
    summarise(rows, c, largest, energy);
    st = odd_vim_learn(o, rows, largest, model);
    return st == ODD_OK ? odd_vim_score(model, rows, energy, NULL, score) : st;
}

static void compare(const classifier *c, const double *origin, int64_t components,
                    const double should[])
{
    odd_rows rows = rows_of(WORLD, N, D, 0, reference_value);
    const odd_vim_options o = {.origin = origin, .components = components};
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double score[N];
    bool ok = run(&rows, c, &o, &model, score) == ODD_OK;
    for (int64_t i = 0; ok && i < rows.part.n_local; i++)
        ok = near(score[i], should[rows.part.row0 + i]);
    check_all(WORLD, ok);
    odd_bundle_free(&model);
    rows_free(&rows);
}

static void compare_origin(const classifier *c)
{
    float weight[MANY * D], bias[MANY];
    double origin[D];
    for (int i = 0; i < c->k * D; i++)
        weight[i] = (float)c->weight[i];
    for (int i = 0; i < c->k; i++)
        bias[i] = (float)c->bias[i];
    bool ok = odd_vim_origin(c->k, D, weight, bias, origin) == ODD_OK;
    for (int j = 0; ok && j < D; j++)
        ok = near(origin[j], c->origin[j]);
    check_all(WORLD, ok);
}

static void test_reference(void)
{
    const classifier few = CLASSIFIER(few, FEW), many = CLASSIFIER(many, MANY);
    compare_origin(&few);
    compare_origin(&many);
    compare(&few, few.origin, 0, vim_few_origin_3); /* half of the features */
    compare(&few, few.origin, 2, vim_few_origin_2);
    compare(&few, NULL, 3, vim_few_mean_3);
    compare(&many, many.origin, 2, vim_many_origin_2);
    compare(&many, NULL, 2, vim_many_mean_2);
}

/* ---- ranks ---- */

static void test_ranks(void)
{
    const classifier few = CLASSIFIER(few, FEW);
    const odd_vim_options o = {0};
    odd_rows rows = rows_of(SELF, N, D, 0, reference_value);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    double score[N];
    check_all(WORLD, run(&rows, &few, &o, &model, score) == ODD_OK);
    for (int size = 1; size <= odd_size(WORLD); size++) {
        MPI_Comm team = test_team(size);
        bool same = true;
        if (team != MPI_COMM_NULL) {
            odd_rows mine = rows_of(team, N, D, 0, reference_value);
            odd_bundle other = ODD_BUNDLE_EMPTY;
            double here[N];
            same =
                run(&mine, &few, &o, &other, here) == ODD_OK && same_bundle(&model, &other) &&
                memcmp(here, score + mine.part.row0, (size_t)mine.part.n_local * sizeof *here) == 0;
            odd_bundle_free(&other);
            rows_free(&mine);
        }
        check_all(WORLD, same);
        test_team_free(&team);
    }
    odd_bundle_free(&model);
    rows_free(&rows);
}

/* ---- what is not whole ---- */

/* Only the first rows are learnt from: the others do not show in the model. */
static void test_learnt(void)
{
    const classifier few = CLASSIFIER(few, FEW);
    odd_rows rows = rows_of(SELF, N, D, 0, reference_value),
             part = rows_of(SELF, 20, D, 0, reference_value);
    uint8_t learnt[N] = {0};
    odd_bundle model = ODD_BUNDLE_EMPTY, other = ODD_BUNDLE_EMPTY, none = ODD_BUNDLE_EMPTY;
    double score[N], alone[N];
    odd_vim_options o = {.learnt = learnt};
    CU_ASSERT_EQUAL(run(&rows, &few, &o, &none, score), ODD_ARG);
    memset(learnt, 1, 20);
    CU_ASSERT_EQUAL(run(&rows, &few, &o, &model, score), ODD_OK);
    o.learnt = NULL;
    CU_ASSERT_EQUAL(run(&part, &few, &o, &other, alone), ODD_OK);
    for (int i = 0; i < 20; i++)
        CU_ASSERT(near(alone[i], score[i]));
    odd_bundle_free(&model);
    odd_bundle_free(&other);
    odd_bundle_free(&none);
    rows_free(&rows);
    rows_free(&part);
}

typedef struct {
    odd_rows rows;
    odd_bundle model;
    double energy[N], whole[N], score[N];
} trial;

static odd_status score_now(void *context)
{
    trial *t = context;
    return odd_vim_score(&t->model, &t->rows, t->energy, NULL, t->score);
}

static bool same_scores(const void *context)
{
    const trial *t = context;
    return memcmp(t->score, t->whole, sizeof t->whole) == 0;
}

static bool finite_scores(const void *context)
{
    const trial *t = context;
    bool finite = true;
    for (int i = 0; i < N; i++)
        finite = finite && isfinite(t->score[i]);
    return finite;
}

static void promise(const void *context, const char *what, bool kept)
{
    (void)context;
    CU_ASSERT(kept);
    if (!kept) fprintf(stderr, "vim: %s\n", what);
}

static void test_damaged(void)
{
    const classifier few = CLASSIFIER(few, FEW);
    trial t = {.rows = rows_of(SELF, N, D, 0, reference_value), .model = ODD_BUNDLE_EMPTY};
    const odd_vim_options o = {0};
    double largest[N];
    summarise(&t.rows, &few, largest, t.energy);
    CU_ASSERT_EQUAL(odd_vim_learn(&o, &t.rows, largest, &t.model), ODD_OK);
    CU_ASSERT_EQUAL(odd_vim_score(&t.model, &t.rows, t.energy, NULL, t.whole), ODD_OK);
    const model_user user = {&t, score_now, same_scores, finite_scores, promise};
    damage_model(&user, &t.model);
    odd_bundle_free(&t.model);
    rows_free(&t.rows);
}

CU_TestInfo odd_tests[] = {
    {"logits by themselves", test_logits},
    {"scores are those of its authors", test_reference},
    {"the same bits on any ranks", test_ranks},
    {"only what is learnt from shows", test_learnt},
    {"models that are not whole", test_damaged},
    CU_TEST_INFO_NULL,
};
