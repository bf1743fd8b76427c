/* Fold: a graph that is only to be run needs fewer layers. Each of them is looked at once, from the
 * first to the last; what a fold leaves without a reader is swept away at the end. */
#include "nn/graph/graph_fold_internal.h"
#include "nn/graph/graph_internal.h"

#include "oddlot/base/memory.h"

#include <float.h>

#define NEW_CONSTANTS 2 /* at most, of one fold: a weight and a bias */

/* Of each tensor: the layer that makes it (-1: none), how many layers and outputs read it, whether
 * it is an output of the graph, and which tensor stands for it now. */
typedef struct {
    odd_graph *g;
    int *maker, *readers, *instead;
    bool *output;
} folder;

static void folder_free(folder *f)
{
    odd_free(f->maker);
    odd_free(f->readers);
    odd_free(f->instead);
    odd_free(f->output);
}

static odd_status folder_new(odd_graph *g, folder *f)
{
    odd_status st;
    int64_t room = g->tensors + (int64_t)NEW_CONSTANTS * g->layers;
    *f = (folder){.g = g};
    ODD_TRY(ODD_NEW(f->maker, room));
    ODD_TRY(ODD_NEW(f->readers, room));
    ODD_TRY(ODD_NEW(f->instead, room));
    ODD_TRY(ODD_NEW(f->output, room));
    for (int t = 0; t < room; t++) {
        f->maker[t] = -1;
        f->instead[t] = t;
    }
    for (int l = 0; l < g->layers; l++) {
        f->maker[g->layer[l].output] = l;
        for (int i = 0; i < g->layer[l].inputs; i++)
            if (g->layer[l].input[i] >= 0) f->readers[g->layer[l].input[i]]++;
    }
    for (int o = 0; o < g->outputs; o++) {
        f->readers[g->output[o]]++;
        f->output[g->output[o]] = true;
    }
done:
    return st;
}

/* The layer that makes a tensor for one reader alone, -1: there is none. */
static int only_for_me(const folder *f, int tensor)
{
    return tensor >= 0 && f->readers[tensor] == 1 ? f->maker[tensor] : -1;
}

/* The maker makes from now on what the layer made; the layer's own result is unused. */
static void take_over(folder *f, int maker, int layer)
{
    odd_layer *first = &f->g->layer[maker], *second = &f->g->layer[layer];
    int made = first->output;
    first->output = second->output;
    second->output = made;
    f->maker[first->output] = maker;
    f->maker[made] = layer;
    f->readers[made] = 0;
}

/* Who reads the result of an Identity can read its input. An output keeps its name: then the maker
 * of the input takes it over, if nobody else reads that. */
static void fold_identity(folder *f, int l)
{
    const odd_layer *layer = &f->g->layer[l];
    int x = layer->input[0], maker = only_for_me(f, x);
    if (f->output[layer->output]) {
        if (maker >= 0) take_over(f, maker, l);
        return;
    }
    f->instead[layer->output] = x;
    f->readers[x] += f->readers[layer->output] - 1;
}

/* True if a tensor is a constant all of one value. */
static bool is_all(const odd_tensor *t, float value)
{
    bool is = t->data != NULL;
    for (int64_t i = 0; is && i < odd_tensor_values(t); i++)
        is = t->data[i] == value;
    return is;
}

/* x + 0, x - 0, x 1 and x / 1 are x; exporters write them around normalisations in groups. */
static bool fold_neutral(folder *f, int l)
{
    odd_layer *layer = &f->g->layer[l];
    const odd_tensor *t = f->g->tensor, *out = &t[layer->output];
    const bool sum = layer->kind == ODD_LAYER_ADD || layer->kind == ODD_LAYER_SUB;
    const bool either = layer->kind == ODD_LAYER_ADD || layer->kind == ODD_LAYER_MUL;
    for (int i = 0; i < (either ? 2 : 1) && layer->inputs == 2; i++) {
        const int x = layer->input[i], constant = layer->input[!i];
        if (!odd_fold_same_shape(&t[x], out) || !is_all(&t[constant], sum ? 0 : 1)) continue;
        layer->kind = ODD_LAYER_IDENTITY;
        layer->set = odd_layer_defaults();
        layer->inputs = 1;
        layer->input[0] = x;
        f->readers[constant]--;
        fold_identity(f, l);
        return true;
    }
    return false;
}

/* Two Transposes are one, or none. */
static void fold_transpose(folder *f, int l)
{
    odd_layer *layer = &f->g->layer[l];
    const int at = f->maker[layer->input[0]];
    const odd_layer *first = at >= 0 ? &f->g->layer[at] : NULL;
    bool same = true;
    if (!first || first->kind != ODD_LAYER_TRANSPOSE) return;
    for (int d = 0; d < layer->set.axes; d++) {
        layer->set.list[d] = first->set.list[layer->set.list[d]];
        same = same && layer->set.list[d] == d;
    }
    f->readers[layer->input[0]]--;
    f->readers[first->input[0]]++;
    layer->input[0] = first->input[0];
    if (!same) return;
    layer->kind = ODD_LAYER_IDENTITY;
    layer->set = odd_layer_defaults();
    fold_identity(f, l);
}

/* MatMul of rows by a constant matrix is a Gemm, which can have a bias: one product, however many
 * dimensions the rows are in. */
static void fold_matmul(folder *f, odd_layer *layer)
{
    const odd_tensor *x = &f->g->tensor[layer->input[0]], *weight = &f->g->tensor[layer->input[1]];
    if (x->rank < 2 || x->data || weight->rank != 2 || !weight->data) return;
    layer->kind = ODD_LAYER_GEMM;
    layer->set = odd_layer_defaults();
}

