/* Networks from lists of layers: shapes, weights before training, and what is said about mistakes.
 */
#include "oddlot_test.h"

#include "oddlot/nn/network.h"

#include "nn/graph/names_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *odd_test_name = "nn.network";

enum { MOST = 8 };

typedef struct {
    int64_t shape[3]; /* of the images */
    const char *item[MOST];
    int rank; /* of the result */
    int64_t result[4];
} example;

static int count(const char *const item[])
{
    int items = 0;
    while (items < MOST && item[items])
        items++;
    return items;
}

static odd_status make(int rank, const int64_t shape[], const char *const item[], odd_graph **g)
{
    return odd_network_new("net", rank, shape, count(item), item, ODD_INITIAL_HE, 1, g);
}

static void check_example(const example *e)
{
    odd_graph *g;
    odd_status st = make(3, e->shape, e->item, &g);
    CU_ASSERT_EQUAL(st, ODD_OK);
    if (st != ODD_OK) {
        printf("\n    %s", odd_fail_reason());
        return;
    }
    const odd_tensor *y = &g->tensor[g->output[0]];
    bool same = y->batched && y->rank == e->rank && y->shape[0] == 1;
    for (int d = 1; same && d < e->rank; d++)
        same = y->shape[d] == e->result[d];
    CU_ASSERT(same);
    if (!same) printf("\n    '%s' makes another shape", e->item[0]);
    odd_graph_free(&g);
}

static void shapes(void)
{
    static const example e[] = {
        {{1, 64, 64}, {"conv 8 5x5"}, 4, {1, 8, 60, 60}},
        {{1, 64, 64}, {"conv 8 5"}, 4, {1, 8, 60, 60}},
        {{1, 28, 28}, {"conv 32 5x5 stride 2 pad same"}, 4, {1, 32, 14, 14}},
        {{1, 27, 30}, {"conv 32 4x3 pad same stride 2x3"}, 4, {1, 32, 14, 10}},
        {{4, 9, 9}, {"conv 8 3x3 dilation 2 groups 4 no bias"}, 4, {1, 8, 5, 5}},
        {{4, 9, 9}, {"depthwise 3x3 pad 1 stride 2"}, 4, {1, 4, 5, 5}},
        {{8, 7, 7}, {"conv_transpose 4 5x5 stride 2 pad same"}, 4, {1, 4, 14, 14}},
        {{8, 7, 7}, {"conv_transpose 4 2x2 stride 3 pad same"}, 4, {1, 4, 21, 21}},
        {{8, 7, 7}, {"conv_transpose 4 5 stride 2 pad 2 output_pad 1"}, 4, {1, 4, 14, 14}},
        {{2, 9, 8}, {"max_pool 2"}, 4, {1, 2, 4, 4}},
        {{2, 9, 8}, {"average_pool 3x2 stride 1 pad 1"}, 4, {1, 2, 9, 9}},
        {{2, 9, 8}, {"max_pool 3 stride 2 pad same"}, 4, {1, 2, 5, 4}},
        {{2, 9, 8}, {"global_average_pool", "dense 5"}, 2, {1, 5}},
        {{2, 9, 8}, {"dense 18", "reshape 2x3x3"}, 4, {1, 2, 3, 3}},
        {{2, 4, 4}, {"conv 3 3 pad 1", "as a", "relu", "concat a"}, 4, {1, 6, 4, 4}},
        {{2, 4, 4}, {"conv 3 3 pad 1", "as a", "dense 2", "from a", "max_pool 2"}, 4, {1, 3, 2, 2}},
        {{2, 4, 4},
         {"swish", "elu 0.5", "leaky_relu 0.2", "dropout 0.5", "drop_path 0.2", "layer_norm"},
         4,
         {1, 2, 4, 4}},
        {{2, 4, 4}, {" flatten", "\tbatch_norm ", "l2_norm"}, 2, {1, 32}},
    };
    for (size_t i = 0; i < sizeof e / sizeof *e; i++)
        check_example(&e[i]);
}

/* What is odd in "pad same" goes below and to the right, as in ONNX's SAME_UPPER. */
static void same_padding(void)
{
    static const int64_t shape[] = {1, 28, 28};
    static const char *const item[] = {"conv 2 5x5 stride 2 pad same",
                                       "conv_transpose 1 5x5 stride 2 pad same", NULL};
    static const int64_t pad[] = {1, 1, 2, 2};
    odd_graph *g;
    CU_ASSERT_EQUAL_FATAL(make(3, shape, item, &g), ODD_OK);
    for (int l = 0; l < 2; l++)
        CU_ASSERT(memcmp(g->layer[l].set.pad, pad, sizeof pad) == 0);
    odd_graph_free(&g);
}

