/* The classifier of a network: the last product, where it is one of a vector. */
#include "nn/graph/graph_internal.h"
#include "nn/graph/graph_parts_internal.h"

#include "oddlot/base/memory.h"

static bool is_product(const odd_layer *layer)
{
    return layer->kind == ODD_LAYER_GEMM || layer->kind == ODD_LAYER_MATMUL ||
           (layer->kind == ODD_LAYER_CONV && layer->set.kernel[0] == 1 &&
            layer->set.kernel[1] == 1);
}

bool odd_tensor_is_vector(const odd_tensor *t)
{
    const int last = t->rank == 4 ? 1 : t->rank - 1;
    return t->rank > 1 && odd_tensor_values(t) == t->shape[last];
}

/* True if the layer gives each of its input's values on, in order, or something of each with a
 * constant. */
static bool passes_values(const odd_graph *g, const odd_layer *layer)
{
    switch (layer->kind) {
    case ODD_LAYER_SOFTMAX:
    case ODD_LAYER_SIGMOID:
    case ODD_LAYER_IDENTITY:
    case ODD_LAYER_FLATTEN:
    case ODD_LAYER_RESHAPE:
    case ODD_LAYER_SQUEEZE:
        return true;
    case ODD_LAYER_ADD:
    case ODD_LAYER_SUB:
    case ODD_LAYER_MUL:
    case ODD_LAYER_DIV:
        return odd_tensor_is_constant(g, layer->input[1]);
    default:
        return false;
    }
}

/* Back from the last output to the product of a vector that it is, if it is one. */
void odd_graph_find_classifier(const odd_graph *g, const int maker[], int *logits, int *penultimate)
{
    *logits = *penultimate = -1;
    if (g->outputs == 0) return;
    int at = g->output[g->outputs - 1], scores = at;
    for (int l; (l = maker[at]) >= 0;) {
        const odd_layer *layer = &g->layer[l];
        if (is_product(layer)) {
            if (!odd_tensor_is_vector(&g->tensor[layer->input[0]])) return;
            *logits = scores;
            *penultimate = layer->input[0];
            return;
        }
        if (!passes_values(g, layer)) return;
        at = layer->input[0];
        if (layer->kind == ODD_LAYER_SOFTMAX || layer->kind == ODD_LAYER_SIGMOID) scores = at;
    }
}

odd_status odd_graph_last_product(const odd_graph *g, int *input)
{
    bool *needed = odd_alloc(g->tensors, sizeof *needed);
    *input = -1;
    if (!needed) return ODD_NOMEM;
    if (g->outputs > 0) needed[g->output[g->outputs - 1]] = true;
    /* Backward from the output: `needed` marks the tensors that it is made of. */
    for (int l = g->layers - 1; *input < 0 && l >= 0; l--) {
        const odd_layer *layer = &g->layer[l];
        if (!needed[layer->output]) continue;
        if (is_product(layer)) *input = layer->input[0];
        for (int i = 0; i < layer->inputs; i++)
            if (layer->input[i] >= 0) needed[layer->input[i]] = true;
    }
    odd_free(needed);
    return ODD_OK;
}
