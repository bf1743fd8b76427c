/* Shapes of layers that move a window over rows and columns: convolutions and pools. */
#include "nn/graph/graph_internal.h"

#include <inttypes.h>

/* Sizes are at most 2^30, so that the product of two of them cannot overflow. */
static bool is_within(int64_t value, int64_t low)
{
    return value >= low && value <= ODD_WINDOW_LIMIT;
}

static odd_status check_window(const odd_shaping *s)
{
    const odd_layer_settings *set = &s->layer->set;
    if (s->in[0]->rank != 4)
        return odd_shape_fail(s, "its input has %d dimensions, not 4", s->in[0]->rank);
    for (int d = 0; d < 2; d++) {
        if (!is_within(s->in[0]->shape[2 + d], 1) || !is_within(set->kernel[d], 1) ||
            !is_within(set->stride[d], 1) || !is_within(set->dilation[d], 1))
            return odd_shape_fail(s, "its kernel, stride, dilation or input is out of range");
        if (!is_within(set->pad[d], 0) || !is_within(set->pad[2 + d], 0) ||
            !is_within(set->output_pad[d], 0))
            return odd_shape_fail(s, "its padding is out of range");
    }
    return ODD_OK;
}

/* Rows (d = 0) or columns (d = 1) that a window reaches over; under 2^61. */
static int64_t kernel_reach(const odd_layer_settings *set, int d)
{
    return (set->kernel[d] - 1) * set->dilation[d] + 1;
}

/* The places of the window along rows and columns. */
static odd_status set_slid_shape(odd_shaping *s)
{
    const odd_layer_settings *set = &s->layer->set;
    for (int d = 0; d < 2; d++) {
        int64_t padded = s->in[0]->shape[2 + d] + set->pad[d] + set->pad[2 + d];
        if (kernel_reach(set, d) > padded)
            return odd_shape_fail(s, "its window of %" PRId64 " does not fit into %" PRId64 " %s",
                                  kernel_reach(set, d), padded, d == 0 ? "rows" : "columns");
        s->out->shape[2 + d] = (padded - kernel_reach(set, d)) / set->stride[d] + 1;
    }
    return ODD_OK;
}

static void start_map(odd_shaping *s, int64_t channels)
{
    s->out->rank = 4;
    s->out->batched = s->in[0]->batched;
    s->out->shape[0] = s->in[0]->shape[0];
    s->out->shape[1] = channels;
}

/* The kernel is that of the weight; where the settings name one it must be the same. */
static odd_status take_kernel(odd_shaping *s)
{
    const odd_tensor *weight = s->in[1];
    if (weight->rank != 4)
        return odd_shape_fail(s, "its weight has %d dimensions, not 4", weight->rank);
    s->layer->set.kernel[0] = weight->shape[2];
    s->layer->set.kernel[1] = weight->shape[3];
    return check_window(s);
}

static odd_status check_bias(const odd_shaping *s, int64_t channels)
{
    if (s->layer->inputs < 3 || !s->in[2]) return ODD_OK;
    if (s->in[2]->rank != 1 || s->in[2]->shape[0] != channels)
        return odd_shape_fail(s, "its bias does not have %" PRId64 " values", channels);
    return ODD_OK;
}

/* x (N, C, H, W), weight (M, C / groups, rows, columns), bias (M); the result has M channels. */
odd_status odd_shape_conv(odd_shaping *s)
{
    odd_status st;
    ODD_TRY(take_kernel(s));
    const odd_tensor *x = s->in[0], *weight = s->in[1];
    int64_t group = s->layer->set.group, channels = weight->shape[0];
    if (group < 1 || x->shape[1] % group != 0 || channels % group != 0)
        return odd_shape_fail(s, "%" PRId64 " and %" PRId64 " channels in %" PRId64 " groups",
                              x->shape[1], channels, group);
    if (weight->shape[1] != x->shape[1] / group)
        return odd_shape_fail(s, "its input has %" PRId64 " channels a group, its weight %" PRId64,
                              x->shape[1] / group, weight->shape[1]);
    ODD_TRY(check_bias(s, channels));
    start_map(s, channels);
    ODD_TRY(set_slid_shape(s));
done:
    return st;
}

/* The inverse of set_slid_shape(): what a convolution would make the input from. */
static odd_status set_spread_shape(odd_shaping *s)
{
    const odd_layer_settings *set = &s->layer->set;
    for (int d = 0; d < 2; d++) {
        int64_t places = s->in[0]->shape[2 + d] - 1;
        if (places > ODD_TENSOR_VALUES / set->stride[d] || kernel_reach(set, d) > ODD_TENSOR_VALUES)
            return odd_shape_fail(s, "its result is too large");
        if (set->output_pad[d] >= set->stride[d] && set->output_pad[d] >= set->dilation[d])
            return odd_shape_fail(s, "its output padding is not under its stride");
        s->out->shape[2 + d] = places * set->stride[d] + kernel_reach(set, d) + set->output_pad[d] -
                               set->pad[d] - set->pad[2 + d];
    }
    return ODD_OK;
}

/* x (N, C, H, W), weight (C, M / groups, rows, columns), bias (M); the result has M channels. */
odd_status odd_shape_conv_transpose(odd_shaping *s)
{
    odd_status st;
    ODD_TRY(take_kernel(s));
    const odd_tensor *x = s->in[0], *weight = s->in[1];
    int64_t group = s->layer->set.group;
    if (group < 1 || x->shape[1] % group != 0 || weight->shape[0] != x->shape[1])
        return odd_shape_fail(
            s, "its input has %" PRId64 " channels in %" PRId64 " groups, its weight %" PRId64,
            x->shape[1], group, weight->shape[0]);
    if (weight->shape[1] > ODD_TENSOR_VALUES / group)
        return odd_shape_fail(s, "its result is too large");
    ODD_TRY(check_bias(s, weight->shape[1] * group));
    start_map(s, weight->shape[1] * group);
    ODD_TRY(set_spread_shape(s));
done:
    return st;
}

odd_status odd_shape_pool(odd_shaping *s)
{
    const odd_layer_settings *set = &s->layer->set;
    odd_status st = check_window(s);
    if (st != ODD_OK) return st;
    for (int d = 0; d < 2; d++)
        if (set->pad[d] >= kernel_reach(set, d) || set->pad[2 + d] >= kernel_reach(set, d))
            return odd_shape_fail(s, "a window would see nothing but padding");
    start_map(s, s->in[0]->shape[1]);
    return set_slid_shape(s);
}

odd_status odd_shape_global_pool(odd_shaping *s)
{
    const odd_tensor *x = s->in[0];
    if (x->rank < 3) return odd_shape_fail(s, "its input has %d dimensions", x->rank);
    s->out->rank = x->rank;
    s->out->batched = x->batched;
    for (int d = 0; d < x->rank; d++)
        s->out->shape[d] = d < 2 ? x->shape[d] : 1;
    return ODD_OK;
}
