/* Units: what hidden layers make, side by side, as one output. */
#include "oddlot/nn/graph.h"

#include "oddlot/base/memory.h"

enum { MOST_UNITS = 1 << 24 };

/* What the units of a layer are compared with, to say whether they are active. Gates, which are
 * between 0 and 1, are open from the half on. False: its results are not those of units. */
static bool is_of_units(odd_layer_kind kind, float *threshold)
{
    *threshold = kind == ODD_LAYER_SIGMOID || kind == ODD_LAYER_HARD_SIGMOID ? 0.5F : 0;
    switch (kind) {
    case ODD_LAYER_RELU:
    case ODD_LAYER_LEAKY_RELU:
    case ODD_LAYER_ELU:
    case ODD_LAYER_CLIP:
    case ODD_LAYER_SIGMOID:
    case ODD_LAYER_TANH:
    case ODD_LAYER_HARD_SIGMOID:
    case ODD_LAYER_HARD_SWISH:
    case ODD_LAYER_GELU:
    case ODD_LAYER_THRESHOLDED_RELU:
        return true;
    default:
        return false;
    }
}

/* The layers whose units are taken: their results, and thresholds. */
typedef struct {
    int count;
    int *tensor;
    float *threshold;
} chosen_layers;

static void add_layer(const odd_graph *g, int tensor, float threshold, chosen_layers *to)
{
    if (!g->tensor[tensor].batched || g->tensor[tensor].data) return;
    to->tensor[to->count] = tensor;
    to->threshold[to->count++] = threshold;
}

static odd_status choose_all(const odd_graph *g, chosen_layers *to)
{
    float threshold;
    for (int l = 0; l < g->layers; l++)
        if (is_of_units(g->layer[l].kind, &threshold))
            add_layer(g, g->layer[l].output, threshold, to);
    if (to->count > 0) return ODD_OK;
    return odd_fail(ODD_FORMAT,
                    "network '%s' has no layer of units that are active or not (relu, sigmoid, "
                    "...): name layers",
                    g->name);
}

static odd_status choose_named(const odd_graph *g, int names, char *const name[], chosen_layers *to)
{
    odd_status st = ODD_OK;
    for (int i = 0; i < names; i++) {
        float threshold = 0;
        int tensor;
        ODD_TRY(odd_graph_find(g, name[i], &tensor));
        for (int l = 0; l < g->layers; l++)
            if (g->layer[l].output == tensor) is_of_units(g->layer[l].kind, &threshold);
        if (!g->tensor[tensor].batched)
            ODD_TRY(odd_fail(ODD_FORMAT, "'%s' of network '%s' is not of each image", name[i],
                             g->name));
        add_layer(g, tensor, threshold, to);
    }
done:
    return st;
}

static odd_status count_units(const odd_graph *g, const chosen_layers *from, int64_t *units)
{
    *units = 0;
    for (int i = 0; i < from->count; i++)
        *units += odd_tensor_values(&g->tensor[from->tensor[i]]);
    if (*units <= MOST_UNITS) return ODD_OK;
    return odd_fail(ODD_FORMAT,
                    "the hidden layers of network '%s' have %lld units, more than %d: name layers",
                    g->name, (long long)*units, MOST_UNITS);
}

/* Each layer's units as a row. */
static odd_status flatten_layers(odd_graph *g, const chosen_layers *of, int flat[])
{
    const odd_layer_settings set = odd_layer_defaults();
    odd_status st = ODD_OK;
    for (int i = 0; i < of->count && st == ODD_OK; i++)
        st = odd_graph_layer(g, ODD_LAYER_FLATTEN, "", &set, 1, &of->tensor[i], "", &flat[i]);
    return st;
}

/* Side by side, as many at a time as a layer takes. */
static odd_status join(odd_graph *g, int count, int flat[], int *output)
{
    const odd_layer_settings set = odd_layer_defaults();
    odd_status st = ODD_OK;
    while (count > 1 && st == ODD_OK) {
        int joined = 0;
        for (int i = 0; i < count && st == ODD_OK; i += ODD_LAYER_INPUTS) {
            const int some = count - i < ODD_LAYER_INPUTS ? count - i : ODD_LAYER_INPUTS;
            st = odd_graph_layer(g, ODD_LAYER_CONCAT, "", &set, some, flat + i, "", output);
            flat[joined++] = *output;
        }
        count = joined;
    }
    *output = flat[0];
    return st;
}

static void fill_thresholds(const odd_graph *g, const chosen_layers *of, float threshold[])
{
    for (int i = 0; i < of->count; i++) {
        const int64_t values = odd_tensor_values(&g->tensor[of->tensor[i]]);
        for (int64_t u = 0; u < values; u++)
            *threshold++ = of->threshold[i];
    }
}

odd_status odd_graph_units(odd_graph *g, int names, char *const name[], float **threshold)
{
    const int most = names > 0 ? names : g->layers;
    chosen_layers chosen = {0};
    int *flat = NULL, output;
    int64_t units;
    odd_status st;
    *threshold = NULL;
    ODD_TRY(ODD_NEW(chosen.tensor, most));
    ODD_TRY(ODD_NEW(chosen.threshold, most));
    ODD_TRY(ODD_NEW(flat, most));
    ODD_TRY(names > 0 ? choose_named(g, names, name, &chosen) : choose_all(g, &chosen));
    ODD_TRY(count_units(g, &chosen, &units));
    ODD_TRY(ODD_NEW(*threshold, units));
    fill_thresholds(g, &chosen, *threshold);
    ODD_TRY(flatten_layers(g, &chosen, flat));
    ODD_TRY(join(g, chosen.count, flat, &output));
    ODD_TRY(odd_graph_cut(g, output));
done:
    odd_free(chosen.tensor);
    odd_free(chosen.threshold);
    odd_free(flat);
    return st;
}
