/* Folding takes layers away and keeps what the network makes: the plain loops before and after. */
#include "net_check.h"
#include "oddlot_test.h"

#include "nn/graph/reference_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"

#include <math.h>
#include <stdio.h>

const char *odd_test_name = "nn.fold";

#define IMAGES    3
#define TOLERANCE 2e-6 /* of the largest value: folding rounds once more */

/* The last output for random images. Owned by caller: odd_free(). */
static float *run(const odd_graph *g)
{
    enum { OUTPUTS = 2 };
    float *out[OUTPUTS] = {NULL};
    int64_t values = IMAGES * odd_tensor_values(&g->tensor[g->input]);
    float *images = odd_alloc(values, sizeof *images);
    CU_ASSERT_FATAL(g->outputs <= OUTPUTS && images != NULL);
    for (int64_t i = 0; i < values; i++)
        images[i] = (float)odd_normal(5, ODD_STREAM_TEST, (uint64_t)i, 0);
    for (int o = 0; o < g->outputs; o++)
        out[o] = odd_alloc(IMAGES * odd_tensor_values(&g->tensor[g->output[o]]), sizeof **out);
    CU_ASSERT_EQUAL(odd_reference_run(g, IMAGES, images, out), ODD_OK);
    odd_free(images);
    for (int o = 0; o < g->outputs - 1; o++)
        odd_free(out[o]);
    return out[g->outputs - 1];
}

/* The largest difference over the largest value. */
static double difference(const float a[], const float b[], int64_t values)
{
    double most = 0, largest = 1e-30;
    for (int64_t i = 0; i < values; i++) {
        most = fmax(most, fabs((double)a[i] - b[i]));
        largest = fmax(largest, fabs((double)a[i]));
    }
    return most / largest;
}

/* Fold and check that so many layers are left and that the last output is the same, under its name;
 * the graph goes. */
static void check(net_maker *m, int output, const char *what, int layers)
{
    char name[64];
    net_output(m, output);
    CU_ASSERT_EQUAL_FATAL(m->st, ODD_OK);
    snprintf(name, sizeof name, "%s", m->g->tensor[output].name);
    float *before = run(m->g);
    CU_ASSERT_EQUAL(odd_graph_fold(m->g), ODD_OK);
    float *after = run(m->g);
    const odd_tensor *y = &m->g->tensor[m->g->output[m->g->outputs - 1]];
    double most = difference(before, after, IMAGES * odd_tensor_values(y));
    if (!(most < TOLERANCE) || m->g->layers != layers)
        printf("\n    %s: %d layers, differs by %g", what, m->g->layers, most);
    CU_ASSERT(most < TOLERANCE);
    CU_ASSERT_EQUAL(m->g->layers, layers);
    CU_ASSERT_STRING_EQUAL(y->name, name);
    odd_free(after);
    odd_free(before);
    odd_graph_free(&m->g);
}

static int by_channel(net_maker *m, odd_layer_kind kind, int x, bool first, float shift)
{
    const int64_t shape[] = {m->g->tensor[x].shape[1], 1, 1};
    int constant = net_constant(m, 3, shape, 0.3f, shift);
    return first ? net_layer2(m, kind, NULL, constant, x) : net_layer2(m, kind, NULL, x, constant);
}

static void batch_norms(void)
{
    odd_layer_settings set = net_window(3, 2, 1);
    net_maker m = net_start(1, 4, 7, 6);
    check(&m, net_batch_norm(&m, net_conv(&m, &set, 0, 6)), "conv", 1);
    m = net_start(2, 4, 7, 6);
    set.group = 2;
    check(&m, net_batch_norm(&m, net_conv(&m, &set, 0, 6)), "grouped conv", 1);
    m = net_start(3, 4, 7, 6);
    check(&m, net_batch_norm(&m, net_conv_transpose(&m, &set, 0, 6)), "grouped transposed conv", 1);
    m = net_start_shape(4, 2, (const int64_t[]){1, 9});
    check(&m, net_batch_norm(&m, net_gemm(&m, 0, 5)), "gemm", 1);
    m = net_start(5, 4, 7, 6);
    check(&m, net_batch_norm(&m, 0), "nothing before it", 1);
    m = net_start(6, 4, 7, 6);
    int relu = net_layer(&m, ODD_LAYER_RELU, NULL, net_conv(&m, &set, 0, 6));
    check(&m, net_batch_norm(&m, relu), "behind an activation", 3);
}

