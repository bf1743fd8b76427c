/* ONNX nodes that calculate: functions of single values, sums, products, normalisations. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>

/* Settings that a kind does not have are left alone by it. */
static odd_status point(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
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

/* The exact function or its approximation by tanh. */
static odd_status gelu(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    (void)x;
    set->by_tanh = odd_node_is(r, "approximate", "tanh", "none");
    if (set->by_tanh || odd_node_is(r, "approximate", "none", "none")) return ODD_OK;
    return odd_node_fail(r, "its approximation is neither 'none' nor 'tanh'");
}

odd_status odd_read_gelu(odd_onnx_reader *r)
{
    return odd_node_one(r, ODD_LAYER_GELU, gelu);
}

static odd_status of_two(odd_onnx_reader *r, odd_layer_kind kind)
{
    int input[2];
    const odd_layer_settings set = odd_layer_defaults();
    odd_status st = odd_node_two(r, kind, input);
    return st == ODD_OK ? odd_node_layer(r, kind, &set, 2, input) : st;
}

odd_status odd_read_pair(odd_onnx_reader *r)
{
    if (odd_node_is_numbers(r, 0) && odd_node_is_numbers(r, 1)) return odd_numbers_pair(r);
    return of_two(r, odd_layer_find(r->node->op_type));
}

/* 1 / x */
odd_status odd_read_reciprocal(odd_onnx_reader *r)
{
    odd_status st;
    const odd_layer_settings set = odd_layer_defaults();
    int input[2];
    float *one;
    ODD_TRY(odd_node_operand(r, 0, &input[1], &r->stacked));
    ODD_TRY(ODD_NEW(one, 1));
    *one = 1;
    ODD_TRY(odd_node_constant(r, 0, NULL, one, &input[0]));
    ODD_TRY(odd_node_layer(r, ODD_LAYER_DIV, &set, 2, input));
done:
    return st;
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
static odd_status clip(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
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

/* Min and Max of a tensor and a number: one bound of a Clip. */
odd_status odd_read_limit(odd_onnx_reader *r)
{
    odd_status st;
    int x[2];
    bool stacked[2];
    float bound;
    odd_layer_settings set = odd_layer_defaults();
    if (r->node->n_input != 2) return odd_node_fail(r, "only two inputs are supported");
    for (int i = 0; i < 2; i++)
        ODD_TRY(odd_node_operand(r, i, &x[i], &stacked[i]));
    const bool first =
        odd_tensor_values(&r->graph->tensor[x[0]]) == 1 && r->graph->tensor[x[0]].data;
    const odd_tensor *t = &r->graph->tensor[x[!first]];
    ODD_TRY(odd_node_scalar(r, !first, &bound));
    r->stacked = stacked[first];
    if (t->rank > odd_node_form(r, x[first], r->stacked).rank)
        return odd_node_fail(r, "'%s' has more dimensions than the other input", t->name);
    if (*r->node->op_type == 'M' && r->node->op_type[1] == 'a')
        set.low = bound;
    else
        set.high = bound;
    ODD_TRY(odd_node_layer(r, ODD_LAYER_CLIP, &set, 1, &x[first]));
done:
    return st;
}

odd_status odd_read_clip(odd_onnx_reader *r)
{
    return odd_node_one(r, ODD_LAYER_CLIP, clip);
}

/* Of a stacked A, whose images a Gemm has no place for, the same as products and a sum. */
static odd_status stacked_gemm(odd_onnx_reader *r, odd_layer_settings set, int inputs, int input[3])
{
    odd_status st;
    const odd_layer_settings plain = odd_layer_defaults();
    odd_layer_settings turn = odd_layer_defaults();
    turn.axes = 2;
    turn.list[0] = 1;
    if (set.transpose_a || set.alpha != 1 || set.beta != 1)
        return odd_node_fail(r, "of windows only A B + C is supported");
    if (set.transpose_b)
        ODD_TRY(odd_node_step(r, ODD_LAYER_TRANSPOSE, &turn, 1, &input[1], &input[1]));
    if (inputs < 3) return odd_node_layer(r, ODD_LAYER_MATMUL, &plain, 2, input);
    ODD_TRY(odd_node_step(r, ODD_LAYER_MATMUL, &plain, 2, input, &input[1]));
    ODD_TRY(odd_node_layer(r, ODD_LAYER_ADD, &plain, 2, input + 1));
done:
    return st;
}

/* alpha A B + beta C, where C may be left out. */
odd_status odd_read_gemm(odd_onnx_reader *r)
{
    odd_status st;
    int input[3], inputs = odd_node_has(r, 2) ? 3 : 2;
    int64_t transpose_a, transpose_b;
    odd_layer_settings set = odd_layer_defaults();
    ODD_TRY(odd_node_operand(r, 0, &input[0], &r->stacked));
    for (int i = 1; i < inputs; i++)
        ODD_TRY(odd_node_tensor(r, i, &input[i]));
    ODD_TRY(odd_node_int(r, "transA", 0, &transpose_a));
    ODD_TRY(odd_node_int(r, "transB", 0, &transpose_b));
    ODD_TRY(odd_node_float(r, "alpha", 1, &set.alpha));
    ODD_TRY(odd_node_float(r, "beta", 1, &set.beta));
    set.transpose_a = transpose_a != 0;
    set.transpose_b = transpose_b != 0;
    if (r->stacked) return stacked_gemm(r, set, inputs, input);
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

static odd_status read_axis(odd_onnx_reader *r, int rank, int64_t otherwise, int64_t *axis)
{
    odd_status st = odd_node_int(r, "axis", otherwise, axis);
    return st == ODD_OK ? odd_node_axis(r, *axis, rank, axis) : st;
}

static odd_status l2_norm(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    int64_t p;
    odd_status st = odd_node_int(r, "p", 2, &p);
    if (st != ODD_OK) return st;
    if (p != 2) return odd_node_fail(r, "only p = 2 is supported");
    return read_axis(r, x->rank, -1, &set->axis);
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
