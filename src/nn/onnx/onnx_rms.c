/* ONNX nodes that divide by the size of what is around: of a layer (RMSNormalization), or of the
 * channels beside (LRN). */
#include "nn/onnx/onnx_reader_internal.h"

#include <inttypes.h>

/* x / sqrt(mean(x^2) + epsilon) times scale. */
static odd_status rms_norm(odd_onnx_reader *r, const char *x, const char *scale, float epsilon,
                           int64_t axis)
{
    odd_status st;
    odd_tensor form;
    const char *y, *axes, *number;
    int64_t list[ODD_TENSOR_RANK], count = 0;
    ODD_TRY(odd_call_form(r, x, &form));
    ODD_TRY(odd_node_axis(r, axis, form.rank, &axis));
    for (int64_t d = axis; d < form.rank; d++)
        list[count++] = d;
    ODD_TRY(odd_call_list(r, count, list, &axes));
    ODD_TRY(odd_call_number(r, epsilon, &number));
    ODD_TRY(odd_call_two(r, "Mul", x, x, &y));
    ODD_TRY(odd_call_two(r, "ReduceMean", y, axes, &y));
    ODD_TRY(odd_call_two(r, "Add", y, number, &y));
    ODD_TRY(odd_call_one(r, "Sqrt", y, &y));
    ODD_TRY(odd_call_two(r, "Div", x, y, &y));
    ODD_TRY(odd_last_two(r, "Mul", y, scale));
done:
    return st;
}

odd_status odd_read_rms_norm(odd_onnx_reader *r)
{
    odd_status st;
    float epsilon;
    int64_t axis;
    ODD_TRY(odd_node_float(r, "epsilon", 1e-5f, &epsilon));
    ODD_TRY(odd_node_int(r, "axis", -1, &axis));
    ODD_TRY(rms_norm(r, odd_call_input(r, 0), odd_call_input(r, 1), epsilon, axis));
done:
    return st;
}

/* The mean of x^2 over `size` channels around each: a pool over rows of (N, 1, C, H W). */
static odd_status mean_around(odd_onnx_reader *r, const odd_tensor *form, int64_t size,
                              const char **x)
{
    odd_status st;
    const int64_t kernel[] = {size, 1}, before = (size - 1) / 2, behind = size - 1 - before;
    const int64_t pads[] = {before, 0, behind, 0};
    int64_t flat[] = {0, 1, form->shape[1], 1}, back[ODD_TENSOR_RANK] = {0};
    for (int d = 2; d < form->rank; d++)
        flat[3] *= back[d] = form->shape[d];
    back[1] = form->shape[1];
    const odd_call pool = {
        .op = "AveragePool",
        .input = {NULL},
        .set = {{.name = "kernel_shape", .kind = ODD_CALL_INTS, .list = kernel, .count = 2},
                {.name = "pads", .kind = ODD_CALL_INTS, .list = pads, .count = 4},
                {.name = "count_include_pad", .i = 1}}};
    odd_call around = pool;
    ODD_TRY(odd_call_two(r, "Mul", *x, *x, x));
    ODD_TRY(odd_call_reshape(r, 4, flat, x));
    around.input[0] = *x;
    ODD_TRY(odd_node_call(r, &around, x));
    ODD_TRY(odd_call_reshape(r, form->rank, back, x));
done:
    return st;
}

/* x / (bias + alpha mean(x^2))^beta: AlexNet's and GoogLeNet's. */
odd_status odd_read_lrn(odd_onnx_reader *r)
{
    odd_status st;
    float alpha, beta, bias;
    int64_t size;
    odd_tensor form;
    const char *x = odd_call_input(r, 0), *y = x, *number[3];
    ODD_TRY(odd_node_float(r, "alpha", 1e-4f, &alpha));
    ODD_TRY(odd_node_float(r, "beta", 0.75f, &beta));
    ODD_TRY(odd_node_float(r, "bias", 1, &bias));
    ODD_TRY(odd_node_int(r, "size", 0, &size));
    ODD_TRY(odd_call_form(r, x, &form));
    if (form.rank < 3 || size < 1 || size > form.shape[1] * 2)
        return odd_node_fail(r, "%" PRId64 " channels around each do not fit", size);
    ODD_TRY(mean_around(r, &form, size, &y));
    ODD_TRY(odd_call_number(r, alpha, &number[0]));
    ODD_TRY(odd_call_number(r, bias, &number[1]));
    ODD_TRY(odd_call_number(r, beta, &number[2]));
    ODD_TRY(odd_call_two(r, "Mul", y, number[0], &y));
    ODD_TRY(odd_call_two(r, "Add", y, number[1], &y));
    ODD_TRY(odd_call_two(r, "Pow", y, number[2], &y));
    ODD_TRY(odd_last_two(r, "Div", x, y));
done:
    return st;
}
