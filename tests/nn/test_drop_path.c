/* Stochastic depth: which images a branch is dropped of, what is kept, its gradient, and that
 * nothing of it is left in a network that has learnt. */
#include "oddlot_test.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/network.h"
#include "oddlot/nn/train.h"

#include "nn/train/trainer_internal.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "nn.drop_path";

enum { IMAGES = 8, VALUES = 2 * 4 * 4, CLASSES = 3, TRIED = 400 };

#define SHARE 0.25
/* branches of two blocks, each with a bias at its end that shows whether it was kept */
static const char *const blocks[] = {"conv 2 1x1 no bias",
                                     "as a",
                                     "conv 2 3x3 pad same",
                                     "tanh",
                                     "conv 2 1x1",
                                     "drop_path 0.25",
                                     "add a",
                                     "as b",
                                     "conv 2 3x3 pad same",
                                     "drop_path 0.25",
                                     "add b",
                                     "dense 3"};

static odd_graph *network(void)
{
    static const int64_t shape[] = {2, 4, 4};
    const int items = sizeof blocks / sizeof *blocks;
    odd_graph *g = NULL;
    CU_ASSERT_EQUAL_FATAL(odd_network_new("net", 3, shape, items, blocks, ODD_INITIAL_HE, 7, &g),
                          ODD_OK);
    return g;
}

static odd_trainer *trainer(const odd_graph *g)
{
    const odd_loss loss = {ODD_LOSS_CROSS_ENTROPY, g->output[0], 1};
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    odd_trainer *t = NULL;
    options.seed = 5;
    CU_ASSERT_EQUAL_FATAL(odd_trainer_new(g, 1, &loss, &options, &t), ODD_OK);
    return t;
}

/* The gradient of some images with these numbers, as one shard: vector (length). Their loss. */
static double gradient(odd_trainer *t, int64_t images, const int64_t id[], float vector[])
{
    static float input[IMAGES * VALUES];
    static const int32_t label[IMAGES] = {0, 1, 2, 0, 1, 2, 0, 1};
    const odd_shard shard = {images, input, id, NULL, {{label, NULL}}};
    odd_tally tally;
    for (int i = 0; i < IMAGES * VALUES; i++)
        input[i] =
            (float)odd_normal(9, ODD_STREAM_TEST, (uint64_t)(i / VALUES), (uint32_t)(i % VALUES));
    CU_ASSERT_EQUAL(odd_trainer_shards(t, images, 1, &shard, &vector, &tally), ODD_OK);
    return tally.loss / (double)images;
}

/* Is anything learnt by the s-th tensor that learns? */
static bool moves(const odd_trainer *t, int s, const float vector[])
{
    const odd_slot *slot = &t->training.parameters.slot[s];
    for (int64_t i = 0; i < slot->count; i++)
        if (vector[slot->offset + i] != 0) return true;
    return false;
}

enum { FIRST_BRANCH = 4, SECOND_BRANCH = 6 }; /* biases of the last layers of both */

