/* Shapes of layers that move values without changing them, and of the mean over dimensions. */
#include "nn/graph/graph_internal.h"

#include <inttypes.h>

static void start_like(odd_shaping *s)
{
    s->out->rank = s->in[0]->rank;
    s->out->batched = s->in[0]->batched;
    for (int d = 0; d < s->out->rank; d++)
        s->out->shape[d] = s->in[0]->shape[d];
}

/* The batch is still the first dimension and still one image. */
static odd_status keep_batch(const odd_shaping *s)
{
    if (s->out->batched && (s->out->rank == 0 || s->out->shape[0] != 1))
        return odd_shape_fail(s, "it would mix images: the batch must stay the first dimension");
    return ODD_OK;
}

static odd_status check_axis(const odd_shaping *s, int64_t axis, int rank)
{
    if (axis < 0 || axis >= rank)
        return odd_shape_fail(s, "axis %" PRId64 " of %d dimensions", axis, rank);
    if (axis == 0 && s->in[0]->batched) return odd_shape_fail(s, "goes along the batch");
    return ODD_OK;
}

/* The `axes` of `list` rise and are dimensions of `rank` ones; chosen[d] tells which. */
static odd_status check_axes(const odd_shaping *s, int rank, bool chosen[ODD_TENSOR_RANK])
{
    const odd_layer_settings *set = &s->layer->set;
    if (set->axes < 0 || set->axes > rank) return odd_shape_fail(s, "it has %d axes", set->axes);
    for (int d = 0; d < ODD_TENSOR_RANK; d++)
        chosen[d] = false;
    for (int i = 0; i < set->axes; i++) {
        odd_status st = check_axis(s, set->list[i], rank);
        if (st != ODD_OK) return st;
        if (i > 0 && set->list[i] <= set->list[i - 1])
            return odd_shape_fail(s, "its axes do not rise");
        chosen[set->list[i]] = true;
    }
    return ODD_OK;
}

odd_status odd_shape_flatten(odd_shaping *s)
{
    const odd_tensor *x = s->in[0];
    int64_t axis = s->layer->set.axis;
    if (axis < 0 || axis > x->rank)
        return odd_shape_fail(s, "axis %" PRId64 " of %d dimensions", axis, x->rank);
    s->out->rank = 2;
    s->out->batched = x->batched;
    s->out->shape[0] = s->out->shape[1] = 1;
    /* Dimensions before the axis become the rows, the others the columns. */
    for (int d = 0; d < x->rank; d++)
        s->out->shape[d < axis ? 0 : 1] *= x->shape[d];
    if (x->batched && axis == 0) return odd_shape_fail(s, "goes along the batch");
    return keep_batch(s);
}

/* 0 keeps a dimension, one -1 takes what is left; the settings then hold the plain numbers. */
static odd_status resolve_shape(odd_shaping *s)
{
    const odd_tensor *x = s->in[0];
    odd_layer_settings *set = &s->layer->set;
    int64_t known = 1, values = odd_tensor_values(x);
    int open = -1;
    for (int d = 0; d < set->axes; d++) {
        if (d < x->rank && set->list[d] == 0) set->list[d] = x->shape[d];
        if (set->list[d] == -1 && open < 0)
            open = d;
        else if (set->list[d] < 1 || set->list[d] > values / known)
            return odd_shape_fail(s, "its new dimension %d is %" PRId64, d, set->list[d]);
        else
            known *= set->list[d];
    }
    /* That `known` divides `values` is checked below, with or without an open dimension. */
    if (open >= 0) set->list[open] = values / known;
    if (values % known != 0 || (open < 0 && known != values))
        return odd_shape_fail(s, "%" PRId64 " values do not fit its new shape", values);
    return ODD_OK;
}

