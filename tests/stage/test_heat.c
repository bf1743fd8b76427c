/* Heat: worked by hand for a network that looks for the brightest place, whatever its form; the
 * hottest area; files that are no such network. */
#include "oddlot_test.h"
#include "stage/train/damage_training_internal.h"

#include "stage/report/heat_internal.h"

#include "oddlot/nn/network.h"
#include "oddlot/nn/onnx.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *odd_test_name = "stage.heat";

enum { SIDE = 16, AREA = SIDE * SIDE, LEFT = 4, TOP = 8, SQUARE = 4 };

static float image[AREA], heat[AREA];

/* A bright square on dark ground. */
static void draw_image(void)
{
    for (int i = 0; i < AREA; i++) {
        const int x = i % SIDE, y = i / SIDE;
        const bool inside = x >= LEFT && x < LEFT + SQUARE && y >= TOP && y < TOP + SQUARE;
        image[i] = inside ? 1 : -1;
    }
}

/* All weights of a layer the same. */
static void set_weights(odd_graph *g, int layer, float value)
{
    odd_tensor *t = &g->tensor[g->layer[layer].input[1]];
    for (int64_t i = 0; i < odd_tensor_values(t); i++)
        t->data[i] = value;
}

static int last_layer(const odd_graph *g)
{
    return g->layers - 1;
}

/* Write the network of a list, with means as convolutions and `dense` as its last weights. */
static odd_status write_network(const char *path, const char *const item[], int items, float dense)
{
    const int64_t shape[] = {1, SIDE, SIDE};
    odd_graph *g = NULL;
    odd_status st;
    ODD_TRY(odd_network_new("net", 3, shape, items, item, ODD_INITIAL_HE, 1, &g));
    for (int l = 0; l < g->layers; l++)
        if (g->layer[l].kind == ODD_LAYER_CONV) set_weights(g, l, 1 / 9.f);
    set_weights(g, last_layer(g), dense);
    ODD_TRY(odd_onnx_write(g, path));
done:
    odd_graph_free(&g);
    return st;
}

static char path[] = "/tmp/oddlot-heat-XXXXXX";

static void name_file(void)
{
    strcpy(path + strlen(path) - 6, "XXXXXX");
    const int file = mkstemp(path);
    CU_ASSERT(file >= 0);
    close(file);
}

static odd_status open_file(int height, int width, int channels, odd_heat_network *network)
{
    odd_graph *graph = NULL;
    odd_status st;
    *network = (odd_heat_network){0};
    ODD_TRY(odd_damage_network_read(path, height, width, channels, &graph));
    ODD_TRY(odd_heat_network_open(graph, network));
done:
    odd_graph_free(&graph);
    return st;
}

static odd_status open_network(const char *const item[], int items, float dense,
                               odd_heat_network *network)
{
    draw_image();
    name_file();
    odd_status st = write_network(path, item, items, dense);
    if (st == ODD_OK) st = open_file(SIDE, SIDE, 1, network);
    unlink(path);
    return st;
}

static double at(int x, int y)
{
    return heat[y * SIDE + x];
}

static void check_square(void)
{
    odd_heat_region r;
    CU_ASSERT_EQUAL(odd_heat_hottest(SIDE, SIDE, heat, &r), ODD_OK);
    CU_ASSERT(r.left == LEFT && r.top == TOP && r.width == SQUARE && r.height == SQUARE);
}

/* The map has 8 x 8 places, four of which see the square, and windows of 4 x 4. The log odds fall
 * by 1 where a window covers all four: 3 of the 4 windows over such a place along each side. */
