/* Gradients of every kind of layer against differences of the plain evaluator's loss. */
#include "net_check.h"
#include "oddlot_test.h"

#include "nn/graph/reference_internal.h"
#include "nn/train/trainer_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/network.h"
#include "oddlot/nn/train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *odd_test_name = "nn.gradients";

enum { IMAGES = 3, SAMPLES = 24 }; /* values of a tensor that are moved */

/* How far a value is moved, and how far the slopes may differ, of the largest: the evaluator rounds
 * its results to float32, which a difference of losses divides by STEP. */
#define STEP      0x1p-9
#define TOLERANCE 2e-3

/* ---- A problem: a graph, images, what they should give ---- */

typedef struct {
    odd_graph *g;
    odd_loss loss;
    int64_t values; /* of the output for one image */
    float *images, *target, *output;
    int32_t label[IMAGES];
    float weight[IMAGES];
} problem;

static void start(problem *p, odd_graph *g, odd_loss_kind kind)
{
    *p = (problem){.g = g, .loss = {kind, g->output[0], 1.5}, .weight = {0.5f, 2, 1}};
    int64_t inputs = IMAGES * odd_tensor_values(&g->tensor[g->input]);
    p->values = odd_tensor_values(&g->tensor[g->output[0]]);
    p->images = odd_alloc(inputs, sizeof *p->images);
    p->target = odd_alloc(IMAGES * p->values, sizeof *p->target);
    p->output = odd_alloc(IMAGES * p->values, sizeof *p->output);
    for (int64_t i = 0; i < inputs; i++)
        p->images[i] = (float)odd_normal(3, ODD_STREAM_TEST, (uint64_t)i, 0);
    for (int64_t i = 0; i < IMAGES * p->values; i++)
        p->target[i] = (float)odd_uniform(3, ODD_STREAM_TEST, (uint64_t)i, 1);
    for (int i = 0; i < IMAGES; i++)
        p->label[i] = (int32_t)(i % p->values);
}

static void finish(problem *p)
{
    odd_free(p->images);
    odd_free(p->target);
    odd_free(p->output);
    odd_graph_free(&p->g);
}

/* The statistics of x (IMAGES, C, ...) over all but C, as a batch norm in training sees them. */
static void measure(const odd_tensor *t, const float *x, float *mean, float *variance)
{
    int64_t channels = t->shape[1], size = odd_tensor_values(t) / channels;
    double count = (double)(IMAGES * size);
    for (int64_t c = 0; c < channels; c++) {
        double sum = 0, square = 0;
        for (int64_t i = 0; i < IMAGES * size; i++)
            sum += x[(i / size * channels + c) * size + i % size];
        for (int64_t i = 0; i < IMAGES * size; i++)
            square += pow(x[(i / size * channels + c) * size + i % size] - sum / count, 2);
        mean[c] = (float)(sum / count);
        variance[c] = (float)(square / count);
    }
}

/* The plain evaluator takes mean and variance from the graph: put those of the images there. */
static void refresh_batch_norms(problem *p)
{
    for (int l = 0; l < p->g->layers; l++) {
        const odd_layer *layer = &p->g->layer[l];
        odd_graph *before;
        if (layer->kind != ODD_LAYER_BATCH_NORM) continue;
        const odd_tensor *t = &p->g->tensor[layer->input[0]];
        float *x = odd_alloc(IMAGES * odd_tensor_values(t), sizeof *x);
        CU_ASSERT_FATAL(odd_graph_copy(p->g, &before) == ODD_OK);
        CU_ASSERT_FATAL(odd_graph_cut(before, layer->input[0]) == ODD_OK);
        CU_ASSERT_FATAL(odd_reference_run(before, IMAGES, p->images, &x) == ODD_OK);
        measure(t, x, p->g->tensor[layer->input[3]].data, p->g->tensor[layer->input[4]].data);
        odd_graph_free(&before);
        odd_free(x);
    }
}

