/* Graph parts: see graph_parts_internal.h. */
#include "nn/graph/graph_parts_internal.h"

#include "nn/graph/graph_internal.h"

#include "oddlot/base/memory.h"

/* Where a tensor of one image has its rows and columns. */
enum { NO_MAP, MAP, MAP_CHANNELS_LAST };

/* What is known of each tensor. */
typedef struct {
    const odd_graph *g;
    uint8_t *map; /* (tensors) */
    int *maker;   /* (tensors) layer, -1: none */
} parts_search;

static const odd_tensor *tensor_of(const parts_search *s, int id)
{
    return &s->g->tensor[id];
}

/* ---- maps ---- */

static bool is_permutation(const odd_layer *layer, const int64_t wanted[4])
{
    for (int i = 0; i < 4; i++)
        if (layer->set.axes != 4 || layer->set.list[i] != wanted[i]) return false;
    return true;
}

static uint8_t transposed_map(const odd_layer *layer, uint8_t in)
{
    static const int64_t to_last[4] = {0, 2, 3, 1}, to_first[4] = {0, 3, 1, 2};
    if (in == MAP && is_permutation(layer, to_last)) return MAP_CHANNELS_LAST;
    return in == MAP_CHANNELS_LAST && is_permutation(layer, to_first) ? MAP : NO_MAP;
}

static bool is_window(const odd_layer *layer)
{
    return layer->kind == ODD_LAYER_CONV || layer->kind == ODD_LAYER_CONV_TRANSPOSE ||
           layer->kind == ODD_LAYER_MAX_POOL || layer->kind == ODD_LAYER_AVERAGE_POOL ||
           layer->kind == ODD_LAYER_GLOBAL_AVERAGE_POOL || layer->kind == ODD_LAYER_GLOBAL_MAX_POOL;
}

/* Windows make maps; what works value by value, or along channels, keeps them. Attention reshapes
 * what it works on, so its matrices, of four dimensions too, are none. */
static uint8_t map_made(const parts_search *s, const odd_layer *layer)
{
    uint8_t in = NO_MAP;
    for (int i = 0; i < layer->inputs; i++)
        if (layer->input[i] >= 0 && s->map[layer->input[i]] > in) in = s->map[layer->input[i]];
    if (is_window(layer)) return MAP;
    switch (layer->kind) {
    case ODD_LAYER_RESHAPE:
    case ODD_LAYER_UNSQUEEZE:
        return NO_MAP;
    case ODD_LAYER_TRANSPOSE:
        return transposed_map(layer, in);
    default:
        return in;
    }
}

static bool is_mean_over(const odd_layer *layer, int axes, int64_t first)
{
    return layer->kind == ODD_LAYER_REDUCE_MEAN && layer->set.axes == axes &&
           layer->set.list[0] == first && (axes == 1 || layer->set.list[1] == first + 1);
}

/* What a window, a pool or a mean over its rows and columns is put on is a map, too, however it was
 * made. */
static void find_maps(parts_search *s)
{
    const odd_graph *g = s->g;
    if (g->input >= 0 && g->tensor[g->input].rank == 4) s->map[g->input] = MAP;
    for (int l = 0; l < g->layers; l++) {
        const int out = g->layer[l].output, in = g->layer[l].input[0];
        const bool looks = is_window(&g->layer[l]) || is_mean_over(&g->layer[l], 2, 2);
        if (looks && g->tensor[in].rank == 4) s->map[in] = MAP;
        if (g->tensor[out].rank == 4) s->map[out] = map_made(s, &g->layer[l]);
    }
}

static int64_t area_of(const odd_tensor *t, uint8_t map)
{
    return map == MAP                 ? t->shape[2] * t->shape[3]
           : map == MAP_CHANNELS_LAST ? t->shape[1] * t->shape[2]
                                      : 0;
}

/* The output of the last layer that is such a map. */
static int last_of(const parts_search *s, uint8_t map)
{
    for (int l = s->g->layers - 1; l >= 0; l--) {
        const int out = s->g->layer[l].output;
        if (s->map[out] == map && area_of(tensor_of(s, out), map) > 1) return out;
    }
    return -1;
}

/* True if the layer makes one value of each map of x. */
static bool pools_whole_maps(const parts_search *s, const odd_layer *layer)
{
    const odd_tensor *out = tensor_of(s, layer->output);
    switch (layer->kind) {
    case ODD_LAYER_GLOBAL_AVERAGE_POOL:
    case ODD_LAYER_GLOBAL_MAX_POOL:
        return true;
    case ODD_LAYER_AVERAGE_POOL:
    case ODD_LAYER_MAX_POOL:
        return area_of(out, MAP) == 1;
    default:
        return is_mean_over(layer, 2, s->map[layer->input[0]] == MAP ? 2 : 1);
    }
}

static int pool_of(const parts_search *s, int map)
{
    for (int l = 0; map >= 0 && l < s->g->layers; l++)
        if (s->g->layer[l].input[0] == map && pools_whole_maps(s, &s->g->layer[l]))
            return s->g->layer[l].output;
    return -1;
}

/* ---- tokens ---- */

