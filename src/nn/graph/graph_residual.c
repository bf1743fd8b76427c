/* Residual sums: stochastic depth is put before those of a network that was not made of words. */
#include "oddlot/nn/graph.h"

#include "oddlot/base/memory.h"

#include <string.h>

/* Layers on the longest way from the images to each tensor; 0: it does not hang on them. */
static void find_depths(const odd_graph *g, int depth[])
{
    for (int t = 0; t < g->tensors; t++)
        depth[t] = t == g->input;
    for (int l = 0; l < g->layers; l++) {
        const odd_layer *layer = &g->layer[l];
        int most = 0;
        for (int i = 0; i < layer->inputs; i++)
            if (layer->input[i] >= 0 && depth[layer->input[i]] > most)
                most = depth[layer->input[i]];
        depth[layer->output] = most > 0 ? most + 1 : 0;
    }
}

static bool same_shape(const odd_tensor *a, const odd_tensor *b)
{
    return a->rank == b->rank && a->batched && b->batched &&
           memcmp(a->shape, b->shape, sizeof *a->shape * (size_t)a->rank) == 0;
}

/* Which input of a layer is the branch of a residual sum; -1: it is none. */
static int branch_of(const odd_graph *g, const odd_layer *layer, const int depth[])
{
    if (layer->kind != ODD_LAYER_ADD) return -1;
    const int a = depth[layer->input[0]], b = depth[layer->input[1]];
    const bool is = a > 0 && b > 0 && a != b &&
                    same_shape(&g->tensor[layer->input[0]], &g->tensor[layer->input[1]]);
    return is ? b > a : -1;
}

/* An Identity between input i of layer l and what makes it; the layer is then number l + 1. */
static odd_status put_before(odd_graph *g, int l, int i, double share)
{
    odd_layer_settings set = odd_layer_defaults();
    odd_status st;
    int output;
    set.value = (float)share;
    set.whole = true;
    ODD_TRY(
        odd_graph_layer(g, ODD_LAYER_IDENTITY, "", &set, 1, &g->layer[l].input[i], "", &output));
    const odd_layer made = g->layer[g->layers - 1];
    memmove(g->layer + l + 1, g->layer + l, sizeof *g->layer * (size_t)(g->layers - 1 - l));
    g->layer[l] = made;
    g->layer[l + 1].input[i] = output;
done:
    return st;
}

/* branch (layers): of each layer, as branch_of(). Returns the residual sums. */
static int find_sums(const odd_graph *g, const int depth[], int branch[])
{
    int sums = 0;
    for (int l = 0; l < g->layers; l++) {
        branch[l] = branch_of(g, &g->layer[l], depth);
        sums += branch[l] >= 0;
    }
    return sums;
}

odd_status odd_graph_drop_paths(odd_graph *g, double most, int *sums)
{
    const int layers = g->layers;
    int *depth = NULL, *branch = NULL, put = 0;
    odd_status st;
    *sums = 0;
    ODD_TRY(ODD_NEW(depth, g->tensors));
    ODD_TRY(ODD_NEW(branch, layers));
    find_depths(g, depth);
    *sums = find_sums(g, depth, branch);
    for (int l = 0; l < layers; l++) {
        if (branch[l] < 0) continue;
        ODD_TRY(put_before(g, l + put, branch[l], most * (put + 1) / *sums));
        put++;
    }
done:
    odd_free(depth);
    odd_free(branch);
    return st;
}