/* The mean loss that the plain evaluator gives. */
static double plain_loss(problem *p)
{
    const odd_target target = {p->label, p->target};
    odd_tally tally;
    refresh_batch_norms(p);
    CU_ASSERT_FATAL(odd_reference_run(p->g, IMAGES, p->images, &p->output) == ODD_OK);
    CU_ASSERT_FATAL(odd_loss_tally(p->loss.kind, IMAGES, p->values, p->output, &target, p->weight,
                                   &tally) == ODD_OK);
    return p->loss.weight * tally.loss / IMAGES;
}

/* How far `told` is from the slopes to both sides of a value, which differ where an activation has
 * its kink between; 0 within them. */
static double slope_difference(problem *p, float *value, double told)
{
    float here = *value;
    double loss = plain_loss(p);
    *value = here + (float)STEP;
    double right = (plain_loss(p) - loss) / STEP;
    *value = here - (float)STEP;
    double left = (loss - plain_loss(p)) / STEP;
    *value = here;
    if (isnan(told)) return INFINITY;
    return fmax(0, fmax(told - fmax(left, right), fmin(left, right) - told));
}

/* ---- The check ---- */

static double tensor_difference(problem *p, int tensor, const float gradient[])
{
    odd_tensor *t = &p->g->tensor[tensor];
    int64_t values = odd_tensor_values(t), stride = (values + SAMPLES - 1) / SAMPLES;
    double most = 0;
    for (int64_t i = 0; i < values; i += stride) {
        most = fmax(most, slope_difference(p, &t->data[i], gradient[i]));
    }
    return most;
}

static double largest(int64_t n, const float x[])
{
    double most = 0;
    for (int64_t i = 0; i < n; i++)
        most = fmax(most, fabs(x[i]));
    return most;
}

static void compare(problem *p, const odd_parameters *slots, const float vector[], const char *what)
{
    for (int s = 0; s < slots->learnt_slots; s++) {
        const odd_slot *slot = &slots->slot[s];
        const float *gradient = vector + slot->offset;
        double scale = largest(slot->count, gradient);
        double d = tensor_difference(p, slot->tensor, gradient);
        bool good = d <= TOLERANCE * fmax(scale, 0.05);
        CU_ASSERT(good);
        if (!good) printf("\n    %s, slot %d: differs by %g of %g", what, s, d, scale);
    }
}

/* Takes the graph. */
static void check_graph(const char *what, odd_graph *g, odd_loss_kind kind)
{
    const odd_train_options options = odd_train_defaults(ODD_OPTIMIZER_SGD);
    odd_trainer *t = NULL;
    odd_tally tally;
    problem p;
    start(&p, g, kind);
    if (odd_trainer_new(g, 1, &p.loss, &options, &t) != ODD_OK) {
        CU_FAIL("no trainer");
        printf("\n    %s: %s", what, odd_fail_reason());
        finish(&p);
        return;
    }
    float *vector = odd_alloc(odd_trainer_length(t), sizeof *vector);
    const odd_shard shard = {
        .images = IMAGES, .input = p.images, .weight = p.weight, .target = {{p.label, p.target}}};
    odd_status st = odd_trainer_shards(t, IMAGES, 1, &shard, &vector, &tally);
    CU_ASSERT_EQUAL(st, ODD_OK);
    if (st != ODD_OK) printf("\n    %s: %s", what, odd_fail_reason());
    CU_ASSERT_DOUBLE_EQUAL(tally.loss / IMAGES, plain_loss(&p), 1e-5);
    if (st == ODD_OK) compare(&p, &t->training.parameters, vector, what);
    odd_free(vector);
    odd_trainer_free(&t);
    finish(&p);
}

/* ---- Networks from lists of layers ---- */

enum { MOST = 24 };

typedef struct {
    int64_t shape[3];
    const char *item[MOST];
} list;

static void check_list(const list *l, odd_loss_kind kind)
{
    odd_graph *g;
    int items = 0;
    while (items < MOST && l->item[items])
        items++;
    odd_status st = odd_network_new("test", 3, l->shape, items, l->item, ODD_INITIAL_HE, 5, &g);
    CU_ASSERT_EQUAL(st, ODD_OK);
    if (st != ODD_OK)
        printf("\n    %s", odd_fail_reason());
    else
        check_graph(l->item[0], g, kind);
}

