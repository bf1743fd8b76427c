/* Shapes of layers: one table of rules, and the rules of layers that keep or broadcast shapes. */
#include "nn/graph/graph_internal.h"

#include <inttypes.h>

static void keep_shape(odd_shaping *s)
{
    s->out->rank = s->in[0]->rank;
    s->out->batched = s->in[0]->batched;
    for (int i = 0; i < s->out->rank; i++)
        s->out->shape[i] = s->in[0]->shape[i];
}

static odd_status same(odd_shaping *s)
{
    keep_shape(s);
    return ODD_OK;
}

static odd_status clip(odd_shaping *s)
{
    keep_shape(s);
    if (!(s->layer->set.low <= s->layer->set.high)) return odd_shape_fail(s, "its range is empty");
    return ODD_OK;
}

/* One scale and zero for all values, or one of each for every place of the axis. */
static odd_status quantize(odd_shaping *s)
{
    const int64_t axis = s->layer->set.axis, scales = odd_tensor_values(s->in[1]);
    odd_status st = clip(s);
    if (st != ODD_OK) return st;
    if (scales != 1 && (axis < 0 || axis >= s->out->rank || s->out->shape[axis] != scales))
        return odd_shape_fail(s, "its %" PRId64 " scales are not one for each place of axis %d",
                              scales, (int)axis);
    if (odd_tensor_values(s->in[2]) != scales)
        return odd_shape_fail(s, "it has not as many zeros as scales");
    return ODD_OK;
}

static odd_status along_axis(odd_shaping *s)
{
    int64_t axis = s->layer->set.axis;
    keep_shape(s);
    if (axis < 0 || axis >= s->out->rank)
        return odd_shape_fail(s, "axis %" PRId64 " of %d dimensions", axis, s->out->rank);
    if (s->out->batched && axis == 0) return odd_shape_fail(s, "goes along the batch");
    return ODD_OK;
}

/* x (N, C, ...); scale, shift, mean and variance (C). */
static odd_status batch_norm(odd_shaping *s)
{
    keep_shape(s);
    if (s->out->rank < 2) return odd_shape_fail(s, "its input has no channels");
    for (int i = 1; i < 5; i++)
        if (s->in[i]->rank != 1 || s->in[i]->shape[0] != s->out->shape[1])
            return odd_shape_fail(s, "'%s' does not have %" PRId64 " values, one a channel",
                                  s->in[i]->name, s->out->shape[1]);
    return ODD_OK;
}

/* What is normalised are the dimensions from the axis on; scale and bias have their shape. */
static odd_status layer_norm(odd_shaping *s)
{
    odd_status st = along_axis(s);
    if (st != ODD_OK) return st;
    int axis = (int)s->layer->set.axis, rank = s->out->rank - axis;
    for (int i = 1; i < 3; i++) {
        bool fits = !s->in[i] || s->in[i]->rank == rank;
        for (int d = 0; s->in[i] && fits && d < rank; d++)
            fits = s->in[i]->shape[d] == s->out->shape[axis + d];
        if (!fits)
            return odd_shape_fail(s, "'%s' does not have the shape of what is normalised",
                                  s->in[i]->name);
    }
    return ODD_OK;
}

/* The dimension `d` of `rank` ones, 1 where the tensor has fewer. */
static int64_t aligned_dim(const odd_tensor *t, int rank, int d)
{
    int mine = d - (rank - t->rank);
    return mine >= 0 ? t->shape[mine] : 1;
}

/* A batch may only stay where it is, and only meet one of its own or a single one. */
static odd_status check_batches(const odd_shaping *s, const odd_tensor *a, const odd_tensor *b)
{
    if (a->batched && a->rank < s->out->rank)
        return odd_shape_fail(s, "'%s' has more dimensions than '%s', which moves the batch",
                              b->name, a->name);
    if (a->batched && !b->batched && aligned_dim(b, s->out->rank, 0) != 1)
        return odd_shape_fail(s, "'%s' differs over the batch", b->name);
    return ODD_OK;
}

/* As in NumPy: shapes are aligned at their ends, and a dimension of 1 is repeated. */
static odd_status broadcast(odd_shaping *s)
{
    const odd_tensor *a = s->in[0], *b = s->in[1];
    s->out->rank = a->rank > b->rank ? a->rank : b->rank;
    s->out->batched = a->batched || b->batched;
    for (int d = 0; d < s->out->rank; d++) {
        int64_t x = aligned_dim(a, s->out->rank, d), y = aligned_dim(b, s->out->rank, d);
        if (x != y && x != 1 && y != 1)
            return odd_shape_fail(s, "%" PRId64 " values of '%s' meet %" PRId64 " of '%s'", x,
                                  a->name, y, b->name);
        s->out->shape[d] = x > y ? x : y;
    }
    odd_status st = check_batches(s, a, b);
    return st == ODD_OK ? check_batches(s, b, a) : st;
}

