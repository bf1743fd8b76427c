/* Backward: which function takes the gradient through which layer, and where gradients go. */
#include "nn/layers_internal.h"
#include "nn/train_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

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

odd_status odd_step_forward(odd_maker *m, const odd_step *step)
{
    if (table[step->kind].forward && m->training->wants[step->output])
        return table[step->kind].forward(m, step);
    return odd_layer_plan(&m->p, step);
}

odd_status odd_step_backward(odd_maker *m, const odd_step *step)
{
    odd_status st;
    if (m->gradient[step->output] < 0 || !m->training->wants[step->output]) return ODD_OK;
    ODD_TRY(odd_back_posts(m, step));
    ODD_TRY(table[step->kind].backward(m, step));
done:
    return st;
}

/* ---- Gradients by computed tensors ---- */

bool odd_maker_wants(const odd_maker *m, int tensor)
{
    return tensor >= 0 && m->training->wants[tensor];
}

odd_status odd_maker_add(odd_maker *m, int tensor, int value)
{
    int sum = value;
    odd_status st = ODD_OK;
    if (m->gradient[tensor] >= 0)
        st = odd_binary_add(&m->p, dnnl_binary_add, m->gradient[tensor], value, &sum);
    m->gradient[tensor] = sum;
    return st;
}

odd_status odd_maker_output(odd_maker *m, const odd_step *step, const dnnl_memory_desc_t *desc,
                            int *value)
{
    return odd_plan_reorder(&m->p, m->gradient[step->output], desc, value);
}

odd_status odd_maker_output_plain(odd_maker *m, const odd_step *step, int *value)
{
    const dnnl_memory_desc_t *have = odd_plan_desc(&m->p, m->gradient[step->output]);
    dnnl_memory_desc_t desc;
    odd_status st;
    ODD_TRY(odd_desc_plain(&desc, have->ndims, have->dims, dnnl_f32));
    ODD_TRY(odd_maker_output(m, step, &desc, value));
done:
    return st;
}

/* ---- Gradients by tensors that learn ---- */

odd_status odd_maker_slot(odd_maker *m, int tensor, const dnnl_memory_desc_t *desc, int *value)
{
    int slot = m->training->parameters.of_tensor[tensor];
    odd_status st = ODD_OK;
    if (m->slot[slot] < 0) {
        ODD_TRY(odd_plan_value(&m->p, desc, &m->slot[slot]));
        m->p.plan->value[m->slot[slot]].home = ODD_HOME_OUTPUT;
        m->p.plan->value[m->slot[slot]].number = slot;
    }
    ODD_TRY(odd_plan_alias(&m->p, m->slot[slot], desc, value));
done:
    return st;
}

odd_status odd_maker_learn_place(odd_maker *m, int tensor, const dnnl_memory_desc_t *place,
                                 const dnnl_memory_desc_t *desc, int *value)
{
    bool free = !m->tape->filled[m->training->parameters.of_tensor[tensor]];
    if (free && odd_desc_equal(place, desc)) return odd_maker_slot(m, tensor, place, value);
    return odd_plan_value(&m->p, desc, value);
}

ODD_SIMD static void add_values(int64_t n, const float *x, float *sum)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] += x[i];
}

static void run_add(const void *settings, float *const data[])
{
    add_values(*(const int64_t *)settings, data[0], data[1]);
}

/* On top of what another layer with the same weights has put there. */
static odd_status add_to_slot(odd_maker *m, int slot, const dnnl_memory_desc_t *place, int value,
                              int target)
{
    int64_t *count;
    odd_status st;
    ODD_TRY(odd_plan_reorder(&m->p, value, place, &value));
    ODD_TRY(ODD_NEW(count, 1));
    *count = m->training->parameters.slot[slot].count;
    ODD_TRY(odd_plan_loop(&m->p, run_add, count, 2, (const int[]){value, target}));
done:
    return st;
}

odd_status odd_maker_learn(odd_maker *m, int tensor, const dnnl_memory_desc_t *place, int value)
{
    int slot = m->training->parameters.of_tensor[tensor], target;
    odd_status st;
    ODD_TRY(odd_maker_slot(m, tensor, place, &target));
    if (m->tape->filled[slot])
        ODD_TRY(add_to_slot(m, slot, place, value, target));
    else if (!odd_plan_share(&m->p, value, target))
        ODD_TRY(odd_plan_reorder_into(&m->p, value, target));
    m->tape->filled[slot] = true;
done:
    return st;
}

odd_status odd_maker_give(odd_maker *m, int tensor, int value)
{
    dnnl_memory_desc_t place;
    odd_status st;
    if (m->training->parameters.of_tensor[tensor] < 0) return odd_maker_add(m, tensor, value);
    const dnnl_memory_desc_t *desc = odd_plan_desc(&m->p, value);
    ODD_TRY(odd_desc_plain(&place, desc->ndims, desc->dims, dnnl_f32));
    ODD_TRY(odd_maker_learn(m, tensor, &place, value));
done:
    return st;
}

odd_status odd_maker_row_place(odd_maker *m, int tensor, int arg, odd_argument *a)
{
    const odd_tensor *t = &m->p.graph->tensor[tensor];
    dnnl_memory_desc_t row;
    odd_status st;
    ODD_TRY(odd_desc_plain(&row, 1, (const dnnl_dims_t){odd_tensor_values(t)}, dnnl_f32));
    a->arg = arg;
    ODD_TRY(odd_maker_learn_place(m, tensor, &row, &row, &a->value));
done:
    return st;
}

odd_status odd_maker_learn_row(odd_maker *m, int tensor, int value)
{
    const dnnl_memory_desc_t row = *odd_plan_desc(&m->p, value);
    return odd_maker_learn(m, tensor, &row, value);
}

/* ---- Primitives ---- */

odd_status odd_maker_pd(const odd_maker *m, const void *op_desc, const_dnnl_primitive_desc_t hint,
                        const char *what, dnnl_primitive_desc_t *pd)
{
    dnnl_primitive_attr_t attr = NULL;
    odd_status st;
    ODD_TRY(odd_dnnl(dnnl_primitive_attr_create(&attr), "attributes"));
    ODD_TRY(odd_dnnl(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user),
                     "attributes"));
    ODD_TRY(odd_dnnl(dnnl_primitive_desc_create(pd, op_desc, attr, m->p.engine, hint), what));
done:
    dnnl_primitive_attr_destroy(attr);
    return st;
}

odd_status odd_maker_argument(odd_maker *m, const_dnnl_primitive_desc_t pd, int arg, int value,
                              odd_argument *argument)
{
    const dnnl_memory_desc_t *desc = dnnl_primitive_desc_query_md(pd, dnnl_query_exec_arg_md, arg);
    argument->arg = arg;
    return odd_plan_reorder(&m->p, value, desc, &argument->value);
}

odd_status odd_maker_result(odd_maker *m, const_dnnl_primitive_desc_t pd, int arg,
                            odd_argument *argument)
{
    const dnnl_memory_desc_t *desc = dnnl_primitive_desc_query_md(pd, dnnl_query_exec_arg_md, arg);
    argument->arg = arg;
    return odd_plan_value(&m->p, desc, &argument->value);
}
