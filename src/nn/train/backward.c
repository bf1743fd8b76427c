/* Backward: which function takes the gradient through which layer. */
#include "nn/exec/layers_internal.h"
#include "nn/train/train_internal.h"

/* forward: NULL where that of inference leaves what backward reads. */
static const struct {
    odd_status (*forward)(odd_maker *m, const odd_step *step);
    odd_status (*backward)(odd_maker *m, const odd_step *step);
} table[ODD_LAYER_COUNT] = {
    [ODD_LAYER_CONV] = {NULL, odd_back_conv},
    [ODD_LAYER_CONV_TRANSPOSE] = {NULL, odd_back_conv},
    [ODD_LAYER_GEMM] = {NULL, odd_back_gemm},
    [ODD_LAYER_MATMUL] = {NULL, odd_back_matmul},
    [ODD_LAYER_BATCH_NORM] = {odd_train_batch_norm, odd_back_batch_norm},
    [ODD_LAYER_LAYER_NORM] = {odd_train_layer_norm, odd_back_layer_norm},
    [ODD_LAYER_L2_NORM] = {NULL, odd_back_l2_norm},
    [ODD_LAYER_RELU] = {odd_train_point, odd_back_point},
    [ODD_LAYER_LEAKY_RELU] = {odd_train_point, odd_back_point},
    [ODD_LAYER_ELU] = {odd_train_point, odd_back_point},
    [ODD_LAYER_CLIP] = {odd_train_point, odd_back_point},
    [ODD_LAYER_SIGMOID] = {odd_train_point, odd_back_point},
    [ODD_LAYER_TANH] = {odd_train_point, odd_back_point},
    [ODD_LAYER_HARD_SIGMOID] = {odd_train_point, odd_back_point},
    [ODD_LAYER_HARD_SWISH] = {odd_train_point, odd_back_point},
    [ODD_LAYER_EXP] = {odd_train_point, odd_back_point},
    [ODD_LAYER_SQRT] = {odd_train_point, odd_back_point},
    [ODD_LAYER_GELU] = {odd_train_point, odd_back_point},
    [ODD_LAYER_NEG] = {odd_train_point, odd_back_point},
    [ODD_LAYER_ADD] = {NULL, odd_back_sum},
    [ODD_LAYER_SUB] = {NULL, odd_back_sum},
    [ODD_LAYER_MUL] = {NULL, odd_back_multiply},
    [ODD_LAYER_MAX_POOL] = {odd_train_pool, odd_back_pool},
    [ODD_LAYER_AVERAGE_POOL] = {odd_train_pool, odd_back_pool},
    [ODD_LAYER_GLOBAL_AVERAGE_POOL] = {odd_train_pool, odd_back_pool},
    [ODD_LAYER_GLOBAL_MAX_POOL] = {odd_train_pool, odd_back_pool},
    [ODD_LAYER_REDUCE_MEAN] = {odd_train_pool, odd_back_pool},
    [ODD_LAYER_FLATTEN] = {NULL, odd_back_view},
    [ODD_LAYER_RESHAPE] = {NULL, odd_back_view},
    [ODD_LAYER_SQUEEZE] = {NULL, odd_back_view},
    [ODD_LAYER_UNSQUEEZE] = {NULL, odd_back_view},
    [ODD_LAYER_TRANSPOSE] = {NULL, odd_back_transpose},
    [ODD_LAYER_CONCAT] = {NULL, odd_back_concat},
    [ODD_LAYER_SOFTMAX] = {NULL, odd_back_softmax},
    [ODD_LAYER_PAD] = {NULL, odd_back_pad},
    [ODD_LAYER_SLICE] = {odd_train_slice, odd_back_slice},
    [ODD_LAYER_IDENTITY] = {odd_train_drop, odd_back_drop},
};

bool odd_layer_trains(odd_layer_kind kind)
{
    return table[kind].backward != NULL;
}

/* Where nothing learns, a step is that of evaluation; which has activations only behind others. */
odd_status odd_step_forward(odd_maker *m, const odd_step *step)
{
    odd_status (*const forward)(odd_maker *, const odd_step *) = table[step->kind].forward;
    const bool wanted = m->training->wants[step->output];
    if (forward && (wanted || forward == odd_train_point)) return forward(m, step);
    m->p.prop = wanted ? dnnl_forward_training : dnnl_forward_inference;
    const odd_status st = odd_layer_plan(&m->p, step);
    m->p.prop = dnnl_forward_training;
    return st;
}

odd_status odd_step_backward(odd_maker *m, const odd_step *step)
{
    odd_status st;
    if (m->gradient[step->output] < 0 || !m->training->wants[step->output]) return ODD_OK;
    if (step->kind != ODD_LAYER_IDENTITY) ODD_TRY(odd_back_posts(m, step));
    ODD_TRY(table[step->kind].backward(m, step));
done:
    return st;
}