static void brightest_place(void)
{
    const char *const item[] = {"conv 1 3x3 pad 1 no bias", "relu", "max_pool 2", "global_max_pool",
                                "dense 1"};
    odd_heat_network network = {0};
    double odds;
    CU_ASSERT_EQUAL(open_network(item, 5, 1, &network), ODD_OK);
    CU_ASSERT(network.front && network.rows == 8 && network.columns == 8 && network.planes == 1);
    CU_ASSERT_EQUAL(odd_heat_map(&network, image, &odds, heat), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(odds, 1, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(at(5, 9), 0.75 * 0.75, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(at(4, 9), (0.75 * 0.75 + 0.25 * 0.5) * 0.75, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(at(1, 9), (0.25 * 0.75 + 0.5 * 0.25) * 0.75, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(at(15, 0), 0, 1e-6);
    check_square();
    odd_heat_network_close(&network);
}

/* Of two outputs their difference counts: here none. */
static void two_outputs(void)
{
    const char *const item[] = {"conv 1 3x3 pad 1 no bias", "relu", "max_pool 2", "global_max_pool",
                                "dense 2"};
    odd_heat_network network = {0};
    odd_heat_region r;
    double odds;
    CU_ASSERT_EQUAL(open_network(item, 5, 1, &network), ODD_OK);
    CU_ASSERT_EQUAL(odd_heat_map(&network, image, &odds, heat), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(odds, 0, 1e-6);
    CU_ASSERT_DOUBLE_EQUAL(at(5, 9), 0, 1e-6);
    CU_ASSERT_EQUAL(odd_heat_hottest(SIDE, SIDE, heat, &r), ODD_OK);
    CU_ASSERT(r.width == 0 && r.height == 0);
    odd_heat_network_close(&network);
}

static void check_on_image(const char *const item[], int items, float dense, double told)
{
    odd_heat_network network = {0};
    odd_heat_region r;
    double odds;
    CU_ASSERT_EQUAL(open_network(item, items, dense, &network), ODD_OK);
    CU_ASSERT(!network.front && network.rows == SIDE && network.columns == SIDE);
    CU_ASSERT_EQUAL(odd_heat_map(&network, image, &odds, heat), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(odds, told, 1e-6);
    CU_ASSERT_EQUAL(odd_heat_hottest(SIDE, SIDE, heat, &r), ODD_OK);
    CU_ASSERT(r.left <= LEFT + 1 && r.left + r.width >= LEFT + SQUARE - 1);
    CU_ASSERT(r.top <= TOP + 1 && r.top + r.height >= TOP + SQUARE - 1);
    odd_heat_network_close(&network);
}

/* Logistic regression, and a network whose end also reads what is before its last map. */
static void no_map(void)
{
    const char *const flat[] = {"dense 1"};
    const char *const past[] = {"conv 1 3x3 pad 1 no bias",
                                "relu",
                                "as seen",
                                "global_max_pool",
                                "as first",
                                "from seen",
                                "max_pool 2",
                                "global_max_pool",
                                "add first",
                                "dense 1"};
    check_on_image(flat, 1, 1.f / AREA, (2. * SQUARE * SQUARE - AREA) / AREA);
    check_on_image(past, 10, 1, 2);
}

static void hottest_area(void)
{
    const float two[] = {0, 0, 0, 0, 0, 0, /**/
                         0, 9, 8, 0, 0, 8, /**/
                         0, 8, 0, 0, 8, 8, /**/
                         0, 0, 0, 0, 0, 0};
    const float cold[] = {-3, -2, -1, 0};
    odd_heat_region r;
    CU_ASSERT_EQUAL(odd_heat_hottest(4, 6, two, &r), ODD_OK);
    CU_ASSERT(r.left == 1 && r.top == 1 && r.width == 2 && r.height == 2);
    CU_ASSERT_EQUAL(odd_heat_hottest(2, 2, cold, &r), ODD_OK);
    CU_ASSERT(r.width == 0 && r.height == 0);
}

/* One more output than there is room for. */
static odd_status add_output(void)
{
    odd_graph *g = NULL;
    odd_status st;
    ODD_TRY(odd_onnx_read(path, &g));
    ODD_TRY(odd_graph_add_output(g, g->layer[0].output));
    ODD_TRY(odd_onnx_write(g, path));
done:
    odd_graph_free(&g);
    return st;
}

static void wrong_files(void)
{
    const char *const ten[] = {"dense 10"}, *const one[] = {"dense 1"};
    odd_heat_network network;
    odd_graph *graph = NULL;
    CU_ASSERT_EQUAL(odd_damage_network_read("/nowhere/fold-1.onnx", SIDE, SIDE, 1, &graph), ODD_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "/nowhere/fold-1.onnx"));
    CU_ASSERT_EQUAL(open_network(ten, 1, 1, &network), ODD_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "10 values"));
    name_file();
    CU_ASSERT_EQUAL(write_network(path, one, 1, 1), ODD_OK);
    CU_ASSERT_EQUAL(open_file(SIDE, 2 * SIDE, 1, &network), ODD_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "32 x 16"));
    CU_ASSERT_EQUAL(add_output(), ODD_OK);
    CU_ASSERT_EQUAL(open_file(SIDE, SIDE, 1, &network), ODD_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "has 2 outputs"));
    CU_ASSERT_EQUAL(open_file(SIDE, SIDE, 3, &network), ODD_FORMAT);
    CU_ASSERT_PTR_NULL(network.back);
    unlink(path);
}

CU_TestInfo odd_tests[] = {
    {"the brightest place, by hand", brightest_place}, {"two outputs", two_outputs},
    {"networks without a map of their own", no_map},   {"the hottest area", hottest_area},
    {"files that are no such network", wrong_files},   CU_TEST_INFO_NULL,
};
