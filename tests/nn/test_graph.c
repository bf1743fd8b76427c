/* Graphs: shapes worked by hand, layers that do not fit, parts found by name, cuts, costs. */
#include "oddlot_test.h"

#include "oddlot/nn/graph.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *odd_test_name = "nn.graph";

#define LIST(...) ((const int64_t[]){__VA_ARGS__})

static odd_graph *start(int rank, const int64_t shape[], bool batched)
{
    odd_graph *g;
    CU_ASSERT_EQUAL_FATAL(odd_graph_new("test", &g), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_graph_tensor(g, "x", rank, shape, batched, NULL, &g->input), ODD_OK);
    return g;
}

/* A constant of ones. */
static int ones(odd_graph *g, const char *name, int rank, const int64_t shape[])
{
    int id;
    int64_t values = 1;
    for (int d = 0; d < rank; d++)
        values *= shape[d];
    float *data = odd_alloc(values, sizeof *data);
    CU_ASSERT_PTR_NOT_NULL_FATAL(data);
    for (int64_t i = 0; i < values; i++)
        data[i] = 1;
    CU_ASSERT_EQUAL_FATAL(odd_graph_tensor(g, name, rank, shape, false, data, &id), ODD_OK);
    odd_free(data);
    return id;
}

/* One layer on x, perhaps with a second input. */
typedef struct {
    odd_layer_kind kind;
    int rank, other_rank; /* other_rank -1: there is none */
    int64_t shape[ODD_TENSOR_RANK], other[ODD_TENSOR_RANK];
    void (*settings)(odd_layer_settings *set);
    const char *words; /* of the complaint; NULL: it fits */
    int out_rank;
    int64_t out[ODD_TENSOR_RANK];
} layer_case;

static void set_stem(odd_layer_settings *s) /* of ResNet: 224 becomes 112 */
{
    s->stride[0] = s->stride[1] = 2;
    s->pad[0] = s->pad[1] = s->pad[2] = s->pad[3] = 3;
}

static void set_dilated(odd_layer_settings *s)
{
    s->dilation[0] = 2;
    s->dilation[1] = 3;
    s->pad[0] = 1;
}

static void set_groups(odd_layer_settings *s)
{
    s->group = 4;
}

static void set_no_stride(odd_layer_settings *s)
{
    s->stride[1] = 0;
}

static void set_upsample(odd_layer_settings *s)
{
    s->stride[0] = s->stride[1] = 2;
    s->pad[0] = s->pad[1] = s->pad[2] = s->pad[3] = 1;
    s->output_pad[0] = s->output_pad[1] = 1;
}

static void set_upsample_groups(odd_layer_settings *s)
{
    s->group = 2;
}

static void set_pool(odd_layer_settings *s)
{
    s->kernel[0] = s->kernel[1] = 3;
    s->stride[0] = s->stride[1] = 2;
    s->pad[0] = s->pad[1] = s->pad[2] = s->pad[3] = 1;
}

static void set_pool_padding(odd_layer_settings *s)
{
    set_pool(s);
    s->pad[2] = 3;
}

static void set_transposed(odd_layer_settings *s)
{
    s->transpose_a = true;
}

static void set_weight_transposed(odd_layer_settings *s)
{
    s->transpose_b = true;
}

static void set_places(odd_layer_settings *s)
{
    s->axes = 4;
    memcpy(s->list, LIST(0, 2, 3, 1), 4 * sizeof *s->list);
}

static void set_batch_moved(odd_layer_settings *s)
{
    s->axes = 4;
    memcpy(s->list, LIST(1, 0, 2, 3), 4 * sizeof *s->list);
}

static void set_shape(odd_layer_settings *s)
{
    s->axes = 3;
    memcpy(s->list, LIST(0, -1, 4), 3 * sizeof *s->list);
}