/* What the convolution makes is needed as it is. */
static void results_with_other_readers(void)
{
    odd_layer_settings set = net_window(1, 1, 0);
    net_maker m = net_start(7, 4, 5, 5);
    int conv = net_conv(&m, &set, 0, 4), norm = net_batch_norm(&m, conv);
    check(&m, net_layer2(&m, ODD_LAYER_ADD, NULL, conv, norm), "two readers", 3);
    m = net_start(8, 4, 5, 5);
    conv = net_conv(&m, &set, 0, 4);
    norm = net_batch_norm(&m, conv);
    net_output(&m, norm);
    check(&m, conv, "an output", 2);
}

static void constants_by_channel(void)
{
    odd_layer_settings set = net_window(3, 1, 1);
    net_maker m = net_start(9, 3, 5, 4);
    int x = net_conv(&m, &set, 0, 5);
    x = by_channel(&m, ODD_LAYER_MUL, x, false, 1);
    x = by_channel(&m, ODD_LAYER_ADD, x, true, 0);
    x = by_channel(&m, ODD_LAYER_SUB, x, true, 1);
    x = by_channel(&m, ODD_LAYER_SUB, x, false, 1);
    x = by_channel(&m, ODD_LAYER_DIV, x, false, 2);
    x = net_batch_norm(&m, x);
    check(&m, net_layer2(&m, ODD_LAYER_MUL, NULL, net_number(&m, 0.5f), x), "a chain", 1);
    m = net_start(10, 3, 5, 4);
    x = net_conv(&m, &set, 0, 5);
    check(&m, by_channel(&m, ODD_LAYER_DIV, x, true, 3), "a constant over the values", 2);
    m = net_start(11, 3, 5, 4);
    x = net_conv(&m, &set, 0, 5);
    int columns = net_constant(&m, 1, (const int64_t[]){4}, 1, 0);
    check(&m, net_layer2(&m, ODD_LAYER_ADD, NULL, x, columns), "a constant by column", 2);
}

/* Additions of 0 and products with 1, whichever side these stand on. */
static void neutral(void)
{
    const int64_t columns[] = {4};
    net_maker m = net_start(20, 3, 5, 4);
    int x = net_layer(&m, ODD_LAYER_RELU, NULL, 0);
    x = net_layer2(&m, ODD_LAYER_ADD, NULL, x, net_constant(&m, 1, columns, 0, 0));
    x = net_layer2(&m, ODD_LAYER_MUL, NULL, net_number(&m, 1), x);
    x = net_layer2(&m, ODD_LAYER_SUB, NULL, x, net_number(&m, 0));
    check(&m, net_layer2(&m, ODD_LAYER_DIV, NULL, x, net_number(&m, 1)), "nothing done", 1);
    m = net_start(21, 3, 5, 4);
    x = net_layer2(&m, ODD_LAYER_SUB, NULL, net_number(&m, 0),
                   net_layer(&m, ODD_LAYER_EXP, NULL, 0));
    check(&m, net_layer2(&m, ODD_LAYER_DIV, NULL, net_number(&m, 1), x), "the other side", 3);
    m = net_start_shape(22, 3, (const int64_t[]){1, 5, 4});
    x = net_layer(&m, ODD_LAYER_RELU, NULL, 0);
    check(&m,
          net_layer2(&m, ODD_LAYER_MUL, NULL, x,
                     net_constant(&m, 2, (const int64_t[]){5, 1}, 0, 0.5f)),
          "another number", 2);
}

