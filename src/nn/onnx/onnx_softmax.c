/* ONNX nodes that make shares of a whole: Softmax and its logarithm, along any axis. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"

static odd_status read_axis(odd_onnx_reader *r, int rank, int64_t otherwise, int64_t *axis)
{
    odd_status st = odd_node_int(r, "axis", otherwise, axis);
    return st == ODD_OK ? odd_node_axis(r, *axis, rank, axis) : st;
}

/* Before opset 13 all dimensions from `axis` on were one: reshape, softmax, reshape back. x (a, b,
 * c, ...) with axis 1 becomes (a, b c ...) on the way. */
static odd_status coerced_softmax(odd_onnx_reader *r, int x, odd_layer_settings set)
{
    odd_status st;
    const odd_tensor t = r->graph->tensor[x];
    odd_layer_settings flat = odd_layer_defaults(), back = odd_layer_defaults();
    flat.axes = (int)set.axis + 1;
    back.axes = t.rank;
    for (int d = 0; d < t.rank; d++) {
        back.list[d] = t.shape[d];
        if (d < set.axis) flat.list[d] = t.shape[d];
    }
    flat.list[set.axis] = -1;
    ODD_TRY(odd_node_step(r, ODD_LAYER_RESHAPE, &flat, 1, &x, &x));
    ODD_TRY(odd_node_step(r, ODD_LAYER_SOFTMAX, &set, 1, &x, &x));
    ODD_TRY(odd_node_layer(r, ODD_LAYER_RESHAPE, &back, 1, &x));
done:
    return st;
}

odd_status odd_read_softmax(odd_onnx_reader *r)
{
    odd_status st;
    int x;
    odd_layer_settings set = odd_layer_defaults();
    ODD_TRY(odd_node_operand(r, 0, &x, &r->stacked));
    const odd_tensor form = odd_node_form(r, x, r->stacked);
    ODD_TRY(read_axis(r, form.rank, r->opset < 13 ? 1 : -1, &set.axis));
    int64_t behind = 1;
    for (int d = (int)set.axis + 1; d < form.rank; d++)
        behind *= form.shape[d];
    if (r->stacked) ODD_TRY(odd_node_stack_settings(r, ODD_LAYER_SOFTMAX, &set));
    if (r->opset < 13 && behind > 1) return coerced_softmax(r, x, set);
    ODD_TRY(odd_node_layer(r, ODD_LAYER_SOFTMAX, &set, 1, &x));
done:
    return st;
}

/* Of opset 12 and earlier: as above, with the logarithm. */
static odd_status coerced_log(odd_onnx_reader *r, const odd_tensor *form, int64_t axis)
{
    odd_status st;
    const char *x = odd_call_input(r, 0), *shape;
    odd_call call = {.op = "Flatten", .input = {x}, .set = {{.name = "axis", .i = axis}}};
    ODD_TRY(odd_node_call(r, &call, &x));
    call = (odd_call){.op = "LogSoftmax", .input = {x}, .set = {{.name = "axis", .i = 1}}};
    ODD_TRY(odd_node_call(r, &call, &x));
    ODD_TRY(odd_call_list(r, form->rank, form->shape, &shape));
    ODD_TRY(odd_last_two(r, "Reshape", x, shape));
done:
    return st;
}

/* x - max - log(sum(exp(x - max))): no exp() overflows, no log() is that of 0. */
odd_status odd_read_log_softmax(odd_onnx_reader *r)
{
    odd_status st;
    int64_t axis;
    odd_tensor form;
    const char *x = odd_call_input(r, 0), *axes, *y;
    ODD_TRY(odd_call_form(r, x, &form));
    ODD_TRY(read_axis(r, form.rank, r->opset < 13 ? 1 : -1, &axis));
    if (r->opset < 13 && axis < form.rank - 1) return coerced_log(r, &form, axis);
    ODD_TRY(odd_call_list(r, 1, &axis, &axes));
    ODD_TRY(odd_call_two(r, "ReduceMax", x, axes, &y));
    ODD_TRY(odd_call_two(r, "Sub", x, y, &x));
    ODD_TRY(odd_call_one(r, "Exp", x, &y));
    ODD_TRY(odd_call_two(r, "ReduceSum", y, axes, &y));
    ODD_TRY(odd_call_one(r, "Log", y, &y));
    ODD_TRY(odd_last_two(r, "Sub", x, y));
done:
    return st;
}
