/* Cost: what a layer has to learn and how much work it is. */
#include "nn/graph/graph_internal.h"

#include "oddlot/base/memory.h"

/* The inputs of a layer that hold what it learns: [first, end). */
static void learnt_inputs(const odd_layer *layer, int *first, int *end)
{
    *first = 1;
    switch (layer->kind) {
    case ODD_LAYER_BATCH_NORM: /* the mean and variance are measured, not learnt */
        *end = 3;
        return;
    case ODD_LAYER_CONV:
    case ODD_LAYER_CONV_TRANSPOSE:
    case ODD_LAYER_GEMM:
    case ODD_LAYER_LAYER_NORM:
        *end = layer->inputs;
        return;
    case ODD_LAYER_MATMUL:
    case ODD_LAYER_ADD:
    case ODD_LAYER_SUB:
    case ODD_LAYER_MUL:
    case ODD_LAYER_DIV:
        *first = 0;
        *end = layer->inputs;
        return;
    default:
        *end = 0;
    }
}

int64_t odd_layer_parameters(const odd_graph *g, const odd_layer *layer, bool counted[])
{
    int first, end;
    int64_t parameters = 0;
    learnt_inputs(layer, &first, &end);
    for (int i = first; i < end; i++) {
        int t = layer->input[i];
        if (!odd_tensor_is_constant(g, t) || counted[t]) continue;
        /* Single numbers are settings rather than weights: a 6 in x / 6, say. */
        int64_t values = odd_tensor_values(&g->tensor[t]);
        parameters += values > 1 ? values : 0;
        counted[t] = true;
    }
    return parameters;
}

/* a b, or the largest number: FLOPs are for people. */
static int64_t times(int64_t a, int64_t b)
{
    int64_t product;
    return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

static int64_t plus(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

int64_t odd_layer_flops(const odd_graph *g, const odd_layer *layer)
{
    const odd_tensor *x = &g->tensor[layer->input[0]], *out = &g->tensor[layer->output];
    const odd_tensor *weight = layer->inputs > 1 ? &g->tensor[layer->input[1]] : NULL;
    switch (layer->kind) {
    case ODD_LAYER_CONV:
        /* Each value of the result is a sum over one filter, weight (filters, ...). */
        return times(2 * odd_tensor_values(out), odd_tensor_values(weight) / weight->shape[0]);
    case ODD_LAYER_CONV_TRANSPOSE:
        /* Each value of x is spread by the weights of its channel, weight (channels, ...). */
        return times(2 * odd_tensor_values(x), odd_tensor_values(weight) / weight->shape[0]);
    case ODD_LAYER_GEMM:
        return times(2 * odd_tensor_values(out),
                     x->shape[layer->set.transpose_a ? 0 : x->rank - 1]);
    case ODD_LAYER_MATMUL:
        return times(2 * odd_tensor_values(out), x->shape[x->rank - 1]);
    default:
        return 0;
    }
}

int64_t odd_graph_parameters(const odd_graph *g)
{
    bool *counted = odd_alloc(g->tensors, sizeof *counted);
    int64_t parameters = 0;
    for (int l = 0; counted && l < g->layers; l++)
        parameters += odd_layer_parameters(g, &g->layer[l], counted);
    odd_free(counted);
    return parameters;
}

int64_t odd_graph_flops(const odd_graph *g)
{
    int64_t flops = 0;
    for (int l = 0; l < g->layers; l++)
        flops = plus(flops, odd_layer_flops(g, &g->layer[l]));
    return flops;
}
