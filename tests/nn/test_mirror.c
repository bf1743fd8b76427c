/* Decoders that mirror encoders: their words, the sizes they make, and that both parts learn. */
#include "oddlot_test.h"

#include "oddlot/base/dyadic.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/network.h"
#include "oddlot/nn/train.h"

#include <stdio.h>
#include <string.h>

const char *odd_test_name = "nn.mirror";

enum { MOST = 10, ALL = 3 * MOST };

typedef struct {
    int64_t shape[3];
    const char *item[MOST];
    const char *mirror[MOST]; /* NULL: only sizes are checked */
} example;

static int count(const char *const item[])
{
    int items = 0;
    while (items < MOST && item[items])
        items++;
    return items;
}

static odd_status mirror(const example *e, odd_network_items *out)
{
    odd_status st = odd_network_mirror(3, e->shape, count(e->item), e->item, out);
    CU_ASSERT_EQUAL(st, ODD_OK);
    if (st != ODD_OK) printf("\n    %s", odd_fail_reason());
    return st;
}

/* Encoder and decoder in one. */
static odd_graph *both(const example *e, const odd_network_items *decoder)
{
    const char *all[ALL];
    odd_graph *g = NULL;
    int items = count(e->item);
    memcpy(all, e->item, sizeof *all * (size_t)items);
    for (int i = 0; i < decoder->count; i++)
        all[items++] = decoder->item[i];
    odd_status st = odd_network_new("both", 3, e->shape, items, all, ODD_INITIAL_HE, 3, &g);
    CU_ASSERT_EQUAL(st, ODD_OK);
    if (st != ODD_OK) printf("\n    %s", odd_fail_reason());
    return g;
}

/* ---- Words ---- */

static void check_words(const example *e)
{
    odd_network_items out;
    if (mirror(e, &out) != ODD_OK) return;
    int items = count(e->mirror);
    CU_ASSERT_EQUAL(out.count, items);
    for (int i = 0; i < out.count && i < items; i++) {
        CU_ASSERT_STRING_EQUAL(out.item[i], e->mirror[i]);
        if (strcmp(out.item[i], e->mirror[i]) != 0)
            printf("\n    '%s' is not '%s'", out.item[i], e->mirror[i]);
    }
    odd_network_items_free(&out);
}

static void words(void)
{
    static const example e[] = {
        {{1, 28, 28},
         {"dense 500", "leaky_relu", "dense 500", "leaky_relu", "dense 2000", "leaky_relu",
          "dense 10"},
         {"dense 2000", "leaky_relu", "dense 500", "leaky_relu", "dense 500", "leaky_relu",
          "dense 784", "reshape 1x28x28"}},
        {{1, 28, 28},
         {"conv 32 5x5 stride 2 pad same", "relu", "conv 64 5x5 stride 2 pad same", "relu",
          "conv 128 3x3 stride 2", "relu", "dense 10", "l2_norm"},
         {"dense 1152", "reshape 128x3x3", "relu", "conv_transpose 64 3 stride 2", "relu",
          "conv_transpose 32 5 stride 2 pad 1,1,2,2", "relu",
          "conv_transpose 1 5 stride 2 pad 1,1,2,2"}},
        {{2, 12, 9},
         {"batch_norm", "conv 6 3x2 groups 2 no bias", "batch_norm", "elu 0.5", "max_pool 2",
          "dropout 0.2", "dense 8 no bias", "tanh", "as code"},
         {"dense 120 no bias", "reshape 6x5x4", "conv_transpose 6 2 stride 2", "batch_norm",
          "elu 0.5", "conv_transpose 2 3x2 groups 2 no bias"}},
        {{3, 8, 8},
         {"depthwise 3 stride 2 pad 1", "relu", "global_average_pool", "sample 4"},
         {"dense 3", "reshape 3x1x1", "conv_transpose 3 4", "relu",
          "conv_transpose 3 3 stride 2 pad 1 output_pad 1 groups 3"}},
        {{2, 6, 6},
         {"flatten", "dense 18", "swish", "reshape 2x3x3", "conv_transpose 4 3 stride 2",
          "layer_norm", "conv 2 3 dilation 2"},
         {"conv_transpose 4 3 dilation 2", "layer_norm", "conv 2 3 stride 2", "flatten", "swish",
          "dense 72", "reshape 2x6x6"}},
    };
    for (size_t i = 0; i < sizeof e / sizeof *e; i++)
        check_words(&e[i]);
}

