/* ONNX nodes that move a window: convolutions and pools. Everything that the file may leave to the
 * reader (kernel, automatic padding, rounding up) becomes plain numbers here; one-dimensional ones
 * become images of one row. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"

#include <inttypes.h>
#include <string.h>

/* Integers of an attribute for each of the `spatial` dimensions; those of one dimension are for
 * columns. `parts`: 1, or 2 for the pads (all begins, then all ends). */
static odd_status read_spatial(const odd_onnx_reader *r, const char *name, int spatial, int parts,
                               int64_t low, int64_t to[])
{
    int64_t values[4];
    int count;
    odd_status st = odd_node_ints(r, name, 4, values, &count);
    if (st != ODD_OK || count < 0) return st;
    if (count != spatial * parts)
        return odd_node_fail(r, "'%s' has %d values, not %d", name, count, spatial * parts);
    for (int i = 0; i < count; i++) {
        if (values[i] < low || values[i] > ODD_WINDOW_LIMIT)
            return odd_node_fail(r, "'%s' has the value %" PRId64, name, values[i]);
        to[i / spatial * 2 + i % spatial + (2 - spatial)] = values[i];
    }
    return ODD_OK;
}

static odd_status read_window(const odd_onnx_reader *r, int spatial, odd_layer_settings *set)
{
    odd_status st;
    *set = odd_layer_defaults();
    ODD_TRY(read_spatial(r, "kernel_shape", spatial, 1, 1, set->kernel));
    ODD_TRY(read_spatial(r, "strides", spatial, 1, 1, set->stride));
    ODD_TRY(read_spatial(r, "dilations", spatial, 1, 1, set->dilation));
    ODD_TRY(read_spatial(r, "pads", spatial, 2, 0, set->pad));
    ODD_TRY(read_spatial(r, "output_padding", spatial, 1, 0, set->output_pad));
    ODD_TRY(odd_node_int(r, "group", 1, &set->group));
done:
    return st;
}

/* A tensor of one spatial dimension gets a second one, of size 1, before it. */
static odd_status widen(odd_onnx_reader *r, int *tensor)
{
    odd_layer_settings set = odd_layer_defaults();
    set.axes = 1;
    set.list[0] = 2;
    return odd_node_step(r, ODD_LAYER_UNSQUEEZE, &set, 1, tensor, tensor);
}

/* Input `i` with two spatial dimensions; *spatial is their number in the file. */
static odd_status take_map(odd_onnx_reader *r, int i, int *tensor, int *spatial)
{
    odd_status st = odd_node_tensor(r, i, tensor);
    if (st != ODD_OK) return st;
    *spatial = r->graph->tensor[*tensor].rank - 2;
    if (*spatial < 1 || *spatial > 2)
        return odd_node_fail(r, "'%s' has %d dimensions, only 3 and 4 are supported",
                             r->graph->tensor[*tensor].name, *spatial + 2);
    return *spatial == 1 ? widen(r, tensor) : ODD_OK;
}

/* The layer makes the node's result; that of one-dimensional ones loses its row again. */
static odd_status finish(odd_onnx_reader *r, odd_layer_kind kind, const odd_layer_settings *set,
                         int spatial, int inputs, const int input[])
{
    int wide;
    odd_layer_settings narrow = odd_layer_defaults();
    if (spatial == 2) return odd_node_layer(r, kind, set, inputs, input);
    odd_status st = odd_node_step(r, kind, set, inputs, input, &wide);
    narrow.axes = 1;
    narrow.list[0] = 2;
    return st == ODD_OK ? odd_node_layer(r, ODD_LAYER_SQUEEZE, &narrow, 1, &wide) : st;
}

static int64_t reach(const odd_layer_settings *set, int d)
{
    return (set->kernel[d] - 1) * set->dilation[d] + 1;
}

/* Half of the padding on each side, the odd one at the end (SAME_UPPER) or at the beginning. */
static void share_padding(odd_layer_settings *set, int d, int64_t total, bool upper)
{
    int64_t half = total / 2;
    set->pad[d] = upper ? half : total - half;
    set->pad[2 + d] = upper ? total - half : half;
}