static void set_wrong_shape(odd_layer_settings *s)
{
    s->axes = 2;
    memcpy(s->list, LIST(5, -1), 2 * sizeof *s->list);
}

static void set_merged(odd_layer_settings *s)
{
    s->axes = 2;
    memcpy(s->list, LIST(-1, 4), 2 * sizeof *s->list);
}

static void set_maps(odd_layer_settings *s)
{
    s->axes = 2;
    s->list[0] = 2;
    s->list[1] = 3;
}

static void set_maps_away(odd_layer_settings *s)
{
    set_maps(s);
    s->keep_dims = false;
}

static void set_batch(odd_layer_settings *s)
{
    s->axes = 1;
    s->axis = 0;
}

static void set_last(odd_layer_settings *s)
{
    s->axes = 1;
    s->list[0] = 4;
}

static void
set_slice(odd_layer_settings *s) /* channels 1 and 2, rows 3, 2, 1, 0, columns 0 and 2 */
{
    s->axes = 4;
    memcpy(s->list, LIST(0, 1, 3, 0), 4 * sizeof *s->list);
    memcpy(s->list2, LIST(1, 3, -1, 3), 4 * sizeof *s->list2);
    memcpy(s->list3, LIST(1, 1, -1, 2), 4 * sizeof *s->list3);
}

static void set_outside(odd_layer_settings *s)
{
    set_slice(s);
    s->list2[1] = 9;
}

static void set_pads(odd_layer_settings *s)
{
    s->axes = 4;
    memcpy(s->list, LIST(0, 0, 1, 2), 4 * sizeof *s->list);
    memcpy(s->list2, LIST(0, 1, 0, 3), 4 * sizeof *s->list2);
}

static void set_pads_batch(odd_layer_settings *s)
{
    set_pads(s);
    s->list[0] = 1;
}

static void set_empty_range(odd_layer_settings *s)
{
    s->low = 1;
    s->high = -1;
}

#define REFUSED(words)                                                                             \
    words, 0,                                                                                      \
    {                                                                                              \
        0                                                                                          \
    }

