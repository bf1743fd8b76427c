/* Parts of networks found by the names that people have for them: of maps, of tokens, with a
 * classifier and without; what does not apply is told with what does. */
#include "oddlot_test.h"

#include "oddlot/nn/graph.h"

#include "oddlot/base/memory.h"

#include <stdio.h>
#include <string.h>

const char *odd_test_name = "nn.graph_parts";

#define LIST(...) ((const int64_t[]){__VA_ARGS__})

enum { SIDE = 8, CHANNELS = 6, PATCH = 2, TOKENS = SIDE / PATCH * SIDE / PATCH, CLASSES = 5 };

static odd_graph *begin(void)
{
    odd_graph *g;
    CU_ASSERT_EQUAL_FATAL(odd_graph_new("net", &g), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(
        odd_graph_tensor(g, "x", 4, LIST(1, 3, SIDE, SIDE), true, NULL, &g->input), ODD_OK);
    return g;
}

/* A constant of zeros. */
static int constant(odd_graph *g, int rank, const int64_t shape[])
{
    int id;
    int64_t values = 1;
    for (int d = 0; d < rank; d++)
        values *= shape[d];
    float *data = odd_alloc(values, sizeof *data);
    CU_ASSERT_PTR_NOT_NULL_FATAL(data);
    CU_ASSERT_EQUAL_FATAL(odd_graph_tensor(g, "", rank, shape, false, data, &id), ODD_OK);
    odd_free(data);
    return id;
}

static int add(odd_graph *g, odd_layer_kind kind, const odd_layer_settings *set, int x, int other,
               const char *name)
{
    int output;
    odd_layer_settings defaults = odd_layer_defaults();
    const odd_status st = odd_graph_layer(g, kind, name, set ? set : &defaults, other < 0 ? 1 : 2,
                                          (int[]){x, other}, name, &output);
    if (st != ODD_OK) printf("\n    %s", odd_fail_reason());
    CU_ASSERT_EQUAL_FATAL(st, ODD_OK);
    return output;
}

/* Settings with a list. */
static odd_layer_settings listed(int axes, const int64_t list[])
{
    odd_layer_settings set = odd_layer_defaults();
    set.axes = axes;
    memcpy(set.list, list, (size_t)axes * sizeof *list);
    return set;
}

static int reshape(odd_graph *g, int x, int axes, const int64_t list[], const char *name)
{
    const odd_layer_settings set = listed(axes, list);
    return add(g, ODD_LAYER_RESHAPE, &set, x, -1, name);
}

static int transpose(odd_graph *g, int x, int axes, const int64_t list[], const char *name)
{
    const odd_layer_settings set = listed(axes, list);
    return add(g, ODD_LAYER_TRANSPOSE, &set, x, -1, name);
}

static int convolve(odd_graph *g, const char *name)
{
    odd_layer_settings set = odd_layer_defaults();
    set.stride[0] = set.stride[1] = PATCH;
    return add(g, ODD_LAYER_CONV, &set, g->input, constant(g, 4, LIST(CHANNELS, 3, PATCH, PATCH)),
               name);
}

static int classify(odd_graph *g, int vector)
{
    const int logits =
        add(g, ODD_LAYER_MATMUL, NULL, vector, constant(g, 2, LIST(CHANNELS, CLASSES)), "product");
    const int bias = add(g, ODD_LAYER_ADD, NULL, logits, constant(g, 1, LIST(CLASSES)), "scores");
    return add(g, ODD_LAYER_SOFTMAX, NULL, bias, -1, "prob");
}

static void finish(odd_graph *g, int output)
{
    CU_ASSERT_EQUAL_FATAL(odd_graph_add_output(g, output), ODD_OK);
}

/* name NULL: there is no such part, and the message has these words. */
static void check_part(const odd_graph *g, const char *part, const char *name, const char *words)
{
    int id;
    const odd_status st = odd_graph_find(g, part, &id);
    CU_ASSERT_EQUAL(st, name ? ODD_OK : ODD_FORMAT);
    if (st == ODD_OK && name) CU_ASSERT_STRING_EQUAL(g->tensor[id].name, name);
    if (st != ODD_OK && words && !strstr(odd_fail_reason(), words))
        printf("\n    '%s' is not in '%s'", words, odd_fail_reason());
    if (st != ODD_OK && words) CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), words));
}

static void check_listed(const odd_graph *g, const char *wanted)
{
    odd_text text = ODD_TEXT_EMPTY;
    CU_ASSERT_EQUAL(odd_graph_describe_parts(g, &text), ODD_OK);
    CU_ASSERT_STRING_EQUAL(odd_text_string(&text), wanted);
    odd_text_free(&text);
}

static void maps(void)
{
    odd_graph *g = begin();
    const int map = convolve(g, "map"),
              pool = add(g, ODD_LAYER_GLOBAL_AVERAGE_POOL, NULL, map, -1, "pool");
    finish(g, classify(g, add(g, ODD_LAYER_FLATTEN, NULL, pool, -1, "flat")));
    check_part(g, "last_map", "map", NULL);
    check_part(g, "pooled", "pool", NULL);
    check_part(g, "penultimate", "flat", NULL);
    check_part(g, "logits", "scores", NULL);
    check_part(
        g, "cls", NULL,
        "no class token out of a sequence; it has pooled (N x 6 x 1 x 1), penultimate (N x 6), "
        "last_map (N x 6 x 4 x 4), logits (N x 5)");
    check_part(g, "tokens", NULL, "no sequence of tokens; it has pooled");
    check_listed(g, "features.onnx.layer: pooled (N x 6 x 1 x 1), penultimate (N x 6), last_map (N "
                    "x 6 x 4 x 4), logits (N x 5)\n");
    odd_graph_free(&g);
}

