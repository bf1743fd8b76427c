/* What tasks of classes need of a trainer. Center loss and smoothed labels: gradients against
 * differences of the loss, how centers follow, and that they are a state like the weights;
 * constants that stay. */
#include "oddlot_test.h"

#include "nn/graph/reference_internal.h"
#include "nn/train/trainer_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/network.h"

#include <math.h>
#include <omp.h>
#include <string.h>

const char *odd_test_name = "nn.center";

enum { IMAGES = 7, INPUTS = 6, DEEP = 4, CLASSES = 3, SHARDS = 3 };
#define LAMBDA    0.7
#define RATE      0.5
#define SMOOTHING 0.2
#define STEP      0x1p-9
#define TOLERANCE 2e-3

/* A network whose hidden layer `deep` is drawn to centers, and images of three classes. */
typedef struct {
    odd_graph *g;
    int deep;
    odd_loss loss[2];
    odd_train_options options;
    odd_trainer *t;
    float images[IMAGES * INPUTS], weight[IMAGES];
    int32_t label[IMAGES];
} problem;

static void start(problem *p)
{
    static const char *const item[] = {"dense 4", "tanh", "as deep", "dense 3"};
    *p = (problem){.options = odd_train_defaults(ODD_OPTIMIZER_SGD)};
    CU_ASSERT_FATAL(odd_network_new("center", 1, (const int64_t[]){INPUTS}, 4, item, ODD_INITIAL_HE,
                                    3, &p->g) == ODD_OK);
    CU_ASSERT_FATAL(odd_graph_find(p->g, "deep", &p->deep) == ODD_OK);
    p->loss[0] = (odd_loss){ODD_LOSS_CROSS_ENTROPY, p->g->output[0], 1};
    p->loss[1] = (odd_loss){ODD_LOSS_CENTER, p->deep, LAMBDA};
    p->options.center = (odd_center_options){CLASSES, RATE};
    p->options.smoothing = SMOOTHING;
    for (int i = 0; i < IMAGES; i++) {
        p->label[i] = (i * i + 1) % CLASSES; /* 1 2 2 1 2 2 1: none of class 0 */
        p->weight[i] = 0.5f + (float)i / 4;
        for (int k = 0; k < INPUTS; k++)
            p->images[i * INPUTS + k] =
                (float)odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)k);
    }
    CU_ASSERT_FATAL(odd_trainer_new(p->g, 2, p->loss, &p->options, &p->t) == ODD_OK);
}

static void finish(problem *p)
{
    odd_trainer_free(&p->t);
    odd_graph_free(&p->g);
}

/* Centers that are not 0. */
static float *set_centers(problem *p)
{
    odd_parameters *own = &p->t->training.parameters;
    for (int i = 0; i < CLASSES * DEEP; i++)
        own->value[own->averaged + i] = (float)odd_normal(2, ODD_STREAM_TEST, (uint64_t)i, 0) / 2;
    return own->value + own->averaged;
}

/* The summed vector of all images, as so many shards. */
static odd_tally sum_shards(const problem *p, int shards, double sum[])
{
    const int64_t length = odd_trainer_length(p->t);
    odd_shard shard[SHARDS];
    odd_tally tally[SHARDS], total = {0};
    float *vector[SHARDS];
    for (int s = 0; s < shards; s++) {
        const int64_t at = s * IMAGES / shards, end = (s + 1) * IMAGES / shards;
        shard[s] = (odd_shard){.images = end - at,
                               .input = p->images + at * INPUTS,
                               .weight = p->weight + at,
                               .target = {{p->label + at, NULL}, {p->label + at, NULL}}};
        vector[s] = odd_alloc(length, sizeof **vector);
    }
    CU_ASSERT_EQUAL(odd_trainer_shards(p->t, IMAGES, shards, shard, vector, tally), ODD_OK);
    memset(sum, 0, (size_t)length * sizeof *sum);
    for (int s = 0; s < shards; s++) {
        for (int64_t i = 0; i < length; i++)
            sum[i] += vector[s][i];
        total.loss += tally[s].loss;
        odd_free(vector[s]);
    }
    return total;
}

/* ---- The loss, by the plain evaluator ---- */

