/* ONNX nodes that normalise: by statistics of training, or over the values of one image, of layers,
 * groups of channels, single maps. The latter are layer norms of another shape. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <string.h>

/* Networks are read to be run, with the statistics that were measured in training. */
odd_status odd_read_batch_norm(odd_onnx_reader *r)
{
    odd_status st;
    int input[5];
    int64_t training, spatial;
    odd_layer_settings set = odd_layer_defaults();
    ODD_TRY(odd_node_int(r, "training_mode", 0, &training));
    ODD_TRY(odd_node_int(r, "spatial", 1, &spatial));
    if (training != 0) return odd_node_fail(r, "it is in training mode");
    if (spatial != 1) return odd_node_fail(r, "statistics of single places are not supported");
    ODD_TRY(odd_node_tensors(r, 5, input));
    ODD_TRY(odd_node_float(r, "epsilon", 1e-5f, &set.epsilon));
    ODD_TRY(odd_node_layer(r, ODD_LAYER_BATCH_NORM, &set, 5, input));
done:
    return st;
}

static odd_status l2_norm(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    int64_t p;
    odd_status st = odd_node_int(r, "p", 2, &p);
    if (st != ODD_OK) return st;
    if (p != 2) return odd_node_fail(r, "only p = 2 is supported");
    st = odd_node_int(r, "axis", -1, &set->axis);
    return st == ODD_OK ? odd_node_axis(r, set->axis, x->rank, &set->axis) : st;
}

odd_status odd_read_l2_norm(odd_onnx_reader *r)
{
    return odd_node_one(r, ODD_LAYER_L2_NORM, l2_norm);
}

odd_status odd_read_layer_norm(odd_onnx_reader *r)
{
    odd_status st;
    int input[3], inputs = odd_node_has(r, 2) ? 3 : 2;
    odd_layer_settings set = odd_layer_defaults();
    ODD_TRY(odd_node_operand(r, 0, &input[0], &r->stacked));
    for (int i = 1; i < inputs; i++)
        ODD_TRY(odd_node_tensor(r, i, &input[i]));
    ODD_TRY(odd_node_int(r, "axis", -1, &set.axis));
    ODD_TRY(odd_node_axis(r, set.axis, odd_node_form(r, input[0], r->stacked).rank, &set.axis));
    ODD_TRY(odd_node_float(r, "epsilon", 1e-5f, &set.epsilon));
    set.axis += r->stacked;
    ODD_TRY(odd_node_layer(r, ODD_LAYER_LAYER_NORM, &set, inputs, input));
done:
    return st;
}

static odd_status constant_of(odd_onnx_reader *r, int64_t count, float value, int *tensor)
{
    odd_status st;
    float *data;
    ODD_TRY(odd_node_spend(r, count));
    ODD_TRY(ODD_NEW(data, count));
    for (int64_t i = 0; i < count; i++)
        data[i] = value;
    ODD_TRY(odd_node_constant(r, 1, &count, data, tensor));
done:
    return st;
}

/* Scale or bias from the input `i`, for the channels of x: each repeated `times`, as (C, 1, ...).
 */
static odd_status by_channel(odd_onnx_reader *r, int i, const odd_tensor *x, int64_t times,
                             int *out)
{
    odd_status st;
    int64_t shape[ODD_TENSOR_RANK] = {x->shape[1]};
    float *data;
    ODD_TRY(odd_node_tensor(r, i, out));
    const odd_tensor *t = &r->graph->tensor[*out];
    if (!t->data || t->rank != 1 || t->shape[0] * times != x->shape[1])
        return odd_node_fail(r, "'%s' is not a constant for each channel or group", t->name);
    for (int d = 1; d < x->rank - 1; d++)
        shape[d] = 1;
    ODD_TRY(ODD_NEW(data, x->shape[1]));
    for (int64_t c = 0; c < x->shape[1]; c++)
        data[c] = t->data[c / times];
    ODD_TRY(odd_node_constant(r, x->rank - 1, shape, data, out));
done:
    return st;
}

/* x as (N, groups, values of one), normalised, and back. */
static odd_status normalise_groups(odd_onnx_reader *r, const odd_tensor *x, int64_t groups, int *y)
{
    odd_status st;
    odd_layer_settings flat = odd_layer_defaults(), norm = flat, back = flat;
    const int64_t values = odd_tensor_values(x) / x->shape[0] / groups;
    int input[2] = {*y, -1};
    flat.axes = 3;
    flat.list[0] = back.list[0] = x->shape[0];
    flat.list[1] = groups;
    flat.list[2] = values;
    back.axes = x->rank;
    memcpy(back.list, x->shape, sizeof back.list);
    norm.axis = 2;
    ODD_TRY(odd_node_float(r, "epsilon", 1e-5f, &norm.epsilon));
    ODD_TRY(odd_node_step(r, ODD_LAYER_RESHAPE, &flat, 1, input, &input[0]));
    ODD_TRY(constant_of(r, values, 1, &input[1]));
    ODD_TRY(odd_node_step(r, ODD_LAYER_LAYER_NORM, &norm, 2, input, &input[0]));
    ODD_TRY(odd_node_step(r, ODD_LAYER_RESHAPE, &back, 1, input, y));
done:
    return st;
}

/* GroupNormalization has scale and bias for each group in opset 18, for each channel from 21 on;
 * InstanceNormalization has groups of one channel. */
odd_status odd_read_group_norm(odd_onnx_reader *r)
{
    odd_status st;
    int y, input[2];
    const bool single = strcmp(r->node->op_type, "InstanceNormalization") == 0;
    const odd_layer_settings set = odd_layer_defaults();
    int64_t groups;
    ODD_TRY(odd_node_tensor(r, 0, &y));
    const odd_tensor x = r->graph->tensor[y];
    if (x.rank < 3) return odd_node_fail(r, "its input has no maps");
    ODD_TRY(odd_node_int(r, "num_groups", x.shape[1], &groups));
    if (groups < 1 || groups > x.shape[1] || x.shape[1] % groups != 0)
        return odd_node_fail(r, "%" PRId64 " channels in %" PRId64 " groups", x.shape[1], groups);
    const int64_t times = !single && r->opset < 21 ? x.shape[1] / groups : 1;
    ODD_TRY(normalise_groups(r, &x, groups, &y));
    input[0] = y;
    ODD_TRY(by_channel(r, 1, &x, times, &input[1]));
    ODD_TRY(odd_node_step(r, ODD_LAYER_MUL, &set, 2, input, &input[0]));
    ODD_TRY(by_channel(r, 2, &x, times, &input[1]));
    ODD_TRY(odd_node_layer(r, ODD_LAYER_ADD, &set, 2, input));
done:
    return st;
}
