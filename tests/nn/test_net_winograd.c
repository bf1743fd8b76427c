/* Convolutions by Winograd's way: they are taken, give what plain loops give, and their bits depend
 * neither on the batch nor on the number of threads. */
#include "net_check.h"

#include "oddlot_test.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <omp.h>
#include <string.h>

const char *odd_test_name = "nn.net_winograd";

#define TOLERANCE 1e-5
#define CHANNELS  64 /* the least that take this way, */
#define FEWEST    48 /* and the least that go in */

typedef struct {
    const char *what;
    int64_t rows, columns, outputs, pad[4];
} wino_case;

static const wino_case cases[] = {
    {"even", 28, 28, 64, {1, 1, 1, 1}},
    {"sides that four does not divide", 27, 33, 64, {1, 1, 1, 1}},
    {"no padding", 30, 29, 64, {0, 0, 0, 0}},
    {"uneven padding", 26, 26, 64, {0, 1, 1, 0}},
    {"channels that 16 does not divide", 26, 26, 70, {1, 1, 1, 1}},
    {"more outputs", 25, 25, 160, {1, 1, 1, 1}},
};

static odd_layer_settings settings_of(const wino_case *c)
{
    odd_layer_settings set = net_window(3, 1, 0);
    memcpy(set.pad, c->pad, sizeof set.pad);
    return set;
}

static void test_shapes(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const wino_case *c = &cases[i];
        odd_layer_settings set = settings_of(c);
        net_maker m = net_start(i, CHANNELS, c->rows, c->columns);
        int x = net_conv(&m, &set, m.g->input, c->outputs);
        net_output(&m, i % 2 ? x : net_layer(&m, ODD_LAYER_RELU, NULL, x));
        net_check(&m, c->what, ODD_PRECISION_F32, TOLERANCE);
    }
}

/* What stands around it: one after another, a sum, a layout that others made, a depthwise layer. */
static void test_neighbours(void)
{
    odd_layer_settings three = net_window(3, 1, 1), one = net_window(1, 1, 0), depthwise = three;
    odd_layer_settings set = odd_layer_defaults();
    net_maker m = net_start(7, 8, 26, 26);
    int x = net_layer(&m, ODD_LAYER_RELU, NULL, net_conv(&m, &one, m.g->input, CHANNELS));
    int y = net_conv(&m, &three, net_conv(&m, &three, x, CHANNELS), CHANNELS);
    int sum = net_layer(&m, ODD_LAYER_RELU, NULL, net_layer2(&m, ODD_LAYER_ADD, NULL, x, y));
    depthwise.group = CHANNELS;
    y = net_layer2(&m, ODD_LAYER_CONCAT, &set, net_conv(&m, &three, sum, CHANNELS),
                   net_conv(&m, &one, sum, 24));
    net_output(&m, net_conv(&m, &one, y, 8));
    net_output(&m, net_conv(&m, &depthwise, net_conv(&m, &three, x, CHANNELS), CHANNELS));
    net_check(&m, "neighbours", ODD_PRECISION_F32, TOLERANCE);
}

/* What follows is not inside the kernel: another activation than relu, and a sum with a value that
 * is read again or is not. */
static void test_posts(void)
{
    const odd_layer_settings three = net_window(3, 1, 1), one = net_window(1, 1, 0);
    for (int again = 0; again < 2; again++) {
        net_maker m = net_start(8, 8, 24, 25);
        int x = net_conv(&m, &one, m.g->input, FEWEST);
        x = net_layer(&m, ODD_LAYER_GELU, NULL, net_conv(&m, &three, x, CHANNELS));
        int y = net_layer2(&m, ODD_LAYER_ADD, NULL, net_conv(&m, &three, x, CHANNELS), x);
        y = net_layer(&m, ODD_LAYER_RELU, NULL, y);
        net_output(&m, again ? net_layer2(&m, ODD_LAYER_MUL, NULL, x, y) : y);
        net_check(&m, "gelu, and a residual sum", ODD_PRECISION_F32, TOLERANCE);
    }
}

static void test_invariance(void)
{
    odd_layer_settings three = net_window(3, 1, 1);
    net_maker m = net_start(3, 3, 40, 40);
    int x = net_layer(&m, ODD_LAYER_RELU, NULL, net_conv(&m, &three, m.g->input, CHANNELS));
    x = net_layer(&m, ODD_LAYER_RELU, NULL, net_conv(&m, &three, x, CHANNELS));
    net_output(&m, net_conv(&m, &three, x, CHANNELS));
    net_check_numbers(&m, ODD_PRECISION_F32);
}

CU_TestInfo odd_tests[] = {
    {"shapes", test_shapes}, {"neighbours", test_neighbours},
    {"posts", test_posts},   {"bits do not depend on batch and threads", test_invariance},
    CU_TEST_INFO_NULL,
};