/* alpha, beta, transposed weights and a bias that is one number. */
static void products(void)
{
    odd_layer_settings set = odd_layer_defaults();
    net_maker m = net_start_shape(12, 2, (const int64_t[]){1, 6});
    int weight = net_constant(&m, 2, (const int64_t[]){5, 6}, 1, 0), x = 0;
    int input[] = {0, weight, net_number(&m, 0.7f)};
    set.alpha = 0.5f;
    set.beta = -2;
    set.transpose_b = true;
    CU_ASSERT_EQUAL(odd_graph_layer(m.g, ODD_LAYER_GEMM, "", &set, 3, input, "", &x), ODD_OK);
    check(&m, net_batch_norm(&m, x), "gemm with all settings", 1);
    m = net_start_shape(13, 2, (const int64_t[]){1, 6});
    weight = net_constant(&m, 2, (const int64_t[]){6, 4}, 1, 0);
    x = net_layer2(&m, ODD_LAYER_MATMUL, NULL, 0, weight);
    int bias = net_constant(&m, 1, (const int64_t[]){4}, 1, 0);
    check(&m, net_layer2(&m, ODD_LAYER_ADD, NULL, x, bias), "matmul and bias", 1);
}

static odd_layer_settings pads(int64_t top, int64_t left, int64_t bottom, int64_t right,
                               float value)
{
    odd_layer_settings set = odd_layer_defaults();
    set.axes = 4;
    set.list[2] = top;
    set.list[3] = left;
    set.list2[2] = bottom;
    set.list2[3] = right;
    set.value = value;
    return set;
}

static void zeros_around_maps(void)
{
    odd_layer_settings pad = pads(1, 2, 0, 1, 0), set = net_window(3, 2, 1);
    net_maker m = net_start(14, 2, 6, 5);
    check(&m, net_conv(&m, &set, net_layer(&m, ODD_LAYER_PAD, &pad, 0), 3), "conv", 1);
    pad.value = 1;
    m = net_start(15, 2, 6, 5);
    check(&m, net_conv(&m, &set, net_layer(&m, ODD_LAYER_PAD, &pad, 0), 3), "ones", 2);
    pad = pads(1, 1, 1, 1, 0);
    set = net_window(3, 2, 0);
    m = net_start(16, 2, 6, 5);
    int x = net_layer(&m, ODD_LAYER_PAD, &pad, 0);
    check(&m, net_layer(&m, ODD_LAYER_AVERAGE_POOL, &set, x), "average", 1);
    m = net_start(17, 2, 6, 5);
    x = net_layer(&m, ODD_LAYER_PAD, &pad, 0);
    check(&m, net_layer(&m, ODD_LAYER_MAX_POOL, &set, x), "maximum with zeros", 2);
    m = net_start(18, 2, 6, 5);
    x = net_layer(&m, ODD_LAYER_PAD, &pad, net_layer(&m, ODD_LAYER_RELU, NULL, 0));
    check(&m, net_layer(&m, ODD_LAYER_MAX_POOL, &set, x), "maximum of what is positive", 2);
    pad.value = -INFINITY;
    m = net_start(19, 2, 6, 5);
    x = net_layer(&m, ODD_LAYER_PAD, &pad, 0);
    check(&m, net_layer(&m, ODD_LAYER_MAX_POOL, &set, x), "maximum with minus infinity", 1);
    pad = pads(3, 0, 0, 0, 0); /* a window would see only padding */
    m = net_start(20, 2, 6, 5);
    x = net_layer(&m, ODD_LAYER_PAD, &pad, 0);
    check(&m, net_layer(&m, ODD_LAYER_AVERAGE_POOL, &set, x), "too much", 2);
    pad = pads(1, 1, 1, 1, 0);
    set = net_window(3, 1, 1); /* does not count its own padding, but would the other's */
    m = net_start(21, 2, 6, 5);
    x = net_layer(&m, ODD_LAYER_PAD, &pad, 0);
    check(&m, net_layer(&m, ODD_LAYER_AVERAGE_POOL, &set, x), "two kinds of padding", 2);
}

static void identities_and_constants(void)
{
    odd_layer_settings set = net_window(1, 1, 0);
    net_maker m = net_start(22, 3, 4, 4);
    int x = net_layer(&m, ODD_LAYER_IDENTITY, NULL, net_conv(&m, &set, 0, 3));
    x = net_layer(&m, ODD_LAYER_IDENTITY, NULL, net_batch_norm(&m, x));
    check(&m, net_layer(&m, ODD_LAYER_IDENTITY, NULL, x), "identities", 1);
    m = net_start(23, 3, 4, 4);
    check(&m, net_layer(&m, ODD_LAYER_IDENTITY, NULL, 0), "nothing else", 1);
    m = net_start(24, 3, 4, 4);
    int k = net_layer(&m, ODD_LAYER_EXP, NULL, net_number(&m, 0.3f));
    k = net_layer2(&m, ODD_LAYER_ADD, NULL, k, net_number(&m, 1));
    check(&m, net_layer2(&m, ODD_LAYER_POW, NULL, net_layer(&m, ODD_LAYER_SIGMOID, NULL, 0), k),
          "calculated constant", 2);
}