static void check_lists(int lists, const list l[])
{
    for (int i = 0; i < lists; i++)
        check_list(&l[i], ODD_LOSS_SQUARED);
}
#define CHECK_LISTS(l) check_lists((int)(sizeof(l) / sizeof *(l)), l)

static void convolutions(void)
{
    static const list l[] = {
        {{2, 6, 5}, {"conv 3 3x3", "conv 2 2x3 stride 2x1 pad 1"}},
        {{1, 7, 7}, {"conv 8 5x5 pad 2", "relu", "conv 8 3x3", "leaky_relu 0.1"}},
        {{3, 6, 6}, {"conv 16 3x3 pad same", "relu", "conv 32 3x3 stride 2 pad same", "tanh"}},
        {{4, 6, 6}, {"conv 4 3x3 groups 2 no bias", "sigmoid", "conv 6 2x2 groups 2"}},
        {{2, 8, 8}, {"conv 4 3x3 dilation 2", "elu 0.7", "conv 3 1x1"}},
        {{2, 7, 7}, {"conv 20 3x3", "relu", "max_pool 2 stride 1", "conv 18 3x3", "dense 3"}},
        {{2, 6, 6}, {"conv 16 1x1", "depthwise 3x3 pad 1", "relu", "conv 3 1x1"}},
        {{2, 6, 6}, {"conv 6 1x1", "depthwise 3x3 stride 2 pad same", "conv 3 1x1"}},
    };
    CHECK_LISTS(l);
}

/* Also kernels that only our own loop has, more channels than a block of it holds, and maps smaller
 * than the kernel. */
static void depthwise_convolutions(void)
{
    static const list l[] = {
        {{2, 9, 8}, {"conv 20 1x1", "depthwise 5x5 stride 2 pad same", "tanh", "conv 3 1x1"}},
        {{2, 9, 8}, {"conv 35 1x1", "depthwise 5x5 pad same no bias", "conv 3 1x1"}},
        {{2, 9, 12}, {"conv 7 1x1", "depthwise 3x3 dilation 3 pad same", "conv 3 1x1"}},
        {{2, 9, 9}, {"conv 5 1x1", "depthwise 7x5 stride 1x3 pad 3,2,3,2", "conv 3 1x1"}},
        {{2, 3, 2}, {"conv 6 1x1", "depthwise 5x5 pad 2", "conv 3 1x1"}},
        {{2, 12, 12}, {"conv 4 1x1", "depthwise 9x9 pad 1", "conv 3 1x1"}},
    };
    CHECK_LISTS(l);
}

/* Blocks of EfficientNet, layers as there; without kinks, which a slope over both sides is none of.
 */
static void blocks(void)
{
    static const list l[] = {
        {{3, 12, 12},
         {"conv 8 3x3 stride 2 pad same no bias",
          "batch_norm",
          "swish",
          "as in",
          "conv 20 1x1 no bias",
          "batch_norm",
          "swish",
          "depthwise 5x5 pad same no bias",
          "batch_norm",
          "swish",
          "as m",
          "global_average_pool",
          "conv 4 1x1",
          "swish",
          "conv 20 1x1",
          "sigmoid",
          "multiply m",
          "conv 8 1x1 no bias",
          "batch_norm",
          "add in",
          "global_average_pool",
          "flatten",
          "dense 3"}},
        {{3, 12, 12},
         {"conv 8 3x3 stride 2 pad same no bias", "batch_norm", "elu", "as in",
          "conv 16 1x1 no bias", "batch_norm", "elu", "depthwise 3x3 pad same no bias",
          "batch_norm", "elu", "conv 8 1x1 no bias", "batch_norm", "add in",
          "depthwise 5x5 stride 2 pad same no bias", "batch_norm", "elu", "global_average_pool",
          "flatten", "dense 3"}},
    };
    for (int i = 0; i < 2; i++)
        check_list(&l[i], ODD_LOSS_CROSS_ENTROPY);
}