/* What ends in a pooled vector has no classifier. */
static void no_classifier(void)
{
    odd_graph *g = begin();
    const int map = add(g, ODD_LAYER_RELU, NULL, convolve(g, "conv"), -1, "map");
    finish(g, add(g, ODD_LAYER_GLOBAL_AVERAGE_POOL, NULL, map, -1, "pool"));
    check_part(g, "last_map", "map", NULL);
    check_part(g, "pooled", "pool", NULL);
    check_part(g, "logits", NULL, "no product of a vector");
    check_part(g, "penultimate", NULL, "no Gemm, MatMul or 1x1 Conv");
    odd_graph_free(&g);
    g = begin();
    finish(g, add(g, ODD_LAYER_FLATTEN, NULL, g->input, -1, "flat"));
    check_part(g, "last_map", NULL, "no layer makes rows and columns");
    check_listed(g, "features.onnx.layer: names of tensors only\n");
    odd_graph_free(&g);
}

/* Rows and columns in front of the channels, as networks with layer norms have them. */
static void channels_last(void)
{
    odd_graph *g = begin();
    const int last = transpose(g, convolve(g, "conv"), 4, LIST(0, 2, 3, 1), "last");
    const int relu = add(g, ODD_LAYER_RELU, NULL, last, -1, "relu");
    const odd_layer_settings mean = listed(2, LIST(1, 2));
    odd_layer_settings vector = mean;
    vector.keep_dims = false;
    finish(g, classify(g, add(g, ODD_LAYER_REDUCE_MEAN, &vector, relu, -1, "mean")));
    check_part(g, "pooled", "mean", NULL);
    check_part(g, "last_map", "conv", NULL);
    odd_graph_free(&g);
    g = begin();
    const int there = transpose(g, convolve(g, "conv"), 4, LIST(0, 2, 3, 1), "there");
    const int back = transpose(g, there, 4, LIST(0, 3, 1, 2), "back");
    finish(g, add(g, ODD_LAYER_GLOBAL_AVERAGE_POOL, NULL, back, -1, "pool"));
    check_part(g, "last_map", "back", NULL);
    odd_graph_free(&g);
}

/* Patches as tokens, and an attention over them whose matrix (N, 1, T, T) has four dimensions;
 * `one` more dimension of 1, as networks have it that take one image at a time. */
static int make_tokens(odd_graph *g, int one)
{
    const int patches = convolve(g, "patches");
    const int flat = reshape(g, patches, 3, LIST(1, CHANNELS, TOKENS), "flat");
    const int rows = transpose(g, flat, 3, LIST(0, 2, 1), "rows");
    const int head = reshape(g, rows, 4, LIST(1, 1, TOKENS, CHANNELS), "head");
    const int key = transpose(g, head, 4, LIST(0, 1, 3, 2), "key");
    const int attention =
        add(g, ODD_LAYER_SOFTMAX, NULL, add(g, ODD_LAYER_MATMUL, NULL, head, key, "dot"), -1, "a");
    const int mixed = add(g, ODD_LAYER_MATMUL, NULL, attention, head, "mixed");
    return one ? mixed : reshape(g, mixed, 3, LIST(1, TOKENS, CHANNELS), "joined");
}

static int take_first(odd_graph *g, int tokens, int axis)
{
    const odd_tensor *t = &g->tensor[tokens];
    odd_layer_settings set = odd_layer_defaults();
    set.axes = t->rank;
    for (int d = 0; d < t->rank; d++) {
        set.list2[d] = d == axis ? 1 : t->shape[d];
        set.list3[d] = 1;
    }
    const int slice = add(g, ODD_LAYER_SLICE, &set, tokens, -1, "slice");
    return reshape(g, slice, 2, LIST(1, CHANNELS), "first");
}

static void class_token(void)
{
    for (int one = 0; one < 2; one++) {
        odd_graph *g = begin();
        const int tokens = add(g, ODD_LAYER_RELU, NULL, make_tokens(g, one), -1, "normal");
        finish(g, classify(g, take_first(g, tokens, one ? 2 : 1)));
        check_part(g, "tokens", "normal", NULL);
        check_part(g, "cls", "first", NULL);
        check_part(g, "pooled", "first", NULL);
        check_part(g, "penultimate", "first", NULL);
        check_part(g, "logits", "scores", NULL);
        check_part(g, "last_map", NULL, "it works on tokens, not on maps; it has pooled (N x 6)");
        check_part(g, "patches", "patches", NULL); /* any tensor by its own name */
        odd_graph_free(&g);
    }
}

static void mean_of_tokens(void)
{
    odd_graph *g = begin();
    odd_layer_settings mean = listed(1, LIST(1));
    mean.keep_dims = false;
    finish(g, add(g, ODD_LAYER_REDUCE_MEAN, &mean, make_tokens(g, 0), -1, "mean"));
    check_part(g, "tokens", "joined", NULL);
    check_part(g, "pooled", "mean", NULL);
    check_part(g, "cls", NULL, "no class token");
    check_part(g, "logits", NULL,
               "no product of a vector makes its output; it has pooled (N x 6), "
               "tokens (N x 16 x 6)");
    odd_graph_free(&g);
    g = begin(); /* the tokens are the output */
    finish(g, make_tokens(g, 0));
    check_part(g, "tokens", "joined", NULL);
    check_part(g, "pooled", NULL, "it has tokens (N x 16 x 6)");
    odd_graph_free(&g);
}

CU_TestInfo odd_tests[] = {
    {"networks of maps", maps},
    {"networks without a classifier", no_classifier},
    {"maps with the channels last", channels_last},
    {"a class token", class_token},
    {"the mean of tokens, or themselves", mean_of_tokens},
    CU_TEST_INFO_NULL,
};
