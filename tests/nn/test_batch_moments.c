/* Statistics of a batch norm in training, of many values far from 0: exact but for one rounding, in
 * maps as they come and in blocks of channels. */
#include "oddlot_test.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/network.h"
#include "oddlot/nn/train.h"

#include "nn/train/trainer_internal.h"

#include <math.h>

const char *odd_test_name = "nn.batch_moments";

enum { IMAGES = 6, SIDE = 101, VALUES = SIDE * SIDE };

static float image[IMAGES * VALUES];

static void exact(double *mean, double *variance)
{
    const double count = IMAGES * VALUES;
    *mean = *variance = 0;
    for (int i = 0; i < IMAGES * VALUES; i++)
        image[i] = 100 + (float)odd_uniform(4, ODD_STREAM_TEST, (uint64_t)i, 0);
    for (int i = 0; i < IMAGES * VALUES; i++)
        *mean += (double)image[i] / count;
    for (int i = 0; i < IMAGES * VALUES; i++)
        *variance += pow((double)image[i] - *mean, 2) / count;
}

/* All channels of the last slots, which are the averages of the last batch norm. */
static void check_averages(const odd_trainer *t, const float vector[])
{
    const odd_parameters *p = &t->training.parameters;
    const odd_slot *slot = p->slot + p->slots - 2;
    const double count = IMAGES * VALUES;
    double mean, variance;
    exact(&mean, &variance);
    variance *= count / (count - 1);
    for (int64_t c = 0; c < slot->count; c++) {
        CU_ASSERT_DOUBLE_EQUAL((double)vector[slot[0].offset + c], mean, 1e-7 * mean);
        CU_ASSERT_DOUBLE_EQUAL((double)vector[slot[1].offset + c], variance, 2e-7 * variance);
    }
}

/* Weights of the first convolution become 1: each of its channels is the image. */
static void check(int items, const char *const item[])
{
    static const int64_t shape[] = {1, SIDE, SIDE};
    static const int32_t label[IMAGES] = {0, 1, 0, 1, 0, 1};
    const odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    const odd_shard shard = {IMAGES, image, NULL, NULL, {{label, NULL}}};
    odd_graph *g = NULL;
    odd_trainer *t = NULL;
    odd_tally tally;
    double unused[2];
    exact(&unused[0], &unused[1]);
    CU_ASSERT_EQUAL_FATAL(odd_network_new("net", 3, shape, items, item, ODD_INITIAL_HE, 7, &g),
                          ODD_OK);
    if (g->layer[0].kind == ODD_LAYER_CONV) {
        odd_tensor *weights = &g->tensor[g->layer[0].input[1]];
        for (int64_t i = 0; i < odd_tensor_values(weights); i++)
            weights->data[i] = 1;
    }
    const odd_loss loss = {ODD_LOSS_CROSS_ENTROPY, g->output[0], 1};
    CU_ASSERT_EQUAL_FATAL(odd_trainer_new(g, 1, &loss, &options, &t), ODD_OK);
    float *vector = odd_alloc(odd_trainer_length(t), sizeof *vector);
    CU_ASSERT_EQUAL(odd_trainer_shards(t, IMAGES, 1, &shard, &vector, &tally), ODD_OK);
    check_averages(t, vector);
    odd_free(vector);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

static void maps(void)
{
    static const char *const item[] = {"batch_norm", "global_average_pool", "dense 2"};
    check(3, item);
}

static void blocks(void)
{
    static const char *const item[] = {"conv 20 1x1 no bias", "batch_norm", "global_average_pool",
                                       "dense 2"};
    check(4, item);
}

CU_TestInfo odd_tests[] = {
    {"maps", maps},
    {"blocks of channels", blocks},
    CU_TEST_INFO_NULL,
};
