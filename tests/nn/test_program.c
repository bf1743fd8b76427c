/* Programs: how many steps are left of some layers, and what was fused behind each. */
#include "net_check.h"
#include "oddlot_test.h"

#include "nn/exec/program_internal.h"

#include <stdio.h>

const char *odd_test_name = "nn.program";

/* The posts of each step in order; `steps` of them are expected. */
static void check_posts(net_maker *m, const char *what, int steps, const int posts[])
{
    odd_program program = {0};
    CU_ASSERT_EQUAL_FATAL(m->st, ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_program_new(m->g, true, &program), ODD_OK);
    bool good = program.steps == steps;
    for (int i = 0; good && i < steps; i++)
        good = program.step[i].posts == posts[i];
    CU_ASSERT(good);
    if (!good) printf("\n    %s: %d steps", what, program.steps);
    odd_program_free(&program);
    odd_graph_free(&m->g);
}

static void convolutions(void)
{
    const odd_layer_settings window = net_window(3, 1, 1);
    net_maker m = net_start(1, 4, 6, 6);
    int a = net_conv(&m, &window, 0, 4);
    int b = net_layer(&m, ODD_LAYER_RELU, NULL, a);
    int c = net_conv(&m, &window, b, 4);
    net_output(&m, net_layer(&m, ODD_LAYER_RELU, NULL, net_layer2(&m, ODD_LAYER_ADD, NULL, c, b)));
    check_posts(&m, "a residual block", 2, (const int[]){1, 2});
}

/* An activation that a transposed convolution would apply in slow code is a step of its own. */
static void transposed_convolutions(void)
{
    const odd_layer_settings window = net_window(3, 1, 1);
    net_maker m = net_start(2, 4, 6, 6);
    int a = net_conv_transpose(&m, &window, 0, 4);
    int b = net_layer(&m, ODD_LAYER_ELU, NULL, a);
    net_output(&m, net_layer2(&m, ODD_LAYER_MUL, NULL, b, net_number(&m, 2)));
    check_posts(&m, "one and an activation", 2, (const int[]){0, 2});
    m = net_start(3, 4, 6, 6);
    a = net_conv_transpose(&m, &window, 0, 4);
    b = net_layer2(&m, ODD_LAYER_ADD, NULL, a, 0);
    net_output(&m, net_layer(&m, ODD_LAYER_RELU, NULL, b));
    check_posts(&m, "one in a residual sum", 2, (const int[]){0, 1});
}

/* What several read stays as it is. */
static void shared_tensors(void)
{
    const odd_layer_settings window = net_window(3, 1, 1);
    net_maker m = net_start(4, 4, 6, 6);
    int a = net_conv(&m, &window, 0, 4);
    net_output(&m, a);
    net_output(&m, net_layer(&m, ODD_LAYER_RELU, NULL, a));
    check_posts(&m, "an output", 2, (const int[]){0, 1});
}

CU_TestInfo odd_tests[] = {
    {"convolutions", convolutions},
    {"transposed convolutions", transposed_convolutions},
    {"tensors of several readers", shared_tensors},
    CU_TEST_INFO_NULL,
};