static void transposed_convolutions(void)
{
    static const list l[] = {
        {{2, 3, 3}, {"conv 4 1x1", "conv_transpose 3 3x3 stride 2"}},
        {{2, 4, 4}, {"conv_transpose 16 5x5 stride 2 pad same", "relu", "conv_transpose 1 3x3"}},
        {{3, 4, 3}, {"conv_transpose 5 5x5 stride 2 pad 2 output_pad 1", "conv_transpose 2 2x2"}},
        {{4, 3, 3}, {"conv 4 1x1", "conv_transpose 6 3x3 groups 2 no bias"}},
    };
    CHECK_LISTS(l);
}

static void dense_layers(void)
{
    static const list l[] = {
        {{2, 3, 3}, {"dense 7", "relu", "dense 5", "tanh", "dense 3"}},
        {{1, 4, 4}, {"dense 6 no bias", "sigmoid", "dense 1"}},
        {{2, 3, 3}, {"dense 18", "reshape 2x3x3", "conv 2 2x2", "flatten", "dense 2"}},
    };
    CHECK_LISTS(l);
}

static void pools(void)
{
    static const list l[] = {
        {{2, 6, 6}, {"conv 8 3x3 pad 1", "max_pool 2", "conv 2 1x1"}},
        {{2, 7, 7}, {"conv 16 3x3", "max_pool 3 stride 2 pad 1", "dense 3"}},
        {{2, 6, 6}, {"conv 4 3x3 pad 1", "average_pool 2", "conv 2 1x1"}},
        {{2, 7, 5}, {"conv 3 2x2", "average_pool 3x2 stride 1 pad 1", "dense 3"}},
        {{2, 5, 5}, {"conv 16 3x3", "global_average_pool", "dense 3"}},
        {{2, 5, 5}, {"conv 5 3x3", "global_max_pool", "flatten", "dense 3"}},
    };
    CHECK_LISTS(l);
}

static void activations(void)
{
    static const list l[] = {
        {{2, 4, 4}, {"conv 3 3x3", "as a", "relu", "add a", "dense 4"}},
        {{2, 4, 4}, {"conv 3 3x3", "max_pool 2", "leaky_relu 0.2", "dense 4"}},
        {{2, 4, 4}, {"conv 3 3x3", "max_pool 2", "elu", "dense 4"}},
        {{2, 4, 4}, {"conv 3 3x3", "max_pool 2", "sigmoid", "dense 4"}},
        {{2, 4, 4}, {"conv 3 3x3", "max_pool 2", "tanh", "dense 4"}},
        {{2, 4, 4}, {"conv 16 3x3", "swish", "dense 4"}},
        {{2, 4, 4}, {"conv 3 3x3", "swish", "swish", "as a", "sigmoid", "multiply a", "dense 4"}},
        {{2, 4, 4}, {"conv 3 3x3", "as a", "sigmoid", "as s", "multiply a", "add s", "dense 4"}},
        {{2, 4, 4}, {"conv 3 3x3", "hard_swish", "dense 4"}},
    };
    CHECK_LISTS(l);
}

static void normalisations(void)
{
    static const list l[] = {
        {{2, 5, 5}, {"conv 16 3x3", "batch_norm", "relu", "conv 3 2x2"}},
        {{2, 5, 5}, {"conv 3 3x3 no bias", "batch_norm", "swish", "conv 2 2x2", "batch_norm"}},
        {{2, 3, 3}, {"dense 6", "batch_norm", "tanh", "dense 3"}},
        {{2, 4, 4}, {"conv 3 2x2", "layer_norm", "dense 4"}},
        {{2, 3, 3}, {"dense 8", "layer_norm", "relu", "dense 3"}},
        {{2, 3, 3}, {"dense 5", "l2_norm", "dense 4"}},
        {{2, 3, 3}, {"conv 6 2x2", "l2_norm", "dense 4"}},
    };
    CHECK_LISTS(l);
}

