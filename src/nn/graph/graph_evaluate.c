/* Evaluate: layers that read nothing but constants become constants, by the reference. */
#include "nn/graph/graph_fold_internal.h"
#include "nn/graph/graph_internal.h"
#include "nn/graph/reference_internal.h"

#include "oddlot/base/memory.h"

#define MOST_WORK ((int64_t)1 << 30) /* values read to make a constant: seconds at most */

/* Values that the plain loops read. */
static int64_t work_of(const odd_graph *g, const odd_layer *layer)
{
    const odd_layer_settings *set = &layer->set;
    int64_t work = odd_layer_flops(g, layer), values = odd_tensor_values(&g->tensor[layer->output]);
    if (layer->kind == ODD_LAYER_MAX_POOL || layer->kind == ODD_LAYER_AVERAGE_POOL)
        work = set->kernel[0] * set->kernel[1] > MOST_WORK / values
                   ? INT64_MAX
                   : set->kernel[0] * set->kernel[1] * values;
    return work > values ? work : values;
}

bool odd_layer_is_constant(const odd_graph *g, const odd_layer *layer)
{
    for (int i = 0; i < layer->inputs; i++)
        if (layer->input[i] >= 0 && !g->tensor[layer->input[i]].data) return false;
    return work_of(g, layer) <= MOST_WORK;
}

odd_status odd_layer_evaluate(odd_graph *g, const odd_layer *layer)
{
    const float *in[ODD_LAYER_INPUTS] = {NULL};
    odd_tensor *out = &g->tensor[layer->output];
    float *values = odd_alloc(odd_tensor_values(out), sizeof *values);
    if (!values) return ODD_NOMEM;
    for (int i = 0; i < layer->inputs; i++)
        if (layer->input[i] >= 0) in[i] = g->tensor[layer->input[i]].data;
    odd_reference_layer(g, layer, 1, in, values);
    out->data = values;
    return ODD_OK;
}
