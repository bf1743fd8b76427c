/* ViM against its authors' way in numpy, on any ranks, and learnt from some of the rows. */
#include "oddlot/detect/vim.h"

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
        double x[MANY] = {0}, sum = 0;
        for (int j = 0; j < c->k; j++) /* they are float32, in few digits */
            x[j] = (double)(float)c->logits[(rows->part.row0 + i) * c->k + j];
        largest[i] = x[0];
        for (int j = 1; j < c->k; j++)
            largest[i] = fmax(largest[i], x[j]);
        for (int j = 0; j < c->k; j++)
            sum += exp(x[j] - largest[i]);
        energy[i] = -largest[i] - log(sum);
    }
}

/* Scores block by block, so that a row is beside the same others on any number of ranks. */
static odd_status run(const odd_rows *rows, const classifier *c, const odd_vim_options *o,
                      odd_vim *model, double score[])
{
    const odd_partition *part = &rows->part;
    double largest[N], energy[N];
    odd_status st;
    summarise(rows, c, largest, energy);
    st = odd_vim_learn(o, rows, largest, model);
    for (int64_t i = 0; i < part->n_local && st == ODD_OK; i += part->block) {
        const int64_t left = part->n_local - i, count = left < part->block ? left : part->block;
        st = odd_vim_score(model, (int)count, rows->x + i * D, energy + i, score + i);
    }
    return st;
}

static bool same_model(const odd_vim *a, const odd_vim *b)
{
    return a->d == b->d && a->axes == b->axes && a->alpha == b->alpha &&
           memcmp(a->origin, b->origin, (size_t)a->d * sizeof *a->origin) == 0 &&
           memcmp(a->axis, b->axis, (size_t)(a->axes * a->d) * sizeof *a->axis) == 0;
}

static void compare(const classifier *c, const double *origin, int64_t components,
                    const double should[])
{
    odd_rows rows = rows_of(WORLD, N, D, 0, reference_value);
    const odd_vim_options o = {.origin = origin, .components = components};
    odd_vim model;
    double score[N];
    bool ok = run(&rows, c, &o, &model, score) == ODD_OK;
    for (int64_t i = 0; ok && i < rows.part.n_local; i++)
        ok = near(score[i], should[rows.part.row0 + i]);
    check_all(WORLD, ok);
    odd_vim_free(&model);
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
    odd_vim model;
    double score[N];
    check_all(WORLD, run(&rows, &few, &o, &model, score) == ODD_OK);
    for (int size = 1; size <= odd_size(WORLD); size++) {
        MPI_Comm team = test_team(size);
        bool same = true;
        if (team != MPI_COMM_NULL) {
            odd_rows mine = rows_of(team, N, D, 0, reference_value);
            odd_vim other;
            double here[N];
            same =
                run(&mine, &few, &o, &other, here) == ODD_OK && same_model(&model, &other) &&
                memcmp(here, score + mine.part.row0, (size_t)mine.part.n_local * sizeof *here) == 0;
            odd_vim_free(&other);
            rows_free(&mine);
        }
        check_all(WORLD, same);
        test_team_free(&team);
    }
    odd_vim_free(&model);
    rows_free(&rows);
}

/* ---- some of the rows ---- */

/* Only the first rows are learnt from: the others do not show in the model. */
static void test_learnt(void)
{
    const classifier few = CLASSIFIER(few, FEW);
    odd_rows rows = rows_of(SELF, N, D, 0, reference_value),
             part = rows_of(SELF, 20, D, 0, reference_value);
    uint8_t learnt[N] = {0};
    odd_vim model, other, none;
    double score[N], alone[N];
    odd_vim_options o = {.learnt = learnt};
    CU_ASSERT_EQUAL(run(&rows, &few, &o, &none, score), ODD_ARG);
    CU_ASSERT(!none.origin && !none.axis);
    memset(learnt, 1, 20);
    CU_ASSERT_EQUAL(run(&rows, &few, &o, &model, score), ODD_OK);
    o.learnt = NULL;
    CU_ASSERT_EQUAL(run(&part, &few, &o, &other, alone), ODD_OK);
    for (int i = 0; i < 20; i++)
        CU_ASSERT(near(alone[i], score[i]));
    odd_vim_free(&model);
    odd_vim_free(&other);
    rows_free(&rows);
    rows_free(&part);
}

CU_TestInfo odd_tests[] = {
    {"scores are those of its authors", test_reference},
    {"the same bits on any ranks", test_ranks},
    {"only what is learnt from shows", test_learnt},
    CU_TEST_INFO_NULL,
};
