/* Find: a tensor by its name, or by the part that it plays in an image network. */
#include "nn/graph/graph_internal.h"
#include "nn/graph/names_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

/* What one image makes of a layer is a map: rows and columns, more than one value of them. */
static bool is_map(const odd_tensor *t)
{
    return t->rank == 4 && t->shape[2] * t->shape[3] > 1;
}

static int last_map(const odd_graph *g)
{
    for (int l = g->layers - 1; l >= 0; l--)
        if (is_map(&g->tensor[g->layer[l].output])) return l;
    return -1;
}

/* True if the layer makes one value of each map of x. */
static bool pools_whole_maps(const odd_layer *layer, const odd_tensor *x, const odd_tensor *out)
{
    const odd_layer_settings *set = &layer->set;
    switch (layer->kind) {
    case ODD_LAYER_GLOBAL_AVERAGE_POOL:
    case ODD_LAYER_GLOBAL_MAX_POOL:
        return true;
    case ODD_LAYER_AVERAGE_POOL:
    case ODD_LAYER_MAX_POOL:
        return !is_map(out);
    case ODD_LAYER_REDUCE_MEAN:
        return x->rank == 4 && set->axes == 2 && set->list[0] == 2 && set->list[1] == 3;
    default:
        return false;
    }
}

static int find_last_map(const odd_graph *g)
{
    int layer = last_map(g);
    return layer >= 0 ? g->layer[layer].output : -1;
}

static int find_pooled(const odd_graph *g)
{
    int map = find_last_map(g);
    for (int l = 0; map >= 0 && l < g->layers; l++) {
        const odd_layer *layer = &g->layer[l];
        if (layer->input[0] == map &&
            pools_whole_maps(layer, &g->tensor[map], &g->tensor[layer->output]))
            return layer->output;
    }
    return -1;
}

static bool is_product(const odd_layer *layer)
{
    return layer->kind == ODD_LAYER_GEMM || layer->kind == ODD_LAYER_MATMUL ||
           (layer->kind == ODD_LAYER_CONV && layer->set.kernel[0] == 1 &&
            layer->set.kernel[1] == 1);
}

/* The last product that the last output is made of. */
static int find_penultimate(const odd_graph *g)
{
    int found = -1;
    bool *needed = odd_alloc(g->tensors, sizeof *needed);
    if (needed && g->outputs > 0) needed[g->output[g->outputs - 1]] = true;
    /* Backward from the output: `needed` marks the tensors that it is made of. */
    for (int l = g->layers - 1; needed && found < 0 && l >= 0; l--) {
        const odd_layer *layer = &g->layer[l];
        if (!needed[layer->output]) continue;
        if (is_product(layer)) found = layer->input[0];
        for (int i = 0; i < layer->inputs; i++)
            if (layer->input[i] >= 0) needed[layer->input[i]] = true;
    }
    odd_free(needed);
    return found;
}

static const struct {
    const char *name, *missing;
    int (*find)(const odd_graph *g);
} parts[] = {
    {"last_map", "no layer makes rows and columns", find_last_map},
    {"pooled", "nothing pools the last map", find_pooled},
    {"penultimate", "no Gemm, MatMul or 1x1 Conv makes its output", find_penultimate},
};

/* The name of a computed tensor that was perhaps meant, NULL: none is near. */
static const char *nearest(const odd_graph *g, const char *name)
{
    const char *best = NULL;
    /* One slip in three letters may be meant. */
    int least = (int)strlen(name) / 3 + 1;
    for (int l = 0; l < g->layers; l++) {
        const char *other = g->tensor[g->layer[l].output].name;
        int distance = odd_text_distance(name, other);
        if (distance < least) {
            least = distance;
            best = other;
        }
    }
    return best;
}

odd_status odd_graph_find(const odd_graph *g, const char *name, int *tensor)
{
    *tensor = odd_names_find(g->names, name);
    for (size_t i = 0; *tensor < 0 && i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(parts[i].name, name) != 0) continue;
        *tensor = parts[i].find(g);
        if (*tensor < 0)
            return odd_fail(ODD_FORMAT, "network '%s' has no '%s': %s", g->name, name,
                            parts[i].missing);
    }
    if (*tensor >= 0) return ODD_OK;
    const char *meant = nearest(g, name);
    return odd_fail(ODD_FORMAT, "network '%s' has no tensor '%s'%s%s%s", g->name, name,
                    meant ? "; did you mean '" : "", meant ? meant : "", meant ? "'?" : "");
}
