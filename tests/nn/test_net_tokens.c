/* Net: what transformers and networks like them are made of, against the plain evaluator: products
 * of tokens, attention, values that repeat along any dimension, maps that are turned round. */
#include "net_check.h"
#include "oddlot_test.h"

#include <math.h>

const char *odd_test_name = "nn.net_tokens";

#define TOLERANCE 1e-5

static int matmul(net_maker *m, int x, int64_t outputs)
{
    const odd_tensor *t = &m->g->tensor[x];
    const int64_t shape[] = {t->shape[t->rank - 1], outputs};
    return net_layer2(m, ODD_LAYER_MATMUL, NULL, x, net_constant(m, 2, shape, 0.3f, 0));
}

/* A layer with a constant of this shape. */
static int with(net_maker *m, odd_layer_kind kind, int x, int rank, const int64_t shape[],
                bool first)
{
    int constant = net_constant(m, rank, shape, 0.3f, 2);
    return first ? net_layer2(m, kind, NULL, constant, x) : net_layer2(m, kind, NULL, x, constant);
}

static int turned(net_maker *m, int x, int a, int b, int c, int d)
{
    const int list[] = {a, b, c, d};
    odd_layer_settings set = odd_layer_defaults();
    set.axes = m->g->tensor[x].rank;
    for (int i = 0; i < set.axes; i++)
        set.list[i] = list[i];
    return net_layer(m, ODD_LAYER_TRANSPOSE, &set, x);
}

static int shaped(net_maker *m, int x, int rank, const int64_t shape[])
{
    odd_layer_settings set = odd_layer_defaults();
    set.axes = rank;
    for (int i = 0; i < rank; i++)
        set.list[i] = shape[i];
    return net_layer(m, ODD_LAYER_RESHAPE, &set, x);
}

static int layer_norm(net_maker *m, int x)
{
    odd_layer_settings set = odd_layer_defaults();
    const int rank = m->g->tensor[x].rank;
    const int64_t shape[] = {m->g->tensor[x].shape[rank - 1]};
    set.axis = rank - 1;
    set.epsilon = 1e-5f;
    int input[] = {x, net_constant(m, 1, shape, 0.3f, 1), net_constant(m, 1, shape, 0.3f, 0)};
    int output = -1;
    if (m->st == ODD_OK)
        m->st =
            odd_graph_layer(m->g, ODD_LAYER_LAYER_NORM, "norm", &set, 3, input, "norm", &output);
    return output;
}

/* Two layers with an activation between, and a residual sum. */
static void test_products(void)
{
    const int64_t features[] = {24}, tokens[] = {7, 24};
    net_maker m = net_start_shape(1, 3, (const int64_t[]){1, 7, 24});
    int x = layer_norm(&m, m.g->input);
    int y = with(&m, ODD_LAYER_ADD, matmul(&m, x, 40), 1, (const int64_t[]){40}, false);
    y = matmul(&m, net_layer(&m, ODD_LAYER_GELU, NULL, y), 24);
    y = with(&m, ODD_LAYER_MUL, with(&m, ODD_LAYER_ADD, y, 1, features, true), 1, features, true);
    y = net_layer2(&m, ODD_LAYER_ADD, NULL, m.g->input, y);
    net_output(&m, with(&m, ODD_LAYER_ADD, matmul(&m, y, 24), 2, tokens, false));
    net_output(&m, y);
    net_check(&m, "products of tokens", ODD_PRECISION_F32, TOLERANCE);
}

static void test_attention(void)
{
    enum { TOKENS = 9, HEADS = 3, WIDE = 8 };
    odd_layer_settings set = odd_layer_defaults();
    net_maker m = net_start_shape(2, 3, (const int64_t[]){1, TOKENS, HEADS * WIDE});
    int part[3];
    for (int i = 0; i < 3; i++)
        part[i] = turned(&m,
                         shaped(&m, matmul(&m, m.g->input, HEADS * WIDE), 4,
                                (const int64_t[]){1, TOKENS, HEADS, WIDE}),
                         0, 2, 1, 3);
    int key = turned(&m, part[1], 0, 1, 3, 2);
    int x = net_layer2(&m, ODD_LAYER_MATMUL, NULL, part[0], key);
    x = net_layer2(&m, ODD_LAYER_MUL, NULL, x, net_number(&m, 0.35f));
    x = with(&m, ODD_LAYER_ADD, x, 4, (const int64_t[]){1, 1, TOKENS, TOKENS}, false);
    set.axis = 3;
    x = net_layer(&m, ODD_LAYER_SOFTMAX, &set, x);
    x = net_layer2(&m, ODD_LAYER_MATMUL, NULL, x, part[2]);
    x = shaped(&m, turned(&m, x, 0, 2, 1, 3), 3, (const int64_t[]){1, TOKENS, HEADS * WIDE});
    net_output(&m, net_layer2(&m, ODD_LAYER_ADD, NULL, matmul(&m, x, HEADS * WIDE), m.g->input));
    net_check(&m, "attention", ODD_PRECISION_F32, TOLERANCE);
}