odd_status odd_shape_reshape(odd_shaping *s)
{
    const odd_layer_settings *set = &s->layer->set;
    if (set->axes < 0 || set->axes > ODD_TENSOR_RANK)
        return odd_shape_fail(s, "its new shape has %d dimensions", set->axes);
    odd_status st = resolve_shape(s);
    if (st != ODD_OK) return st;
    s->out->rank = set->axes;
    s->out->batched = s->in[0]->batched;
    for (int d = 0; d < set->axes; d++)
        s->out->shape[d] = set->list[d];
    return keep_batch(s);
}

odd_status odd_shape_squeeze(odd_shaping *s)
{
    const odd_tensor *x = s->in[0];
    bool chosen[ODD_TENSOR_RANK];
    odd_status st = check_axes(s, x->rank, chosen);
    if (st != ODD_OK) return st;
    s->out->rank = 0;
    s->out->batched = x->batched;
    for (int d = 0; d < x->rank; d++) {
        if (chosen[d] && x->shape[d] != 1)
            return odd_shape_fail(s, "dimension %d is %" PRId64 ", not 1", d, x->shape[d]);
        if (!chosen[d]) s->out->shape[s->out->rank++] = x->shape[d];
    }
    return ODD_OK;
}

/* Axes count in the result; its other dimensions are those of x in their order. */
odd_status odd_shape_unsqueeze(odd_shaping *s)
{
    const odd_tensor *x = s->in[0];
    bool chosen[ODD_TENSOR_RANK];
    int rank = x->rank + s->layer->set.axes, next = 0;
    if (s->layer->set.axes < 0 || rank > ODD_TENSOR_RANK)
        return odd_shape_fail(s, "its result has more than %d dimensions", ODD_TENSOR_RANK);
    odd_status st = check_axes(s, rank, chosen);
    if (st != ODD_OK) return st;
    s->out->rank = rank;
    s->out->batched = x->batched;
    for (int d = 0; d < rank; d++)
        s->out->shape[d] = chosen[d] ? 1 : x->shape[next++];
    return ODD_OK;
}

/* Dimension d of the result is dimension list[d] of x. */
odd_status odd_shape_transpose(odd_shaping *s)
{
    const odd_tensor *x = s->in[0];
    const odd_layer_settings *set = &s->layer->set;
    /* A bit for each dimension of x that has its place. */
    unsigned seen = 0;
    if (set->axes != x->rank)
        return odd_shape_fail(s, "%d places for %d dimensions", set->axes, x->rank);
    start_like(s);
    for (int d = 0; d < x->rank; d++) {
        if (set->list[d] < 0 || set->list[d] >= x->rank || (seen >> set->list[d] & 1))
            return odd_shape_fail(s, "its places are not a permutation");
        seen |= 1u << set->list[d];
        s->out->shape[d] = x->shape[set->list[d]];
    }
    if (x->batched && set->list[0] != 0) return odd_shape_fail(s, "it would move the batch");
    return ODD_OK;
}

odd_status odd_shape_concat(odd_shaping *s)
{
    int64_t axis = s->layer->set.axis;
    odd_status st = check_axis(s, axis, s->in[0]->rank);
    if (st != ODD_OK) return st;
    start_like(s);
    for (int i = 1; i < s->layer->inputs; i++) {
        const odd_tensor *x = s->in[i];
        bool fits = x->rank == s->out->rank && x->batched == s->out->batched;
        for (int d = 0; fits && d < x->rank; d++)
            fits = d == axis || x->shape[d] == s->out->shape[d];
        if (!fits)
            return odd_shape_fail(s, "'%s' and '%s' do not fit together", s->in[0]->name, x->name);
        s->out->shape[axis] += x->shape[axis];
    }
    return ODD_OK;
}