static double image_loss(const problem *p, int i, const float logits[], const float deep[],
                         const float center[])
{
    double sum = 0, mean = 0, square = 0;
    for (int c = 0; c < CLASSES; c++) {
        sum += exp((double)logits[c]);
        mean += (double)logits[c] / CLASSES;
    }
    for (int k = 0; k < DEEP; k++)
        square += pow(deep[k] - center[p->label[i] * DEEP + k], 2);
    return log(sum) - (1 - SMOOTHING) * logits[p->label[i]] - SMOOTHING * mean +
           LAMBDA * square / 2;
}

static double plain_loss(const problem *p, const odd_graph *two_outputs, const float center[])
{
    float logits[IMAGES * CLASSES], deep[IMAGES * DEEP], *output[] = {logits, deep};
    double loss = 0;
    CU_ASSERT_FATAL(odd_reference_run(two_outputs, IMAGES, p->images, output) == ODD_OK);
    for (int i = 0; i < IMAGES; i++)
        loss +=
            p->weight[i] * image_loss(p, i, logits + i * CLASSES, deep + i * DEEP, center) / IMAGES;
    return loss;
}

static void test_gradients(void)
{
    problem p;
    odd_graph *g;
    start(&p);
    const float *center = set_centers(&p);
    const odd_parameters *own = &p.t->training.parameters;
    double *sum = odd_alloc(odd_trainer_length(p.t), sizeof *sum), most = 0, largest = 0;
    CU_ASSERT_FATAL(odd_graph_copy(p.g, &g) == ODD_OK);
    CU_ASSERT_FATAL(odd_graph_add_output(g, p.deep) == ODD_OK);
    const odd_tally total = sum_shards(&p, 1, sum);
    CU_ASSERT_DOUBLE_EQUAL(total.loss / IMAGES, plain_loss(&p, g, center), 1e-6);
    for (int s = 0; s < own->learnt_slots; s++)
        for (int64_t i = 0; i < own->slot[s].count; i++) {
            float *value = &g->tensor[own->slot[s].tensor].data[i], here = *value;
            *value = here + (float)STEP;
            const double right = plain_loss(&p, g, center);
            *value = here - (float)STEP;
            const double slope = (right - plain_loss(&p, g, center)) / (2 * STEP);
            *value = here;
            most = fmax(most, fabs(slope - sum[own->slot[s].offset + i]));
            largest = fmax(largest, fabs(slope));
        }
    CU_ASSERT(largest > 0.1 && most < TOLERANCE * largest);
    odd_free(sum);
    odd_graph_free(&g);
    finish(&p);
}

/* ---- Centers ---- */

/* The features of all images. */
static void run_deep(const problem *p, float deep[IMAGES * DEEP])
{
    odd_graph *g;
    CU_ASSERT_FATAL(odd_graph_copy(p->g, &g) == ODD_OK);
    CU_ASSERT_FATAL(odd_graph_cut(g, p->deep) == ODD_OK);
    CU_ASSERT_FATAL(odd_reference_run(g, IMAGES, p->images, &deep) == ODD_OK);
    odd_graph_free(&g);
}

/* c - rate sum(c - x) / (1 + n), by Wen's equation 4. */
static void test_moves(void)
{
    problem p;
    float deep[IMAGES * DEEP], before[CLASSES * DEEP];
    int64_t classes, values;
    start(&p);
    memcpy(before, set_centers(&p), sizeof before);
    run_deep(&p, deep);
    double *sum = odd_alloc(odd_trainer_length(p.t), sizeof *sum);
    sum_shards(&p, SHARDS, sum);
    CU_ASSERT_EQUAL(odd_trainer_step(p.t, sum, 1, 0.1), ODD_OK);
    const float *after = odd_trainer_centers(p.t, &classes, &values);
    CU_ASSERT_FATAL(after != NULL && classes == CLASSES && values == DEEP);
    for (int c = 0; c < CLASSES; c++)
        for (int k = 0; k < DEEP; k++) {
            double moves = 0, images = 0;
            for (int i = 0; i < IMAGES; i++) {
                if (p.label[i] != c) continue;
                moves += (double)before[c * DEEP + k] - deep[i * DEEP + k];
                images++;
            }
            CU_ASSERT_DOUBLE_EQUAL(after[c * DEEP + k],
                                   before[c * DEEP + k] - RATE * moves / (1 + images), 1e-6);
        }
    CU_ASSERT(memcmp(after, before, DEEP * sizeof *after) == 0); /* of a class without images */
    odd_free(sum);
    finish(&p);
}

