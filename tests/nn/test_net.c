/* Net: every kind of layer in odd shapes against the plain evaluator, fusing, plans, errors. */
#include "net_check.h"

#include "oddlot_test.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <omp.h>
#include <string.h>

#define F32_TOLERANCE 1e-5

static void check_last(net_maker *m, int tensor, const char *what)
{
    net_output(m, tensor);
    net_check(m, what, ODD_PRECISION_F32, F32_TOLERANCE);
}

/* ---- Convolutions ---- */

typedef struct {
    const char *what;
    int64_t channels, rows, columns, outputs, group;
    int64_t kernel[2], stride[2], dilation[2], pad[4];
} conv_case;

static const conv_case convs[] = {
    {"first layer", 3, 19, 23, 16, 1, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}},
    {"one channel", 1, 11, 9, 5, 1, {5, 5}, {1, 1}, {1, 1}, {2, 2, 2, 2}},
    {"two channels, 7x7", 2, 17, 17, 8, 1, {7, 7}, {2, 2}, {1, 1}, {3, 3, 3, 3}},
    {"asymmetric padding", 16, 10, 10, 16, 1, {3, 3}, {2, 2}, {1, 1}, {0, 0, 1, 1}},
    {"one by one", 24, 7, 5, 40, 1, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}},
    {"one by one image", 32, 1, 1, 48, 1, {1, 1}, {1, 1}, {1, 1}, {0, 0, 0, 0}},
    {"padded one by one image", 8, 1, 1, 8, 1, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
    {"stride over kernel", 16, 9, 9, 16, 1, {1, 1}, {3, 2}, {1, 1}, {0, 0, 0, 0}},
    {"dilated", 16, 13, 13, 16, 1, {3, 3}, {1, 1}, {2, 3}, {2, 3, 2, 3}},
    {"groups", 12, 8, 8, 18, 3, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
    {"groups of 16", 64, 8, 8, 64, 4, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
    {"depthwise", 32, 9, 9, 32, 32, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
    {"depthwise, odd channels", 21, 9, 9, 21, 21, {5, 5}, {2, 2}, {1, 1}, {2, 2, 2, 2}},
    {"depthwise, two each", 10, 6, 6, 20, 10, {3, 3}, {1, 1}, {1, 1}, {1, 1, 1, 1}},
    {"long kernel", 16, 12, 12, 16, 1, {1, 7}, {1, 1}, {1, 1}, {0, 3, 0, 3}},
    {"prime channels", 13, 7, 11, 17, 1, {3, 2}, {2, 1}, {1, 1}, {1, 0, 0, 1}},
};

static odd_layer_settings conv_settings(const conv_case *c)
{
    odd_layer_settings set = odd_layer_defaults();
    memcpy(set.kernel, c->kernel, sizeof set.kernel);
    memcpy(set.stride, c->stride, sizeof set.stride);
    memcpy(set.dilation, c->dilation, sizeof set.dilation);
    memcpy(set.pad, c->pad, sizeof set.pad);
    set.group = c->group;
    return set;
}

static void test_conv(void)
{
    for (size_t i = 0; i < sizeof convs / sizeof *convs; i++) {
        const conv_case *c = &convs[i];
        net_maker m = net_start(i, c->channels, c->rows, c->columns);
        odd_layer_settings set = conv_settings(c);
        int x = net_layer(&m, ODD_LAYER_RELU, NULL, net_conv(&m, &set, m.g->input, c->outputs));
        check_last(&m, x, c->what);
    }
}

static void test_conv_transpose(void)
{
    static const struct {
        conv_case c;
        int64_t output_pad[2];
    } cases[] = {
        {{"transposed", 8, 5, 6, 12, 1, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}}, {0, 0}},
        {{"transposed, output pad", 8, 5, 6, 12, 1, {3, 3}, {2, 2}, {1, 1}, {1, 1, 1, 1}}, {1, 1}},
        {{"transposed, pad of output only", 4, 3, 3, 4, 1, {2, 2}, {3, 3}, {1, 1}, {0, 0, 0, 0}},
         {2, 1}},
        {{"transposed groups", 8, 4, 4, 12, 2, {4, 4}, {2, 2}, {1, 1}, {1, 1, 1, 1}}, {0, 0}},
        {{"transposed depthwise", 16, 4, 4, 16, 16, {4, 4}, {2, 2}, {1, 1}, {1, 1, 1, 1}}, {0, 0}},
        {{"transposed dilated", 3, 6, 6, 5, 1, {3, 3}, {1, 2}, {2, 2}, {0, 1, 2, 1}}, {0, 1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const conv_case *c = &cases[i].c;
        net_maker m = net_start(i, c->channels, c->rows, c->columns);
        odd_layer_settings set = conv_settings(c);
        memcpy(set.output_pad, cases[i].output_pad, sizeof set.output_pad);
        check_last(&m, net_conv_transpose(&m, &set, m.g->input, c->outputs), c->what);
    }
}

/* ---- Products ---- */

/* A second one that is square, and a residual sum around it. */
static void test_gemm_residual(void)
{
    net_maker m = net_start_shape(3, 2, (const int64_t[]){1, 50});
    int x = net_layer(&m, ODD_LAYER_RELU, NULL, net_gemm(&m, m.g->input, 64));
    int y = net_layer(&m, ODD_LAYER_RELU, NULL, net_gemm(&m, x, 64));
    y = net_layer2(&m, ODD_LAYER_ADD, NULL, net_gemm(&m, y, 64), x);
    check_last(&m, net_layer(&m, ODD_LAYER_TANH, NULL, y), "residual sum around products");
}

static void check_gemm(bool transpose_b, float alpha, float beta, int rank_c,
                       const int64_t shape_c[], const char *what)
{
    odd_layer_settings set = odd_layer_defaults();
    set.transpose_b = transpose_b;
    set.alpha = alpha;
    set.beta = beta;
    net_maker m = net_start_shape(3, 2, (const int64_t[]){1, 37});
    const int64_t straight[] = {37, 11}, turned[] = {11, 37};
    int b = net_constant(&m, 2, transpose_b ? turned : straight, 0.2f, 0), out = 0;
    int input[] = {m.g->input, b, rank_c >= 0 ? net_constant(&m, rank_c, shape_c, 1, 0) : -1};
    CU_ASSERT(odd_graph_layer(m.g, ODD_LAYER_GEMM, "", &set, rank_c >= 0 ? 3 : 2, input, "",
                              &out) == ODD_OK);
    check_last(&m, net_layer(&m, ODD_LAYER_RELU, NULL, out), what);
}

static void test_gemm(void)
{
    check_gemm(false, 1, 1, 1, (const int64_t[]){11}, "bias");
    check_gemm(true, 0.5f, 2, 1, (const int64_t[]){11}, "transposed, scaled");
    check_gemm(true, 1, 1, -1, NULL, "no addend");
    check_gemm(false, 2, 0.25f, 2, (const int64_t[]){1, 11}, "a row");
    check_gemm(false, 1, 3, 0, NULL, "a number");
    check_gemm(false, 1, 3, 2, (const int64_t[]){1, 1}, "a number in two dimensions");
}

static void test_matmul(void)
{
    net_maker m = net_start_shape(1, 2, (const int64_t[]){1, 20});
    int w = net_constant(&m, 2, (const int64_t[]){20, 6}, 0.2f, 0);
    int b = net_constant(&m, 1, (const int64_t[]){6}, 1, 0);
    int x = net_layer2(&m, ODD_LAYER_MATMUL, NULL, m.g->input, w);
    check_last(&m, net_layer2(&m, ODD_LAYER_ADD, NULL, x, b), "rows by a matrix, bias behind");

    m = net_start_shape(2, 3, (const int64_t[]){1, 5, 8});
    w = net_constant(&m, 2, (const int64_t[]){8, 7}, 0.3f, 0);
    b = net_constant(&m, 1, (const int64_t[]){7}, 1, 0);
    x = net_layer2(&m, ODD_LAYER_MATMUL, NULL, m.g->input, w);
    check_last(&m, net_layer2(&m, ODD_LAYER_ADD, NULL, x, b), "stacks by a matrix");

    m = net_start_shape(3, 4, (const int64_t[]){1, 2, 5, 8});
    odd_layer_settings turn = odd_layer_defaults();
    turn.axes = 4;
    memcpy(turn.list, (const int64_t[]){0, 1, 3, 2}, 4 * sizeof *turn.list);
    x = net_layer(&m, ODD_LAYER_TRANSPOSE, &turn, m.g->input);
    x = net_layer2(&m, ODD_LAYER_MATMUL, NULL, m.g->input, x);
    turn.axis = 3;
    check_last(&m, net_layer(&m, ODD_LAYER_SOFTMAX, &turn, x), "stacks by stacks: attention");

    m = net_start_shape(7, 3, (const int64_t[]){1, 5, 8});
    w = net_constant(&m, 2, (const int64_t[]){8, 8}, 0.3f, 0);
    x = net_layer2(&m, ODD_LAYER_MATMUL, NULL, m.g->input, w);
    x = net_layer2(&m, ODD_LAYER_ADD, NULL, x, m.g->input);
    check_last(&m, net_layer(&m, ODD_LAYER_RELU, NULL, x), "stacks by a matrix, residual");

    m = net_start_shape(4, 3, (const int64_t[]){1, 5, 8});
    w = net_constant(&m, 1, (const int64_t[]){8}, 1, 0);
    check_last(&m, net_layer2(&m, ODD_LAYER_MATMUL, NULL, m.g->input, w), "stacks by a vector");
}

/* ---- Pools ---- */

static void check_pool(odd_layer_kind kind, const odd_layer_settings *set, int64_t channels,
                       const char *what)
{
    net_maker m = net_start(5, channels, 11, 10);
    odd_layer_settings one = net_window(1, 1, 0);
    check_last(&m, net_layer(&m, kind, set, m.g->input), what);
    m = net_start(6, channels, 11, 10); /* the same behind a convolution: blocked layout */
    int x = net_conv(&m, &one, m.g->input, channels);
    check_last(&m, net_layer(&m, kind, set, x), what);
}

static void test_pool(void)
{
    odd_layer_settings set = net_window(3, 2, 1);
    check_pool(ODD_LAYER_MAX_POOL, &set, 16, "max");
    check_pool(ODD_LAYER_AVERAGE_POOL, &set, 16, "average");
    set.count_padding = true;
    check_pool(ODD_LAYER_AVERAGE_POOL, &set, 7, "average with padding");
    set = net_window(2, 3, 0);
    check_pool(ODD_LAYER_MAX_POOL, &set, 5, "stride over kernel");
    set.pad[2] = set.pad[3] = 1;
    check_pool(ODD_LAYER_MAX_POOL, &set, 20, "max, asymmetric");
    check_pool(ODD_LAYER_AVERAGE_POOL, &set, 20, "average, asymmetric");
    set.count_padding = true;
    check_pool(ODD_LAYER_AVERAGE_POOL, &set, 20, "average with padding, asymmetric");
    set = net_window(3, 1, 0);
    set.dilation[0] = 2;
    set.dilation[1] = 3;
    check_pool(ODD_LAYER_MAX_POOL, &set, 16, "max, dilated");
    check_pool(ODD_LAYER_GLOBAL_AVERAGE_POOL, NULL, 33, "global average");
    check_pool(ODD_LAYER_GLOBAL_MAX_POOL, NULL, 16, "global max");
}

static void check_mean(int axes, int64_t a, int64_t b, bool keep)
{
    net_maker m = net_start(8, 18, 5, 6);
    odd_layer_settings set = odd_layer_defaults(), one = net_window(1, 1, 0);
    set.axes = axes;
    set.list[0] = a;
    set.list[1] = b;
    set.keep_dims = keep;
    int x = net_layer(&m, ODD_LAYER_REDUCE_MEAN, &set, net_conv(&m, &one, m.g->input, 32));
    check_last(&m, net_layer(&m, ODD_LAYER_TANH, NULL, x), "mean");
}

static void test_mean(void)
{
    check_mean(2, 2, 3, true);
    check_mean(2, 2, 3, false);
    check_mean(1, 1, 0, true);
    check_mean(1, 3, 0, false);
    check_mean(2, 1, 3, false);
}

/* ---- Element by element ---- */

static void test_points(void)
{
    static const odd_layer_kind kinds[] = {
        ODD_LAYER_RELU,         ODD_LAYER_LEAKY_RELU, ODD_LAYER_ELU,
        ODD_LAYER_CLIP,         ODD_LAYER_SIGMOID,    ODD_LAYER_TANH,
        ODD_LAYER_HARD_SIGMOID, ODD_LAYER_HARD_SWISH, ODD_LAYER_EXP,
        ODD_LAYER_NEG,          ODD_LAYER_GELU,       ODD_LAYER_ERF,
        ODD_LAYER_ABS,          ODD_LAYER_SOFTPLUS,   ODD_LAYER_FLOOR,
        ODD_LAYER_CEIL,         ODD_LAYER_ROUND,      ODD_LAYER_SIGN,
        ODD_LAYER_SIN,          ODD_LAYER_COS,        ODD_LAYER_THRESHOLDED_RELU,
    };
    odd_layer_settings set = odd_layer_defaults(), one = net_window(1, 1, 0);
    set.alpha = 0.2f;
    set.beta = 0.5f;
    set.low = -0.5f;
    set.high = 0.7f;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        net_maker m = net_start(i, 7, 5, 3);
        check_last(&m, net_layer(&m, kinds[i], &set, m.g->input), odd_layer_name(kinds[i]));
        m = net_start(i, 7, 5, 3);
        int x = net_conv(&m, &one, m.g->input, 19);
        check_last(&m, net_layer(&m, kinds[i], &set, x), odd_layer_name(kinds[i]));
    }
    net_maker m = net_start(3, 4, 4, 4); /* a range without an end */
    set.high = INFINITY;
    check_last(&m, net_layer(&m, ODD_LAYER_CLIP, &set, m.g->input), "clip below only");
    m = net_start(3, 4, 4, 4);
    int x = net_layer(&m, ODD_LAYER_EXP, NULL, m.g->input);
    check_last(&m, net_layer(&m, ODD_LAYER_SQRT, NULL, x), "square root");
}

static void test_broadcast(void)
{
    static const odd_layer_kind kinds[] = {ODD_LAYER_ADD, ODD_LAYER_SUB, ODD_LAYER_MUL,
                                           ODD_LAYER_DIV, ODD_LAYER_POW};
    static const struct {
        int rank;
        int64_t shape[4];
    } shapes[] = {{0, {0}},          {1, {6}},           {1, {1}},
                  {3, {20, 1, 1}},   {2, {5, 1}},        {4, {1, 20, 5, 6}},
                  {4, {1, 1, 5, 6}}, {4, {1, 20, 1, 1}}, {3, {20, 1, 6}}};
    odd_layer_settings one = net_window(1, 1, 0);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        for (size_t s = 0; s < 2 * sizeof shapes / sizeof *shapes; s++) {
            bool swap = s % 2;
            net_maker m = net_start(k + 10 * s, 3, 5, 6);
            int x = net_conv(&m, &one, m.g->input, 20);
            x = net_layer(&m, ODD_LAYER_SIGMOID, NULL, x); /* positive, for Pow and Div */
            x = net_layer2(&m, ODD_LAYER_ADD, NULL, x, net_number(&m, 0.5f));
            int c = net_constant(&m, shapes[s / 2].rank, shapes[s / 2].shape, 0.1f, 1.5f);
            x = net_layer2(&m, kinds[k], NULL, swap ? c : x, swap ? x : c);
            check_last(&m, net_layer(&m, ODD_LAYER_RELU, NULL, x), odd_layer_name(kinds[k]));
        }
    }
}

/* ---- Normalisation ---- */

static void test_norms(void)
{
    odd_layer_settings one = net_window(1, 1, 0), set = odd_layer_defaults();
    net_maker m = net_start(1, 6, 5, 4); /* before, not behind, the convolution: cannot fold */
    int x = net_layer(&m, ODD_LAYER_RELU, NULL, net_batch_norm(&m, m.g->input));
    x = net_conv(&m, &one, x, 32);
    x = net_layer(&m, ODD_LAYER_SIGMOID, NULL, x);
    x = net_layer(&m, ODD_LAYER_RELU, NULL, net_batch_norm(&m, x));
    check_last(&m, net_layer(&m, ODD_LAYER_TANH, NULL, net_batch_norm(&m, x)), "batch norm");
    for (int axis = 1; axis < 4; axis++) {
        set.axis = axis;
        m = net_start(2, 18, 5, 4);
        const int64_t shape[] = {18, 5, 4};
        int scale = net_constant(&m, 4 - axis, shape + axis - 1, 0.1f, 1);
        x = net_layer2(&m, ODD_LAYER_LAYER_NORM, &set, m.g->input, scale);
        check_last(&m, x, "layer norm");
        m = net_start(3, 18, 5, 4);
        check_last(&m, net_layer(&m, ODD_LAYER_L2_NORM, &set, m.g->input), "unit length");
        m = net_start(4, 18, 5, 4);
        x = net_conv(&m, &one, m.g->input, 24);
        check_last(&m, net_layer(&m, ODD_LAYER_SOFTMAX, &set, x), "softmax");
    }
}

/* ---- Layers that move ---- */

static void test_moves(void)
{
    odd_layer_settings one = net_window(1, 1, 0), set = odd_layer_defaults();
    net_maker m = net_start(1, 3, 4, 6);
    int x = net_conv(&m, &one, m.g->input, 20);
    set.axis = 1;
    check_last(&m, net_gemm(&m, net_layer(&m, ODD_LAYER_FLATTEN, &set, x), 9), "flatten");

    m = net_start(2, 3, 4, 6);
    x = net_conv(&m, &one, m.g->input, 20);
    set.axes = 4;
    memcpy(set.list, (const int64_t[]){1, 2, 10, 24}, 4 * sizeof *set.list);
    x = net_layer(&m, ODD_LAYER_RESHAPE, &set, x); /* shuffle of channels in groups */
    memcpy(set.list, (const int64_t[]){0, 2, 1, 3}, 4 * sizeof *set.list);
    x = net_layer(&m, ODD_LAYER_TRANSPOSE, &set, x);
    memcpy(set.list, (const int64_t[]){1, 20, 4, 6}, 4 * sizeof *set.list);
    x = net_layer(&m, ODD_LAYER_RESHAPE, &set, x);
    check_last(&m, net_conv(&m, &one, x, 20), "shuffle");

    m = net_start(3, 3, 4, 6);
    x = net_conv(&m, &one, m.g->input, 20);
    memcpy(set.list, (const int64_t[]){0, 2, 3, 1}, 4 * sizeof *set.list);
    check_last(&m, net_layer(&m, ODD_LAYER_TRANSPOSE, &set, x), "channels last");

    m = net_start(4, 5, 1, 6);
    set.axes = 1;
    set.list[0] = 2;
    x = net_layer(&m, ODD_LAYER_SQUEEZE, &set, m.g->input);
    set.list[0] = 1;
    x = net_layer(&m, ODD_LAYER_UNSQUEEZE, &set, net_layer(&m, ODD_LAYER_RELU, NULL, x));
    check_last(&m, x, "squeeze, unsqueeze");
}

static void check_concat(int64_t first, int64_t second, int axis, const char *what)
{
    odd_layer_settings one = net_window(1, 1, 0), set = odd_layer_defaults();
    net_maker m = net_start(first, 4, 5, 5);
    set.axis = axis;
    int a = net_conv(&m, &one, m.g->input, first), b = net_conv(&m, &one, m.g->input, second);
    int x = net_layer2(&m, ODD_LAYER_CONCAT, &set, a, b);
    net_output(&m, b); /* b has a reader beside the concatenation */
    check_last(&m, net_conv(&m, &one, x, 16), what);
}

static void test_concat(void)
{
    check_concat(16, 32, 1, "whole blocks");
    check_concat(5, 18, 1, "parts of blocks");
    check_concat(16, 8, 1, "half a block");
    check_concat(16, 16, 2, "along rows");
    check_concat(7, 7, 3, "along columns");
}

static void test_pad_slice(void)
{
    odd_layer_settings set = odd_layer_defaults(), three = net_window(3, 1, 0);
    set.axes = 4;
    memcpy(set.list, (const int64_t[]){0, 0, 1, 2}, 4 * sizeof *set.list);
    memcpy(set.list2, (const int64_t[]){0, 0, 0, 3}, 4 * sizeof *set.list2);
    net_maker m = net_start(1, 5, 6, 7);
    int x = net_layer(&m, ODD_LAYER_PAD, &set, m.g->input);
    check_last(&m, net_conv(&m, &three, x, 8), "padding goes into the convolution");
    m = net_start(2, 5, 6, 7);
    set.value = -1.5f;
    set.list2[1] = 2;
    x = net_layer(&m, ODD_LAYER_PAD, &set, m.g->input);
    check_last(&m, net_conv(&m, &three, x, 8), "padding with a value");

    memcpy(set.list, (const int64_t[]){0, 4, 5, 1}, 4 * sizeof *set.list);
    memcpy(set.list2, (const int64_t[]){1, -1, 0, 7}, 4 * sizeof *set.list2);
    memcpy(set.list3, (const int64_t[]){1, -2, -1, 3}, 4 * sizeof *set.list3);
    m = net_start(3, 5, 6, 7);
    check_last(&m, net_layer(&m, ODD_LAYER_SLICE, &set, m.g->input), "slice, also backward");
}

/* ---- Fusing ---- */

/* y = relu(conv(relu(conv(x))) + x), where x may be read again later. */
static void check_residual(bool read_again, odd_layer_kind kind)
{
    odd_layer_settings one = net_window(1, 1, 0), three = net_window(3, 1, 1);
    net_maker m = net_start(4, 3, 9, 8);
    int x = net_layer(&m, ODD_LAYER_RELU, NULL, net_conv(&m, &one, m.g->input, 32));
    int y = net_layer(&m, ODD_LAYER_RELU, NULL, net_conv(&m, &three, x, 32));
    y = net_layer2(&m, kind, NULL, net_conv(&m, &three, y, 32), x);
    y = net_layer(&m, ODD_LAYER_RELU, NULL, y);
    if (read_again) y = net_layer2(&m, ODD_LAYER_SUB, NULL, y, x);
    y = net_layer2(&m, kind, NULL, net_conv(&m, &one, y, 32), y); /* around one convolution */
    check_last(&m, y, "residual");
}

static void test_residual(void)
{
    check_residual(false, ODD_LAYER_ADD);
    check_residual(true, ODD_LAYER_ADD);
    check_residual(false, ODD_LAYER_SUB);
    check_residual(true, ODD_LAYER_MUL);
}

/* Squeeze and excite between swish activations, as in EfficientNet. */
static void test_excite(void)
{
    odd_layer_settings one = net_window(1, 1, 0), three = net_window(3, 1, 1);
    three.group = 24;
    net_maker m = net_start(9, 3, 9, 8);
    int x = net_conv(&m, &one, m.g->input, 24);
    x = net_layer2(&m, ODD_LAYER_MUL, NULL, x, net_layer(&m, ODD_LAYER_SIGMOID, NULL, x));
    x = net_batch_norm(&m, net_conv(&m, &three, x, 24));
    x = net_layer2(&m, ODD_LAYER_MUL, NULL, net_layer(&m, ODD_LAYER_SIGMOID, NULL, x), x);
    int s = net_layer(&m, ODD_LAYER_GLOBAL_AVERAGE_POOL, NULL, x);
    s = net_layer(&m, ODD_LAYER_RELU, NULL, net_conv(&m, &one, s, 6));
    s = net_layer(&m, ODD_LAYER_SIGMOID, NULL, net_conv(&m, &one, s, 24));
    x = net_layer2(&m, ODD_LAYER_MUL, NULL, x, s);
    net_output(&m, s);
    check_last(&m, net_conv(&m, &one, x, 40), "squeeze and excite");
}

/* The three ways in which exporters write x * relu6(x + 3) / 6. */
static void test_hard_swish(void)
{
    odd_layer_settings one = net_window(1, 1, 0), six = odd_layer_defaults();
    six.alpha = 1.0f / 6;
    six.beta = 0.5f;
    six.low = 0;
    six.high = 6;
    net_maker m = net_start(2, 3, 9, 8);
    int x = net_conv(&m, &one, m.g->input, 24);
    int y = net_layer(&m, ODD_LAYER_HARD_SIGMOID, &six, x);
    x = net_conv(&m, &one, net_layer2(&m, ODD_LAYER_MUL, NULL, x, y), 24);
    y = net_layer(&m, ODD_LAYER_CLIP, &six,
                  net_layer2(&m, ODD_LAYER_ADD, NULL, x, net_number(&m, 3)));
    y = net_layer2(&m, ODD_LAYER_MUL, NULL, x, y);
    x = net_conv(&m, &one, net_layer2(&m, ODD_LAYER_DIV, NULL, y, net_number(&m, 6)), 24);
    y = net_layer(&m, ODD_LAYER_CLIP, &six,
                  net_layer2(&m, ODD_LAYER_ADD, NULL, x, net_number(&m, 3)));
    y = net_layer2(&m, ODD_LAYER_DIV, NULL, y, net_number(&m, 6));
    check_last(&m, net_layer2(&m, ODD_LAYER_MUL, NULL, y, x), "hard swish");
}

/* ---- Several outputs, the input as an output, one tensor twice ---- */

static void test_outputs(void)
{
    odd_layer_settings three = net_window(3, 2, 1);
    net_maker m = net_start(2, 3, 16, 16);
    int a = net_layer(&m, ODD_LAYER_RELU, NULL, net_conv(&m, &three, m.g->input, 20));
    int b = net_conv(&m, &three, a, 24);
    int c = net_layer(&m, ODD_LAYER_RELU, NULL, b);
    net_output(&m, a);
    net_output(&m, b);
    net_output(&m, c);
    net_output(&m, a);
    net_output(&m, m.g->input);
    check_last(&m, net_layer(&m, ODD_LAYER_GLOBAL_AVERAGE_POOL, NULL, c), "outputs");
}

/* ---- Plans ---- */

static odd_graph *small_net(int64_t rows)
{
    odd_layer_settings three = net_window(3, 1, 1);
    net_maker m = net_start(2, 3, rows, rows);
    int x = m.g->input;
    for (int i = 0; i < 6; i++)
        x = net_layer(&m, ODD_LAYER_RELU, NULL, net_conv(&m, &three, x, 32));
    net_output(&m, net_layer(&m, ODD_LAYER_GLOBAL_AVERAGE_POOL, NULL, x));
    return m.g;
}

/* Six maps of 32 x 32 x 32 floats pass through for each image of a group, two live at a time; a
 * network of convolutions gains nothing from groups of more than half the largest size. */
static void test_memory(void)
{
    odd_graph *g = small_net(32);
    odd_net *net;
    int64_t one = 0, many = 0;
    CU_ASSERT(odd_net_new(g, ODD_PRECISION_F32, &net) == ODD_OK);
    CU_ASSERT(odd_net_memory(net, 1, &one) == ODD_OK && odd_net_memory(net, 800, &many) == ODD_OK);
    const int64_t map = ODD_NET_GROUP / 2 * 32 * 32 * 32 * (int64_t)sizeof(float);
    CU_ASSERT(one >= 2 * map && one < 3 * map);
    CU_ASSERT(many == omp_get_max_threads() * one);
    CU_ASSERT(odd_net_memory(net, 0, &one) == ODD_ARG);
    odd_net_free(&net);
    odd_graph_free(&g);
}

/* The same bits each time, also after other batch sizes. */
static void test_same_bits(void)
{
    odd_graph *g = small_net(16);
    odd_net *net;
    float images[2 * 3 * 16 * 16], many[7 * 3 * 16 * 16] = {0}, first[64], again[64], rest[7 * 32];
    for (int i = 0; i < 2 * 3 * 16 * 16; i++)
        images[i] = sinf((float)i);
    CU_ASSERT(odd_net_new(g, ODD_PRECISION_F32, &net) == ODD_OK);
    CU_ASSERT(odd_net_run(net, 2, NULL, images, (float *[]){first}) == ODD_OK);
    for (int64_t n = 3; n < 8; n++)
        CU_ASSERT(odd_net_run(net, n, NULL, many, (float *[]){rest}) == ODD_OK);
    CU_ASSERT(odd_net_run(net, 2, NULL, images, (float *[]){again}) == ODD_OK);
    CU_ASSERT(memcmp(first, again, sizeof first) == 0);
    odd_net_free(&net);
    odd_graph_free(&g);
}

static void test_invariance(void)
{
    odd_layer_settings three = net_window(3, 1, 1), set = odd_layer_defaults();
    net_maker m = net_start(2, 3, 16, 16);
    int x = net_layer(&m, ODD_LAYER_RELU, NULL, net_conv(&m, &three, m.g->input, 32));
    x = net_gemm(&m, net_layer(&m, ODD_LAYER_FLATTEN, &set, net_conv(&m, &three, x, 8)), 1000);
    net_output(&m, x);
    net_output(&m, net_layer(&m, ODD_LAYER_SOFTMAX, &set, x));
    net_check_numbers(&m, ODD_PRECISION_F32);
}

/* 18 MB pass through a step for one image, so that each thread gets one image at a time. */
static void test_parts(void)
{
    net_maker m = net_start(2, 1, 1500, 1500);
    odd_layer_settings set = net_window(30, 30, 0);
    int x = net_layer(&m, ODD_LAYER_RELU, NULL, m.g->input);
    int64_t bytes = 0, one = 0;
    odd_net *net = NULL;
    net_output(&m, net_layer(&m, ODD_LAYER_MAX_POOL, &set, x));
    CU_ASSERT(odd_net_new(m.g, ODD_PRECISION_F32, &net) == ODD_OK);
    CU_ASSERT(odd_net_memory(net, 1, &one) == ODD_OK && one > 9000000);
    CU_ASSERT(odd_net_memory(net, 1000, &bytes) == ODD_OK);
    CU_ASSERT(bytes < (omp_get_max_threads() + 1) * one);
    odd_net_free(&net);
    net_check(&m, "parts", ODD_PRECISION_F32, 0);
}

/* ---- bfloat16 ---- */

static void test_bf16(void)
{
    odd_graph *g = small_net(16);
    odd_net *net = NULL;
    odd_status st = odd_net_new(g, ODD_PRECISION_BF16, &net);
    if (st != ODD_OK) {
        printf("skipped: %s ", odd_fail_reason());
        CU_ASSERT(st == ODD_ARG && net == NULL);
        odd_graph_free(&g);
        return;
    }
    CU_ASSERT_STRING_EQUAL(odd_net_precision(net), "bfloat16");
    odd_net_free(&net);
    double d = net_difference(g, ODD_PRECISION_BF16);
    CU_ASSERT(d > 0 && d < 2e-2);
    net_check_numbers(&(net_maker){.g = g}, ODD_PRECISION_BF16);
    CU_ASSERT(odd_cpu_has_amx() || strstr(odd_net_text(), "amx") == NULL);
}

/* A block as RegNet has it: convolutions of groups, scaled channel by channel, added to what was
 * before; and tokens with their places added. Half of the channels stand where no block ends. */
static odd_graph *scaled_net(void)
{
    odd_layer_settings one = net_window(1, 1, 0), three = net_window(3, 1, 1);
    const int64_t place[] = {1, 40, 14, 14};
    three.group = 5;
    net_maker m = net_start(31, 3, 14, 14);
    int before = net_conv(&m, &one, m.g->input, 40);
    int x = net_layer(&m, ODD_LAYER_RELU, NULL, net_conv(&m, &three, before, 40));
    int s = net_layer(&m, ODD_LAYER_GLOBAL_AVERAGE_POOL, NULL, x);
    s = net_layer(&m, ODD_LAYER_SIGMOID, NULL, net_conv(&m, &one, s, 40));
    x = net_conv(&m, &one, net_layer2(&m, ODD_LAYER_MUL, NULL, x, s), 40);
    x = net_layer(&m, ODD_LAYER_RELU, NULL, net_layer2(&m, ODD_LAYER_ADD, NULL, x, before));
    x = net_layer2(&m, ODD_LAYER_ADD, NULL, x, net_constant(&m, 4, place, 1, 0));
    x = net_conv(&m, &one, x, 40);
    net_output(&m, net_layer(&m, ODD_LAYER_GLOBAL_AVERAGE_POOL, NULL, x));
    CU_ASSERT(m.st == ODD_OK);
    return m.g;
}

/* oneDNN has quick code for fewer layouts of bfloat16 than of float32, and takes a plain loop for
 * the others without a word: RegNet was 12 times slower for it. */
static void test_no_plain_loop(odd_precision precision)
{
    odd_graph *g = scaled_net();
    odd_net *net = NULL;
    odd_net_share *share = NULL;
    int shares = 0;
    static float images[4 * 3 * 14 * 14], out[4 * 40];
    float *output[] = {out};
    if (odd_net_new(g, precision, &net) == ODD_OK) {
        odd_net_watch(net);
        CU_ASSERT(odd_net_run(net, 4, NULL, images, output) == ODD_OK);
        CU_ASSERT(odd_net_shares(net, &share, &shares) == ODD_OK && shares > 0);
        for (int i = 0; i < shares; i++) {
            if (share[i].plain) printf("%s ", share[i].part);
            CU_ASSERT(!share[i].plain);
        }
        const double d = net_difference(g, precision);
        CU_ASSERT(d >= 0 && d < (precision == ODD_PRECISION_BF16 ? 2e-2 : 1e-5));
    } else {
        CU_ASSERT(precision == ODD_PRECISION_BF16); /* a CPU that cannot */
    }
    odd_free(share);
    odd_net_free(&net);
    odd_graph_free(&g);
}

static void test_nothing_is_plain(void)
{
    test_no_plain_loop(ODD_PRECISION_F32);
    test_no_plain_loop(ODD_PRECISION_BF16);
}

const char *odd_test_name = "net";
CU_TestInfo odd_tests[] = {
    {"convolution", test_conv},
    {"transposed convolution", test_conv_transpose},
    {"gemm", test_gemm},
    {"gemm with a residual sum", test_gemm_residual},
    {"matmul", test_matmul},
    {"pools", test_pool},
    {"means", test_mean},
    {"element by element", test_points},
    {"broadcasting", test_broadcast},
    {"normalisation", test_norms},
    {"moves", test_moves},
    {"concat", test_concat},
    {"pad and slice", test_pad_slice},
    {"residual sums are fused", test_residual},
    {"squeeze and excite", test_excite},
    {"hard swish is recognised", test_hard_swish},
    {"outputs", test_outputs},
    {"memory is reused", test_memory},
    {"same bits again", test_same_bits},
    {"bits do not depend on batch and threads", test_invariance},
    {"parts of a batch", test_parts},
    {"bfloat16", test_bf16},
    {"no plain loops", test_nothing_is_plain},
    CU_TEST_INFO_NULL,
};
