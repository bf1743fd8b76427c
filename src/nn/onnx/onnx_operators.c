/* Operators: which ONNX nodes can be read, and by what. */
#include "nn/onnx/onnx_reader_internal.h"

#include <string.h>

static const struct {
    const char *name;
    odd_node_read *read;
} operators[] = {
    {"Add", odd_read_pair},
    {"AveragePool", odd_read_pool},
    {"BatchNormalization", odd_read_batch_norm},
    {"Cast", odd_read_cast},
    {"Clip", odd_read_clip},
    {"Concat", odd_read_concat},
    {"Constant", odd_read_constant},
    {"ConstantOfShape", odd_read_constant_of_shape},
    {"Conv", odd_read_conv},
    {"ConvTranspose", odd_read_conv_transpose},
    {"DequantizeLinear", odd_read_dequantize},
    {"Div", odd_read_pair},
    {"Dropout", odd_read_dropout},
    {"Elu", odd_read_point},
    {"Equal", odd_read_equal},
    {"Exp", odd_read_point},
    {"Expand", odd_read_expand},
    {"Flatten", odd_read_flatten},
    {"Gather", odd_read_gather},
    {"Gemm", odd_read_gemm},
    {"GlobalAveragePool", odd_read_global_pool},
    {"GlobalMaxPool", odd_read_global_pool},
    {"HardSigmoid", odd_read_point},
    {"HardSwish", odd_read_point},
    {"Identity", odd_read_identity},
    {"LayerNormalization", odd_read_layer_norm},
    {"LeakyRelu", odd_read_point},
    {"LpNormalization", odd_read_l2_norm},
    {"MatMul", odd_read_matmul},
    {"MaxPool", odd_read_pool},
    {"Mul", odd_read_pair},
    {"Neg", odd_read_point},
    {"Pad", odd_read_pad},
    {"Pow", odd_read_pair},
    {"QuantizeLinear", odd_read_quantize},
    {"Range", odd_read_range},
    {"ReduceMean", odd_read_reduce_mean},
    {"Relu", odd_read_point},
    {"Reshape", odd_read_reshape},
    {"Resize", odd_read_resize},
    {"Shape", odd_read_shape},
    {"Sigmoid", odd_read_point},
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
