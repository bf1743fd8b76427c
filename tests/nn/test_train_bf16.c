/* Training in bfloat16: near float32, the same bits on any number of threads, and it learns; copies
 * of weights follow them. */
#include "oddlot_test.h"

#include "oddlot/base/bundle.h"
#include "oddlot/base/dyadic.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/network.h"
#include "oddlot/nn/train.h"

#include <math.h>
#include <omp.h>
#include <stdio.h>
#include <string.h>

const char *odd_test_name = "nn.train_bf16";

enum { IMAGES = 24, VALUES = 2 * 8 * 8, SHARDS = 3, MOST = 12 };

static float images[IMAGES * VALUES];

typedef struct {
    const char *item[MOST];
} list;

/* Every kind of layer with a product in it, forward and backward by weights and input. */
static const list lists[] = {
    {{"conv 16 3x3 pad 1", "relu", "conv 32 5x5 stride 2 pad 2", "leaky_relu", "conv 2 1x1"}},
    {{"conv 4 3x3 groups 2", "depthwise 3x3 pad 1", "tanh", "dense 3"}},
    {{"conv 16 3x3 stride 2 pad 1", "relu", "conv_transpose 8 3x3 stride 2", "relu",
      "conv_transpose 1 4x4"}},
    {{"dense 40", "batch_norm", "relu", "dense 20", "layer_norm", "dense 5", "l2_norm", "dense 7"}},
    {{"conv 16 3x3", "batch_norm", "swish", "max_pool 2", "dense 12", "elu", "dense 4"}},
};
enum { LISTS = sizeof lists / sizeof *lists };

static bool cannot(void)
{
    odd_graph *g;
    odd_trainer *t = NULL;
    const char *const item[] = {"dense 1"};
    CU_ASSERT_EQUAL_FATAL(
        odd_network_new("net", 1, (const int64_t[]){2}, 1, item, ODD_INITIAL_HE, 1, &g), ODD_OK);
    const odd_loss loss = {ODD_LOSS_SQUARED, g->output[0], 1};
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    options.precision = ODD_PRECISION_BF16;
    const bool no = odd_trainer_new(g, 1, &loss, &options, &t) == ODD_ARG;
    if (no) printf("\n    skipped: %s", odd_fail_reason());
    odd_trainer_free(&t);
    odd_graph_free(&g);
    return no;
}

typedef struct {
    odd_trainer *trainer;
    float *target, *vector[SHARDS];
    double *sum;
    int64_t length, outputs;
    double loss;
} training;

static void open(const list *l, odd_precision precision, training *t)
{
    odd_graph *g;
    int items = 0;
    while (items < MOST && l->item[items])
        items++;
    CU_ASSERT_EQUAL_FATAL(odd_network_new("net", 3, (const int64_t[]){2, 8, 8}, items, l->item,
                                          ODD_INITIAL_HE, 7, &g),
                          ODD_OK);
    const odd_loss loss = {ODD_LOSS_SQUARED, g->output[0], 1};
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_ADAM);
    options.precision = precision;
    *t = (training){.outputs = odd_tensor_values(&g->tensor[g->output[0]])};
    odd_status st = odd_trainer_new(g, 1, &loss, &options, &t->trainer);
    if (st != ODD_OK) printf("\n    %s: %s", l->item[0], odd_fail_reason());
    CU_ASSERT_EQUAL_FATAL(st, ODD_OK);
    t->length = odd_trainer_length(t->trainer);
    t->sum = odd_alloc(t->length, sizeof *t->sum);
    t->target = odd_alloc(IMAGES * t->outputs, sizeof *t->target);
    for (int s = 0; s < SHARDS; s++)
        t->vector[s] = odd_alloc(t->length, sizeof *t->vector[s]);
    for (int64_t i = 0; i < IMAGES * t->outputs; i++)
        t->target[i] = (float)odd_uniform(3, ODD_STREAM_TEST, (uint64_t)i, 1);
    for (int i = 0; i < IMAGES * VALUES; i++)
        images[i] = (float)odd_normal(4, ODD_STREAM_TEST, (uint64_t)i, 0);
    odd_graph_free(&g);
}

static void close(training *t)
{
    for (int s = 0; s < SHARDS; s++)
        odd_free(t->vector[s]);
    odd_free(t->sum);
    odd_free(t->target);
    odd_trainer_free(&t->trainer);
}

static void gradient(training *t)
{
    odd_shard shard[SHARDS];
    odd_tally tally[SHARDS];
    for (int s = 0; s < SHARDS; s++) {
        int64_t first, count;
        odd_shard_range(IMAGES, SHARDS, s, &first, &count);
        shard[s] = (odd_shard){.images = count,
                               .input = images + first * VALUES,
                               .target = {{.value = t->target + first * t->outputs}}};
    }
    odd_status st = odd_trainer_shards(t->trainer, IMAGES, SHARDS, shard, t->vector, tally);
    if (st != ODD_OK) printf("\n    %s", odd_fail_reason());
    CU_ASSERT_EQUAL_FATAL(st, ODD_OK);
    odd_dyadic_sum(t->length, SHARDS, (const float *const *)t->vector, t->sum);
    t->loss = 0;
    for (int s = 0; s < SHARDS; s++)
        t->loss += tally[s].loss / IMAGES;
}

