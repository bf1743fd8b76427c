/* Net: maps whose channels are normalised in groups, written as exporters do, against the plain
 * evaluator; and how many steps are left of it. */
#include "net_check.h"
#include "oddlot_test.h"

#include "nn/exec/program_internal.h"
#include "nn/graph/graph_internal.h"

#include <stdio.h>

const char *odd_test_name = "nn.net_groups";

#define TOLERANCE 1e-5

static int shaped(net_maker *m, int x, int rank, const int64_t shape[])
{
    odd_layer_settings set = odd_layer_defaults();
    set.axes = rank;
    for (int i = 0; i < rank; i++)
        set.list[i] = shape[i];
    return net_layer(m, ODD_LAYER_RESHAPE, &set, x);
}

/* A layer normalisation of the last dimension, scaled by ones times `scale`. */
static int normal_rows(net_maker *m, int x, float scale)
{
    odd_layer_settings set = odd_layer_defaults();
    const int64_t values = m->g->tensor[x].shape[2];
    set.axis = 2;
    set.epsilon = 1e-5f;
    int output = -1, input[] = {x, net_constant(m, 1, &values, 0, scale)};
    if (m->st == ODD_OK)
        m->st =
            odd_graph_layer(m->g, ODD_LAYER_LAYER_NORM, "norm", &set, 2, input, "norm", &output);
    return output;
}

/* Maps of x in groups; `ones`: with the scale and shift of each group that exporters leave there.
 */
static int normal_groups(net_maker *m, int x, int64_t groups, float scale, bool ones)
{
    const odd_tensor t = m->g->tensor[x];
    const int64_t each[] = {groups, 1}, rows[] = {1, groups, odd_tensor_values(&t) / groups};
    int y = normal_rows(m, shaped(m, x, 3, rows), scale);
    if (ones) {
        y = shaped(m, y, 3, rows);
        y = net_layer2(m, ODD_LAYER_MUL, NULL, y, net_constant(m, 2, each, 0, 1));
        y = net_layer2(m, ODD_LAYER_ADD, NULL, y, net_constant(m, 2, each, 0, 0));
    }
    return shaped(m, y, 4, t.shape);
}

static int by_channel(net_maker *m, odd_layer_kind kind, int x, float shift)
{
    const int64_t shape[] = {m->g->tensor[x].shape[1], 1, 1};
    return net_layer2(m, kind, NULL, x, net_constant(m, 3, shape, 0.3f, shift));
}

typedef struct {
    int64_t channels, groups, side;
    float scale;
    int steps; /* that are left */
} shape_case;

/* A convolution before it and behind it, so that the maps lie as these like, a scale and a shift
 * for each channel, a rectifier and a residual sum. */
static net_maker make(const shape_case *c, bool residual)
{
    const odd_layer_settings three = net_window(3, 1, 1);
    net_maker m = net_start((uint64_t)c->channels, 3, c->side, c->side + 1);
    int x = net_conv(&m, &three, m.g->input, c->channels);
    int y = normal_groups(&m, x, c->groups, c->scale, residual);
    y = by_channel(&m, ODD_LAYER_ADD, by_channel(&m, ODD_LAYER_MUL, y, 1), 0.5f);
    if (residual) y = net_layer2(&m, ODD_LAYER_ADD, NULL, y, x);
    y = net_layer(&m, ODD_LAYER_RELU, NULL, y);
    net_output(&m, net_conv(&m, &three, y, 8));
    if (m.st == ODD_OK) m.st = odd_graph_fold(m.g);
    return m;
}

static int steps_of(net_maker *m)
{
    odd_program program = {0};
    if (m->st != ODD_OK || odd_program_new(m->g, true, &program) != ODD_OK) return -1;
    const int steps = program.steps;
    odd_program_free(&program);
    return steps;
}

static const shape_case cases[] = {
    {64, 32, 9, 1, 3},    /* two channels each */
    {64, 4, 20, 1, 3},    /* sixteen; more pixels than are summed at once */
    {32, 1, 7, 1, 3},     /* all of them */
    {24, 24, 6, 1, 3},    /* each alone */
    {40, 8, 5, 1, 3},     /* five: no whole lanes, no blocks of 16 */
    {66, 6, 5, 1, 3},     /* eleven */
    {512, 8, 3, 1, 3},    /* more than a line of the cache */
    {64, 32, 9, 0.5f, 7}, /* scaled: stays as it is written */
};

static void one_step(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        net_maker m = make(&cases[i], false);
        const int steps = steps_of(&m);
        if (steps != cases[i].steps) printf("\n    case %zu: %d steps", i, steps);
        CU_ASSERT_EQUAL(steps, cases[i].steps);
        net_check(&m, "groups", ODD_PRECISION_F32, TOLERANCE);
    }
}

static void residual_sums(void)
{
    for (size_t i = 0; i < 3; i++) {
        net_maker m = make(&cases[i], true);
        CU_ASSERT_EQUAL(steps_of(&m), 4);
        net_check(&m, "groups in a residual sum", ODD_PRECISION_F32, TOLERANCE);
    }
}

/* What others read as well stays; the bits are those of the image alone. */
static void other_readers(void)
{
    const odd_layer_settings one = net_window(1, 1, 0);
    net_maker m = net_start(3, 16, 6, 6);
    int y = normal_groups(&m, net_conv(&m, &one, m.g->input, 16), 4, 1, false);
    net_output(&m, y);
    net_output(&m, by_channel(&m, ODD_LAYER_MUL, y, 1));
    net_check(&m, "groups with two readers", ODD_PRECISION_F32, TOLERANCE);
}

static void numbers(void)
{
    for (size_t i = 0; i < 3; i++) {
        net_maker m = make(&cases[i], i == 1);
        net_check_numbers(&m, ODD_PRECISION_F32);
    }
}

/* A mean far above the deviation. */
static void far_from_zero(void)
{
    net_maker m = net_start(5, 16, 12, 12);
    int x = net_layer2(&m, ODD_LAYER_ADD, NULL, m.g->input, net_number(&m, 1000));
    net_output(&m, normal_groups(&m, x, 4, 1, false));
    net_check(&m, "far from zero", ODD_PRECISION_F32, 1e-3);
}

CU_TestInfo odd_tests[] = {
    {"groups of channels are one step", one_step},
    {"in residual sums", residual_sums},
    {"results that others read", other_readers},
    {"the same bits in any batch, on any number of threads", numbers},
    {"maps far from zero", far_from_zero},
    CU_TEST_INFO_NULL,
};