/* Of (N, T, D), or of (N, 1, T, D) as networks have it that take one image at a time, the dimension
 * of T; -1: it is no sequence. */
static int token_axis(const parts_search *s, int id)
{
    const odd_tensor *t = tensor_of(s, id);
    const int axis = t->rank - 2;
    if (axis < 1 || axis > 2 || s->map[id] != NO_MAP) return -1;
    if (axis == 2 && t->shape[1] != 1) return -1;
    return t->shape[axis] > 1 && t->shape[axis + 1] > 1 ? axis : -1;
}

static bool is_sequence(const parts_search *s, int id)
{
    return token_axis(s, id) >= 0;
}

static bool takes_first(const parts_search *s, const odd_layer *layer, int axis)
{
    const odd_tensor *out = tensor_of(s, layer->output), *x = tensor_of(s, layer->input[0]);
    return layer->kind == ODD_LAYER_SLICE && out->shape[axis] == 1 && layer->set.list[axis] == 0 &&
           out->shape[axis + 1] == x->shape[axis + 1];
}

/* The last layer that takes the first of a sequence's rows, or their mean. */
static int token_taker(const parts_search *s)
{
    for (int l = s->g->layers - 1; l >= 0; l--) {
        const odd_layer *layer = &s->g->layer[l];
        const int axis = layer->inputs > 0 ? token_axis(s, layer->input[0]) : -1;
        if (axis >= 0 && (takes_first(s, layer, axis) || is_mean_over(layer, 1, axis))) return l;
    }
    return -1;
}

/* Where no row of the tokens is taken out: an output, or what was normalized last. */
static int other_tokens(const parts_search *s)
{
    for (int i = 0; i < s->g->outputs; i++)
        if (is_sequence(s, s->g->output[i])) return s->g->output[i];
    for (int l = s->g->layers - 1; l >= 0; l--)
        if (s->g->layer[l].kind == ODD_LAYER_LAYER_NORM && is_sequence(s, s->g->layer[l].output))
            return s->g->layer[l].output;
    return -1;
}

/* The same values as a vector, where the next layer makes them one. */
static int as_vector(const parts_search *s, int tensor)
{
    for (int l = 0; l < s->g->layers; l++) {
        const odd_layer *layer = &s->g->layer[l];
        const bool moves = layer->kind == ODD_LAYER_SQUEEZE || layer->kind == ODD_LAYER_RESHAPE ||
                           layer->kind == ODD_LAYER_FLATTEN;
        if (moves && layer->input[0] == tensor &&
            tensor_of(s, layer->output)->rank < tensor_of(s, tensor)->rank)
            return layer->output;
    }
    return tensor;
}

static void find_tokens(const parts_search *s, odd_graph_parts *p)
{
    const int taker = token_taker(s);
    p->tokens = taker >= 0 ? s->g->layer[taker].input[0] : other_tokens(s);
    if (taker >= 0 && s->g->layer[taker].kind == ODD_LAYER_SLICE)
        p->cls = as_vector(s, s->g->layer[taker].output);
    /* rows of patches come from a map; maps that come after them are what counts */
    p->of_tokens =
        p->tokens >= 0 && (p->last_map < 0 || s->maker[p->tokens] > s->maker[p->last_map]);
    if (!p->of_tokens) p->tokens = p->cls = -1;
}

/* ---- all of them ---- */

/* What the network makes of its tokens: what the classifier reads, or its output. */
static int vector_of_tokens(const parts_search *s, const odd_graph_parts *p)
{
    if (p->logits >= 0) return p->penultimate;
    for (int i = s->g->outputs - 1; i >= 0; i--)
        if (odd_tensor_is_vector(tensor_of(s, s->g->output[i]))) return s->g->output[i];
    return -1;
}

static odd_status find_all(parts_search *s, odd_graph_parts *p)
{
    odd_status st = ODD_OK;
    find_maps(s);
    p->last_map = last_of(s, MAP);
    find_tokens(s, p);
    odd_graph_find_classifier(s->g, s->maker, &p->logits, &p->penultimate);
    if (p->of_tokens) {
        p->last_map = -1;
        p->pooled = vector_of_tokens(s, p);
        return ODD_OK;
    }
    p->pooled = pool_of(s, p->last_map);
    if (p->pooled < 0) p->pooled = pool_of(s, last_of(s, MAP_CHANNELS_LAST));
    if (p->penultimate < 0) st = odd_graph_last_product(s->g, &p->penultimate);
    return st;
}

odd_status odd_graph_find_parts(const odd_graph *g, odd_graph_parts *out)
{
    parts_search s = {.g = g};
    odd_status st;
    *out = (odd_graph_parts){-1, -1, -1, -1, -1, -1, false};
    ODD_TRY(ODD_NEW(s.map, g->tensors));
    ODD_TRY(ODD_NEW(s.maker, g->tensors));
    for (int t = 0; t < g->tensors; t++)
        s.maker[t] = -1;
    for (int l = 0; l < g->layers; l++)
        s.maker[g->layer[l].output] = l;
    ODD_TRY(find_all(&s, out));
done:
    odd_free(s.map);
    odd_free(s.maker);
    return st;
}