/* bfloat16 has 8 bits: numbers are rounded by up to 1 / 256, some of which averages out. */
static void near_float32(void)
{
    if (cannot()) return;
    for (int l = 0; l < LISTS; l++) {
        training exact, rounded;
        double apart = 0, size = 0;
        open(&lists[l], ODD_PRECISION_F32, &exact);
        open(&lists[l], ODD_PRECISION_BF16, &rounded);
        gradient(&exact);
        gradient(&rounded);
        for (int64_t i = 0; i < exact.length; i++) {
            apart += pow(exact.sum[i] - rounded.sum[i], 2);
            size += pow(exact.sum[i], 2);
        }
        CU_ASSERT(sqrt(apart / size) < 0.02);
        CU_ASSERT(apart > 0); /* it is another arithmetic */
        CU_ASSERT_DOUBLE_EQUAL(rounded.loss, exact.loss, 0.01 * exact.loss);
        if (!(sqrt(apart / size) < 0.02))
            printf("\n    list %d: gradients are %g apart", l, sqrt(apart / size));
        close(&exact);
        close(&rounded);
    }
}

static void threads_do_not_matter(void)
{
    if (cannot()) return;
    const int before = omp_get_max_threads();
    for (int l = 0; l < LISTS; l++) {
        training one, three;
        open(&lists[l], ODD_PRECISION_BF16, &one);
        open(&lists[l], ODD_PRECISION_BF16, &three);
        omp_set_num_threads(1);
        gradient(&one);
        omp_set_num_threads(3);
        gradient(&three);
        omp_set_num_threads(before);
        CU_ASSERT(memcmp(one.sum, three.sum, (size_t)one.length * sizeof *one.sum) == 0);
        close(&one);
        close(&three);
    }
}

static void learns(void)
{
    if (cannot()) return;
    for (int l = 0; l < LISTS; l++) {
        training t;
        open(&lists[l], ODD_PRECISION_BF16, &t);
        gradient(&t);
        const double first = t.loss;
        for (int i = 0; i < 60; i++) {
            CU_ASSERT_EQUAL(odd_trainer_step(t.trainer, t.sum, t.loss, 0.01), ODD_OK);
            gradient(&t);
        }
        CU_ASSERT(t.loss < 0.5 * first);
        close(&t);
    }
}

static void hand_over(const training *from, training *to)
{
    odd_bundle state = ODD_BUNDLE_EMPTY;
    CU_ASSERT_EQUAL(odd_trainer_save(from->trainer, &state), ODD_OK);
    CU_ASSERT_EQUAL(odd_trainer_load(to->trainer, &state), ODD_OK);
    odd_bundle_free(&state);
}

static bool same_gradient(training *a, training *b)
{
    gradient(a);
    gradient(b);
    return memcmp(a->sum, b->sum, (size_t)a->length * sizeof *a->sum) == 0;
}

/* Copies of weights in other layouts and types stay from shard to shard: they are made anew after a
 * step and after a load, also of a state with as many steps. */
static void weights_that_change_are_seen(odd_precision precision)
{
    for (int l = 0; l < LISTS; l++) {
        training old, first, fresh;
        open(&lists[l], precision, &old);
        open(&lists[l], precision, &first);
        open(&lists[l], precision, &fresh);
        gradient(&old);
        CU_ASSERT_EQUAL(odd_trainer_step(old.trainer, old.sum, old.loss, 0.01), ODD_OK);
        hand_over(&old, &fresh);
        CU_ASSERT(same_gradient(&old, &fresh));
        CU_ASSERT(!same_gradient(&old, &first));
        CU_ASSERT_EQUAL(odd_trainer_step(first.trainer, first.sum, first.loss, 0.1), ODD_OK);
        hand_over(&first, &old); /* as many steps, other weights */
        CU_ASSERT(same_gradient(&old, &first));
        close(&fresh);
        close(&first);
        close(&old);
    }
}

static void changes_are_seen(void)
{
    weights_that_change_are_seen(ODD_PRECISION_F32);
    if (!cannot()) weights_that_change_are_seen(ODD_PRECISION_BF16);
}

/* AUTO is one of the two, bit for bit. */
static void automatic(void)
{
    training chosen, told;
    if (cannot()) return;
    open(&lists[0], ODD_PRECISION_AUTO, &chosen);
    open(&lists[0], odd_cpu_has_amx() ? ODD_PRECISION_BF16 : ODD_PRECISION_F32, &told);
    gradient(&chosen);
    gradient(&told);
    CU_ASSERT(memcmp(chosen.sum, told.sum, (size_t)told.length * sizeof *told.sum) == 0);
    close(&chosen);
    close(&told);
}

CU_TestInfo odd_tests[] = {
    {"near float32", near_float32},
    {"threads do not matter", threads_do_not_matter},
    {"learns", learns},
    {"weights that change are seen", changes_are_seen},
    {"automatic", automatic},
    CU_TEST_INFO_NULL,
};