/* Swish stays two layers: the net fuses it. */
static void swish_stays(void)
{
    odd_layer_settings set = net_window(1, 1, 0);
    net_maker m = net_start(25, 3, 4, 4);
    int x = net_batch_norm(&m, net_conv(&m, &set, 0, 3));
    check(&m, net_layer2(&m, ODD_LAYER_MUL, NULL, x, net_layer(&m, ODD_LAYER_SIGMOID, NULL, x)),
          "swish", 3);
}

/* A layer that folds, or does not, behind tensor x. */
static int random_layer(net_maker *m, int x)
{
    odd_layer_settings set = net_window(1 + 2 * net_draw(m, 2), 1, net_draw(m, 2));
    odd_layer_settings pad = pads(net_draw(m, 2), 1, 0, net_draw(m, 2), 0);
    switch (net_draw(m, 7)) {
    case 0:
        return net_conv(m, &set, x, 4);
    case 1:
        return net_batch_norm(m, x);
    case 2:
        return by_channel(m, ODD_LAYER_MUL, x, net_draw(m, 2), 1);
    case 3:
        return net_layer(m, ODD_LAYER_PAD, &pad, x);
    case 4:
        return net_layer(m, ODD_LAYER_RELU, NULL, x);
    case 5:
        return net_layer(m, ODD_LAYER_IDENTITY, NULL, x);
    default:
        return net_layer2(m, ODD_LAYER_ADD, NULL, net_batch_norm(m, x), x);
    }
}

static void random_chains(void)
{
    for (uint64_t seed = 100; seed < 160; seed++) {
        net_maker m = net_start(seed, 4, 8, 8);
        int x = 0;
        for (int i = 0; i < 6; i++)
            x = random_layer(&m, x);
        net_output(&m, x);
        CU_ASSERT_EQUAL_FATAL(m.st, ODD_OK);
        float *before = run(m.g);
        CU_ASSERT_EQUAL(odd_graph_fold(m.g), ODD_OK);
        float *after = run(m.g);
        int64_t values = IMAGES * odd_tensor_values(&m.g->tensor[m.g->output[0]]);
        double most = difference(before, after, values);
        if (!(most < 1e-5)) printf("\n    seed %d: differs by %g", (int)seed, most);
        CU_ASSERT(most < 1e-5);
        odd_free(before);
        odd_free(after);
        odd_graph_free(&m.g);
    }
}

/* ---- Rows in several dimensions: tokens ---- */

static int matmul(net_maker *m, int x, int64_t outputs)
{
    const odd_tensor *t = &m->g->tensor[x];
    const int64_t shape[] = {t->shape[t->rank - 1], outputs};
    return net_layer2(m, ODD_LAYER_MATMUL, NULL, x, net_constant(m, 2, shape, 0.5f, 0));
}

static int by_feature(net_maker *m, odd_layer_kind kind, int x)
{
    const odd_tensor *t = &m->g->tensor[x];
    const int64_t shape[] = {t->shape[t->rank - 1]};
    return net_layer2(m, kind, NULL, x, net_constant(m, 1, shape, 0.5f, 1));
}

static int turned(net_maker *m, int x)
{
    odd_layer_settings set = odd_layer_defaults();
    set.axes = 4;
    set.list[1] = 3;
    set.list[2] = 1;
    set.list[3] = 2;
    return net_layer(m, ODD_LAYER_TRANSPOSE, &set, x);
}

