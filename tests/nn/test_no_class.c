/* An image without a class, ODD_NO_CLASS: it moves nothing by cross-entropy and center loss, and a
 * second head as much as any. */
#include "oddlot_test.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/network.h"
#include "oddlot/nn/train.h"

#include "nn/train/trainer_internal.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "nn.no_class";

enum { IMAGES = 4, VALUES = 6, CLASSES = 3 };

/* logits (3), and behind the same hidden layer one output. */
static odd_graph *network(int *head, int *hidden_layer)
{
    static const int64_t shape[] = {VALUES};
    static const char *const hidden[] = {"dense 5", "tanh"}, *const one[] = {"dense 1"},
                             *const logits[] = {"dense 3"};
    odd_graph *g = NULL;
    CU_ASSERT_EQUAL_FATAL(odd_network_new("net", 1, shape, 2, hidden, ODD_INITIAL_HE, 7, &g),
                          ODD_OK);
    const int deep = g->output[0];
    CU_ASSERT_EQUAL_FATAL(odd_network_extend(g, 1, one, ODD_INITIAL_HE, 8), ODD_OK);
    *head = g->output[0];
    *hidden_layer = g->output[0] = deep;
    CU_ASSERT_EQUAL_FATAL(odd_network_extend(g, 1, logits, ODD_INITIAL_HE, 9), ODD_OK);
    return g;
}

/* The vector of the first `images` of a batch of IMAGES with these labels. */
static double vector_of(odd_trainer *t, int64_t images, const int32_t label[], const float odd[],
                        float vector[])
{
    float input[IMAGES * VALUES];
    const odd_shard shard = {
        images, input, NULL, NULL, {{label, NULL}, {label, NULL}, {label, odd}}};
    odd_tally tally = {0};
    for (int i = 0; i < IMAGES * VALUES; i++)
        input[i] = (float)odd_normal(9, ODD_STREAM_TEST, (uint64_t)i, 0);
    CU_ASSERT_EQUAL(odd_trainer_shards(t, IMAGES, 1, &shard, &vector, &tally), ODD_OK);
    int classes = 0;
    for (int i = 0; i < images; i++)
        classes += label[i] != ODD_NO_CLASS;
    CU_ASSERT_EQUAL(tally.judged, classes); /* accuracy is of these */
    return tally.loss;
}

static odd_trainer *trainer(const odd_graph *g, int head, int deep, int losses)
{
    const odd_loss loss[] = {{ODD_LOSS_CROSS_ENTROPY, g->output[0], 1},
                             {ODD_LOSS_CENTER, deep, 0.5},
                             {ODD_LOSS_BINARY, head, 1}};
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    odd_trainer *t = NULL;
    options.center = (odd_center_options){CLASSES, 0.5};
    CU_ASSERT_EQUAL_FATAL(odd_trainer_new(g, losses, loss, &options, &t), ODD_OK);
    return t;
}

static void moves_nothing(void)
{
    static const int32_t label[IMAGES] = {0, 2, 1, ODD_NO_CLASS};
    int head, deep;
    odd_graph *g = network(&head, &deep);
    odd_trainer *t = trainer(g, head, deep, 2);
    const int64_t length = odd_trainer_length(t);
    float *with = odd_alloc(length, sizeof *with), *without = odd_alloc(length, sizeof *without);
    const double loss = vector_of(t, IMAGES, label, NULL, with);
    CU_ASSERT_DOUBLE_EQUAL(loss, vector_of(t, IMAGES - 1, label, NULL, without), 1e-12);
    for (int64_t i = 0; i < length; i++)
        CU_ASSERT_DOUBLE_EQUAL((double)with[i], (double)without[i], 1e-6);
    odd_free(with);
    odd_free(without);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

static void has_other_losses(void)
{
    static const int32_t label[IMAGES] = {0, 2, 1, ODD_NO_CLASS};
    static const float odd[IMAGES] = {0, 0, 0, 1};
    int head, deep;
    odd_graph *g = network(&head, &deep);
    odd_trainer *t = trainer(g, head, deep, 3);
    const int64_t length = odd_trainer_length(t);
    float *with = odd_alloc(length, sizeof *with), *without = odd_alloc(length, sizeof *without);
    const double more = vector_of(t, IMAGES, label, odd, with);
    CU_ASSERT(more > vector_of(t, IMAGES - 1, label, odd, without));
    CU_ASSERT(memcmp(with, without, (size_t)length * sizeof *with) != 0);
    odd_free(with);
    odd_free(without);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

/* A tally of logits whose images have none is that of the others. */
static void tally(void)
{
    static const float x[] = {2, 0, 1, 5, 5, 5};
    static const int32_t label[] = {0, ODD_NO_CLASS};
    const odd_target target = {label, NULL};
    odd_tally both, one;
    CU_ASSERT_EQUAL(odd_loss_tally(ODD_LOSS_CROSS_ENTROPY, 2, 3, x, &target, NULL, &both), ODD_OK);
    CU_ASSERT_EQUAL(odd_loss_tally(ODD_LOSS_CROSS_ENTROPY, 1, 3, x, &target, NULL, &one), ODD_OK);
    CU_ASSERT_EQUAL(both.loss, one.loss);
    CU_ASSERT_EQUAL(both.hits, 1);
    CU_ASSERT_EQUAL(both.images, 2);
    CU_ASSERT_EQUAL(both.judged, 1);
}

CU_TestInfo odd_tests[] = {
    {"it moves no class", moves_nothing},
    {"it moves other heads", has_other_losses},
    {"tallies", tally},
    CU_TEST_INFO_NULL,
};
