/* Cut: keep of a graph only what its outputs need, and number the rest anew. */
#include "nn/graph/graph_internal.h"
#include "nn/graph/names_internal.h"

#include "oddlot/base/memory.h"

#include <stdlib.h>
#include <string.h>

/* Layers stand behind those that they read, so one walk from the last to the first finds all. A
 * layer whose result is known needs not be run. */
static void mark_needed(const odd_graph *g, bool needed[], bool kept[])
{
    if (g->input >= 0) needed[g->input] = true;
    for (int o = 0; o < g->outputs; o++)
        needed[g->output[o]] = true;
    for (int l = g->layers - 1; l >= 0; l--) {
        const odd_layer *layer = &g->layer[l];
        kept[l] = needed[layer->output] && !g->tensor[layer->output].data;
        for (int i = 0; kept[l] && i < layer->inputs; i++)
            if (layer->input[i] >= 0) needed[layer->input[i]] = true;
    }
}

/* number[t]: what tensor t is called from now on. */
static void drop_tensors(odd_graph *g, const bool needed[], int number[])
{
    int kept = 0;
    for (int t = 0; t < g->tensors; t++) {
        if (needed[t]) {
            number[t] = kept;
            g->tensor[kept++] = g->tensor[t];
        } else {
            free(g->tensor[t].name);
            odd_free(g->tensor[t].data);
        }
    }
    g->tensors = kept;
}

static void drop_layers(odd_graph *g, const bool kept[])
{
    int count = 0;
    for (int l = 0; l < g->layers; l++) {
        if (kept[l])
            g->layer[count++] = g->layer[l];
        else
            free(g->layer[l].name);
    }
    g->layers = count;
}

static void renumber(odd_graph *g, const int number[])
{
    for (int l = 0; l < g->layers; l++) {
        odd_layer *layer = &g->layer[l];
        for (int i = 0; i < layer->inputs; i++)
            if (layer->input[i] >= 0) layer->input[i] = number[layer->input[i]];
        layer->output = number[layer->output];
    }
    for (int o = 0; o < g->outputs; o++)
        g->output[o] = number[g->output[o]];
    if (g->input >= 0) g->input = number[g->input];
}

/* The names of those that will stay, under their new numbers. */
static odd_status index_names(const odd_graph *g, const bool needed[], odd_names *names)
{
    odd_status st = ODD_OK;
    int number = 0;
    for (int t = 0; st == ODD_OK && t < g->tensors; t++)
        if (needed[t]) st = odd_names_add(names, g->tensor[t].name, number++);
    return st;
}

odd_status odd_graph_sweep(odd_graph *g)
{
    odd_status st;
    bool *needed = NULL, *kept = NULL;
    int *number = NULL;
    odd_names names = {NULL, 0, 0};
    ODD_TRY(ODD_NEW(needed, g->tensors));
    ODD_TRY(ODD_NEW(kept, g->layers));
    ODD_TRY(ODD_NEW(number, g->tensors));
    mark_needed(g, needed, kept);
    ODD_TRY(index_names(g, needed, &names));
    odd_names_free(g->names);
    *g->names = names; /* nothing fails from here on */
    names = (odd_names){NULL, 0, 0};
    drop_tensors(g, needed, number);
    drop_layers(g, kept);
    renumber(g, number);
done:
    odd_names_free(&names);
    odd_free(number);
    odd_free(kept);
    odd_free(needed);
    return st;
}

odd_status odd_graph_cut(odd_graph *g, int output)
{
    odd_status st;
    int *only;
    if (output < 0 || output >= g->tensors)
        return odd_fail(ODD_ARG, "network '%s' has no tensor %d", g->name, output);
    ODD_TRY(ODD_NEW(only, 1));
    odd_free(g->output);
    g->output = only;
    g->output[0] = output;
    g->outputs = 1;
    ODD_TRY(odd_graph_sweep(g));
done:
    return st;
}

/* ---- In front ---- */

/* The layer that makes a tensor; -1: none. */
static int maker_of(const odd_graph *g, int tensor)
{
    int l = g->layers - 1;
    while (l >= 0 && g->layer[l].output != tensor)
        l--;
    return l;
}

static void drop_layer(odd_graph *g, int layer)
{
    free(g->layer[layer].name);
    g->layers--;
    memmove(g->layer + layer, g->layer + layer + 1, sizeof *g->layer * (size_t)(g->layers - layer));
}

/* Every output must be made of `input`, and of nothing else that is not known. */
static odd_status check_behind(const odd_graph *g, int input, bool behind[])
{
    behind[input] = true;
    for (int l = 0; l < g->layers; l++) {
        const odd_layer *layer = &g->layer[l];
        for (int i = 0; i < layer->inputs; i++)
            if (layer->input[i] >= 0 && behind[layer->input[i]]) behind[layer->output] = true;
        for (int i = 0; layer->output != input && behind[layer->output] && i < layer->inputs; i++) {
            int t = layer->input[i];
            if (t >= 0 && !behind[t] && !g->tensor[t].data)
                return odd_fail(ODD_FORMAT, "network '%s': '%s' is made of '%s', not of '%s' alone",
                                g->name, g->tensor[layer->output].name, g->tensor[t].name,
                                g->tensor[input].name);
        }
    }
    for (int o = 0; o < g->outputs; o++)
        if (g->output[o] == input || !behind[g->output[o]])
            return odd_fail(ODD_FORMAT, "network '%s': output '%s' is not made of '%s'", g->name,
                            g->tensor[g->output[o]].name, g->tensor[input].name);
    return ODD_OK;
}

odd_status odd_graph_cut_before(odd_graph *g, int input)
{
    bool *behind = NULL;
    odd_status st;
    int maker = maker_of(g, input);
    if (maker < 0) return odd_fail(ODD_ARG, "network '%s' does not make tensor %d", g->name, input);
    if (!g->tensor[input].batched || g->tensor[input].data)
        return odd_fail(ODD_ARG, "network '%s' does not make '%s' for each image", g->name,
                        g->tensor[input].name);
    ODD_TRY(ODD_NEW(behind, g->tensors));
    ODD_TRY(check_behind(g, input, behind));
    drop_layer(g, maker);
    g->input = input;
    ODD_TRY(odd_graph_sweep(g));
done:
    odd_free(behind);
    return st;
}