static void products_of_tokens(void)
{
    const int64_t tokens[] = {1, 5, 6}, maps[] = {1, 4, 3, 6};
    net_maker m = net_start_shape(60, 3, tokens);
    int x = by_feature(&m, ODD_LAYER_ADD, matmul(&m, 0, 7));
    check(&m, by_feature(&m, ODD_LAYER_MUL, x), "a bias and a scale", 1);
    m = net_start_shape(61, 4, maps);
    x = by_feature(&m, ODD_LAYER_ADD, matmul(&m, 0, 7));
    check(&m, by_channel(&m, ODD_LAYER_MUL, turned(&m, x), true, 1), "a scale behind a turn", 2);
    m = net_start_shape(62, 4, maps);
    x = turned(&m, matmul(&m, 0, 6));
    int rows = net_constant(&m, 1, (const int64_t[]){3}, 1, 0);
    check(&m, net_layer2(&m, ODD_LAYER_MUL, NULL, x, rows), "a scale of something else", 3);
    m = net_start_shape(63, 3, tokens);
    x = matmul(&m, 0, 5);
    int columns = net_constant(&m, 2, (const int64_t[]){5, 1}, 1, 0);
    check(&m, net_layer2(&m, ODD_LAYER_ADD, NULL, x, columns), "a shift by token", 2);
}

/* ---- Gelu written out ---- */

static int two(net_maker *m, odd_layer_kind kind, int x, float number)
{
    return net_layer2(m, kind, NULL, x, net_number(m, number));
}

/* 1 + erf(x / sqrt 2), or 1 + tanh(...) with the cube as a power or as products. */
static int gelu_gate(net_maker *m, int x, int form)
{
    int bend;
    if (form == 0) {
        bend = net_layer(m, ODD_LAYER_ERF, NULL, two(m, ODD_LAYER_DIV, x, 1.41421354f));
    } else {
        int cube = form == 1 ? two(m, ODD_LAYER_POW, x, 3)
                             : net_layer2(m, ODD_LAYER_MUL, NULL, x,
                                          net_layer2(m, ODD_LAYER_MUL, NULL, x, x));
        int sum = net_layer2(m, ODD_LAYER_ADD, NULL, x, two(m, ODD_LAYER_MUL, cube, 0.044715f));
        bend = net_layer(m, ODD_LAYER_TANH, NULL, two(m, ODD_LAYER_MUL, sum, 0.797884583f));
    }
    return two(m, ODD_LAYER_ADD, bend, 1);
}

/* The half last, first, or with the gate. */
static int gelu(net_maker *m, int x, int form, int half, float number)
{
    int gate = gelu_gate(m, x, form);
    if (half == 0)
        return two(m, ODD_LAYER_MUL, net_layer2(m, ODD_LAYER_MUL, NULL, x, gate), number);
    if (half == 1)
        return net_layer2(m, ODD_LAYER_MUL, NULL, two(m, ODD_LAYER_MUL, x, number), gate);
    return net_layer2(m, ODD_LAYER_MUL, NULL, two(m, ODD_LAYER_MUL, gate, number), x);
}

static void gelus(void)
{
    for (int form = 0; form < 3; form++)
        for (int half = 0; half < 3; half++) {
            net_maker m = net_start(64, 3, 4, 5);
            check(&m, gelu(&m, 0, form, half, 0.5f), "a Gelu", 1);
        }
    net_maker m = net_start(65, 3, 4, 5);
    check(&m, gelu(&m, 0, 0, 1, 0.6f), "another number", 5);
    m = net_start(66, 3, 4, 5);
    int gate = gelu_gate(&m, net_layer(&m, ODD_LAYER_RELU, NULL, 0), 0);
    int other = net_layer2(&m, ODD_LAYER_MUL, NULL, 0, gate);
    check(&m, two(&m, ODD_LAYER_MUL, other, 0.5f), "the gate of another", 6);
}

CU_TestInfo odd_tests[] = {
    {"additions of 0 and products with 1", neutral},
    {"batch norms", batch_norms},
    {"results with other readers", results_with_other_readers},
    {"constants by channel", constants_by_channel},
    {"products", products},
    {"zeros around maps", zeros_around_maps},
    {"identities and constants", identities_and_constants},
    {"swish stays", swish_stays},
    {"products of tokens", products_of_tokens},
    {"Gelu written out", gelus},
    {"random chains", random_chains},
    CU_TEST_INFO_NULL,
};