/* What the layer does to input i goes into the layer that makes that, or made it before it was
 * turned round. */
static odd_status fold_affine_of(folder *f, int l, int i, bool *folded)
{
    const odd_graph *g = f->g;
    const int last = only_for_me(f, g->layer[l].input[i]);
    const int turn = last >= 0 && g->layer[last].kind == ODD_LAYER_TRANSPOSE ? last : -1;
    const int maker = turn >= 0 ? only_for_me(f, g->layer[turn].input[0]) : last;
    if (maker < 0) return ODD_OK;
    odd_status st = odd_fold_affine(f->g, maker, turn, l, folded);
    if (st == ODD_OK && *folded) take_over(f, last, l);
    return st;
}

static odd_status fold_affine(folder *f, int l)
{
    odd_status st = ODD_OK;
    bool folded = false;
    for (int i = 0; i < 2 && i < f->g->layer[l].inputs && !folded && st == ODD_OK; i++)
        st = fold_affine_of(f, l, i, &folded);
    return st;
}

static bool never_negative(const folder *f, int tensor)
{
    const odd_layer *maker = f->maker[tensor] >= 0 ? &f->g->layer[f->maker[tensor]] : NULL;
    switch (maker ? maker->kind : ODD_LAYER_COUNT) {
    case ODD_LAYER_RELU:
    case ODD_LAYER_SIGMOID:
    case ODD_LAYER_HARD_SIGMOID:
    case ODD_LAYER_EXP:
        return true;
    case ODD_LAYER_CLIP:
        return maker->set.low >= 0;
    default:
        return false;
    }
}

/* True if the layer pads rows and columns only. */
static bool pads_maps(const odd_layer *layer)
{
    const odd_layer_settings *set = &layer->set;
    return layer->kind == ODD_LAYER_PAD && set->axes == 4 && set->list[0] == 0 &&
           set->list2[0] == 0 && set->list[1] == 0 && set->list2[1] == 0;
}

/* The zeros (or, for a maximum, what no value is under) can be the padding of the layer behind. */
static bool can_pad(const folder *f, const odd_layer *pad, const odd_layer *layer)
{
    const int64_t *own = layer->set.pad;
    bool zero = pad->set.value == 0, unpadded = !own[0] && !own[1] && !own[2] && !own[3];
    switch (layer->kind) {
    case ODD_LAYER_CONV:
        return zero;
    case ODD_LAYER_AVERAGE_POOL:
        return zero && (layer->set.count_padding || unpadded);
    case ODD_LAYER_MAX_POOL:
        return pad->set.value <= -FLT_MAX || (zero && unpadded && never_negative(f, pad->input[0]));
    default:
        return false;
    }
}

/* No window of a pool may see nothing but padding. */
static bool can_fold_pad(const odd_layer *layer, const int64_t pad[4])
{
    const odd_layer_settings *set = &layer->set;
    for (int i = 0; i < 4; i++) {
        int64_t reach = (set->kernel[i % 2] - 1) * set->dilation[i % 2] + 1;
        if (pad[i] > ODD_WINDOW_LIMIT || (layer->kind != ODD_LAYER_CONV && pad[i] >= reach))
            return false;
    }
    return true;
}

static void fold_pad(folder *f, odd_layer *layer)
{
    int at = only_for_me(f, layer->input[0]);
    const odd_layer *pad = at >= 0 ? &f->g->layer[at] : NULL;
    if (!pad || !pads_maps(pad) || !can_pad(f, pad, layer)) return;
    const int64_t *begin = pad->set.list, *end = pad->set.list2, *own = layer->set.pad;
    int64_t sum[4] = {own[0] + begin[2], own[1] + begin[3], own[2] + end[2], own[3] + end[3]};
    if (!can_fold_pad(layer, sum)) return;
    for (int i = 0; i < 4; i++)
        layer->set.pad[i] = sum[i];
    layer->set.count_padding = layer->kind == ODD_LAYER_AVERAGE_POOL;
    f->readers[layer->input[0]] = 0;
    layer->input[0] = pad->input[0];
}

static odd_status fold_layer(folder *f, int l)
{
    odd_layer *layer = &f->g->layer[l];
    for (int i = 0; i < layer->inputs; i++)
        if (layer->input[i] >= 0) layer->input[i] = f->instead[layer->input[i]];
    if (odd_layer_is_constant(f->g, layer)) return odd_layer_evaluate(f->g, layer);
    switch (layer->kind) {
    case ODD_LAYER_IDENTITY:
        fold_identity(f, l);
        return ODD_OK;
    case ODD_LAYER_TRANSPOSE:
        fold_transpose(f, l);
        return ODD_OK;
    case ODD_LAYER_MATMUL:
        fold_matmul(f, layer);
        return ODD_OK;
    case ODD_LAYER_BATCH_NORM:
    case ODD_LAYER_ADD:
    case ODD_LAYER_SUB:
    case ODD_LAYER_MUL:
    case ODD_LAYER_DIV:
        if (odd_fold_gelu(f->g, f->maker, l) || fold_neutral(f, l)) return ODD_OK;
        return fold_affine(f, l);
    default:
        fold_pad(f, layer);
        return ODD_OK;
    }
}

odd_status odd_graph_fold(odd_graph *g)
{
    odd_status st;
    folder f;
    int layers = g->layers;
    ODD_TRY(folder_new(g, &f));
    for (int l = 0; l < layers; l++)
        ODD_TRY(fold_layer(&f, l));
    ODD_TRY(odd_graph_sweep(g));
done:
    folder_free(&f);
    return st;
}