static void names(void)
{
    static const int64_t shape[] = {6};
    static const char *const item[] = {"dense 4", "relu", "as code", "dense 6", NULL};
    odd_graph *g;
    CU_ASSERT_EQUAL_FATAL(make(1, shape, item, &g), ODD_OK);
    int code = odd_names_find(g->names, "code");
    CU_ASSERT(code >= 0 && g->layer[1].output == code);
    CU_ASSERT(odd_names_find(g->names, "dense_1") >= 0);
    CU_ASSERT_EQUAL(odd_names_find(g->names, "dense_4"), g->output[0]);
    CU_ASSERT_STRING_EQUAL(g->tensor[g->input].name, "images");
    odd_graph_free(&g);
}

/* Behind a network that is there, by names that are not taken. */
static void more_layers(void)
{
    static const int64_t shape[] = {6};
    static const char *const item[] = {"dense 4", "relu", "as code", NULL};
    static const char *const more[] = {"dense 5", "relu", "as wide", "dense 2"};
    static const char *const wrong[] = {"dense 3", "as code"};
    odd_graph *g;
    CU_ASSERT_EQUAL_FATAL(make(1, shape, item, &g), ODD_OK);
    const int code = g->output[0];
    CU_ASSERT_EQUAL(odd_network_extend(g, 4, more, ODD_INITIAL_HE, 9), ODD_OK);
    CU_ASSERT(g->layers == 5 && g->outputs == 1 && g->layer[2].input[0] == code);
    CU_ASSERT_EQUAL(odd_tensor_values(&g->tensor[g->output[0]]), 2);
    CU_ASSERT_STRING_EQUAL(g->tensor[g->layer[2].output].name, "dense_1_2");
    CU_ASSERT_EQUAL(g->layer[3].output, odd_names_find(g->names, "wide"));
    const float *first = g->tensor[g->layer[0].input[1]].data;
    const float *second = g->tensor[g->layer[2].input[1]].data;
    CU_ASSERT(memcmp(first, second, 4 * sizeof *first) != 0);
    CU_ASSERT_EQUAL(odd_network_extend(g, 2, wrong, ODD_INITIAL_HE, 9), ODD_ARG);
    CU_ASSERT(strstr(odd_fail_reason(), "item 1 'dense 3'") != NULL);
    odd_graph_free(&g);
}

/* Mean and variance of the weights of one wide layer. */
static void check_spread(odd_initial initial, uint64_t seed, double variance, double largest)
{
    static const int64_t shape[] = {300};
    static const char *const item[] = {"dense 200"};
    odd_graph *g;
    double sum = 0, square = 0, most = 0, n = 300 * 200;
    CU_ASSERT_EQUAL_FATAL(odd_network_new("net", 1, shape, 1, item, initial, seed, &g), ODD_OK);
    const float *w = g->tensor[g->layer[0].input[1]].data;
    for (int i = 0; i < 300 * 200; i++) {
        sum += w[i];
        square += (double)w[i] * w[i];
        most = fmax(most, fabs(w[i]));
    }
    CU_ASSERT_DOUBLE_EQUAL(sum / n, 0, 4 * sqrt(variance / n));
    CU_ASSERT_DOUBLE_EQUAL(square / n, variance, 0.03 * variance);
    CU_ASSERT(most <= largest);
    CU_ASSERT_EQUAL(g->tensor[g->layer[0].input[2]].data[7], 0);
    odd_graph_free(&g);
}

static void initial_weights(void)
{
    static const int64_t shape[] = {3, 8, 8};
    static const char *const item[] = {"conv 4 3x3", "conv 4 3x3", NULL};
    odd_graph *g, *h;
    check_spread(ODD_INITIAL_HE, 1, 2.0 / 300, 6 * sqrt(2.0 / 300));
    check_spread(ODD_INITIAL_GLOROT, 1, 2.0 / 500, sqrt(6.0 / 500));
    CU_ASSERT_EQUAL_FATAL(make(3, shape, item, &g), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_network_new("n", 3, shape, 2, item, ODD_INITIAL_HE, 2, &h), ODD_OK);
    const float *first = g->tensor[g->layer[0].input[1]].data;
    CU_ASSERT(memcmp(first, g->tensor[g->layer[1].input[1]].data, 36 * sizeof *first) != 0);
    CU_ASSERT(memcmp(first, h->tensor[h->layer[0].input[1]].data, 36 * sizeof *first) != 0);
    odd_graph_free(&h);
    CU_ASSERT_EQUAL_FATAL(make(3, shape, item, &h), ODD_OK);
    CU_ASSERT(memcmp(first, h->tensor[h->layer[0].input[1]].data, 36 * sizeof *first) == 0);
    odd_graph_free(&g);
    odd_graph_free(&h);
}

/* ---- Mistakes ---- */