/* ---- Sizes ---- */

static void check_size(const example *e)
{
    odd_network_items out;
    if (mirror(e, &out) != ODD_OK) return;
    odd_graph *g = both(e, &out);
    if (g) {
        const odd_tensor *y = &g->tensor[g->output[0]];
        bool same = y->rank == 4 && memcmp(y->shape + 1, e->shape, sizeof e->shape) == 0;
        CU_ASSERT(same);
        if (!same) printf("\n    '%s' does not come back", e->item[0]);
    }
    odd_graph_free(&g);
    odd_network_items_free(&out);
}

static void sizes(void)
{
    static const int64_t shape[][3] = {{1, 28, 28}, {3, 64, 64}, {3, 61, 47}};
    static const char *const item[][MOST] = {
        {"dense 500", "leaky_relu", "dense 500", "leaky_relu", "dense 2000", "leaky_relu",
         "dense 10"},
        {"conv 32 5x5 stride 2 pad same", "relu", "conv 64 5x5 stride 2 pad same", "relu",
         "conv 128 3x3 stride 2", "relu", "dense 10"},
        {"conv 32 5x5 stride 2 pad same", "relu", "conv 64 5x5 stride 2 pad same", "relu",
         "conv 128 3x3 stride 2 pad same", "relu", "dense 10"},
        {"conv 4 4x3 stride 3x2 pad 0,1,2,0", "relu", "conv 6 2 stride 3", "dense 3"},
        {"conv 4 3 pad 1", "relu", "max_pool 3 stride 2 pad 1", "average_pool 2", "dense 3"},
        {"depthwise 3 stride 2 pad same", "conv 4 3 dilation 2", "global_max_pool", "dense 3"},
    };
    for (size_t s = 0; s < sizeof shape / sizeof *shape; s++) {
        for (size_t i = 0; i < sizeof item / sizeof *item; i++) {
            example e = {.item = {NULL}};
            memcpy(e.shape, shape[s], sizeof e.shape);
            memcpy(e.item, item[i], sizeof e.item);
            check_size(&e);
        }
    }
}

/* Rows of features have no maps. */
static void features(void)
{
    static const int64_t shape[] = {30};
    static const char *const item[] = {"dense 12", "tanh", "dense 4"};
    odd_network_items out;
    CU_ASSERT_EQUAL_FATAL(odd_network_mirror(1, shape, 3, item, &out), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(out.count, 3);
    CU_ASSERT_STRING_EQUAL(out.item[0], "dense 12");
    CU_ASSERT_STRING_EQUAL(out.item[1], "tanh");
    CU_ASSERT_STRING_EQUAL(out.item[2], "dense 30");
    odd_network_items_free(&out);
}

/* ---- Learning ---- */

enum { IMAGES = 4, STEPS = 150 };

/* The mean squared error of a few images after that many steps. */
static double error_after(odd_graph *g, int steps)
{
    int64_t values = odd_tensor_values(&g->tensor[g->input]);
    const odd_loss loss = {ODD_LOSS_SQUARED, g->output[0], 1};
    const odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_ADAM);
    odd_trainer *t;
    odd_tally tally = {0};
    if (odd_trainer_new(g, 1, &loss, &options, &t) != ODD_OK) {
        CU_FAIL("no trainer");
        return 1;
    }
    float *images = odd_alloc(IMAGES * values, sizeof *images);
    float *vector = odd_alloc(odd_trainer_length(t), sizeof *vector);
    double *sum = odd_alloc(odd_trainer_length(t), sizeof *sum);
    for (int64_t i = 0; i < IMAGES * values; i++)
        images[i] = (float)odd_uniform(5, ODD_STREAM_TEST, (uint64_t)i, 0);
    const odd_shard shard = {.images = IMAGES, .input = images, .target = {{NULL, images}}};
    for (int i = 0; i <= steps; i++) {
        CU_ASSERT_EQUAL(odd_trainer_shards(t, IMAGES, 1, &shard, &vector, &tally), ODD_OK);
        odd_dyadic_sum(odd_trainer_length(t), 1, (const float *const *)&vector, sum);
        CU_ASSERT_EQUAL(odd_trainer_step(t, sum, tally.loss / IMAGES, 0.01), ODD_OK);
    }
    odd_free(images);
    odd_free(vector);
    odd_free(sum);
    odd_trainer_free(&t);
    return tally.loss / IMAGES;
}