odd_status odd_shape_pad(odd_shaping *s)
{
    const odd_layer_settings *set = &s->layer->set;
    if (set->axes != s->in[0]->rank)
        return odd_shape_fail(s, "pads of %d of %d dimensions", set->axes, s->in[0]->rank);
    start_like(s);
    for (int d = 0; d < set->axes; d++) {
        if (set->list[d] < 0 || set->list2[d] < 0 || set->list[d] > ODD_WINDOW_LIMIT ||
            set->list2[d] > ODD_WINDOW_LIMIT)
            return odd_shape_fail(s, "a pad of %" PRId64 ", %" PRId64, set->list[d], set->list2[d]);
        s->out->shape[d] += set->list[d] + set->list2[d];
    }
    return keep_batch(s);
}

/* The count of values in a slice of one dimension; below 1: it is empty or not allowed. */
static int64_t slice_length(int64_t size, int64_t first, int64_t end, int64_t step)
{
    if (first < 0 || first >= size || step == 0 || step == INT64_MIN) return 0;
    if (step > 0) return end <= size && end > first ? (end - first - 1) / step + 1 : 0;
    return end >= -1 && end < first ? (first - end - 1) / -step + 1 : 0;
}

/* The means, behind which there are as many log variances: (N, 2 K). */
static bool takes_means(const odd_shaping *s)
{
    const odd_layer_settings *set = &s->layer->set;
    const odd_tensor *x = s->in[0];
    return x->batched && x->rank == 2 && set->list[1] == 0 && set->list3[1] == 1 &&
           2 * s->out->shape[1] == x->shape[1];
}

odd_status odd_shape_slice(odd_shaping *s)
{
    const odd_tensor *x = s->in[0];
    const odd_layer_settings *set = &s->layer->set;
    if (set->axes != x->rank)
        return odd_shape_fail(s, "slices of %d of %d dimensions", set->axes, x->rank);
    start_like(s);
    for (int d = 0; d < x->rank; d++) {
        s->out->shape[d] = slice_length(x->shape[d], set->list[d], set->list2[d], set->list3[d]);
        if (s->out->shape[d] < 1)
            return odd_shape_fail(s,
                                  "nothing of dimension %d is from %" PRId64 " to %" PRId64
                                  " in steps of %" PRId64,
                                  d, set->list[d], set->list2[d], set->list3[d]);
    }
    if (set->sample && !takes_means(s))
        return odd_shape_fail(s, "a sample is not the first half of the values of an image");
    return ODD_OK;
}

odd_status odd_shape_reduce(odd_shaping *s)
{
    const odd_tensor *x = s->in[0];
    bool chosen[ODD_TENSOR_RANK];
    odd_status st = check_axes(s, x->rank, chosen);
    if (st != ODD_OK) return st;
    if (s->layer->set.axes == 0) return odd_shape_fail(s, "it has no axes");
    s->out->rank = 0;
    s->out->batched = x->batched;
    for (int d = 0; d < x->rank; d++)
        if (!chosen[d] || s->layer->set.keep_dims)
            s->out->shape[s->out->rank++] = chosen[d] ? 1 : x->shape[d];
    return ODD_OK;
}

odd_status odd_shape_gather(odd_shaping *s)
{
    const odd_tensor *x = s->in[0], *index = s->in[1];
    const int64_t axis = s->layer->set.axis;
    if (axis < 0 || axis >= x->rank)
        return odd_shape_fail(s, "axis %" PRId64 " of %d dimensions", axis, x->rank);
    if (x->batched && axis == 0) return odd_shape_fail(s, "goes along the batch");
    if (index->rank != 1) return odd_shape_fail(s, "its indices are not a list");
    for (int64_t i = 0; i < index->shape[0]; i++) {
        const float at = index->data[i];
        if (!(at >= 0 && at < (float)x->shape[axis]) || at != (float)(int64_t)at)
            return odd_shape_fail(s, "index %g of %" PRId64, (double)at, x->shape[axis]);
    }
    s->out->rank = x->rank;
    s->out->batched = x->batched;
    for (int d = 0; d < x->rank; d++)
        s->out->shape[d] = d == axis ? index->shape[0] : x->shape[d];
    return ODD_OK;
}