/* What the attribute auto_pad says; *same is set where the result shall be as large as the input
 * (divided by the stride). */
static odd_status read_auto_pad(const odd_onnx_reader *r, odd_layer_settings *set, bool *same,
                                bool *upper)
{
    *upper = odd_node_is(r, "auto_pad", "SAME_UPPER", "NOTSET");
    *same = *upper || odd_node_is(r, "auto_pad", "SAME_LOWER", "NOTSET");
    bool valid = odd_node_is(r, "auto_pad", "VALID", "NOTSET");
    if (!*same && !valid && !odd_node_is(r, "auto_pad", "NOTSET", "NOTSET"))
        return odd_node_fail(r, "its auto_pad is not one of ONNX");
    if (*same || valid) memset(set->pad, 0, sizeof set->pad);
    return ODD_OK;
}

static odd_status pad_same(const odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    bool same, upper;
    odd_status st = read_auto_pad(r, set, &same, &upper);
    for (int d = 0; st == ODD_OK && same && d < 2; d++) {
        int64_t places = (x->shape[2 + d] + set->stride[d] - 1) / set->stride[d];
        int64_t total = (places - 1) * set->stride[d] + reach(set, d) - x->shape[2 + d];
        share_padding(set, d, total > 0 ? total : 0, upper);
    }
    return st;
}

static odd_status check_kernel(const odd_onnx_reader *r, const odd_tensor *weight,
                               const odd_layer_settings *set)
{
    for (int d = 0; d < 2; d++)
        if (odd_node_has_attribute(r, "kernel_shape") && set->kernel[d] != weight->shape[2 + d])
            return odd_node_fail(r, "its kernel_shape is not that of its weight");
    return ODD_OK;
}

/* Input, weight and perhaps bias of a convolution, with its settings. */
static odd_status read_convolution(odd_onnx_reader *r, odd_layer_settings *set, int input[3],
                                   int *inputs, int *spatial)
{
    odd_status st;
    int weight_spatial;
    ODD_TRY(take_map(r, 0, &input[0], spatial));
    ODD_TRY(take_map(r, 1, &input[1], &weight_spatial));
    if (weight_spatial != *spatial)
        return odd_node_fail(r, "its weight does not have the dimensions of its input");
    *inputs = odd_node_has(r, 2) ? 3 : 2;
    if (*inputs == 3) ODD_TRY(odd_node_tensor(r, 2, &input[2]));
    ODD_TRY(read_window(r, *spatial, set));
    const odd_tensor *weight = &r->graph->tensor[input[1]];
    ODD_TRY(check_kernel(r, weight, set));
    for (int d = 0; d < 2; d++) {
        set->kernel[d] = weight->shape[2 + d];
        if (set->kernel[d] > ODD_WINDOW_LIMIT ||
            r->graph->tensor[input[0]].shape[2 + d] > ODD_WINDOW_LIMIT)
            return odd_node_fail(r, "its kernel or input is too large");
    }
done:
    return st;
}

odd_status odd_read_conv(odd_onnx_reader *r)
{
    odd_status st;
    odd_layer_settings set;
    int input[3], inputs = 0, spatial = 2;
    ODD_TRY(read_convolution(r, &set, input, &inputs, &spatial));
    ODD_TRY(pad_same(r, &r->graph->tensor[input[0]], &set));
    ODD_TRY(finish(r, ODD_LAYER_CONV, &set, spatial, inputs, input));
done:
    return st;
}

/* Padding that makes the result `want` rows or columns; where it would be negative the result is
 * made longer at its end. */
static void pad_to(odd_layer_settings *set, int d, int64_t size, int64_t want, bool upper)
{
    int64_t total = (size - 1) * set->stride[d] + set->output_pad[d] + reach(set, d) - want;
    if (total >= 0) {
        share_padding(set, d, total, upper);
    } else {
        set->output_pad[d] -= total;
        set->pad[d] = set->pad[2 + d] = 0;
    }
}