static void branches(void)
{
    static const list l[] = {
        {{2, 5, 5},
         {"conv 16 3x3", "as a", "conv 16 3x3 pad 1", "relu", "add a", "relu", "dense 3"}},
        {{2, 5, 5}, {"conv 4 3x3", "as a", "conv 3 1x1", "concat a", "conv 2 2x2"}},
        {{2, 5, 5},
         {"conv 16 3x3", "as a", "global_average_pool", "conv 16 1x1", "sigmoid", "multiply a",
          "dense 3"}},
        {{2, 5, 5}, {"conv 3 3x3", "as a", "tanh", "as b", "from a", "multiply b", "dense 2"}},
    };
    CHECK_LISTS(l);
}

static void losses(void)
{
    static const list l = {{2, 4, 4}, {"conv 4 3x3", "relu", "dense 3"}};
    check_list(&l, ODD_LOSS_CROSS_ENTROPY);
    check_list(&l, ODD_LOSS_BINARY);
    check_list(&l, ODD_LOSS_SQUARED);
}

/* ---- Kinds that have no word ---- */

/* The output made from x behind a small convolution (3 channels, 4 x 4). */
static void check_made(const char *what, int (*make)(net_maker *m, int x))
{
    const odd_layer_settings set = net_window(3, 1, 1);
    net_maker m = net_start(11, 2, 4, 4);
    net_output(&m, make(&m, net_conv(&m, &set, m.g->input, 3)));
    CU_ASSERT_EQUAL(m.st, ODD_OK);
    if (m.st == ODD_OK)
        check_graph(what, m.g, ODD_LOSS_SQUARED);
    else
        odd_graph_free(&m.g);
}

static int make_matmul(net_maker *m, int x)
{
    int weights = net_constant(m, 2, (const int64_t[]){4, 5}, 0.5f, 0);
    return net_layer2(m, ODD_LAYER_MATMUL, NULL, x, weights);
}

static int make_turned_gemm(net_maker *m, int x)
{
    odd_layer_settings set = odd_layer_defaults();
    int output;
    set.transpose_b = true;
    x = net_layer(m, ODD_LAYER_FLATTEN, NULL, x);
    int weights = net_constant(m, 2, (const int64_t[]){5, 48}, 0.2f, 0);
    int bias = net_constant(m, 2, (const int64_t[]){1, 5}, 0.5f, 0);
    const int input[] = {x, weights, bias};
    CU_ASSERT_EQUAL(odd_graph_layer(m->g, ODD_LAYER_GEMM, "", &set, 3, input, "", &output), ODD_OK);
    return output;
}

static int make_constants(net_maker *m, int x)
{
    int shift = net_constant(m, 3, (const int64_t[]){3, 1, 1}, 1, 0);
    int scale = net_constant(m, 3, (const int64_t[]){3, 4, 4}, 1, 0);
    int row = net_constant(m, 1, (const int64_t[]){4}, 1, 0);
    x = net_layer2(m, ODD_LAYER_ADD, NULL, x, shift);
    x = net_layer2(m, ODD_LAYER_MUL, NULL, scale, x);
    return net_layer2(m, ODD_LAYER_ADD, NULL, row, x);
}

static int make_sub(net_maker *m, int x)
{
    int y = net_layer(m, ODD_LAYER_TANH, NULL, x);
    x = net_layer2(m, ODD_LAYER_SUB, NULL, net_number(m, 0.3f), x);
    return net_layer2(m, ODD_LAYER_SUB, NULL, x, y);
}

/* The same weights twice. */
static int make_shared(net_maker *m, int x)
{
    int weights = net_constant(m, 2, (const int64_t[]){4, 4}, 0.5f, 0);
    x = net_layer2(m, ODD_LAYER_MATMUL, NULL, x, weights);
    x = net_layer(m, ODD_LAYER_TANH, NULL, x);
    x = net_layer2(m, ODD_LAYER_MATMUL, NULL, x, weights);
    return net_layer2(m, ODD_LAYER_MATMUL, NULL, x, weights);
}