/* How many inputs a kind has, which of them must be constants, and its rule. */
static const struct {
    int least, most;
    int constant; /* the first input whose values must be in the graph; 0: none */
    odd_status (*infer)(odd_shaping *s);
} rules[ODD_LAYER_COUNT] = {
    [ODD_LAYER_CONV] = {2, 3, 1, odd_shape_conv},
    [ODD_LAYER_CONV_TRANSPOSE] = {2, 3, 1, odd_shape_conv_transpose},
    [ODD_LAYER_GEMM] = {2, 3, 1, odd_shape_gemm},
    [ODD_LAYER_MATMUL] = {2, 2, 0, odd_shape_matmul},
    [ODD_LAYER_BATCH_NORM] = {5, 5, 1, batch_norm},
    [ODD_LAYER_LAYER_NORM] = {2, 3, 1, layer_norm},
    [ODD_LAYER_L2_NORM] = {1, 1, 0, along_axis},
    [ODD_LAYER_RELU] = {1, 1, 0, same},
    [ODD_LAYER_LEAKY_RELU] = {1, 1, 0, same},
    [ODD_LAYER_ELU] = {1, 1, 0, same},
    [ODD_LAYER_CLIP] = {1, 1, 0, clip},
    [ODD_LAYER_SIGMOID] = {1, 1, 0, same},
    [ODD_LAYER_TANH] = {1, 1, 0, same},
    [ODD_LAYER_HARD_SIGMOID] = {1, 1, 0, same},
    [ODD_LAYER_HARD_SWISH] = {1, 1, 0, same},
    [ODD_LAYER_EXP] = {1, 1, 0, same},
    [ODD_LAYER_SQRT] = {1, 1, 0, same},
    [ODD_LAYER_ERF] = {1, 1, 0, same},
    [ODD_LAYER_GELU] = {1, 1, 0, same},
    [ODD_LAYER_NEG] = {1, 1, 0, same},
    [ODD_LAYER_ABS] = {1, 1, 0, same},
    [ODD_LAYER_LOG] = {1, 1, 0, same},
    [ODD_LAYER_SOFTPLUS] = {1, 1, 0, same},
    [ODD_LAYER_FLOOR] = {1, 1, 0, same},
    [ODD_LAYER_CEIL] = {1, 1, 0, same},
    [ODD_LAYER_ROUND] = {1, 1, 0, same},
    [ODD_LAYER_SIGN] = {1, 1, 0, same},
    [ODD_LAYER_SIN] = {1, 1, 0, same},
    [ODD_LAYER_COS] = {1, 1, 0, same},
    [ODD_LAYER_THRESHOLDED_RELU] = {1, 1, 0, same},
    [ODD_LAYER_QUANTIZE] = {3, 3, 1, quantize},
    [ODD_LAYER_ADD] = {2, 2, 0, broadcast},
    [ODD_LAYER_SUB] = {2, 2, 0, broadcast},
    [ODD_LAYER_MUL] = {2, 2, 0, broadcast},
    [ODD_LAYER_DIV] = {2, 2, 0, broadcast},
    [ODD_LAYER_POW] = {2, 2, 0, broadcast},
    [ODD_LAYER_MAX] = {2, 2, 0, broadcast},
    [ODD_LAYER_MIN] = {2, 2, 0, broadcast},
    [ODD_LAYER_MAX_POOL] = {1, 1, 0, odd_shape_pool},
    [ODD_LAYER_AVERAGE_POOL] = {1, 1, 0, odd_shape_pool},
    [ODD_LAYER_GLOBAL_AVERAGE_POOL] = {1, 1, 0, odd_shape_global_pool},
    [ODD_LAYER_GLOBAL_MAX_POOL] = {1, 1, 0, odd_shape_global_pool},
    [ODD_LAYER_REDUCE_MEAN] = {1, 1, 0, odd_shape_reduce},
    [ODD_LAYER_FLATTEN] = {1, 1, 0, odd_shape_flatten},
    [ODD_LAYER_RESHAPE] = {1, 1, 0, odd_shape_reshape},
    [ODD_LAYER_SQUEEZE] = {1, 1, 0, odd_shape_squeeze},
    [ODD_LAYER_UNSQUEEZE] = {1, 1, 0, odd_shape_unsqueeze},
    [ODD_LAYER_TRANSPOSE] = {1, 1, 0, odd_shape_transpose},
    [ODD_LAYER_CONCAT] = {1, ODD_LAYER_INPUTS, 0, odd_shape_concat},
    [ODD_LAYER_SOFTMAX] = {1, 1, 0, along_axis},
    [ODD_LAYER_PAD] = {1, 1, 0, odd_shape_pad},
    [ODD_LAYER_SLICE] = {1, 1, 0, odd_shape_slice},
    [ODD_LAYER_GATHER] = {2, 2, 1, odd_shape_gather},
    [ODD_LAYER_IDENTITY] = {1, 1, 0, same},
};

/* Optional inputs that are left out stand behind those that a kind must have. */
static odd_status check_inputs(const odd_shaping *s)
{
    const odd_layer *layer = s->layer;
    odd_layer_kind kind = layer->kind;
    bool any_number = kind == ODD_LAYER_CONCAT;
    if (layer->inputs < rules[kind].least || layer->inputs > rules[kind].most)
        return odd_shape_fail(s, "it has %d inputs", layer->inputs);
    for (int i = 0; i < layer->inputs; i++) {
        if (!s->in[i] && (any_number || i < rules[kind].least))
            return odd_shape_fail(s, "its input %d is missing", i);
        if (s->in[i] && rules[kind].constant > 0 && i >= rules[kind].constant && !s->in[i]->data)
            return odd_shape_fail(s, "'%s' must be constant", s->in[i]->name);
    }
    return ODD_OK;
}

odd_status odd_shape_infer(const odd_graph *g, odd_layer *layer, odd_tensor *out)
{
    odd_status st;
    int64_t values;
    odd_shaping s = {.layer = layer, .out = out};
    for (int i = 0; i < layer->inputs; i++)
        s.in[i] = layer->input[i] >= 0 ? &g->tensor[layer->input[i]] : NULL;
    ODD_TRY(check_inputs(&s));
    ODD_TRY(rules[layer->kind].infer(&s));
    st = odd_shape_check(out->rank, out->shape, &values);
    if (st != ODD_OK)
        st = odd_fail_prefix(st, "layer '%s' (%s): its result has ", layer->name,
                             odd_layer_name(layer->kind));
done:
    return st;
}
