/* Parameters: which tensors of a graph learn, and where they stand in the flat vectors. */
#include "nn/train/train_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

#include <string.h>

#define ALIGNED_VALUES 16 /* a cache line of float32 */

typedef enum { STAYS, WEIGHT, SHIFT, AVERAGE } role;

/* What an input of a layer is to it. Constants of Sub and Div stay: they prepare images. */
static role role_of(const odd_graph *g, const odd_layer *layer, int input)
{
    int t = layer->input[input];
    if (!odd_tensor_is_constant(g, t) || g->tensor[t].stays) return STAYS;
    switch (layer->kind) {
    case ODD_LAYER_CONV:
    case ODD_LAYER_CONV_TRANSPOSE:
    case ODD_LAYER_GEMM:
        return input == 1 ? WEIGHT : SHIFT;
    case ODD_LAYER_MATMUL:
        return WEIGHT;
    case ODD_LAYER_BATCH_NORM:
        return input < 3 ? SHIFT : AVERAGE;
    case ODD_LAYER_LAYER_NORM:
        return SHIFT;
    case ODD_LAYER_ADD:
    case ODD_LAYER_MUL:
        return odd_tensor_values(&g->tensor[t]) > 1 ? SHIFT : STAYS;
    default:
        return STAYS;
    }
}

static int64_t aligned(int64_t values)
{
    return (values + ALIGNED_VALUES - 1) / ALIGNED_VALUES * ALIGNED_VALUES;
}

static void add_slot(const odd_graph *g, odd_parameters *p, int tensor, bool decays)
{
    int64_t count = odd_tensor_values(&g->tensor[tensor]);
    p->of_tensor[tensor] = p->slots;
    p->slot[p->slots++] = (odd_slot){tensor, p->length, count, decays};
    p->length += aligned(count);
}

/* Slots for the tensors that have one of the roles first ... last and none yet. */
static void add_roles(const odd_graph *g, odd_parameters *p, role first, role last)
{
    for (int l = 0; l < g->layers; l++) {
        const odd_layer *layer = &g->layer[l];
        for (int i = 0; i < layer->inputs; i++) {
            role r = role_of(g, layer, i);
            if (r < first || r > last || p->of_tensor[layer->input[i]] >= 0) continue;
            add_slot(g, p, layer->input[i], r == WEIGHT);
        }
    }
}

odd_status odd_parameters_new(const odd_graph *g, int64_t centers, odd_parameters *out)
{
    odd_status st;
    *out = (odd_parameters){0};
    ODD_TRY(ODD_NEW(out->slot, g->tensors));
    ODD_TRY(ODD_NEW(out->of_tensor, g->tensors));
    for (int t = 0; t < g->tensors; t++)
        out->of_tensor[t] = -1;
    add_roles(g, out, WEIGHT, SHIFT);
    out->learnt_slots = out->slots;
    out->learnt = out->length;
    add_roles(g, out, AVERAGE, AVERAGE);
    out->averaged = out->length;
    out->length += aligned(centers);
    ODD_TRY(ODD_NEW(out->value, out->length));
    out->version = 1;
    for (int s = 0; s < out->slots; s++) {
        const odd_slot *slot = &out->slot[s];
        memcpy(out->value + slot->offset, g->tensor[slot->tensor].data,
               (size_t)slot->count * sizeof *out->value);
    }
done:
    if (st != ODD_OK) odd_parameters_free(out);
    return st;
}

void odd_parameters_free(odd_parameters *p)
{
    odd_free(p->slot);
    odd_free(p->of_tensor);
    odd_free(p->value);
    *p = (odd_parameters){0};
}
