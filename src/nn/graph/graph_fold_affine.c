/* Fold scale and shift: y = scale x + shift of each channel of x goes into the weights and the bias
 * of the convolution or product that makes x, also where x is turned round in between. */
#include "nn/graph/graph_fold_internal.h"
#include "nn/graph/graph_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

/* What happens to each channel, in double so that only the last rounding is seen. */
typedef struct {
    int64_t channels;
    double *scale, *shift; /* (channels) */
} affine;

static void affine_free(affine *a)
{
    odd_free(a->scale);
    odd_free(a->shift);
}

static odd_status affine_new(int64_t channels, affine *a)
{
    odd_status st;
    a->channels = channels;
    ODD_TRY(ODD_NEW(a->scale, channels));
    ODD_TRY(ODD_NEW(a->shift, channels));
    for (int64_t c = 0; c < channels; c++)
        a->scale[c] = 1;
done:
    return st;
}

bool odd_fold_same_shape(const odd_tensor *a, const odd_tensor *b)
{
    return a->rank == b->rank &&
           memcmp(a->shape, b->shape, (size_t)a->rank * sizeof *a->shape) == 0;
}

/* True if the constant has one value, or one for each channel of a tensor of `rank` dimensions
 * whose channels are dimension `at`. */
static bool is_by_channel(const odd_tensor *constant, int rank, int at, int64_t channels)
{
    for (int d = 0; d < constant->rank; d++) {
        int place = d + rank - constant->rank;
        if (constant->shape[d] != 1 && (place != at || constant->shape[d] != channels))
            return false;
    }
    return constant->data != NULL;
}

static double value_of(const odd_tensor *constant, int64_t channel)
{
    return constant->data[odd_tensor_values(constant) > 1 ? channel : 0];
}

static void batch_norm(const odd_graph *g, const odd_layer *layer, affine *a)
{
    const float *scale = g->tensor[layer->input[1]].data, *bias = g->tensor[layer->input[2]].data;
    const float *mean = g->tensor[layer->input[3]].data, *var = g->tensor[layer->input[4]].data;
    for (int64_t c = 0; c < a->channels; c++) {
        a->scale[c] = scale[c] / sqrt((double)var[c] + layer->set.epsilon);
        a->shift[c] = bias[c] - a->scale[c] * mean[c];
    }
}

/* x op constant, or constant op x (`reversed`). */
static void pair(odd_layer_kind kind, const odd_tensor *constant, bool reversed, affine *a)
{
    for (int64_t c = 0; c < a->channels; c++) {
        double value = value_of(constant, c);
        if (kind == ODD_LAYER_MUL) a->scale[c] = value;
        if (kind == ODD_LAYER_DIV) a->scale[c] = 1 / value;
        if (kind == ODD_LAYER_ADD) a->shift[c] = value;
        if (kind == ODD_LAYER_SUB) a->shift[c] = reversed ? value : -value;
        if (kind == ODD_LAYER_SUB && reversed) a->scale[c] = -1;
    }
}

/* The constant of a layer that is one of + - * / by channel (dimension `at`) of tensor x; -1: it is
 * not. */
static int constant_of(const odd_graph *g, const odd_layer *layer, int x, int at)
{
    const odd_tensor *t = &g->tensor[x];
    bool two = layer->kind == ODD_LAYER_ADD || layer->kind == ODD_LAYER_SUB ||
               layer->kind == ODD_LAYER_MUL || layer->kind == ODD_LAYER_DIV;
    if (!two || !odd_fold_same_shape(t, &g->tensor[layer->output])) return -1;
    bool reversed = layer->input[1] == x;
    int constant = layer->input[!reversed];
    if (reversed && layer->kind == ODD_LAYER_DIV) return -1;
    return is_by_channel(&g->tensor[constant], t->rank, at, t->shape[at]) ? constant : -1;
}

/* What the layer does to the channels (dimension `at`) of tensor x; false, and nothing to free, if
 * it is nothing of this sort. */
static odd_status find_affine(const odd_graph *g, const odd_layer *layer, int x, int at, affine *a,
                              bool *found)
{
    int constant = constant_of(g, layer, x, at);
    bool norm = layer->kind == ODD_LAYER_BATCH_NORM && layer->input[0] == x && at == 1;
    *found = norm || constant >= 0;
    if (!*found) return ODD_OK;
    odd_status st = affine_new(g->tensor[x].shape[at], a);
    if (st != ODD_OK) return st;
    if (norm)
        batch_norm(g, layer, a);
    else
        pair(layer->kind, &g->tensor[constant], layer->input[1] == x, a);
    return ODD_OK;
}

