/* ONNX nodes that calculate with several tensors: sums, the larger ones, products. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

#include <math.h>
#include <string.h>

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

/* Sum, Mean, Max and Min have any number of inputs: a chain of pairs. */
odd_status odd_read_sum(odd_onnx_reader *r)
{
    odd_status st;
    const bool mean = strcmp(r->node->op_type, "Mean") == 0;
    const char *op = mean || strcmp(r->node->op_type, "Sum") == 0 ? "Add" : r->node->op_type;
    const char *so_far = odd_call_input(r, 0), *count;
    const int inputs = (int)r->node->n_input;
    if (inputs == 1) return odd_last_one(r, "Identity", so_far);
    for (int i = 1; i < inputs - !mean; i++)
        ODD_TRY(odd_call_two(r, op, so_far, odd_call_input(r, i), &so_far));
    if (!mean) return odd_last_two(r, op, so_far, odd_call_input(r, inputs - 1));
    ODD_TRY(odd_call_number(r, inputs, &count));
    ODD_TRY(odd_last_two(r, "Div", so_far, count));
done:
    return st;
}

/* ---- Max, Min ---- */

static bool is_single(const odd_onnx_reader *r, int tensor)
{
    return r->graph->tensor[tensor].data && odd_tensor_values(&r->graph->tensor[tensor]) == 1;
}

/* Of a tensor and a number: one bound of a Clip. *done: so it was. */
static odd_status bound(odd_onnx_reader *r, odd_layer_kind kind, bool *done)
{
    odd_status st;
    int x[2];
    bool stacked[2];
    odd_layer_settings set = odd_layer_defaults();
    *done = false;
    for (int i = 0; i < 2; i++)
        ODD_TRY(odd_node_operand(r, i, &x[i], &stacked[i]));
    const int first = is_single(r, x[0]); /* the other is the number */
    const odd_tensor *number = &r->graph->tensor[x[!first]];
    if (!is_single(r, x[!first]) || isnan(number->data[0]) ||
        number->rank > odd_node_form(r, x[first], stacked[first]).rank)
        return ODD_OK;
    r->stacked = stacked[first];
    *(kind == ODD_LAYER_MAX ? &set.low : &set.high) = number->data[0];
    *done = true;
    ODD_TRY(odd_node_layer(r, ODD_LAYER_CLIP, &set, 1, &x[first]));
done:
    return st;
}

odd_status odd_read_limit(odd_onnx_reader *r)
{
    const odd_layer_kind kind = odd_layer_find(r->node->op_type);
    bool done = false;
    if (r->node->n_input != 2) return odd_read_sum(r);
    if (odd_node_is_numbers(r, 0) && odd_node_is_numbers(r, 1)) return odd_numbers_pair(r);
    odd_status st = bound(r, kind, &done);
    return st != ODD_OK || done ? st : of_two(r, kind);
}

/* ---- Gemm ---- */

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
