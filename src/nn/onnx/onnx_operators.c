/* Operators: which ONNX nodes can be read, and by what. */
#include "nn/onnx/onnx_order_internal.h"
#include "nn/onnx/onnx_reader_internal.h"

#include <string.h>

typedef struct {
    const char *name;
    odd_node_read *read;
} entry;

static const entry operators[] = {
    {"Abs", odd_read_point},
    {"Acos", odd_read_function},
    {"Acosh", odd_read_function},
    {"Add", odd_read_pair},
    {"And", odd_read_compare},
    {"Asin", odd_read_function},
    {"Asinh", odd_read_function},
    {"Atan", odd_read_function},
    {"Atanh", odd_read_function},
    {"Attention", odd_read_attention},
    {"AveragePool", odd_read_pool},
    {"BatchNormalization", odd_read_batch_norm},
    {"Cast", odd_read_cast},
    {"CastLike", odd_read_cast_like},
    {"Ceil", odd_read_point},
    {"Celu", odd_read_celu},
    {"Clip", odd_read_clip},
    {"Concat", odd_read_concat},
    {"Constant", odd_read_constant},
    {"ConstantOfShape", odd_read_constant_of_shape},
    {"Conv", odd_read_conv},
    {"ConvTranspose", odd_read_conv_transpose},
    {"Cos", odd_read_point},
    {"Cosh", odd_read_function},
    {"CumSum", odd_read_cumsum},
    {"DepthToSpace", odd_read_depth_to_space},
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
    {"Floor", odd_read_point},
    {"Gather", odd_read_gather},
    {"GatherElements", odd_read_gather_elements},
    {"GatherND", odd_read_gather_nd},
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
    {"If", odd_read_if},
    {"InstanceNormalization", odd_read_group_norm},
    {"LRN", odd_read_lrn},
    {"LayerNormalization", odd_read_layer_norm},
    {"LeakyRelu", odd_read_point},
    {"Less", odd_read_compare},
    {"LessOrEqual", odd_read_compare},
    {"Log", odd_read_point},
    {"LogSoftmax", odd_read_log_softmax},
    {"LpNormalization", odd_read_l2_norm},
    {"MatMul", odd_read_matmul},
    {"Max", odd_read_limit},
    {"MaxPool", odd_read_pool},
    {"Mean", odd_read_sum},
    {"Min", odd_read_limit},
    {"Mish", odd_read_mish},
    {"Mod", odd_read_mod},
    {"Mul", odd_read_pair},
    {"Neg", odd_read_point},
    {"Not", odd_read_not},
    {"Or", odd_read_compare},
    {"PRelu", odd_read_prelu},
    {"Pad", odd_read_pad},
    {"Pow", odd_read_pair},
    {"QLinearConv", odd_read_q_conv},
    {"QLinearMatMul", odd_read_q_matmul},
    {"QuantizeLinear", odd_read_quantize},
    {"RMSNormalization", odd_read_rms_norm},
    {"Range", odd_read_range},
    {"Reciprocal", odd_read_reciprocal},
    {"ReduceL1", odd_read_reduce},
    {"ReduceL2", odd_read_reduce},
    {"ReduceLogSum", odd_read_reduce},
    {"ReduceLogSumExp", odd_read_reduce},
    {"ReduceMax", odd_read_reduce},
    {"ReduceMean", odd_read_reduce},
    {"ReduceMin", odd_read_reduce},
    {"ReduceProd", odd_read_reduce},
    {"ReduceSum", odd_read_reduce},
    {"ReduceSumSquare", odd_read_reduce},
    {"Relu", odd_read_point},
    {"Reshape", odd_read_reshape},
    {"Resize", odd_read_resize},
    {"RotaryEmbedding", odd_read_rotary},
    {"Round", odd_read_point},
    {"ScatterElements", odd_read_scatter_elements},
    {"ScatterND", odd_read_scatter},
    {"Selu", odd_read_selu},
    {"Shape", odd_read_shape},
    {"Sigmoid", odd_read_point},
    {"Sign", odd_read_point},
    {"SimplifiedLayerNormalization", odd_read_rms_norm},
    {"Sin", odd_read_point},
    {"Sinh", odd_read_function},
    {"Size", odd_read_size},
    {"Slice", odd_read_slice},
    {"Softmax", odd_read_softmax},
    {"Softplus", odd_read_point},
    {"Softsign", odd_read_softsign},
    {"SpaceToDepth", odd_read_space_to_depth},
    {"Split", odd_read_split},
    {"Sqrt", odd_read_point},
    {"Squeeze", odd_read_squeeze},
    {"Sub", odd_read_pair},
    {"Sum", odd_read_sum},
    {"Swish", odd_read_swish},
    {"Tan", odd_read_function},
    {"Tanh", odd_read_point},
    {"ThresholdedRelu", odd_read_point},
    {"Tile", odd_read_tile},
    {"Transpose", odd_read_transpose},
    {"Trilu", odd_read_trilu},
    {"Unsqueeze", odd_read_unsqueeze},
    {"Upsample", odd_read_resize},
    {"Where", odd_read_where},
    {"Xor", odd_read_compare},
};

/* What the optimiser of ONNX Runtime writes. */
static const entry of_runtime[] = {
    {"BiasGelu", odd_read_bias_gelu},
    {"DequantizeLinear", odd_read_dequantize},
    {"FastGelu", odd_read_bias_gelu},
    {"FusedConv", odd_read_fused_conv},
    {"FusedGemm", odd_read_fused_conv},
    {"FusedMatMul", odd_read_fused_matmul},
    {"Gelu", odd_read_gelu},
    {"LayerNormalization", odd_read_layer_norm},
    {"QuantizeLinear", odd_read_quantize},
    {"QuickGelu", odd_read_quick_gelu},
    {"SimplifiedLayerNormalization", odd_read_rms_norm},
    {"SkipLayerNormalization", odd_read_skip_norm},
    {"SkipSimplifiedLayerNormalization", odd_read_skip_norm},
};

static odd_node_read *find(const entry list[], size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0) return list[i].read;
    return NULL;
}

odd_node_read *odd_onnx_operator(const char *name)
{
    return find(operators, sizeof operators / sizeof *operators, name);
}

odd_node_read *odd_onnx_reader_of(const Onnx__NodeProto *node)
{
    if (!node->op_type) return NULL;
    if (odd_onnx_is_ours(node->domain)) return odd_onnx_operator(node->op_type);
    if (strcmp(node->domain, "com.microsoft") != 0) return NULL;
    return find(of_runtime, sizeof of_runtime / sizeof *of_runtime, node->op_type);
}

bool odd_onnx_knows(const char *operator_name)
{
    return odd_onnx_operator(operator_name) != NULL;
}