static const layer_case cases[] = {
    {ODD_LAYER_CONV, 4, 4, {1, 3, 224, 224}, {64, 3, 7, 7}, set_stem, NULL, 4, {1, 64, 112, 112}},
    {ODD_LAYER_CONV, 4, 4, {1, 2, 9, 9}, {5, 2, 3, 2}, set_dilated, NULL, 4, {1, 5, 6, 6}},
    {ODD_LAYER_CONV, 4, 4, {1, 8, 5, 5}, {12, 2, 1, 1}, set_groups, NULL, 4, {1, 12, 5, 5}},
    {ODD_LAYER_CONV, 4, 4, {1, 6, 5, 5}, {12, 2, 1, 1}, set_groups, REFUSED("in 4 groups")},
    {ODD_LAYER_CONV, 4, 4, {1, 8, 5, 5}, {12, 8, 1, 1}, set_groups, REFUSED("2 channels a group")},
    {ODD_LAYER_CONV, 4, 4, {1, 8, 5, 5}, {12, 8, 7, 1}, NULL, REFUSED("does not fit into 5 rows")},
    {ODD_LAYER_CONV, 4, 4, {1, 8, 5, 5}, {12, 8, 1, 1}, set_no_stride, REFUSED("out of range")},
    {ODD_LAYER_CONV, 4, 3, {1, 8, 5, 5}, {12, 8, 1}, NULL, REFUSED("3 dimensions, not 4")},
    {ODD_LAYER_CONV, 4, -1, {1, 8, 5, 5}, {0}, NULL, REFUSED("it has 1 inputs")},
    {ODD_LAYER_CONV_TRANSPOSE,
     4,
     4,
     {1, 6, 7, 7},
     {6, 4, 3, 3},
     set_upsample,
     NULL,
     4,
     {1, 4, 14, 14}},
    {ODD_LAYER_CONV_TRANSPOSE,
     4,
     4,
     {1, 6, 7, 7},
     {6, 4, 3, 3},
     set_upsample_groups,
     NULL,
     4,
     {1, 8, 9, 9}},
    {ODD_LAYER_CONV_TRANSPOSE, 4, 4, {1, 6, 7, 7}, {5, 4, 3, 3}, NULL, REFUSED("its weight 5")},
    {ODD_LAYER_GEMM, 2, 2, {1, 9}, {9, 4}, NULL, NULL, 2, {1, 4}},
    {ODD_LAYER_GEMM, 2, 2, {1, 9}, {4, 9}, set_weight_transposed, NULL, 2, {1, 4}},
    {ODD_LAYER_GEMM, 2, 2, {1, 9}, {8, 4}, NULL, REFUSED("9 features, its weight 8")},
    {ODD_LAYER_GEMM, 2, 2, {1, 9}, {1, 4}, set_transposed, REFUSED("sum over the batch")},
    {ODD_LAYER_MATMUL, 3, 2, {1, 5, 9}, {9, 4}, NULL, NULL, 3, {1, 5, 4}},
    {ODD_LAYER_MATMUL, 4, 4, {1, 2, 5, 9}, {1, 1, 9, 3}, NULL, NULL, 4, {1, 2, 5, 3}},
    {ODD_LAYER_MATMUL, 2, 1, {1, 9}, {9}, NULL, NULL, 1, {1}},
    {ODD_LAYER_MATMUL, 2, 3, {1, 9}, {2, 9, 3}, NULL, REFUSED("moves the batch")},
    {ODD_LAYER_MATMUL, 3, 3, {1, 5, 9}, {2, 9, 3}, NULL, REFUSED("differs over the batch")},
    {ODD_LAYER_MATMUL, 3, 2, {1, 5, 9}, {8, 3}, NULL, REFUSED("9 columns meet 8 rows")},
    {ODD_LAYER_MATMUL, 1, 2, {1}, {1, 3}, NULL, REFUSED("sum over the batch")},
    {ODD_LAYER_ADD, 4, 3, {1, 8, 5, 1}, {8, 1, 6}, NULL, NULL, 4, {1, 8, 5, 6}},
    {ODD_LAYER_ADD, 4, 0, {1, 8, 5, 5}, {0}, NULL, NULL, 4, {1, 8, 5, 5}},
    {ODD_LAYER_ADD, 4, 1, {1, 8, 5, 5}, {4}, NULL, REFUSED("5 values of 'x' meet 4 of 'w'")},
    {ODD_LAYER_MUL, 4, 4, {1, 8, 5, 5}, {2, 1, 1, 1}, NULL, REFUSED("differs over the batch")},
    {ODD_LAYER_MUL, 2, 3, {1, 8}, {1, 1, 8}, NULL, REFUSED("moves the batch")},
    {ODD_LAYER_MAX_POOL, 4, -1, {1, 64, 112, 112}, {0}, set_pool, NULL, 4, {1, 64, 56, 56}},
    {ODD_LAYER_MAX_POOL,
     4,
     -1,
     {1, 64, 9, 9},
     {0},
     set_pool_padding,
     REFUSED("nothing but padding")},
    {ODD_LAYER_MAX_POOL, 3, -1, {1, 64, 9}, {0}, set_pool, REFUSED("3 dimensions, not 4")},
    {ODD_LAYER_GLOBAL_AVERAGE_POOL, 4, -1, {1, 7, 5, 6}, {0}, NULL, NULL, 4, {1, 7, 1, 1}},
    {ODD_LAYER_GLOBAL_AVERAGE_POOL, 2, -1, {1, 7}, {0}, NULL, REFUSED("2 dimensions")},
    {ODD_LAYER_REDUCE_MEAN, 4, -1, {1, 7, 5, 6}, {0}, set_maps, NULL, 4, {1, 7, 1, 1}},
    {ODD_LAYER_REDUCE_MEAN, 4, -1, {1, 7, 5, 6}, {0}, set_maps_away, NULL, 2, {1, 7}},
    {ODD_LAYER_REDUCE_MEAN, 4, -1, {1, 7, 5, 6}, {0}, set_batch, REFUSED("along the batch")},
    {ODD_LAYER_FLATTEN, 4, -1, {1, 7, 5, 6}, {0}, NULL, NULL, 2, {1, 210}},
    {ODD_LAYER_FLATTEN, 4, -1, {1, 7, 5, 6}, {0}, set_batch, REFUSED("along the batch")},
    {ODD_LAYER_RESHAPE, 4, -1, {1, 8, 2, 2}, {0}, set_shape, NULL, 3, {1, 8, 4}},
    {ODD_LAYER_RESHAPE, 4, -1, {1, 8, 3, 2}, {0}, set_wrong_shape, REFUSED("do not fit")},
    {ODD_LAYER_RESHAPE, 4, -1, {1, 8, 2, 2}, {0}, set_merged, REFUSED("mix images")},
    {ODD_LAYER_SQUEEZE, 4, -1, {1, 8, 1, 1}, {0}, set_maps, NULL, 2, {1, 8}},
    {ODD_LAYER_SQUEEZE, 4, -1, {1, 8, 1, 2}, {0}, set_maps, REFUSED("is 2, not 1")},
    {ODD_LAYER_UNSQUEEZE, 4, -1, {1, 8, 1, 2}, {0}, set_last, NULL, 5, {1, 8, 1, 2, 1}},
    {ODD_LAYER_UNSQUEEZE, 4, -1, {1, 8, 1, 2}, {0}, set_batch, REFUSED("along the batch")},
    {ODD_LAYER_TRANSPOSE, 4, -1, {1, 2, 3, 4}, {0}, set_places, NULL, 4, {1, 3, 4, 2}},
    {ODD_LAYER_TRANSPOSE, 4, -1, {1, 2, 3, 4}, {0}, set_batch_moved, REFUSED("move the batch")},
    {ODD_LAYER_CONCAT, 4, -1, {1, 2, 3, 4}, {0}, set_batch, REFUSED("along the batch")},
    {ODD_LAYER_CONCAT, 4, 4, {1, 2, 3, 4}, {1, 2, 3, 4}, NULL, REFUSED("do not fit together")},
    {ODD_LAYER_SOFTMAX, 2, -1, {1, 10}, {0}, NULL, NULL, 2, {1, 10}},
    {ODD_LAYER_SOFTMAX, 2, -1, {1, 10}, {0}, set_batch, REFUSED("along the batch")},
    {ODD_LAYER_SLICE, 4, -1, {1, 4, 5, 3}, {0}, set_slice, NULL, 4, {1, 2, 4, 2}},
    {ODD_LAYER_SLICE, 4, -1, {1, 4, 5, 3}, {0}, set_outside, REFUSED("nothing of dimension 1")},
    {ODD_LAYER_PAD, 4, -1, {1, 4, 5, 3}, {0}, set_pads, NULL, 4, {1, 5, 6, 8}},
    {ODD_LAYER_PAD, 4, -1, {1, 4, 5, 3}, {0}, set_pads_batch, REFUSED("mix images")},
    {ODD_LAYER_CLIP, 4, -1, {1, 4, 5, 3}, {0}, set_empty_range, REFUSED("its range is empty")},
    {ODD_LAYER_LAYER_NORM, 2, 1, {1, 10}, {10}, NULL, NULL, 2, {1, 10}},
    {ODD_LAYER_LAYER_NORM, 2, 1, {1, 10}, {9}, NULL, REFUSED("does not have the shape")},
    {ODD_LAYER_BATCH_NORM, 4, 1, {1, 4, 5, 3}, {4}, NULL, REFUSED("it has 2 inputs")},
    {ODD_LAYER_RELU, 4, 1, {1, 4, 5, 3}, {4}, NULL, REFUSED("it has 2 inputs")},
};