static void test_begin_at_zero(void)
{
    problem p;
    int64_t classes, values;
    start(&p);
    const float *center = odd_trainer_centers(p.t, &classes, &values);
    for (int i = 0; i < CLASSES * DEEP; i++)
        CU_ASSERT_EQUAL(center[i], 0);
    finish(&p);
}

/* Some steps; the state behind them. */
static void run_steps(problem *p, int steps)
{
    double *sum = odd_alloc(odd_trainer_length(p->t), sizeof *sum);
    for (int i = 0; i < steps; i++) {
        const odd_tally total = sum_shards(p, SHARDS, sum);
        CU_ASSERT_EQUAL(odd_trainer_step(p->t, sum, total.loss / IMAGES, 0.1), ODD_OK);
    }
    odd_free(sum);
}

static bool same_values(const problem *a, const problem *b)
{
    const odd_parameters *x = &a->t->training.parameters, *y = &b->t->training.parameters;
    return x->length == y->length &&
           memcmp(x->value, y->value, (size_t)x->length * sizeof *x->value) == 0;
}

static void test_state(void)
{
    problem whole, broken, other;
    odd_bundle b = ODD_BUNDLE_EMPTY;
    start(&whole);
    start(&broken);
    start(&other);
    run_steps(&whole, 5);
    run_steps(&broken, 2);
    CU_ASSERT_EQUAL(odd_trainer_save(broken.t, &b), ODD_OK);
    CU_ASSERT_EQUAL(odd_trainer_load(other.t, &b), ODD_OK);
    run_steps(&other, 3);
    CU_ASSERT(same_values(&whole, &other));
    CU_ASSERT(!same_values(&whole, &broken));
    odd_bundle_free(&b);
    finish(&whole);
    finish(&broken);
    finish(&other);
}

static void test_threads(void)
{
    const int threads = omp_get_max_threads();
    problem one, more;
    start(&one);
    start(&more);
    omp_set_num_threads(1);
    run_steps(&one, 3);
    omp_set_num_threads(3);
    run_steps(&more, 3);
    omp_set_num_threads(threads);
    CU_ASSERT(same_values(&one, &more));
    finish(&one);
    finish(&more);
}

/* Constants that stay are as they were, and their batch norm is that of evaluation. */
static void test_stays(void)
{
    static const char *const item[] = {"reshape 1x2x3", "conv 4 1x1", "batch_norm", "tanh",
                                       "max_pool 2x1",  "swish",      "dense 3"};
    const odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    problem p = {0};
    odd_graph *after = NULL;
    start(&p);
    odd_trainer_free(&p.t);
    odd_graph_free(&p.g);
    CU_ASSERT_FATAL(odd_network_new("stays", 1, (const int64_t[]){INPUTS}, 7, item, ODD_INITIAL_HE,
                                    3, &p.g) == ODD_OK);
    for (int l = 0; l < 3; l++)
        for (int i = 1; i < p.g->layer[l].inputs; i++)
            p.g->tensor[p.g->layer[l].input[i]].stays = true;
    const odd_loss loss = {ODD_LOSS_CROSS_ENTROPY, p.g->output[0], 1};
    CU_ASSERT_FATAL(odd_trainer_new(p.g, 1, &loss, &options, &p.t) == ODD_OK);
    CU_ASSERT_EQUAL(p.t->training.parameters.learnt_slots, 2); /* of the last layer */
    float logits[IMAGES * CLASSES], *output = logits;
    odd_tally plain;
    CU_ASSERT_EQUAL(odd_reference_run(p.g, IMAGES, p.images, &output), ODD_OK);
    CU_ASSERT_EQUAL(odd_loss_tally(ODD_LOSS_CROSS_ENTROPY, IMAGES, CLASSES, logits,
                                   &(odd_target){p.label, NULL}, p.weight, &plain),
                    ODD_OK);
    double *sum = odd_alloc(odd_trainer_length(p.t), sizeof *sum);
    CU_ASSERT_DOUBLE_EQUAL(sum_shards(&p, SHARDS, sum).loss, plain.loss, 1e-5);
    odd_free(sum);
    run_steps(&p, 3);
    CU_ASSERT_FATAL(odd_trainer_graph(p.t, &after) == ODD_OK);
    for (int t = 0; t < p.g->tensors; t++)
        if (p.g->tensor[t].stays)
            CU_ASSERT(memcmp(p.g->tensor[t].data, after->tensor[t].data,
                             (size_t)odd_tensor_values(&p.g->tensor[t]) * sizeof(float)) == 0);
    odd_graph_free(&after);
    finish(&p);
}

