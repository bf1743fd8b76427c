/* Operators: which ONNX nodes can be read, and by what. */
#include "nn/onnx/onnx_reader_internal.h"

#include <string.h>

static const struct {
    const char *name;
    odd_node_read *read;
} operators[] = {
    {"Abs", odd_read_rounded},
    {"Add", odd_read_pair},
    {"And", odd_read_compare},
    {"AveragePool", odd_read_pool},
    {"BatchNormalization", odd_read_batch_norm},
    {"Cast", odd_read_cast},
    {"CastLike", odd_read_cast_like},
    {"Ceil", odd_read_rounded},
    {"Clip", odd_read_clip},
    {"Concat", odd_read_concat},
    {"Constant", odd_read_constant},
    {"ConstantOfShape", odd_read_constant_of_shape},
    {"Conv", odd_read_conv},
    {"ConvTranspose", odd_read_conv_transpose},
    {"Cos", odd_read_rounded},
    {"DequantizeLinear", odd_read_dequantize},
    {"Div", odd_read_pair},
    {"Dropout", odd_read_dropout},
    {"Einsum", odd_read_einsum},
    {"Elu", odd_read_point},
    {"Equal", odd_read_compare},
    {"Erf", odd_read_point},
    {"Exp", odd_read_point},
    {"Expand", odd_read_expand},
    {"Flatten", odd_read_flatten},
    {"Floor", odd_read_rounded},
    {"Gather", odd_read_gather},
    {"Gelu", odd_read_gelu},
    {"Gemm", odd_read_gemm},
    {"GlobalAveragePool", odd_read_global_pool},
    {"GlobalMaxPool", odd_read_global_pool},
    {"Greater", odd_read_compare},
    {"GreaterOrEqual", odd_read_compare},
    {"GroupNormalization", odd_read_group_norm},
    {"HardSigmoid", odd_read_point},
    {"HardSwish", odd_read_point},
    {"Identity", odd_read_identity},
    {"InstanceNormalization", odd_read_group_norm},
    {"LayerNormalization", odd_read_layer_norm},
    {"LeakyRelu", odd_read_point},
    {"Less", odd_read_compare},
    {"LessOrEqual", odd_read_compare},
    {"Log", odd_read_rounded},
    {"LpNormalization", odd_read_l2_norm},
    {"MatMul", odd_read_matmul},
    {"Max", odd_read_limit},
    {"MaxPool", odd_read_pool},
    {"Min", odd_read_limit},
    {"Mod", odd_read_mod},
    {"Mul", odd_read_pair},
    {"Neg", odd_read_point},
    {"Not", odd_read_not},
    {"Or", odd_read_compare},
    {"Pad", odd_read_pad},
    {"Pow", odd_read_pair},
    {"QuantizeLinear", odd_read_quantize},
    {"Range", odd_read_range},
    {"Reciprocal", odd_read_reciprocal},
    {"ReduceL2", odd_read_reduce},
    {"ReduceMax", odd_read_reduce},
    {"ReduceMean", odd_read_reduce},
    {"ReduceProd", odd_read_reduce},
    {"ReduceSum", odd_read_reduce},
    {"ReduceSumSquare", odd_read_reduce},
    {"Relu", odd_read_point},
    {"Reshape", odd_read_reshape},
    {"Resize", odd_read_resize},
    {"Round", odd_read_rounded},
    {"ScatterND", odd_read_scatter},
    {"Shape", odd_read_shape},
    {"Sigmoid", odd_read_point},
    {"Sin", odd_read_rounded},
    {"Slice", odd_read_slice},
    {"Softmax", odd_read_softmax},
    {"Split", odd_read_split},
    {"Sqrt", odd_read_point},
    {"Squeeze", odd_read_squeeze},
    {"Sub", odd_read_pair},
    {"Sum", odd_read_sum},
    {"Tanh", odd_read_point},
    {"Transpose", odd_read_transpose},
    {"Unsqueeze", odd_read_unsqueeze},
    {"Where", odd_read_where},
    {"Xor", odd_read_compare},
};

odd_node_read *odd_onnx_operator(const char *name)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (strcmp(operators[i].name, name) == 0) return operators[i].read;
    return NULL;
}

bool odd_onnx_knows(const char *operator_name)
{
    return odd_onnx_operator(operator_name) != NULL;
}
