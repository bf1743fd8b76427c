/* ONNX nodes that calculate: functions of single values, sums, products, normalisations. */
#include "nn/onnx/onnx_reader_internal.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

/* Settings that a kind does not have are left alone by it. */
static odd_status point(odd_onnx_reader *r, int x, odd_layer_settings *set)
{
    odd_status st;
    odd_layer_kind kind = odd_layer_find(r->node->op_type);
    float alpha = kind == ODD_LAYER_LEAKY_RELU     ? 0.01f
                  : kind == ODD_LAYER_HARD_SIGMOID ? 0.2f
                                                   : set->alpha;
    float beta = kind == ODD_LAYER_HARD_SIGMOID ? 0.5f : set->beta;
    (void)x;
    ODD_TRY(odd_node_float(r, "alpha", alpha, &set->alpha));
    ODD_TRY(odd_node_float(r, "beta", beta, &set->beta));
done:
    return st;
}

odd_status odd_read_point(odd_onnx_reader *r)
{
    return odd_node_one(r, odd_layer_find(r->node->op_type), point);
}

static odd_status of_two(odd_onnx_reader *r, odd_layer_kind kind)
{
    int input[2];
    const odd_layer_settings set = odd_layer_defaults();
    odd_status st = odd_node_tensors(r, 2, input);
    return st == ODD_OK ? odd_node_layer(r, kind, &set, 2, input) : st;
}

odd_status odd_read_pair(odd_onnx_reader *r)
{
    if (odd_node_is_numbers(r, 0) && odd_node_is_numbers(r, 1)) return odd_numbers_pair(r);
    return of_two(r, odd_layer_find(r->node->op_type));
}

odd_status odd_read_matmul(odd_onnx_reader *r)
{
    return of_two(r, ODD_LAYER_MATMUL);
}

/* Sum adds any number of inputs: a chain of Adds. */
odd_status odd_read_sum(odd_onnx_reader *r)
{
    odd_status st;
    int input[2], last = (int)r->node->n_input - 1;
    odd_layer_settings set = odd_layer_defaults();
    ODD_TRY(odd_node_tensor(r, 0, &input[0]));
    if (last == 0) return odd_node_pass(r, input[0]);
    for (int i = 1; i < last; i++) {
        ODD_TRY(odd_node_tensor(r, i, &input[1]));
        ODD_TRY(odd_node_step(r, ODD_LAYER_ADD, &set, 2, input, &input[0]));
    }
    ODD_TRY(odd_node_tensor(r, last, &input[1]));
    ODD_TRY(odd_node_layer(r, ODD_LAYER_ADD, &set, 2, input));
done:
    return st;
}

/* The bounds were attributes before opset 11; the largest float means no bound. */
static odd_status clip(odd_onnx_reader *r, int x, odd_layer_settings *set)
{
    odd_status st = ODD_OK;
    (void)x;
    if (r->opset < 11) {
        ODD_TRY(odd_node_float(r, "min", set->low, &set->low));
        ODD_TRY(odd_node_float(r, "max", set->high, &set->high));
    } else {
        if (odd_node_has(r, 1)) ODD_TRY(odd_node_scalar(r, 1, &set->low));
        if (odd_node_has(r, 2)) ODD_TRY(odd_node_scalar(r, 2, &set->high));
    }
    if (set->low <= -FLT_MAX) set->low = -INFINITY;
    if (set->high >= FLT_MAX) set->high = INFINITY;
done:
    return st;
}

odd_status odd_read_clip(odd_onnx_reader *r)
{
    return odd_node_one(r, ODD_LAYER_CLIP, clip);
}

/* alpha A B + beta C, where C may be left out. */
odd_status odd_read_gemm(odd_onnx_reader *r)
{
    odd_status st;
    int input[3], inputs = odd_node_has(r, 2) ? 3 : 2;
    int64_t transpose_a, transpose_b;
    odd_layer_settings set = odd_layer_defaults();
    ODD_TRY(odd_node_tensors(r, inputs, input));
    ODD_TRY(odd_node_int(r, "transA", 0, &transpose_a));
    ODD_TRY(odd_node_int(r, "transB", 0, &transpose_b));
    ODD_TRY(odd_node_float(r, "alpha", 1, &set.alpha));
    ODD_TRY(odd_node_float(r, "beta", 1, &set.beta));
    set.transpose_a = transpose_a != 0;
    set.transpose_b = transpose_b != 0;
    ODD_TRY(odd_node_layer(r, ODD_LAYER_GEMM, &set, inputs, input));
done:
    return st;
}

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

static odd_status read_axis(odd_onnx_reader *r, int tensor, int64_t otherwise, int64_t *axis)
{
    odd_status st = odd_node_int(r, "axis", otherwise, axis);
    return st == ODD_OK ? odd_node_axis(r, *axis, r->graph->tensor[tensor].rank, axis) : st;
}

odd_status odd_read_layer_norm(odd_onnx_reader *r)
{
    odd_status st;
    int input[3], inputs = odd_node_has(r, 2) ? 3 : 2;
    odd_layer_settings set = odd_layer_defaults();
    ODD_TRY(odd_node_tensors(r, inputs, input));
    ODD_TRY(read_axis(r, input[0], -1, &set.axis));
    ODD_TRY(odd_node_float(r, "epsilon", 1e-5f, &set.epsilon));
    ODD_TRY(odd_node_layer(r, ODD_LAYER_LAYER_NORM, &set, inputs, input));
done:
    return st;
}

static odd_status l2_norm(odd_onnx_reader *r, int x, odd_layer_settings *set)
{
    int64_t p;
    odd_status st = odd_node_int(r, "p", 2, &p);
    if (st != ODD_OK) return st;
    if (p != 2) return odd_node_fail(r, "only p = 2 is supported");
    return read_axis(r, x, -1, &set->axis);
}

odd_status odd_read_l2_norm(odd_onnx_reader *r)
{
    return odd_node_one(r, ODD_LAYER_L2_NORM, l2_norm);
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
    ODD_TRY(odd_node_tensor(r, 0, &x));
    ODD_TRY(read_axis(r, x, r->opset < 13 ? 1 : -1, &set.axis));
    int64_t behind = 1;
    for (int d = (int)set.axis + 1; d < r->graph->tensor[x].rank; d++)
        behind *= r->graph->tensor[x].shape[d];
    if (r->opset < 13 && behind > 1) return coerced_softmax(r, x, set);
    ODD_TRY(odd_node_layer(r, ODD_LAYER_SOFTMAX, &set, 1, &x));
done:
    return st;
}

static odd_status reduce_mean(odd_onnx_reader *r, int x, odd_layer_settings *set)
{
    odd_status st;
    int64_t keep;
    int rank = r->graph->tensor[x].rank;
    ODD_TRY(odd_node_axes(r, -1, "axes", rank, set->list, &set->axes));
    ODD_TRY(odd_node_int(r, "keepdims", 1, &keep));
    set->keep_dims = keep != 0;
    if (set->axes <= 0) /* none are all */
        for (set->axes = 0; set->axes < rank; set->axes++)
            set->list[set->axes] = set->axes;
done:
    return st;
}

odd_status odd_read_reduce_mean(odd_onnx_reader *r)
{
    return odd_node_one(r, ODD_LAYER_REDUCE_MEAN, reduce_mean);
}
