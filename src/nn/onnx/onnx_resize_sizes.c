/* Resize of ONNX: how large each dimension becomes, by sizes or by scales. */
#include "nn/onnx/onnx_resize_internal.h"

#include "nn/graph/graph_internal.h"

#include <inttypes.h>
#include <string.h>

bool odd_resize_is_old(const odd_onnx_reader *r)
{
    return r->opset < 11 || strcmp(r->node->op_type, "Upsample") == 0;
}

static odd_status check_size(const odd_onnx_reader *r, int d, double length)
{
    if (length >= 1 && length <= (double)ODD_WINDOW_LIMIT) return ODD_OK;
    return odd_node_fail(r, "its dimension %d would have the size %g", d, length);
}

/* Dimensions that the lists are for: those of `axes` (from opset 18 on), or all. */
static odd_status take_axes(odd_onnx_reader *r, int rank, int64_t count, int64_t axis[])
{
    int axes;
    odd_status st = odd_node_ints(r, "axes", ODD_TENSOR_RANK, axis, &axes);
    if (st != ODD_OK) return st;
    if (count != (axes < 0 ? rank : axes))
        return odd_node_fail(r, "it has %" PRId64 " sizes for %d dimensions", count,
                             axes < 0 ? rank : axes);
    for (int i = 0; st == ODD_OK && i < count; i++)
        st = axes < 0 ? (axis[i] = i, ODD_OK) : odd_node_axis(r, axis[i], rank, &axis[i]);
    return st;
}

static odd_status take_sizes(odd_onnx_reader *r, const odd_tensor *x, odd_resized size[])
{
    const odd_numbers *sizes;
    odd_status st;
    int64_t axis[ODD_TENSOR_RANK];
    ODD_TRY(odd_node_numbers(r, 3, &sizes));
    ODD_TRY(take_axes(r, x->rank, sizes->count, axis));
    for (int i = 0; i < sizes->count; i++) {
        const int64_t d = axis[i], out = sizes->value[i];
        if (d == 0 && x->batched) {
            if (!sizes->batch[i] && out != 1 && out != r->batch)
                return odd_node_fail(r, "it would resize the batch");
            continue;
        }
        if (sizes->batch[i])
            return odd_node_fail(r, "its dimension %" PRId64 " depends on the batch", d);
        size[d].out = out;
        size[d].length = (double)size[d].out;
        size[d].scale = size[d].length / (double)size[d].in;
        ODD_TRY(check_size(r, (int)d, size[d].length));
    }
done:
    return st;
}

static odd_status scale_one(const odd_onnx_reader *r, int64_t d, float scale, odd_resized *size)
{
    const float length = (float)size->in * scale; /* in float, as others round it */
    size->scale = scale;
    size->length = size->scale * (double)size->in;
    odd_status st = check_size(r, (int)d, length);
    if (st == ODD_OK) size->out = (int64_t)length;
    return st;
}

/* Of the old Upsample they are an attribute. */
static odd_status take_scales(odd_onnx_reader *r, const odd_tensor *x, int input,
                              odd_resized size[])
{
    odd_status st;
    float scales[ODD_TENSOR_RANK];
    int64_t axis[ODD_TENSOR_RANK], count = 0;
    int tensor;
    if (odd_node_has(r, input)) {
        ODD_TRY(odd_node_tensor(r, input, &tensor));
        const odd_tensor *t = &r->graph->tensor[tensor];
        if (!t->data) return odd_node_fail(r, "its scales are not constant");
        if (t->rank != 1 || t->shape[0] > ODD_TENSOR_RANK)
            return odd_node_fail(r, "its scales are not a list");
        count = t->shape[0];
        memcpy(scales, t->data, (size_t)count * sizeof *scales);
    } else {
        ODD_TRY(odd_node_floats_attribute(r, "scales", ODD_TENSOR_RANK, scales, &count));
    }
    ODD_TRY(take_axes(r, x->rank, count, axis));
    for (int i = 0; i < count; i++) {
        if (axis[i] == 0 && x->batched && scales[i] != 1)
            return odd_node_fail(r, "it would resize the batch");
        ODD_TRY(scale_one(r, axis[i], scales[i], &size[axis[i]]));
    }
done:
    return st;
}

odd_status odd_resize_sizes(odd_onnx_reader *r, const odd_tensor *x, odd_resized size[])
{
    if (odd_node_has(r, 3)) return take_sizes(r, x, size);
    return take_scales(r, x, odd_resize_is_old(r) ? 1 : 2, size);
}
