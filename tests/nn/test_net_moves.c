/* Net: values that are moved and nothing more, in loops of our own, against the plain evaluator:
 * boxes cut out and put into others, runs of a few values put behind each other. */
#include "net_check.h"
#include "oddlot_test.h"

#include <string.h>

const char *odd_test_name = "nn.net_moves";

static void check(net_maker *m, int x, const char *what)
{
    net_output(m, x);
    net_check(m, what, ODD_PRECISION_F32, 0); /* not a bit is changed */
}

/* Places first, first + step, ... below last of one dimension of a value of rank 4. */
static int cut(net_maker *m, int x, int axis, int64_t first, int64_t last, int64_t step)
{
    odd_layer_settings set = odd_layer_defaults();
    set.axes = 4;
    for (int i = 0; i < 4; i++) {
        set.list2[i] = m->g->tensor[x].shape[i];
        set.list3[i] = 1;
    }
    set.list[axis] = first;
    set.list2[axis] = last;
    set.list3[axis] = step;
    return net_layer(m, ODD_LAYER_SLICE, &set, x);
}

static int joined(net_maker *m, int axis, int a, int b)
{
    odd_layer_settings set = odd_layer_defaults();
    set.axis = axis;
    return net_layer2(m, ODD_LAYER_CONCAT, &set, a, b);
}

/* ---- Boxes ---- */

static void check_cut(int axis, int64_t first, int64_t last, int64_t step, const char *what)
{
    net_maker m = net_start(1, 4, 70, 66);
    check(&m, cut(&m, m.g->input, axis, first, last, step), what);
}

/* Where all dimensions behind the one that is cut are whole, rows are long. */
static void test_slices(void)
{
    check_cut(1, 1, 3, 1, "whole channels");
    check_cut(1, 0, 4, 3, "every third channel");
    check_cut(2, 5, 69, 1, "rows");
    check_cut(2, 69, 4, -2, "rows upwards");
    check_cut(3, 0, 66, 2, "even columns: one long row");
    check_cut(3, 1, 66, 2, "odd columns");
    check_cut(3, 3, 60, 1, "columns");
    check_cut(3, 65, -1, -1, "columns turned round");
}

static void test_pads(void)
{
    odd_layer_settings set = odd_layer_defaults();
    set.axes = 4;
    set.value = 2.5f;
    for (int axis = 1; axis < 4; axis++) {
        net_maker m = net_start(2, 4, 70, 66);
        memset(set.list, 0, sizeof set.list);
        memset(set.list2, 0, sizeof set.list2);
        set.list[axis] = 1;
        set.list2[axis] = 2;
        check(&m, net_layer(&m, ODD_LAYER_PAD, &set, m.g->input), "padding");
    }
}

/* ---- Runs ---- */

/* The first columns go behind the others. */
static void check_turn(int64_t columns, int64_t first, const char *what)
{
    net_maker m = net_start(3, 9, 123, columns);
    int a = cut(&m, m.g->input, 3, 0, first, 1), b = cut(&m, m.g->input, 3, first, columns, 1);
    check(&m, joined(&m, 3, b, a), what);
}

static void test_runs(void)
{
    check_turn(2, 1, "pairs turned round");
    check_turn(9, 2, "short runs");
    check_turn(30, 15, "the longest of them");
    check_turn(31, 15, "one is longer");
    check_turn(70, 1, "one is short");
}

/* Rotary embeddings in pairs: of each two values the second, negative, and the first. */
static void test_pairs(void)
{
    odd_layer_settings last = odd_layer_defaults(), shape = odd_layer_defaults();
    net_maker m = net_start(4, 3, 50, 64);
    last.axes = 1;
    last.list[0] = 4;
    int even = cut(&m, m.g->input, 3, 0, 64, 2), odd = cut(&m, m.g->input, 3, 1, 64, 2);
    odd = net_layer2(&m, ODD_LAYER_MUL, NULL, odd, net_number(&m, -1));
    even = net_layer(&m, ODD_LAYER_UNSQUEEZE, &last, even);
    odd = net_layer(&m, ODD_LAYER_UNSQUEEZE, &last, odd);
    shape.axes = 4;
    memcpy(shape.list, (const int64_t[]){1, 3, 50, 64}, 4 * sizeof *shape.list);
    check(&m, net_layer(&m, ODD_LAYER_RESHAPE, &shape, joined(&m, 4, odd, even)), "pairs");
}

static void test_same_value(void)
{
    net_maker m = net_start(5, 6, 7, 5);
    check(&m, joined(&m, 3, m.g->input, m.g->input), "a value beside itself");
}

/* Maps that a convolution leaves with their channels last, or in blocks. */
static void test_maps(void)
{
    const odd_layer_settings one = net_window(1, 1, 0);
    net_maker m = net_start(6, 6, 7, 5);
    int a = net_conv(&m, &one, m.g->input, 16), b = net_conv(&m, &one, m.g->input, 16);
    net_output(&m, joined(&m, 3, a, b));
    net_output(&m, joined(&m, 3, cut(&m, a, 3, 4, 5, 1), cut(&m, b, 3, 0, 4, 3)));
    net_check(&m, "maps of convolutions", ODD_PRECISION_F32, 1e-5);
}

CU_TestInfo odd_tests[] = {
    {"slices", test_slices},
    {"pads", test_pads},
    {"runs", test_runs},
    {"pairs", test_pairs},
    {"same value", test_same_value},
    {"maps", test_maps},
    CU_TEST_INFO_NULL,
};