static bool as_expected(const layer_case *c, odd_status st, const odd_graph *g, int output)
{
    if (c->words)
        return st == ODD_FORMAT && output == -1 && strstr(odd_fail_reason(), c->words) &&
               strstr(odd_fail_reason(), "layer 'it'");
    if (st != ODD_OK) return false;
    const odd_tensor *t = &g->tensor[output];
    return t->batched && t->rank == c->out_rank &&
           memcmp(t->shape, c->out, (size_t)t->rank * sizeof *t->shape) == 0;
}

static void shapes(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const layer_case *c = &cases[i];
        odd_graph *g = start(c->rank, c->shape, true);
        odd_layer_settings set = odd_layer_defaults();
        int input[] = {g->input, 0}, output;
        if (c->settings) c->settings(&set);
        if (c->other_rank >= 0) input[1] = ones(g, "w", c->other_rank, c->other);
        odd_status st = odd_graph_layer(g, c->kind, "it", &set, c->other_rank >= 0 ? 2 : 1, input,
                                        "y", &output);
        bool good = as_expected(c, st, g, output);
        if (!good)
            printf("\n    case %d (%s): %s", (int)i, odd_layer_name(c->kind), odd_fail_reason());
        CU_ASSERT(good);
        odd_graph_free(&g);
    }
}