static void images_are_dropped(void)
{
    odd_graph *g = network();
    odd_trainer *t = trainer(g);
    float *vector = odd_alloc(odd_trainer_length(t), sizeof *vector);
    int first = 0, both = 0, second = 0;
    for (int64_t i = 0; i < TRIED; i++) {
        gradient(t, 1, &i, vector);
        const bool a = !moves(t, FIRST_BRANCH, vector), b = !moves(t, SECOND_BRANCH, vector);
        CU_ASSERT_EQUAL(a, !moves(t, FIRST_BRANCH - 2, vector)); /* all of a branch, or nothing */
        CU_ASSERT(moves(t, t->training.parameters.learnt_slots - 1, vector));
        first += a;
        second += b;
        both += a && b;
    }
    const double sigma = sqrt(TRIED * SHARE * (1 - SHARE));
    CU_ASSERT(fabs(first - TRIED * SHARE) < 4 * sigma && fabs(second - TRIED * SHARE) < 4 * sigma);
    CU_ASSERT(fabs(both - TRIED * SHARE * SHARE) < 4 * sqrt(TRIED) * SHARE); /* not by one draw */
    odd_free(vector);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

/* By step and number of the image alone. */
static void draws(void)
{
    odd_graph *g = network();
    odd_trainer *t = trainer(g);
    const int64_t length = odd_trainer_length(t);
    float *one = odd_alloc(length, sizeof *one), *two = odd_alloc(length, sizeof *two);
    bool other = false;
    for (int64_t i = 0; i < 40; i++) {
        t->step = 0;
        gradient(t, 1, &i, one);
        gradient(t, 1, &i, two);
        CU_ASSERT(memcmp(one, two, (size_t)length * sizeof *one) == 0);
        t->step = 1;
        gradient(t, 1, &i, two);
        other = other || moves(t, FIRST_BRANCH, one) != moves(t, FIRST_BRANCH, two);
    }
    CU_ASSERT(other);
    odd_free(one);
    odd_free(two);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

/* Central differences, while the step stays and with it what is dropped. */
static void differences(void)
{
    static const int64_t id[IMAGES] = {3, 10, 11, 12, 20, 31, 40, 41};
    const float h = 1e-2f;
    odd_graph *g = network();
    odd_trainer *t = trainer(g);
    odd_parameters *p = &t->training.parameters;
    float *vector = odd_alloc(odd_trainer_length(t), sizeof *vector);
    float *unused = odd_alloc(odd_trainer_length(t), sizeof *unused);
    gradient(t, IMAGES, id, vector);
    for (int s = 0; s < p->learnt_slots; s++)
        for (int64_t i = p->slot[s].offset; i < p->slot[s].offset + p->slot[s].count; i++) {
            const float was = p->value[i];
            p->value[i] = was + h;
            p->version++;
            const double above = gradient(t, IMAGES, id, unused);
            p->value[i] = was - h;
            p->version++;
            const double below = gradient(t, IMAGES, id, unused);
            p->value[i] = was;
            p->version++;
            CU_ASSERT_DOUBLE_EQUAL((above - below) / (2 * (double)h), (double)vector[i], 2e-3);
        }
    odd_free(vector);
    odd_free(unused);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

/* Before the residual sums of a graph, and before no other. */
static void put_into_a_graph(void)
{
    static const int64_t shape[] = {2, 4, 4};
    static const char *const item[] = {"conv 2 1x1 no bias",
                                       "as a",
                                       "conv 2 3x3 pad same",
                                       "tanh",
                                       "conv 2 1x1",
                                       "add a",
                                       "as b",
                                       "conv 2 3x3 pad same",
                                       "add b",
                                       "as c",
                                       "tanh",
                                       "as d",
                                       "from c",
                                       "relu",
                                       "add d",
                                       "dense 3"};
    const int items = sizeof item / sizeof *item;
    odd_graph *g = NULL;
    int sums, found = 0;
    CU_ASSERT_EQUAL_FATAL(odd_network_new("net", 3, shape, items, item, ODD_INITIAL_HE, 7, &g),
                          ODD_OK);
    const int layers = g->layers;
    CU_ASSERT_EQUAL(odd_graph_drop_paths(g, SHARE, &sums), ODD_OK);
    CU_ASSERT_EQUAL(sums, 2); /* tanh and relu are two ways of the same length */
    CU_ASSERT_EQUAL(g->layers, layers + 2);
    for (int l = 0; l < g->layers; l++) {
        const odd_layer *layer = &g->layer[l], *sum = layer + 1;
        if (layer->kind != ODD_LAYER_IDENTITY) continue;
        CU_ASSERT(layer->set.whole);
        CU_ASSERT_DOUBLE_EQUAL((double)layer->set.value, SHARE * ++found / 2, 1e-7);
        CU_ASSERT_EQUAL(sum->kind, ODD_LAYER_ADD);
        CU_ASSERT(sum->input[0] == layer->output || sum->input[1] == layer->output);
    }
    CU_ASSERT_EQUAL(found, 2);
    odd_trainer *t = trainer(g); /* as from words */
    float *vector = odd_alloc(odd_trainer_length(t), sizeof *vector);
    int kept = 0;
    for (int64_t i = 0; i < TRIED; i++) {
        gradient(t, 1, &i, vector);
        kept += moves(t, SECOND_BRANCH, vector);
    }
    CU_ASSERT(fabs(kept - TRIED * (1 - SHARE)) < 4 * sqrt(TRIED * SHARE * (1 - SHARE)));
    odd_free(vector);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

/* The mean over many draws is near what the network gives without any, as what is kept is scaled.
 */
static void evaluation_drops_nothing(void)
{
    static const char *const item[] = {"conv 2 1x1 no bias", "as a",  "conv 2 1x1",
                                       "drop_path 0.25",     "add a", "flatten"};
    static const int64_t shape[] = {2, 4, 4};
    static const float zero[VALUES];
    odd_graph *g = NULL, *now = NULL;
    float input[VALUES], unused[64], output[VALUES], *const to[] = {output}, *vector = unused;
    double mean = 0, should = 0;
    odd_net *net;
    for (int i = 0; i < VALUES; i++)
        input[i] = (float)odd_normal(9, ODD_STREAM_TEST, 1, (uint32_t)i);
    CU_ASSERT_EQUAL_FATAL(odd_network_new("net", 3, shape, 6, item, ODD_INITIAL_HE, 7, &g), ODD_OK);
    const odd_loss loss = {ODD_LOSS_BINARY, g->output[0],
                           VALUES}; /* about linear in small values */
    odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    odd_trainer *t = NULL;
    CU_ASSERT_EQUAL_FATAL(odd_trainer_new(g, 1, &loss, &options, &t), ODD_OK);
    CU_ASSERT(odd_trainer_length(t) <= 64);
    for (int i = 0; i < VALUES; i++)
        input[i] *= 0.01f;
    for (int64_t i = 0; i < TRIED; i++) {
        const odd_shard shard = {1, input, &i, NULL, {{NULL, zero}}};
        odd_tally tally;
        CU_ASSERT_EQUAL(odd_trainer_shards(t, 1, 1, &shard, &vector, &tally), ODD_OK);
        mean += (tally.loss - VALUES * log(2)) / TRIED;
    }
    CU_ASSERT_EQUAL_FATAL(odd_trainer_graph(t, &now), ODD_OK);
    for (int l = 0; l < now->layers; l++)
        CU_ASSERT(now->layer[l].kind != ODD_LAYER_IDENTITY);
    CU_ASSERT_EQUAL_FATAL(odd_net_new(now, ODD_PRECISION_F32, &net), ODD_OK);
    CU_ASSERT_EQUAL(odd_net_run(net, 1, NULL, input, to), ODD_OK);
    for (int i = 0; i < VALUES; i++)
        should += log1p(exp((double)output[i])) - log(2);
    CU_ASSERT_DOUBLE_EQUAL(mean, should, 0.1 * fabs(should) + 1e-3);
    odd_net_free(&net);
    odd_graph_free(&now);
    odd_trainer_free(&t);
    odd_graph_free(&g);
}

CU_TestInfo odd_tests[] = {
    {"images are dropped whole", images_are_dropped},
    {"by step, image and layer", draws},
    {"gradients are central differences", differences},
    {"before sums of a graph", put_into_a_graph},
    {"evaluation drops nothing", evaluation_drops_nothing},
    CU_TEST_INFO_NULL,
};
