/* Net: seeded random graphs, with branches, several outputs and odd sizes, against the plain
 * evaluator; fused as they come. */
#include "net_check.h"

#include "oddlot_test.h"

#include <stdio.h>
#include <string.h>

#define GRAPHS         120
#define TOLERANCE      2e-5 /* of the largest value, through up to 14 layers */
#define BF16_TOLERANCE 5e-2

static const int64_t widths[] = {1, 3, 8, 16, 21, 32};

static int64_t draw_width(net_maker *m)
{
    return widths[net_draw(m, 6)];
}

static const odd_tensor *tensor(const net_maker *m, int t)
{
    return &m->g->tensor[t];
}

static bool same_shape(const odd_tensor *a, const odd_tensor *b)
{
    return a->rank == b->rank && memcmp(a->shape, b->shape, sizeof *a->shape * a->rank) == 0;
}

static int random_conv(net_maker *m, int x)
{
    odd_layer_settings set = odd_layer_defaults();
    int64_t channels = tensor(m, x)->shape[1], outputs = draw_width(m);
    if (net_draw(m, 3) == 0) set.group = outputs = channels;
    for (int d = 0; d < 2; d++) {
        set.kernel[d] = 1 + 2 * net_draw(m, 2);
        set.stride[d] = 1 + (net_draw(m, 4) == 0);
        set.dilation[d] = 1 + (net_draw(m, 4) == 0);
        set.pad[d] = set.dilation[d] * (set.kernel[d] - 1) / 2 + net_draw(m, 2);
        set.pad[2 + d] = set.dilation[d] * (set.kernel[d] - 1) / 2;
    }
    return net_conv(m, &set, x, outputs);
}

static int random_pool(net_maker *m, int x)
{
    odd_layer_settings set = net_window(2 + net_draw(m, 2), 1 + net_draw(m, 2), 1);
    set.count_padding = net_draw(m, 2) == 0;
    return net_layer(m, net_draw(m, 2) ? ODD_LAYER_MAX_POOL : ODD_LAYER_AVERAGE_POOL, &set, x);
}

static int random_point(net_maker *m, int x)
{
    static const odd_layer_kind kinds[] = {ODD_LAYER_RELU,    ODD_LAYER_CLIP, ODD_LAYER_SIGMOID,
                                           ODD_LAYER_TANH,    ODD_LAYER_NEG,  ODD_LAYER_HARD_SWISH,
                                           ODD_LAYER_IDENTITY};
    odd_layer_settings set = odd_layer_defaults();
    set.low = -0.5f;
    set.high = 2;
    return net_layer(m, kinds[net_draw(m, 7)], &set, x);
}

/* x * sigmoid(x), either way round. */
static int random_gate(net_maker *m, int x)
{
    int gate = net_layer(m, ODD_LAYER_SIGMOID, NULL, x);
    return net_draw(m, 2) ? net_layer2(m, ODD_LAYER_MUL, NULL, x, gate)
                          : net_layer2(m, ODD_LAYER_MUL, NULL, gate, x);
}

/* With an earlier tensor of the same shape, or with a constant for each channel. */
static int random_pair(net_maker *m, int x, const int made[], int count)
{
    static const odd_layer_kind kinds[] = {ODD_LAYER_ADD, ODD_LAYER_ADD, ODD_LAYER_SUB,
                                           ODD_LAYER_MUL};
    odd_layer_kind kind = kinds[net_draw(m, 4)];
    int other = made[net_draw(m, count)];
    if (!same_shape(tensor(m, x), tensor(m, other))) {
        const int64_t shape[] = {tensor(m, x)->shape[1], 1, 1};
        other = net_constant(m, 3, shape, 1, 0);
    }
    return net_draw(m, 2) ? net_layer2(m, kind, NULL, x, other)
                          : net_layer2(m, kind, NULL, other, x);
}

static int random_concat(net_maker *m, int x, const int made[], int count)
{
    odd_layer_settings set = odd_layer_defaults();
    int other = made[net_draw(m, count)];
    if (!same_shape(tensor(m, x), tensor(m, other))) other = x;
    return net_layer2(m, ODD_LAYER_CONCAT, &set, x, other);
}

static int random_excite(net_maker *m, int x)
{
    odd_layer_settings one = net_window(1, 1, 0);
    int s = net_layer(m, ODD_LAYER_GLOBAL_AVERAGE_POOL, NULL, x);
    s = net_conv(m, &one, s, tensor(m, x)->shape[1]);
    return net_layer2(m, ODD_LAYER_MUL, NULL, x, net_layer(m, ODD_LAYER_SIGMOID, NULL, s));
}

static int random_layer(net_maker *m, int x, const int made[], int count)
{
    switch (net_draw(m, 9)) {
    case 0:
    case 1:
        return random_conv(m, x);
    case 2:
        return random_pool(m, x);
    case 3:
        return random_point(m, x);
    case 4:
        return random_gate(m, x);
    case 5:
        return random_concat(m, x, made, count);
    case 6:
        return random_excite(m, x);
    case 7:
        return net_batch_norm(m, x);
    default:
        return random_pair(m, x, made, count);
    }
}

static net_maker random_graph(uint64_t seed)
{
    enum { MOST = 12 };
    net_maker m = net_start(seed, 1, 1, 1);
    int made[MOST + 1], layers = 4 + (int)net_draw(&m, MOST - 4), count = 0;
    odd_graph_free(&m.g);
    m = net_start(seed, widths[seed % 6], 1 + (int64_t)(seed * 7 % 13), 1 + (int64_t)(seed % 11));
    made[count++] = m.g->input;
    for (int i = 0; i < layers; i++) {
        int x = net_draw(&m, 3) ? made[count - 1] : made[net_draw(&m, count)];
        made[count] = random_layer(&m, x, made, count);
        count++;
    }
    net_output(&m, made[count - 1]);
    if (seed % 3 == 0) net_output(&m, made[net_draw(&m, count)]);
    return m;
}

static void test_random(void)
{
    char what[64];
    for (uint64_t seed = 0; seed < GRAPHS; seed++) {
        net_maker m = random_graph(seed);
        snprintf(what, sizeof what, "graph %d", (int)seed);
        net_check(&m, what, ODD_PRECISION_F32, TOLERANCE);
    }
}

static void test_random_bf16(void)
{
    char what[64];
    net_maker probe = random_graph(0);
    odd_net *net;
    bool can = odd_net_new(probe.g, ODD_PRECISION_BF16, &net) == ODD_OK;
    odd_net_free(&net);
    odd_graph_free(&probe.g);
    if (!can) printf("skipped: no bfloat16 here ");
    for (uint64_t seed = 0; can && seed < GRAPHS / 4; seed++) {
        net_maker m = random_graph(seed);
        snprintf(what, sizeof what, "graph %d in bfloat16", (int)seed);
        net_check(&m, what, ODD_PRECISION_BF16, BF16_TOLERANCE);
    }
}

const char *odd_test_name = "net_random";
CU_TestInfo odd_tests[] = {
    {"random graphs", test_random},
    {"random graphs in bfloat16", test_random_bf16},
    CU_TEST_INFO_NULL,
};