static void tensors(void)
{
    odd_graph *g = start(4, LIST(1, 3, 8, 8), true);
    float value = 1;
    int id, first, second;
    CU_ASSERT_EQUAL(odd_graph_tensor(g, "x", 0, NULL, false, &value, &id), ODD_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "a second tensor of the name 'x'"));
    CU_ASSERT_EQUAL(odd_graph_tensor(g, "a", 7, LIST(1, 1, 1, 1, 1, 1, 1), false, NULL, &id),
                    ODD_FORMAT);
    CU_ASSERT_EQUAL(odd_graph_tensor(g, "a", 2, LIST(4, 0), false, NULL, &id), ODD_FORMAT);
    CU_ASSERT_EQUAL(odd_graph_tensor(g, "a", 2, LIST(4, -4), false, NULL, &id), ODD_FORMAT);
    CU_ASSERT_EQUAL(odd_graph_tensor(g, "a", 2, LIST(INT64_MAX, 3), false, NULL, &id), ODD_FORMAT);
    CU_ASSERT_EQUAL(odd_graph_tensor(g, "a", 2, LIST(2, 3), true, NULL, &id), ODD_FORMAT);
    CU_ASSERT_EQUAL(odd_graph_tensor(g, "a", 1, LIST(1), true, &value, &id), ODD_FORMAT);
    CU_ASSERT_EQUAL(odd_graph_tensor(g, "", 0, NULL, false, &value, &first), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_tensor(g, "", 0, NULL, false, &value, &second), ODD_OK);
    CU_ASSERT_STRING_NOT_EQUAL(g->tensor[first].name, g->tensor[second].name);
    CU_ASSERT_EQUAL(g->tensors, 3);
    CU_ASSERT_EQUAL(odd_tensor_values(&g->tensor[g->input]), 192);
    odd_graph_free(&g);
    CU_ASSERT_PTR_NULL(g);
    odd_graph_free(&g);
}

static int layer(odd_graph *g, odd_layer_kind kind, const odd_layer_settings *set, int inputs,
                 const int input[], const char *name)
{
    int output;
    odd_layer_settings defaults = odd_layer_defaults();
    odd_status st =
        odd_graph_layer(g, kind, name, set ? set : &defaults, inputs, input, name, &output);
    if (st != ODD_OK) printf("\n    %s", odd_fail_reason());
    CU_ASSERT_EQUAL_FATAL(st, ODD_OK);
    return output;
}