/* As in ConvNeXt: a convolution, products with channels last, and back. */
static void test_turned_maps(void)
{
    odd_layer_settings depthwise = net_window(7, 1, 3);
    const int64_t channels[] = {32, 1, 1};
    net_maker m = net_start(3, 32, 11, 9);
    depthwise.group = 32;
    int x = turned(&m, net_conv(&m, &depthwise, m.g->input, 32), 0, 2, 3, 1);
    x = matmul(&m, net_layer(&m, ODD_LAYER_GELU, NULL, matmul(&m, layer_norm(&m, x), 64)), 32);
    x = with(&m, ODD_LAYER_MUL, turned(&m, x, 0, 3, 1, 2), 3, channels, true);
    x = net_layer2(&m, ODD_LAYER_ADD, NULL, x, m.g->input);
    net_output(&m, x);
    net_output(&m, net_conv(&m, &depthwise, x, 32));
    odd_layer_settings mean = odd_layer_defaults();
    mean.axes = 1;
    mean.list[0] = 1;
    net_output(&m, net_layer(&m, ODD_LAYER_REDUCE_MEAN, &mean, x));
    net_check(&m, "maps turned round", ODD_PRECISION_F32, TOLERANCE);
}

/* ---- Values that repeat ---- */

/* x (N, channels, 6, 5), in the layout that a convolution likes, with a computed gate of this
 * shape, as either operand. */
static void check_gate(int64_t channels, odd_layer_kind kind, const bool repeats[4], bool first)
{
    odd_layer_settings mean = odd_layer_defaults(), three = net_window(3, 1, 1);
    net_maker m = net_start(4, 3, 6, 5);
    int x = net_layer(&m, ODD_LAYER_SIGMOID, NULL, net_conv(&m, &three, m.g->input, channels));
    int gate = net_layer(&m, ODD_LAYER_EXP, NULL, net_conv(&m, &three, m.g->input, channels));
    mean.keep_dims = true;
    for (int i = 1; i < 4; i++)
        if (repeats[i]) mean.list[mean.axes++] = i;
    if (mean.axes > 0) gate = net_layer(&m, ODD_LAYER_REDUCE_MEAN, &mean, gate);
    x = first ? net_layer2(&m, kind, NULL, gate, x) : net_layer2(&m, kind, NULL, x, gate);
    net_output(&m, net_conv(&m, &three, x, channels));
    net_output(&m, x);
    net_check(&m, odd_layer_name(kind), ODD_PRECISION_F32, TOLERANCE);
}

static void test_gates(void)
{
    static const odd_layer_kind kinds[] = {ODD_LAYER_ADD, ODD_LAYER_SUB, ODD_LAYER_MUL,
                                           ODD_LAYER_DIV, ODD_LAYER_POW};
    for (int kind = 0; kind < 5; kind++)
        for (int which = 0; which < 8; which++)
            for (int first = 0; first < 2; first++) {
                const bool repeats[4] = {false, which & 1, which & 2, which & 4};
                check_gate(which % 3 == 0 ? 32 : 21, kinds[kind], repeats, first);
            }
}

/* Both repeat, along dimensions that neighbour each other or not. */
static void test_both_repeat(void)
{
    static const int64_t shape[][2][5] = {{{1, 4, 1, 5, 1}, {1, 1, 3, 1, 6}},
                                          {{1, 4, 3, 1, 6}, {1, 4, 3, 5, 1}},
                                          {{1, 1, 1, 5, 6}, {1, 4, 3, 1, 1}},
                                          {{1, 4, 1, 5, 6}, {1, 1, 3, 5, 6}}};
    for (int i = 0; i < 4; i++)
        for (int kind = ODD_LAYER_ADD; kind <= ODD_LAYER_DIV; kind++) {
            net_maker m = net_start_shape(5, 5, shape[i][0]);
            int x = net_layer(&m, ODD_LAYER_TANH, NULL, m.g->input);
            net_output(&m, with(&m, (odd_layer_kind)kind, x, 5, shape[i][1], false));
            net_output(&m, with(&m, (odd_layer_kind)kind, x, 5, shape[i][1], true));
            net_check(&m, "both repeat", ODD_PRECISION_F32, TOLERANCE);
        }
}

/* ---- One value makes one ---- */

static void test_points(void)
{
    net_maker m = net_start_shape(6, 3, (const int64_t[]){1, 50, 41});
    int x = net_layer2(&m, ODD_LAYER_MUL, NULL, m.g->input, net_number(&m, 2));
    net_output(&m, net_layer(&m, ODD_LAYER_ERF, NULL, x));
    int wide = net_layer2(&m, ODD_LAYER_MUL, NULL, x, net_number(&m, 1.7f));
    net_output(
        &m, net_layer2(&m, ODD_LAYER_MUL, NULL, x, net_layer(&m, ODD_LAYER_SIGMOID, NULL, wide)));
    net_check(&m, "error function, scaled swish", ODD_PRECISION_F32, 1e-6);
}

CU_TestInfo odd_tests[] = {
    {"products", test_products},
    {"attention", test_attention},
    {"turned maps", test_turned_maps},
    {"gates", test_gates},
    {"both repeat", test_both_repeat},
    {"points", test_points},
    CU_TEST_INFO_NULL,
};
