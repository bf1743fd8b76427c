/* Fuzzes networks: any bytes as an ONNX file, described, folded, and run where that is quick. */
#include "fuzz.h"

#include "oddlot/base/memory.h"
#include "oddlot/nn/net.h"
#include "oddlot/nn/onnx.h"

#include <stdbool.h>

#define IMAGES      2
#define MOST_VALUES 100000  /* of all tensors, of one image */
#define MOST_FLOPS  5000000 /* of one image */

static bool is_small(const odd_graph *g)
{
    int64_t values = 0;
    for (int i = 0; i < g->tensors; i++) {
        int64_t own = odd_tensor_values(&g->tensor[i]);
        if (own > MOST_VALUES) return false;
        values += own;
    }
    return values <= MOST_VALUES && odd_graph_flops(g) <= MOST_FLOPS;
}

static void describe(const odd_graph *g)
{
    odd_text text = ODD_TEXT_EMPTY;
    int tensor;
    odd_graph_describe(g, &text);
    odd_text_free(&text);
    odd_graph_find(g, "last_map", &tensor);
    odd_graph_find(g, "penultimate", &tensor);
}

static odd_status new_arrays(const odd_graph *g, int64_t n, float **input, float ***output)
{
    odd_status st;
    int64_t values = g->input < 0 ? 0 : odd_tensor_values(&g->tensor[g->input]);
    ODD_TRY(ODD_NEW(*input, n * values));
    for (int64_t i = 0; i < n * values; i++)
        (*input)[i] = (float)(i % 7) - 3;
    ODD_TRY(ODD_NEW(*output, g->outputs));
    for (int o = 0; o < g->outputs; o++)
        ODD_TRY(ODD_NEW((*output)[o], n * odd_tensor_values(&g->tensor[g->output[o]])));
done:
    return st;
}

static void free_arrays(const odd_graph *g, float *input, float **output)
{
    for (int o = 0; output && o < g->outputs; o++)
        odd_free(output[o]);
    odd_free(output);
    odd_free(input);
}

static odd_status run(const odd_graph *g)
{
    bool batched = g->input >= 0 && g->tensor[g->input].batched;
    int64_t n = batched ? IMAGES : 1;
    odd_net *net = NULL;
    float *input = NULL, **output = NULL;
    odd_status st;
    ODD_TRY(new_arrays(g, n, &input, &output));
    ODD_TRY(odd_net_new(g, ODD_PRECISION_F32, &net));
    ODD_TRY(odd_net_run(net, n, NULL, input, output));
done:
    odd_net_free(&net);
    free_arrays(g, input, output);
    return st;
}

/* ODD_NUMERIC: oneDNN refuses some windows that ONNX allows. */
static bool is_allowed(odd_status st)
{
    return st == ODD_OK || st == ODD_FORMAT || st == ODD_NOMEM || st == ODD_NUMERIC;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    odd_graph *g = NULL;
    odd_status st;
    ODD_TRY(odd_onnx_parse(bytes, size, NULL, &g));
    describe(g);
    if (is_small(g)) ODD_TRY(run(g));
    ODD_TRY(odd_graph_fold(g));
    describe(g);
done:
    ODD_CHECK(is_allowed(st));
    odd_graph_free(&g);
    return 0;
}