/* A small classifier: conv (3 to 8, 3x3) and batch norm, relu, a side branch, global pool, flatten,
 * gemm (8 to 5), softmax. */
static odd_graph *classifier(void)
{
    odd_graph *g = start(4, LIST(1, 3, 10, 12), true);
    int weight = ones(g, "w", 4, LIST(8, 3, 3, 3)), bias = ones(g, "b", 1, LIST(8));
    int c = layer(g, ODD_LAYER_CONV, NULL, 3, (int[]){g->input, weight, bias}, "conv");
    int k = ones(g, "k", 1, LIST(8)),
        n = layer(g, ODD_LAYER_BATCH_NORM, NULL, 5, (int[]){c, k, k, bias, bias}, "norm");
    int r = layer(g, ODD_LAYER_RELU, NULL, 1, &n, "relu");
    int side = layer(g, ODD_LAYER_SIGMOID, NULL, 1, &c, "side");
    int p = layer(g, ODD_LAYER_GLOBAL_AVERAGE_POOL, NULL, 1, &r, "pool");
    int f = layer(g, ODD_LAYER_FLATTEN, NULL, 1, &p, "flat");
    int fc = ones(g, "fc.w", 2, LIST(8, 5));
    int logits = layer(g, ODD_LAYER_GEMM, NULL, 2, (int[]){f, fc}, "logits");
    int s = layer(g, ODD_LAYER_SOFTMAX, NULL, 1, &logits, "prob");
    CU_ASSERT_EQUAL(odd_graph_add_output(g, side), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_add_output(g, s), ODD_OK);
    return g;
}

static void check_part(const odd_graph *g, const char *part, const char *name)
{
    int id;
    CU_ASSERT_EQUAL_FATAL(odd_graph_find(g, part, &id), ODD_OK);
    CU_ASSERT_STRING_EQUAL(g->tensor[id].name, name);
}

static void parts(void)
{
    int id;
    odd_graph *g = classifier();
    check_part(g, "relu", "relu");
    check_part(g, "last_map", "side");
    check_part(g, "penultimate", "flat");
    CU_ASSERT_EQUAL(odd_graph_find(g, "pooled", &id), ODD_FORMAT); /* nothing pools the side */
    CU_ASSERT_EQUAL(odd_graph_find(g, "prob", &id), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_cut(g, id), ODD_OK);
    check_part(g, "last_map", "relu");
    check_part(g, "pooled", "pool");
    check_part(g, "penultimate", "flat");
    CU_ASSERT_EQUAL(odd_graph_find(g, "logit", &id), ODD_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "did you mean 'logits'?"));
    CU_ASSERT_EQUAL(odd_graph_find(g, "x", &id), ODD_OK);
    odd_graph_free(&g);
    g = start(2, LIST(1, 4), true);
    CU_ASSERT_EQUAL(odd_graph_find(g, "last_map", &id), ODD_FORMAT);
    CU_ASSERT_EQUAL(odd_graph_find(g, "penultimate", &id), ODD_FORMAT);
    odd_graph_free(&g);
}

static void cuts(void)
{
    int id;
    odd_graph *g = classifier();
    CU_ASSERT_EQUAL(odd_graph_find(g, "norm", &id), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_cut(g, id), ODD_OK);
    CU_ASSERT_EQUAL(g->layers, 2);
    CU_ASSERT_EQUAL(g->tensors, 6); /* x, w, b, conv, k, norm */
    CU_ASSERT_EQUAL(g->outputs, 1);
    check_part(g, "norm", "norm");
    CU_ASSERT_STRING_EQUAL(g->tensor[g->output[0]].name, "norm");
    CU_ASSERT_STRING_EQUAL(g->tensor[g->layer[1].input[1]].name, "k");
    CU_ASSERT_EQUAL(odd_graph_find(g, "relu", &id), ODD_FORMAT);
    id = ones(g, "relu", 0, NULL); /* the name is free again */
    CU_ASSERT_EQUAL(odd_graph_cut(g, 99), ODD_ARG);
    odd_graph_free(&g);
}

