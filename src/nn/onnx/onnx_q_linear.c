/* Quantised operators of ONNX: what they read becomes float, what they make is rounded again. All
 * products and sums of 8-bit numbers are exact in float but for large sums of them. */
#include "nn/onnx/onnx_reader_internal.h"

/* Input `first`, with its scale and zero behind it; scales are along `axis`. */
static odd_status dequantized(odd_onnx_reader *r, int first, int64_t axis, const char **x)
{
    const odd_call call = {.op = "DequantizeLinear",
                           .input = {odd_call_input(r, first), odd_call_input(r, first + 1),
                                     odd_call_input(r, first + 2)},
                           .set = {{.name = "axis", .i = axis}}};
    return odd_node_call(r, &call, x);
}

/* The result, by the scale and zero that are the inputs 6 and 7. */
static odd_status quantized(odd_onnx_reader *r, const char *y)
{
    const odd_call call = {.op = "QuantizeLinear",
                           .input = {y, odd_call_input(r, 6), odd_call_input(r, 7)},
                           .set = {{.name = "axis", .i = 1}}};
    return odd_node_last_call(r, &call);
}

/* The bias is stored by the product of the scales of image and weight. */
static odd_status dequantized_bias(odd_onnx_reader *r, const char **bias)
{
    odd_status st;
    const char *scale;
    ODD_TRY(odd_call_two(r, "Mul", odd_call_input(r, 1), odd_call_input(r, 4), &scale));
    const odd_call call = {.op = "DequantizeLinear",
                           .input = {odd_call_input(r, 8), scale},
                           .set = {{.name = "axis", .i = 0}}};
    ODD_TRY(odd_node_call(r, &call, bias));
done:
    return st;
}

odd_status odd_read_q_conv(odd_onnx_reader *r)
{
    odd_status st;
    const char *x, *weight, *bias = NULL, *y;
    ODD_TRY(dequantized(r, 0, 1, &x));
    ODD_TRY(dequantized(r, 3, 0, &weight));
    if (odd_node_has(r, 8)) ODD_TRY(dequantized_bias(r, &bias));
    ODD_TRY(
        odd_node_call(r, &(odd_call){.op = "Conv", .input = {x, weight, bias}, .own = true}, &y));
    ODD_TRY(quantized(r, y));
done:
    return st;
}

odd_status odd_read_q_matmul(odd_onnx_reader *r)
{
    odd_status st;
    const char *a, *b, *y;
    ODD_TRY(dequantized(r, 0, -2, &a));
    ODD_TRY(dequantized(r, 3, -1, &b));
    ODD_TRY(odd_call_two(r, "MatMul", a, b, &y));
    ODD_TRY(quantized(r, y));
done:
    return st;
}