/* The output channel that value i of the weight belongs to. */
static int64_t channel_of(const odd_layer *layer, const odd_tensor *weight, int64_t i)
{
    int64_t window = weight->rank == 4 ? weight->shape[2] * weight->shape[3] : 1;
    int64_t first = i / window / weight->shape[1], second = i / window % weight->shape[1];
    if (layer->kind == ODD_LAYER_CONV) return first;
    if (layer->kind == ODD_LAYER_GEMM) return layer->set.transpose_b ? first : second;
    return first / (weight->shape[0] / layer->set.group) * weight->shape[1] + second;
}

/* The dimension of the result of a convolution or product that its channels are. */
static int channel_place(const odd_graph *g, const odd_layer *layer)
{
    return layer->kind == ODD_LAYER_GEMM ? g->tensor[layer->output].rank - 1 : 1;
}

/* A Gemm's bias must be one for all rows. */
static bool can_take(const odd_graph *g, const odd_layer *layer)
{
    bool takes = layer->kind == ODD_LAYER_CONV || layer->kind == ODD_LAYER_CONV_TRANSPOSE ||
                 layer->kind == ODD_LAYER_GEMM;
    if (!takes || layer->inputs < 3 || layer->input[2] < 0) return takes;
    const odd_tensor *bias = &g->tensor[layer->input[2]], *out = &g->tensor[layer->output];
    return is_by_channel(bias, 2, 1, out->shape[channel_place(g, layer)]);
}

/* Where a dimension is after a Transpose. */
static int turned_place(const odd_layer *turn, int at)
{
    int place = 0;
    while (turn->set.list[place] != at)
        place++;
    return place;
}

static odd_status scale_weight(odd_graph *g, odd_layer *layer, const affine *a)
{
    const odd_tensor old = g->tensor[layer->input[1]];
    int64_t values = odd_tensor_values(&old);
    double alpha = layer->kind == ODD_LAYER_GEMM ? layer->set.alpha : 1;
    float *scaled = odd_alloc(values, sizeof *scaled);
    if (!scaled) return ODD_NOMEM;
    for (int64_t i = 0; i < values; i++)
        scaled[i] = (float)(alpha * a->scale[channel_of(layer, &old, i)] * old.data[i]);
    return odd_graph_give_tensor(g, "", old.rank, old.shape, scaled, &layer->input[1]);
}

static odd_status shift_bias(odd_graph *g, odd_layer *layer, const affine *a)
{
    const odd_tensor *old =
        layer->inputs > 2 && layer->input[2] >= 0 ? &g->tensor[layer->input[2]] : NULL;
    double beta = layer->kind == ODD_LAYER_GEMM ? layer->set.beta : 1;
    float *bias = odd_alloc(a->channels, sizeof *bias);
    if (!bias) return ODD_NOMEM;
    for (int64_t c = 0; c < a->channels; c++)
        bias[c] = (float)(a->shift[c] + (old ? a->scale[c] * beta * value_of(old, c) : 0));
    layer->inputs = 3;
    return odd_graph_give_tensor(g, "", 1, &a->channels, bias, &layer->input[2]);
}

odd_status odd_fold_affine(odd_graph *g, int maker, int turn, int layer, bool *folded)
{
    odd_status st;
    affine a = {0, NULL, NULL};
    *folded = false;
    if (!can_take(g, &g->layer[maker])) return ODD_OK;
    int x = g->layer[turn >= 0 ? turn : maker].output, at = channel_place(g, &g->layer[maker]);
    if (turn >= 0) at = turned_place(&g->layer[turn], at);
    ODD_TRY(find_affine(g, &g->layer[layer], x, at, &a, folded));
    if (!*folded) return ODD_OK;
    odd_layer changed = g->layer[maker];
    ODD_TRY(scale_weight(g, &changed, &a));
    ODD_TRY(shift_bias(g, &changed, &a));
    if (changed.kind == ODD_LAYER_GEMM) changed.set.alpha = changed.set.beta = 1;
    g->layer[maker] = changed;
done:
    affine_free(&a);
    return st;
}