static void copies(void)
{
    odd_graph *g = classifier(), *copy;
    odd_text a = ODD_TEXT_EMPTY, b = ODD_TEXT_EMPTY;
    CU_ASSERT_EQUAL_FATAL(odd_graph_copy(g, &copy), ODD_OK);
    odd_graph_describe(g, &a);
    odd_graph_free(&g);
    odd_graph_describe(copy, &b);
    CU_ASSERT_STRING_EQUAL(odd_text_string(&a), odd_text_string(&b));
    CU_ASSERT_EQUAL(copy->input, 0);
    CU_ASSERT_EQUAL(copy->outputs, 2);
    CU_ASSERT_EQUAL(copy->tensor[1].data[215], 1.0f);
    odd_text_free(&a);
    odd_text_free(&b);
    odd_graph_free(&copy);
}

/* By hand: conv 8 x 3 x 9 + 8, norm 8 + 0 (its shift is its scale, counted once), gemm 40; 2 x 8 x
 * 10 x 8 x 27 and 2 x 8 x 5 FLOPs. */
static void costs(void)
{
    odd_graph *g = classifier();
    CU_ASSERT_EQUAL(odd_graph_parameters(g), 216 + 8 + 8 + 40);
    CU_ASSERT_EQUAL(odd_graph_flops(g), 2 * 8 * 8 * 10 * 27 + 2 * 8 * 5);
    odd_graph_free(&g);
}

static void description(void)
{
    odd_graph *g = classifier();
    odd_text text = ODD_TEXT_EMPTY;
    odd_graph_describe(g, &text);
    CU_ASSERT_STRING_EQUAL(odd_text_string(&text),
                           "test: reads 'x' (N x 3 x 10 x 12), makes 'side', 'prob'\n"
                           "\n"
                           "  layer   kind                output          parameters   FLOPs\n"
                           "  ------  ------------------  --------------  ----------  ------\n"
                           "  conv    Conv                N x 8 x 8 x 10         224  34.6 k\n"
                           "  norm    BatchNormalization  N x 8 x 8 x 10           8\n"
                           "  relu    Relu                N x 8 x 8 x 10\n"
                           "  side    Sigmoid             N x 8 x 8 x 10\n"
                           "  pool    GlobalAveragePool   N x 8 x 1 x 1\n"
                           "  flat    Flatten             N x 8\n"
                           "  logits  Gemm                N x 5                   40      80\n"
                           "  prob    Softmax             N x 5\n"
                           "  ------  ------------------  --------------  ----------  ------\n"
                           "  sum                         8 layers               272  34.6 k\n");
    odd_text_free(&text);
    odd_graph_free(&g);
}

/* Thousands of layers take no time that grows with their square. */
static void many_layers(void)
{
    enum { LAYERS = 50000 };
    odd_graph *g = start(2, LIST(1, 3), true);
    int x = g->input;
    for (int i = 0; i < LAYERS; i++)
        x = layer(g, i % 2 ? ODD_LAYER_RELU : ODD_LAYER_IDENTITY, NULL, 1, &x, "");
    CU_ASSERT_EQUAL(odd_graph_add_output(g, x), ODD_OK);
    CU_ASSERT_EQUAL(odd_graph_fold(g), ODD_OK);
    CU_ASSERT_EQUAL(g->layers, LAYERS / 2);
    odd_graph_free(&g);
}

CU_TestInfo odd_tests[] = {
    {"shapes", shapes},
    {"tensors", tensors},
    {"parts", parts},
    {"cuts", cuts},
    {"copies", copies},
    {"costs", costs},
    {"description", description},
    {"many layers", many_layers},
    CU_TEST_INFO_NULL,
};