typedef struct {
    const char *item[MOST], *said;
} mistake;

static void check_mistake(const mistake *m)
{
    static const int64_t shape[] = {2, 8, 8};
    odd_graph *g;
    odd_status st = make(3, shape, m->item, &g);
    bool good = st == ODD_ARG && !g && strstr(odd_fail_reason(), m->said);
    CU_ASSERT(good);
    if (!good) printf("\n    '%s': %s", m->item[0], st == ODD_OK ? "made" : odd_fail_reason());
    odd_graph_free(&g);
}

static void mistakes(void)
{
    static const mistake m[] = {
        {{NULL}, "network 'net' has no layers"},
        {{"relu", "convolve 3"},
         "item 2 'convolve 3': there is no layer 'convolve'; known are conv,"},
        {{""}, "item 1 '': there is no layer"},
        {{"conv"}, "the number of channels is missing; it is written 'conv N KxK"},
        {{"conv 8"}, "a kernel is missing"},
        {{"conv 8 5x"}, "a kernel '5x' is not like 5 or 5x3"},
        {{"conv 0 5x5"}, "the number of channels '0' is no whole number from 1"},
        {{"conv -3 5x5"}, "the number of channels '-3'"},
        {{"conv 99999999999 5x5"}, "the number of channels '99999999999'"},
        {{"conv 8 3x3 stride"}, "a stride is missing"},
        {{"conv 8 3x3 strid 2"}, "'strid' is not understood"},
        {{"conv 8 3x3 no"}, "'no' what"},
        {{"conv 8 3x3 groups 3"}, "2 and 8 channels do not make 3 groups"},
        {{"conv 8 9x9"}, "item 1 'conv 8 9x9': layer"},
        {{"dense 4", "conv 8 3x3"}, "item 2 'conv 8 3x3': what comes before it has no rows"},
        {{"conv_transpose 1 3x3 stride 2 output_pad 5"}, "output padding"},
        {{"max_pool 2 dilation 2"}, "'dilation' is not understood"},
        {{"relu 3"}, "'3' is not understood"},
        {{"elu x"}, "a slope 'x' is no number"},
        {{"dropout 1"}, "share 1 is not in 0 ... 1"},
        {{"drop_path -0.1"}, "share -0.1 is not in 0 ... 1"},
        {{"dropout"}, "the share that is dropped is missing"},
        {{"reshape 2x"}, "shape '2x' is not like"},
        {{"reshape 1x1x1x1x1x1"}, "of at most 5 numbers"},
        {{"reshape 7x3"}, "item 1 'reshape 7x3': layer"},
        {{"add a"}, "no item before it has the name 'a'"},
        {{"as a"}, "there is nothing before it"},
        {{"relu", "as a", "tanh", "as a"}, "a second tensor of the name 'a'"},
        {{"relu", "as"}, "a name is missing"},
        {{"from images"}, "gives back its images"},
        {{"conv 1073741824 1x1"}, "item 1 'conv 1073741824 1x1': 2147483648 weights so far"},
        {{"dense 40000", "dense 6000", "dense 40000", "relu 3"}, "'3' is not understood"},
        {{"dense 40000", "dense 6000", "dense 40000", "dense 400"},
         "item 4 'dense 400': 501206000 weights so far are more than 500000000, the most"},
        {{"conv 1 15000x15000"}, "its window of 15000 does not fit into 8 rows"},
        {{"a b c d e f g h i j k l m n o p q"}, "more than 16 words"},
    };
    for (size_t i = 0; i < sizeof m / sizeof *m; i++)
        check_mistake(&m[i]);
}

static void odd_images(void)
{
    static const int64_t shape[] = {2, 8};
    static const char *const item[] = {"relu", NULL};
    odd_initial initial;
    odd_graph *g;
    char longest[400];
    const char *const long_item[] = {longest, NULL};
    CU_ASSERT_EQUAL(make(2, shape, item, &g), ODD_ARG);
    memset(longest, 'x', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    CU_ASSERT_EQUAL(make(1, shape, long_item, &g), ODD_ARG);
    CU_ASSERT(strstr(odd_fail_reason(), "more than 255 letters") != NULL);
    CU_ASSERT_EQUAL(odd_initial_find("glorot", &initial), ODD_OK);
    CU_ASSERT_EQUAL(initial, ODD_INITIAL_GLOROT);
    CU_ASSERT_EQUAL(odd_initial_find("xavier", &initial), ODD_ARG);
}

CU_TestInfo odd_tests[] = {
    {"shapes", shapes},
    {"same padding", same_padding},
    {"names", names},
    {"initial weights", initial_weights},
    {"mistakes", mistakes},
    {"odd images", odd_images},
    {"more layers", more_layers},
    CU_TEST_INFO_NULL,
};