/* Images of one class each come together. */
static void test_draws_together(void)
{
    problem p;
    double distance[2];
    start(&p);
    for (int round = 0; round < 2; round++) {
        float deep[IMAGES * DEEP];
        const odd_parameters *own = &p.t->training.parameters;
        for (int s = 0; s < own->slots; s++)
            memcpy(p.g->tensor[own->slot[s].tensor].data, own->value + own->slot[s].offset,
                   (size_t)own->slot[s].count * sizeof(float));
        run_deep(&p, deep);
        distance[round] = 0;
        for (int k = 0; k < DEEP; k++) /* images 0 and 3 are of class 1 */
            distance[round] += pow(deep[k] - deep[3 * DEEP + k], 2);
        run_steps(&p, 200);
    }
    CU_ASSERT(distance[1] < 0.1 * distance[0]);
    finish(&p);
}

/* ---- What cannot be ---- */

static odd_status made(problem *p, int losses, const odd_loss loss[])
{
    odd_trainer *t = NULL;
    const odd_status st = odd_trainer_new(p->g, losses, loss, &p->options, &t);
    odd_trainer_free(&t);
    return st;
}

static void test_refused(void)
{
    problem p;
    odd_tally tally;
    float *vector;
    int64_t classes, values;
    start(&p);
    const odd_loss twice[] = {p.loss[1], p.loss[1]};
    CU_ASSERT_EQUAL(made(&p, 2, twice), ODD_ARG);
    p.options.smoothing = 1;
    CU_ASSERT_EQUAL(made(&p, 2, p.loss), ODD_ARG);
    p.options.smoothing = 0;
    p.options.center.rate = 1.5;
    CU_ASSERT_EQUAL(made(&p, 2, p.loss), ODD_ARG);
    p.options.center = (odd_center_options){0, 0.5};
    CU_ASSERT_EQUAL(made(&p, 2, p.loss), ODD_ARG);
    p.options.center.classes = INT64_MAX;
    CU_ASSERT_EQUAL(made(&p, 2, p.loss), ODD_ARG);
    CU_ASSERT_EQUAL(made(&p, 1, p.loss), ODD_OK); /* nobody asks for centers */
    vector = odd_alloc(odd_trainer_length(p.t), sizeof *vector);
    p.label[2] = CLASSES;
    const odd_shard shard = {
        .images = IMAGES, .input = p.images, .target = {{p.label, NULL}, {p.label, NULL}}};
    CU_ASSERT_EQUAL(odd_trainer_shards(p.t, IMAGES, 1, &shard, &vector, &tally), ODD_ARG);
    odd_free(vector);
    CU_ASSERT_EQUAL(
        odd_loss_tally(ODD_LOSS_CENTER, 1, 2, p.images, &(odd_target){p.label, NULL}, NULL, &tally),
        ODD_ARG);
    CU_ASSERT_EQUAL(odd_loss_tally(ODD_LOSS_CENTER, 1, 2, (const float[]){3, 4},
                                   &(odd_target){NULL, (const float[]){0, 0}}, NULL, &tally),
                    ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(tally.loss, 12.5, 1e-12);
    odd_trainer *plain = NULL;
    CU_ASSERT_EQUAL(odd_trainer_new(p.g, 1, p.loss, &p.options, &plain), ODD_OK);
    CU_ASSERT_PTR_NULL(odd_trainer_centers(plain, &classes, &values));
    odd_trainer_free(&plain);
    finish(&p);
}

CU_TestInfo odd_tests[] = {
    {"gradients against differences", test_gradients},
    {"centers follow", test_moves},
    {"centers begin at 0", test_begin_at_zero},
    {"the state holds them", test_state},
    {"threads do not show", test_threads},
    {"classes come together", test_draws_together},
    {"constants that stay", test_stays},
    {"what cannot be", test_refused},
    CU_TEST_INFO_NULL,
};
