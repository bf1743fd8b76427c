/* Net: layers of wide maps take few images at a time and those behind them more: where a program is
 * cut, and what comes out at the seams. */
#include "net_check.h"
#include "oddlot_test.h"

#include "nn/exec/program_internal.h"

#include <stdio.h>

const char *odd_test_name = "nn.net_sections";

#define TOLERANCE 1e-5
#define SIDE      144 /* with 16 channels in and out: one image at a time */
#define MOST      8

/* The images of each section are as expected; 0 ends them. */
static void check_cuts(net_maker *m, const char *what, const int64_t images[])
{
    odd_program p = {0};
    CU_ASSERT_EQUAL_FATAL(m->st, ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_program_new(m->g, true, &p), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_program_cut(m->g, MOST, &p), ODD_OK);
    bool good = true;
    for (int i = 0; i < p.sections; i++)
        good = good && p.section[i].images == images[i];
    good = good && images[p.sections] == 0;
    CU_ASSERT(good);
    if (!good) printf("\n    %s: %d sections", what, p.sections);
    odd_program_free(&p);
}

static int narrower(net_maker *m, int x, int64_t times)
{
    const odd_layer_settings window = net_window(times, times, 0);
    return net_layer(m, ODD_LAYER_MAX_POOL, &window, x);
}

static int point(net_maker *m, int x, int64_t outputs)
{
    const odd_layer_settings one = net_window(1, 1, 0);
    return net_layer(m, ODD_LAYER_RELU, NULL, net_conv(m, &one, x, outputs));
}

/* Wide maps of 16 channels; what follows takes two images. */
static int wide(net_maker *m)
{
    return point(m, point(m, m->g->input, 16), 16);
}

static void cut_where_maps_get_narrow(void)
{
    net_maker m = net_start(1, 3, SIDE, SIDE);
    int x = point(&m, narrower(&m, wide(&m), 2), 16);
    net_output(&m, point(&m, narrower(&m, x, 2), 16));
    check_cuts(&m, "in four", (const int64_t[]){1, 2, 4, 8, 0});
    net_check(&m, "in four", ODD_PRECISION_F32, TOLERANCE);
}

static void not_cut_where_more_is_read(void)
{
    const odd_layer_settings four = net_window(4, 4, 0);
    net_maker m = net_start(2, 3, SIDE, SIDE);
    int x = wide(&m), y = point(&m, narrower(&m, x, 4), 16);
    net_output(&m, net_layer2(&m, ODD_LAYER_ADD, NULL, y, net_conv(&m, &four, x, 16)));
    net_output(&m, narrower(&m, y, 2));
    check_cuts(&m, "a way around", (const int64_t[]){1, 2, 0});
    net_check(&m, "a way around", ODD_PRECISION_F32, TOLERANCE);
    m = net_start(3, 3, SIDE, SIDE);
    x = wide(&m);
    net_output(&m, narrower(&m, narrower(&m, x, 4), 2));
    net_output(&m, x);
    check_cuts(&m, "an output on the way", (const int64_t[]){1, 2, 0});
    net_check(&m, "an output on the way", ODD_PRECISION_F32, TOLERANCE);
    m = net_start(4, 3, SIDE, SIDE);
    x = narrower(&m, wide(&m), 4);
    net_output(&m, net_layer2(&m, ODD_LAYER_MUL, NULL, x, point(&m, x, 16)));
    net_output(&m, x);
    check_cuts(&m, "an output at the seam", (const int64_t[]){1, 2, 8, 0});
    net_check(&m, "an output at the seam", ODD_PRECISION_F32, TOLERANCE);
}

/* What the next section reads: a sum in place of what was there, maps beside maps, rows that were
 * turned, a part of maps, float32 for a depthwise convolution. */
static int seam(net_maker *m, int kind, int x)
{
    odd_layer_settings set = odd_layer_defaults();
    int y = narrower(m, x, 4);
    switch (kind) {
    case 0:
        return net_layer2(m, ODD_LAYER_ADD, NULL, point(m, y, 16), y);
    case 1:
        return net_layer2(m, ODD_LAYER_CONCAT, &set, y, point(m, y, 8));
    case 2:
        set.axes = 4;
        for (int i = 0; i < 4; i++)
            set.list[i] = (const int64_t[]){0, 2, 3, 1}[i];
        return net_layer(m, ODD_LAYER_TRANSPOSE, &set, y);
    case 3:
        set.axes = 4;
        set.list[2] = set.list2[3] = 1;
        return net_layer(m, ODD_LAYER_PAD, &set, y);
    default:
        set = net_window(3, 1, 1);
        set.group = 16;
        return net_conv(m, &set, y, 16);
    }
}

static void seams(void)
{
    for (int kind = 0; kind < 5; kind++)
        for (int bf16 = 0; bf16 < 2; bf16++) {
            odd_precision precision = bf16 ? ODD_PRECISION_BF16 : ODD_PRECISION_F32;
            if (odd_precision_choose(precision, &precision) != ODD_OK) continue;
            net_maker m = net_start((uint64_t)kind, 3, SIDE, SIDE);
            int x = seam(&m, kind, wide(&m));
            net_output(&m, net_layer(&m, ODD_LAYER_SIGMOID, NULL, point(&m, x, 40)));
            net_check(&m, "a seam", precision, bf16 ? 0.03 : TOLERANCE);
        }
}

static void numbers(void)
{
    net_maker m = net_start(5, 3, SIDE, SIDE);
    int x = point(&m, narrower(&m, point(&m, m.g->input, 12), 4), 24);
    net_output(&m, net_gemm(&m, net_layer(&m, ODD_LAYER_FLATTEN, NULL, narrower(&m, x, 12)), 5));
    net_check_numbers(&m, ODD_PRECISION_F32);
}

/* Maps of one pixel are one map of all images: with and without what may stand behind them. */
static void one_pixel(void)
{
    const odd_layer_settings one = net_window(1, 1, 0), three = net_window(3, 1, 1);
    net_maker m = net_start(6, 24, 9, 8);
    int x = net_conv(&m, &three, m.g->input, 40);
    int y = net_layer(&m, ODD_LAYER_GLOBAL_AVERAGE_POOL, NULL, x);
    int z = net_layer(&m, ODD_LAYER_HARD_SWISH, NULL, net_conv(&m, &one, y, 10));
    z = net_layer(&m, ODD_LAYER_SIGMOID, NULL, net_conv(&m, &one, z, 40));
    net_output(&m, net_layer2(&m, ODD_LAYER_MUL, NULL, x, z));
    net_output(&m, net_layer2(&m, ODD_LAYER_ADD, NULL, net_conv(&m, &one, z, 40), y));
    net_check(&m, "one pixel", ODD_PRECISION_F32, TOLERANCE);
    m = net_start(7, 33, 1, 1);
    net_output(&m, net_conv(&m, &three, net_conv(&m, &one, m.g->input, 17), 9));
    net_check_numbers(&m, ODD_PRECISION_F32);
}

CU_TestInfo odd_tests[] = {
    {"cut where maps get narrow", cut_where_maps_get_narrow},
    {"not where more than one tensor is still read", not_cut_where_more_is_read},
    {"seams", seams},
    {"bits do not depend on batch and threads", numbers},
    {"maps of one pixel", one_pixel},
    CU_TEST_INFO_NULL,
};
