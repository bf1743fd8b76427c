/* Reference: runs a graph layer after layer, each as plain loops over its values. */
#include "nn/graph/reference_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

/* The tensor for n images: its batch, which is 1 in the graph, becomes n. */
static odd_view view_of(const odd_tensor *t, int64_t n, const float *data)
{
    odd_view v = {.rank = t->rank, .data = (float *)data};
    memcpy(v.shape, t->shape, sizeof v.shape);
    if (t->batched) v.shape[0] = n;
    return v;
}

static void (*const loops[ODD_LAYER_COUNT])(const odd_task *t) = {
    [ODD_LAYER_CONV] = odd_reference_conv,
    [ODD_LAYER_CONV_TRANSPOSE] = odd_reference_conv_transpose,
    [ODD_LAYER_GEMM] = odd_reference_gemm,
    [ODD_LAYER_MATMUL] = odd_reference_matmul,
    [ODD_LAYER_BATCH_NORM] = odd_reference_batch_norm,
    [ODD_LAYER_LAYER_NORM] = odd_reference_layer_norm,
    [ODD_LAYER_L2_NORM] = odd_reference_l2_norm,
    [ODD_LAYER_RELU] = odd_reference_point,
    [ODD_LAYER_LEAKY_RELU] = odd_reference_point,
    [ODD_LAYER_ELU] = odd_reference_point,
    [ODD_LAYER_CLIP] = odd_reference_point,
    [ODD_LAYER_SIGMOID] = odd_reference_point,
    [ODD_LAYER_TANH] = odd_reference_point,
    [ODD_LAYER_HARD_SIGMOID] = odd_reference_point,
    [ODD_LAYER_HARD_SWISH] = odd_reference_point,
    [ODD_LAYER_EXP] = odd_reference_point,
    [ODD_LAYER_SQRT] = odd_reference_point,
    [ODD_LAYER_ERF] = odd_reference_point,
    [ODD_LAYER_GELU] = odd_reference_point,
    [ODD_LAYER_NEG] = odd_reference_point,
    [ODD_LAYER_ABS] = odd_reference_point,
    [ODD_LAYER_LOG] = odd_reference_point,
    [ODD_LAYER_SOFTPLUS] = odd_reference_point,
    [ODD_LAYER_FLOOR] = odd_reference_point,
    [ODD_LAYER_CEIL] = odd_reference_point,
    [ODD_LAYER_ROUND] = odd_reference_point,
    [ODD_LAYER_SIGN] = odd_reference_point,
    [ODD_LAYER_SIN] = odd_reference_point,
    [ODD_LAYER_COS] = odd_reference_point,
    [ODD_LAYER_THRESHOLDED_RELU] = odd_reference_point,
    [ODD_LAYER_QUANTIZE] = odd_reference_quantize,
    [ODD_LAYER_ADD] = odd_reference_pair,
    [ODD_LAYER_SUB] = odd_reference_pair,
    [ODD_LAYER_MUL] = odd_reference_pair,
    [ODD_LAYER_DIV] = odd_reference_pair,
    [ODD_LAYER_POW] = odd_reference_pair,
    [ODD_LAYER_MAX] = odd_reference_pair,
    [ODD_LAYER_MIN] = odd_reference_pair,
    [ODD_LAYER_MAX_POOL] = odd_reference_pool,
    [ODD_LAYER_AVERAGE_POOL] = odd_reference_pool,
    [ODD_LAYER_GLOBAL_AVERAGE_POOL] = odd_reference_global,
    [ODD_LAYER_GLOBAL_MAX_POOL] = odd_reference_global,
    [ODD_LAYER_REDUCE_MEAN] = odd_reference_mean,
    [ODD_LAYER_FLATTEN] = odd_reference_copy,
    [ODD_LAYER_RESHAPE] = odd_reference_copy,
    [ODD_LAYER_SQUEEZE] = odd_reference_copy,
    [ODD_LAYER_UNSQUEEZE] = odd_reference_copy,
    [ODD_LAYER_TRANSPOSE] = odd_reference_transpose,
    [ODD_LAYER_CONCAT] = odd_reference_concat,
    [ODD_LAYER_SOFTMAX] = odd_reference_softmax,
    [ODD_LAYER_PAD] = odd_reference_pad,
    [ODD_LAYER_SLICE] = odd_reference_slice,
    [ODD_LAYER_GATHER] = odd_reference_gather,
    [ODD_LAYER_IDENTITY] = odd_reference_copy,
};

void odd_reference_layer(const odd_graph *g, const odd_layer *layer, int64_t n,
                         const float *const in[], float *out)
{
    odd_task task = {.layer = layer, .out = view_of(&g->tensor[layer->output], n, out)};
    for (int i = 0; i < layer->inputs; i++)
        if (layer->input[i] >= 0) task.in[i] = view_of(&g->tensor[layer->input[i]], n, in[i]);
    loops[layer->kind](&task);
}

/* values[t]: the values of tensor t, allocated where a layer makes them. */
static odd_status run_layer(const odd_graph *g, const odd_layer *layer, int64_t n,
                            const float *values[], float **made)
{
    const float *in[ODD_LAYER_INPUTS] = {NULL};
    const odd_tensor *out = &g->tensor[layer->output];
    *made = odd_alloc(odd_tensor_values(out) * (out->batched ? n : 1), sizeof **made);
    if (!*made) return ODD_NOMEM;
    for (int i = 0; i < layer->inputs; i++)
        if (layer->input[i] >= 0) in[i] = values[layer->input[i]];
    odd_reference_layer(g, layer, n, in, *made);
    values[layer->output] = *made;
    return ODD_OK;
}

odd_status odd_reference_run(const odd_graph *g, int64_t n, const float input[],
                             float *const output[])
{
    odd_status st;
    const float **values = NULL;
    float **made = NULL;
    ODD_TRY(ODD_NEW(values, g->tensors));
    ODD_TRY(ODD_NEW(made, g->layers));
    for (int t = 0; t < g->tensors; t++)
        values[t] = t == g->input ? input : g->tensor[t].data;
    for (int l = 0; l < g->layers; l++)
        ODD_TRY(run_layer(g, &g->layer[l], n, values, &made[l]));
    for (int o = 0; o < g->outputs; o++) {
        odd_view v = view_of(&g->tensor[g->output[o]], n, NULL);
        memcpy(output[o], values[g->output[o]], (size_t)odd_view_values(&v) * sizeof(float));
    }
done:
    for (int l = 0; made && l < g->layers; l++)
        odd_free(made[l]);
    odd_free(made);
    odd_free(values);
    return st;
}