static int make_transpose(net_maker *m, int x)
{
    odd_layer_settings set = odd_layer_defaults();
    static const int64_t order[] = {0, 2, 3, 1};
    set.axes = 4;
    memcpy(set.list, order, sizeof order);
    x = net_layer(m, ODD_LAYER_TRANSPOSE, &set, x);
    int weights = net_constant(m, 2, (const int64_t[]){3, 2}, 0.5f, 0);
    return net_layer2(m, ODD_LAYER_MATMUL, NULL, x, weights);
}

static int make_pad(net_maker *m, int x)
{
    odd_layer_settings set = odd_layer_defaults(), window = net_window(3, 1, 0);
    set.list[2] = set.list2[3] = 2;
    set.list2[2] = 1;
    set.axes = 4;
    set.value = 0.5f;
    return net_conv(m, &window, net_layer(m, ODD_LAYER_PAD, &set, x), 2);
}

static int make_mean(net_maker *m, int x)
{
    odd_layer_settings set = odd_layer_defaults();
    set.axes = 2;
    set.list[0] = 2;
    set.list[1] = 3;
    set.keep_dims = false;
    return net_gemm(m, net_layer(m, ODD_LAYER_REDUCE_MEAN, &set, x), 4);
}

static int make_squeeze(net_maker *m, int x)
{
    odd_layer_settings set = odd_layer_defaults();
    x = net_layer(m, ODD_LAYER_GLOBAL_MAX_POOL, NULL, x);
    set.axes = 2;
    set.list[0] = 2;
    set.list[1] = 3;
    x = net_gemm(m, net_layer(m, ODD_LAYER_SQUEEZE, &set, x), 4);
    return net_layer(m, ODD_LAYER_UNSQUEEZE, &set, x);
}

static int make_softmax(net_maker *m, int x)
{
    return net_layer(m, ODD_LAYER_SOFTMAX, NULL, x);
}

static int make_clip(net_maker *m, int x)
{
    odd_layer_settings set = odd_layer_defaults();
    set.low = -1.5f;
    set.high = 2;
    return net_layer(m, ODD_LAYER_CLIP, &set, x);
}

static int make_hard_sigmoid(net_maker *m, int x)
{
    odd_layer_settings set = odd_layer_defaults();
    set.alpha = 0.2f;
    set.beta = 0.5f;
    return net_layer(m, ODD_LAYER_HARD_SIGMOID, &set, x);
}

static int make_points(net_maker *m, int x)
{
    x = net_layer(m, ODD_LAYER_EXP, NULL, net_layer(m, ODD_LAYER_SIGMOID, NULL, x));
    x = net_layer(m, ODD_LAYER_GELU, NULL, net_layer(m, ODD_LAYER_SQRT, NULL, x));
    return net_layer(m, ODD_LAYER_NEG, NULL, x);
}

static int make_identity(net_maker *m, int x)
{
    return net_layer(m, ODD_LAYER_IDENTITY, NULL, x);
}

static void other_kinds(void)
{
    check_made("MatMul", make_matmul);
    check_made("Gemm, turned", make_turned_gemm);
    check_made("constants", make_constants);
    check_made("Sub", make_sub);
    check_made("shared weights", make_shared);
    check_made("Transpose", make_transpose);
    check_made("Pad", make_pad);
    check_made("ReduceMean", make_mean);
    check_made("Squeeze", make_squeeze);
    check_made("Softmax", make_softmax);
    check_made("Clip", make_clip);
    check_made("HardSigmoid", make_hard_sigmoid);
    check_made("Exp, Sqrt, Neg", make_points);
    check_made("Identity", make_identity);
}

CU_TestInfo odd_tests[] = {
    {"convolutions", convolutions},
    {"depthwise convolutions", depthwise_convolutions},
    {"transposed convolutions", transposed_convolutions},
    {"blocks", blocks},
    {"dense layers", dense_layers},
    {"pools", pools},
    {"activations", activations},
    {"normalisations", normalisations},
    {"branches", branches},
    {"losses", losses},
    {"kinds without a word", other_kinds},
    CU_TEST_INFO_NULL,
};