/* Noise cannot be told by anything but remembering each image. */
static void learns(void)
{
    static const example e[] = {
        {{1, 6, 5}, {"dense 40", "leaky_relu", "dense 6"}, {NULL}},
        {{2, 9, 7},
         {"conv 12 5 stride 2 pad same", "batch_norm", "relu", "conv 16 3 stride 2 pad 1", "relu",
          "dense 8"},
         {NULL}},
        {{1, 9, 8}, {"conv 12 3 pad 1", "relu", "max_pool 2", "dense 8"}, {NULL}},
    };
    for (size_t i = 0; i < sizeof e / sizeof *e; i++) {
        odd_network_items out;
        if (mirror(&e[i], &out) != ODD_OK) continue;
        odd_graph *g = both(&e[i], &out);
        double before = error_after(g, 0), after = error_after(g, STEPS);
        CU_ASSERT(after < 0.02 && after < before / 4); /* the variance of the images is 1/12 */
        if (!(after < 0.02)) printf("\n    '%s': %g, then %g", e[i].item[0], before, after);
        odd_graph_free(&g);
        odd_network_items_free(&out);
    }
}

/* ---- Mistakes ---- */

static void mistakes(void)
{
    static const struct {
        const char *item[MOST], *said;
    } m[] = {
        {{NULL}, "an encoder of no layers"},
        {{"relu", "dropout 0.5"}, "no layer of the encoder has a mirror"},
        {{"conv 4 3", "as a", "conv 4 1", "add a"}, "item 4 'add a': a network with branches"},
        {{"conv 4 3", "as a", "relu", "from a"}, "item 4 'from a': a network with branches"},
        {{"dense 4", "conv 3 3"}, "item 2 'conv 3 3': what comes before it has no rows"},
        {{"dense"}, "item 1 'dense': the number of outputs is missing"},
        {{"conv 3 3 pad 1,2"}, "a pad '1,2' is not like 2 or 1,1,2,2"},
        {{"conv 3 3 pad 1,2,3,4,5"}, "a pad '1,2,3,4,5'"},
        {{"conv 3 3 pad 1x2"}, "a pad '1x2'"},
    };
    static const int64_t shape[] = {2, 8, 8};
    for (size_t i = 0; i < sizeof m / sizeof *m; i++) {
        odd_network_items out = {.count = 7};
        odd_status st = odd_network_mirror(3, shape, count(m[i].item), m[i].item, &out);
        bool good = st == ODD_ARG && strstr(odd_fail_reason(), m[i].said);
        CU_ASSERT(good);
        if (!good) printf("\n    %s", st == ODD_OK ? "made" : odd_fail_reason());
        CU_ASSERT(out.count == 0 && !out.item);
        odd_network_items_free(&out);
    }
}

CU_TestInfo odd_tests[] = {
    {"words", words},   {"sizes", sizes},       {"features", features},
    {"learns", learns}, {"mistakes", mistakes}, CU_TEST_INFO_NULL,
};
