/* A tape in the making: where gradients go, and primitives that take them further. */
#include "nn/exec/layers_internal.h"
#include "nn/train/train_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

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

odd_status odd_maker_output(odd_maker *m, const odd_step *step, const odd_desc *desc, int *value)
{
    return odd_plan_reorder(&m->p, m->gradient[step->output], desc, value);
}

odd_status odd_maker_output_plain(odd_maker *m, const odd_step *step, int *value)
{
    const odd_desc *have = odd_plan_desc(&m->p, m->gradient[step->output]);
    odd_desc desc;
    odd_status st;
    ODD_TRY(odd_desc_plain(&desc, have->ndims, have->dims, dnnl_f32));
    ODD_TRY(odd_maker_output(m, step, &desc, value));
done:
    return st;
}

/* ---- Gradients by tensors that learn ---- */

odd_status odd_maker_slot(odd_maker *m, int tensor, const odd_desc *desc, int *value)
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

odd_status odd_maker_learn_place(odd_maker *m, int tensor, const odd_desc *place,
                                 const odd_desc *desc, int *value)
{
    bool free = !m->tape->filled[m->training->parameters.of_tensor[tensor]];
    if (free && odd_desc_equal(place, desc)) return odd_maker_slot(m, tensor, place, value);
    return odd_plan_value(&m->p, desc, value);
}

ODD_SIMD(static, void, add_values, (int64_t n, const float *x, float *sum), (n, x, sum))
{
    for (int64_t i = 0; i < n; i++)
        sum[i] += x[i];
}

static void run_add(const void *settings, float *const data[])
{
    add_values(*(const int64_t *)settings, data[0], data[1]);
}

/* On top of what another layer with the same weights has put there. */
static odd_status add_to_slot(odd_maker *m, int slot, const odd_desc *place, int value, int target)
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

odd_status odd_maker_learn(odd_maker *m, int tensor, const odd_desc *place, int value)
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
    odd_desc place;
    odd_status st;
    if (m->training->parameters.of_tensor[tensor] < 0) return odd_maker_add(m, tensor, value);
    const odd_desc *desc = odd_plan_desc(&m->p, value);
    ODD_TRY(odd_desc_plain(&place, desc->ndims, desc->dims, dnnl_f32));
    ODD_TRY(odd_maker_learn(m, tensor, &place, value));
done:
    return st;
}

odd_status odd_maker_row_place(odd_maker *m, int tensor, int arg, odd_argument *a)
{
    const odd_tensor *t = &m->p.graph->tensor[tensor];
    odd_desc row;
    odd_status st;
    ODD_TRY(odd_desc_plain(&row, 1, (const dnnl_dims_t){odd_tensor_values(t)}, dnnl_f32));
    a->arg = arg;
    ODD_TRY(odd_maker_learn_place(m, tensor, &row, &row, &a->value));
done:
    return st;
}

odd_status odd_maker_learn_row(odd_maker *m, int tensor, int value)
{
    const odd_desc row = *odd_plan_desc(&m->p, value);
    return odd_maker_learn(m, tensor, &row, value);
}

/* ---- Primitives ---- */

odd_status odd_maker_argument(odd_maker *m, const_dnnl_primitive_desc_t pd, int arg, int value,
                              odd_argument *argument)
{
    const odd_desc desc = odd_pd_desc(pd, dnnl_query_exec_arg_md, arg);
    argument->arg = arg;
    return odd_plan_reorder(&m->p, value, &desc, &argument->value);
}

odd_status odd_maker_result(odd_maker *m, const_dnnl_primitive_desc_t pd, int arg,
                            odd_argument *argument)
{
    const odd_desc desc = odd_pd_desc(pd, dnnl_query_exec_arg_md, arg);
    argument->arg = arg;
    return odd_plan_value(&m->p, &desc, &argument->value);
}
