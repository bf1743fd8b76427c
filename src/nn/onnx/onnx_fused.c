/* Nodes of ONNX Runtime's optimiser (com.microsoft), which puts several of ONNX into one. */
#include "nn/onnx/onnx_reader_internal.h"

#include <string.h>

/* BiasGelu is exact, FastGelu goes by tanh and may have no bias. */
odd_status odd_read_bias_gelu(odd_onnx_reader *r)
{
    odd_status st = ODD_OK;
    const bool fast = strcmp(r->node->op_type, "FastGelu") == 0;
    const char *x = odd_call_input(r, 0);
    if (odd_node_has(r, 1)) ODD_TRY(odd_call_two(r, "Add", x, odd_call_input(r, 1), &x));
    ODD_TRY(odd_node_last_call(r, &(odd_call){.op = "Gelu",
                                              .input = {x},
                                              .set = {{.name = "approximate",
                                                       .kind = ODD_CALL_WORD,
                                                       .word = fast ? "tanh" : "none"}}}));
done:
    return st;
}

/* The last two dimensions exchanged, if the attribute says so. */
static odd_status turned(odd_onnx_reader *r, const char *attribute, const char **x)
{
    odd_status st;
    odd_tensor form;
    int64_t turn, perm[ODD_TENSOR_RANK];
    ODD_TRY(odd_node_int(r, attribute, 0, &turn));
    if (turn == 0) return ODD_OK;
    ODD_TRY(odd_call_form(r, *x, &form));
    if (form.rank < 2) return ODD_OK;
    for (int d = 0; d < form.rank; d++)
        perm[d] = d < form.rank - 2 ? d : 2 * form.rank - 3 - d;
    ODD_TRY(odd_call_transpose(r, form.rank, perm, x));
done:
    return st;
}

odd_status odd_read_fused_matmul(odd_onnx_reader *r)
{
    odd_status st;
    float alpha;
    int64_t a_batch, b_batch;
    const char *a = odd_call_input(r, 0), *b = odd_call_input(r, 1), *number;
    ODD_TRY(odd_node_float(r, "alpha", 1, &alpha));
    ODD_TRY(odd_node_int(r, "transBatchA", 0, &a_batch));
    ODD_TRY(odd_node_int(r, "transBatchB", 0, &b_batch));
    if (a_batch != 0 || b_batch != 0) return odd_node_fail(r, "it transposes its batch");
    ODD_TRY(turned(r, "transA", &a));
    ODD_TRY(turned(r, "transB", &b));
    if (alpha == 1) return odd_last_two(r, "MatMul", a, b);
    ODD_TRY(odd_call_number(r, alpha, &number));
    ODD_TRY(odd_call_two(r, "MatMul", a, b, &a));
    ODD_TRY(odd_last_two(r, "Mul", a, number));
done:
    return st;
}

/* The attribute `activation`, with parameters in another one. */
static odd_status activate(odd_onnx_reader *r, const char *x)
{
    static const char *const plain[] = {"Relu", "Sigmoid", "Tanh"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (odd_node_is(r, "activation", plain[i], "")) return odd_last_one(r, plain[i], x);
    if (odd_node_is(r, "activation", "", "")) return odd_last_one(r, "Identity", x);
    return odd_node_fail(r, "its activation is none of Relu, Sigmoid and Tanh: take the file "
                            "before ONNX Runtime's optimiser");
}

/* FusedConv: a convolution, perhaps a sum with the fourth input, and an activation. FusedGemm: a
 * product with one. */
odd_status odd_read_fused_conv(odd_onnx_reader *r)
{
    odd_status st;
    const bool conv = strcmp(r->node->op_type, "FusedConv") == 0;
    odd_call call = {.op = conv ? "Conv" : "Gemm", .own = true};
    const char *y;
    for (int i = 0; i < 3; i++)
        call.input[i] = odd_call_input(r, i);
    ODD_TRY(odd_node_call(r, &call, &y));
    if (conv && odd_node_has(r, 3)) ODD_TRY(odd_call_two(r, "Add", y, odd_call_input(r, 3), &y));
    ODD_TRY(activate(r, y));
done:
    return st;
}

/* x + skip (+ bias), normalised; the sum may be a result of its own, number 3. */
static odd_status sum_of_skip(odd_onnx_reader *r, int bias, const char **x)
{
    odd_status st = ODD_OK;
    if (odd_node_has(r, bias)) ODD_TRY(odd_call_two(r, "Add", *x, odd_call_input(r, bias), x));
    const odd_call add = {.op = "Add", .input = {*x, odd_call_input(r, 1)}};
    if (!odd_node_makes(r, 3)) return odd_node_call(r, &add, x);
    ODD_TRY(odd_node_call_to(r, 3, &add));
    *x = r->node->output[3];
done:
    return st;
}

odd_status odd_read_skip_norm(odd_onnx_reader *r)
{
    odd_status st;
    const bool simple = strcmp(r->node->op_type, "SkipSimplifiedLayerNormalization") == 0;
    float epsilon;
    const char *x = odd_call_input(r, 0);
    ODD_TRY(odd_node_float(r, "epsilon", 1e-5f, &epsilon));
    ODD_TRY(sum_of_skip(r, simple ? 3 : 4, &x));
    odd_call call = {.op = simple ? "RMSNormalization" : "LayerNormalization",
                     .input = {x, odd_call_input(r, 2)},
                     .set = {{.name = "axis", .i = -1},
                             {.name = "epsilon", .kind = ODD_CALL_FLOAT, .f = epsilon}}};
    if (!simple && odd_node_has(r, 3)) call.input[2] = odd_call_input(r, 3);
    ODD_TRY(odd_node_last_call(r, &call));
done:
    return st;
}
