/* The table of layer kinds: which function plans which. */
#include "nn/exec/layers_internal.h"

/* Kinds that are not here (Relu, Clip, ...) are posts behind an Identity: see program.c. */
static const struct {
    odd_status (*plan)(odd_planner *p, const odd_step *step);
} table[ODD_LAYER_COUNT] = {
    [ODD_LAYER_CONV] = {odd_plan_conv},
    [ODD_LAYER_CONV_TRANSPOSE] = {odd_plan_conv_transpose},
    [ODD_LAYER_GEMM] = {odd_plan_gemm},
    [ODD_LAYER_MATMUL] = {odd_plan_matmul},
    [ODD_LAYER_BATCH_NORM] = {odd_plan_batch_norm},
    [ODD_LAYER_LAYER_NORM] = {odd_plan_layer_norm},
    [ODD_LAYER_L2_NORM] = {odd_plan_l2_norm},
    [ODD_LAYER_ADD] = {odd_plan_binary},
    [ODD_LAYER_SUB] = {odd_plan_binary},
    [ODD_LAYER_MUL] = {odd_plan_binary},
    [ODD_LAYER_DIV] = {odd_plan_binary},
    [ODD_LAYER_POW] = {odd_plan_binary},
    [ODD_LAYER_MAX] = {odd_plan_binary},
    [ODD_LAYER_MIN] = {odd_plan_binary},
    [ODD_LAYER_ERF] = {odd_plan_erf},
    [ODD_LAYER_LOG] = {odd_plan_function},
    [ODD_LAYER_SOFTPLUS] = {odd_plan_function},
    [ODD_LAYER_FLOOR] = {odd_plan_function},
    [ODD_LAYER_CEIL] = {odd_plan_function},
    [ODD_LAYER_ROUND] = {odd_plan_function},
    [ODD_LAYER_SIGN] = {odd_plan_function},
    [ODD_LAYER_SIN] = {odd_plan_function},
    [ODD_LAYER_COS] = {odd_plan_function},
    [ODD_LAYER_THRESHOLDED_RELU] = {odd_plan_function},
    [ODD_LAYER_QUANTIZE] = {odd_plan_quantize},
    [ODD_LAYER_MAX_POOL] = {odd_plan_pool},
    [ODD_LAYER_AVERAGE_POOL] = {odd_plan_pool},
    [ODD_LAYER_GLOBAL_AVERAGE_POOL] = {odd_plan_global_pool},
    [ODD_LAYER_GLOBAL_MAX_POOL] = {odd_plan_global_pool},
    [ODD_LAYER_REDUCE_MEAN] = {odd_plan_mean},
    [ODD_LAYER_FLATTEN] = {odd_plan_view},
    [ODD_LAYER_RESHAPE] = {odd_plan_view},
    [ODD_LAYER_SQUEEZE] = {odd_plan_view},
    [ODD_LAYER_UNSQUEEZE] = {odd_plan_view},
    [ODD_LAYER_TRANSPOSE] = {odd_plan_transpose},
    [ODD_LAYER_CONCAT] = {odd_plan_concat},
    [ODD_LAYER_SOFTMAX] = {odd_plan_softmax},
    [ODD_LAYER_PAD] = {odd_plan_pad},
    [ODD_LAYER_SLICE] = {odd_plan_slice},
    [ODD_LAYER_GATHER] = {odd_plan_gather},
    [ODD_LAYER_IDENTITY] = {odd_plan_identity},
};

odd_status odd_layer_plan(odd_planner *p, const odd_step *step)
{
    if (!table[step->kind].plan)
        return odd_fail(ODD_FORMAT, "there is no way to run a layer of this kind");
    return table[step->kind].plan(p, step);
}