odd_status odd_read_conv_transpose(odd_onnx_reader *r)
{
    odd_status st;
    odd_layer_settings set;
    int input[3], inputs = 0, spatial = 2;
    int64_t want[2] = {1, 1};
    bool same, upper, sized = odd_node_has_attribute(r, "output_shape");
    ODD_TRY(read_convolution(r, &set, input, &inputs, &spatial));
    ODD_TRY(read_auto_pad(r, &set, &same, &upper));
    ODD_TRY(read_spatial(r, "output_shape", spatial, 1, 1, want));
    const odd_tensor *x = &r->graph->tensor[input[0]];
    for (int d = 2 - spatial; d < 2 && (sized || same); d++)
        pad_to(&set, d, x->shape[2 + d], sized ? want[d] : x->shape[2 + d] * set.stride[d], upper);
    ODD_TRY(finish(r, ODD_LAYER_CONV_TRANSPOSE, &set, spatial, inputs, input));
done:
    return st;
}

/* Rows and columns that rounding up adds at the end so that the last window is whole; a window that
 * would begin behind the input does not count. */
static void round_up(const odd_tensor *x, const odd_layer_settings *set, int64_t extra[2])
{
    for (int d = 0; d < 2; d++) {
        int64_t size = x->shape[2 + d] + set->pad[d] + set->pad[2 + d], left = size - reach(set, d);
        extra[d] = 0;
        if (left < 0 || left % set->stride[d] == 0) continue;
        int64_t last = (left / set->stride[d] + 1) * set->stride[d]; /* its first row */
        if (last < x->shape[2 + d] + set->pad[d]) extra[d] = last + reach(set, d) - size;
    }
}

/* Padding that counts, which the extra rows and columns must not: it becomes zeros of its own. */
static odd_status pad_before(odd_onnx_reader *r, odd_layer_settings *set, int *x)
{
    odd_layer_settings pad = odd_layer_defaults();
    pad.axes = 4;
    for (int d = 0; d < 2; d++) {
        pad.list[2 + d] = set->pad[d];
        pad.list2[2 + d] = set->pad[2 + d];
        set->pad[d] = set->pad[2 + d] = 0;
    }
    set->count_padding = false;
    return odd_node_step(r, ODD_LAYER_PAD, &pad, 1, x, x);
}

static odd_status pool_ceiling(odd_onnx_reader *r, odd_layer_settings *set, int *x)
{
    odd_status st;
    int64_t ceiling, extra[2];
    ODD_TRY(odd_node_int(r, "ceil_mode", 0, &ceiling));
    if (ceiling == 0) return ODD_OK;
    round_up(&r->graph->tensor[*x], set, extra);
    if (set->count_padding && extra[0] + extra[1] > 0) ODD_TRY(pad_before(r, set, x));
    set->pad[2] += extra[0];
    set->pad[3] += extra[1];
done:
    return st;
}

odd_status odd_read_pool(odd_onnx_reader *r)
{
    odd_status st;
    odd_layer_settings set;
    int x, spatial;
    int64_t count_padding;
    odd_layer_kind kind = odd_layer_find(r->node->op_type);
    ODD_TRY(take_map(r, 0, &x, &spatial));
    ODD_TRY(read_window(r, spatial, &set));
    if (!odd_node_has_attribute(r, "kernel_shape"))
        return odd_node_fail(r, "it has no kernel_shape");
    if (r->graph->tensor[x].shape[2] > ODD_WINDOW_LIMIT ||
        r->graph->tensor[x].shape[3] > ODD_WINDOW_LIMIT)
        return odd_node_fail(r, "its input is too large");
    ODD_TRY(odd_node_int(r, "count_include_pad", 0, &count_padding));
    set.count_padding = kind == ODD_LAYER_AVERAGE_POOL && count_padding != 0;
    ODD_TRY(pad_same(r, &r->graph->tensor[x], &set));
    ODD_TRY(pool_ceiling(r, &set, &x));
    ODD_TRY(finish(r, kind, &set, spatial, 1, &x));
done:
    return st;
}

odd_status odd_read_global_pool(odd_onnx_reader *r)
{
    int x;
    odd_layer_settings set = odd_layer_defaults();
    odd_status st = odd_node_tensor(r, 0, &x);
    return st == ODD_OK ? odd_node_layer(r, odd_layer_find(r->node->op_type), &set, 1, &x) : st;
}
