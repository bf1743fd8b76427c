/* Backward of layers that move values: the gradient is moved the other way. */
#include "nn/exec/layers_internal.h"
#include "nn/train/train_internal.h"

odd_status odd_back_view(odd_maker *m, const odd_step *step)
{
    dnnl_dims_t dims;
    odd_status st;
    int value, rank = odd_plan_dims(&m->p, step->input[0], dims);
    ODD_TRY(odd_reshaped(&m->p, m->gradient[step->output], rank, dims, &value));
    ODD_TRY(odd_maker_add(m, step->input[0], value));
done:
    return st;
}

odd_status odd_back_transpose(odd_maker *m, const odd_step *step)
{
    odd_desc turned, plain;
    odd_status st;
    int value, target[ODD_TENSOR_RANK];
    for (int i = 0; i < step->set.axes; i++)
        target[i] = (int)step->set.list[i]; /* where forward took dimension i from */
    ODD_TRY(odd_maker_output_plain(m, step, &value));
    ODD_TRY(odd_desc_turned(&turned, odd_plan_desc(&m->p, value), target));
    ODD_TRY(odd_plan_alias(&m->p, value, &turned, &value));
    ODD_TRY(odd_desc_plain(&plain, turned.ndims, turned.dims, dnnl_f32));
    ODD_TRY(odd_plan_reorder(&m->p, value, &plain, &value));
    ODD_TRY(odd_maker_add(m, step->input[0], value));
done:
    return st;
}

/* The box of the gradient by the result that starts at `first` goes to an input. */
static odd_status give_box(odd_maker *m, int gradient, const dnnl_dims_t first, int tensor)
{
    dnnl_dims_t dims;
    odd_desc box, plain;
    odd_status st;
    int value, rank = odd_plan_dims(&m->p, tensor, dims);
    ODD_TRY(odd_desc_part(&box, odd_plan_desc(&m->p, gradient), dims, first));
    ODD_TRY(odd_plan_alias(&m->p, gradient, &box, &value));
    ODD_TRY(odd_desc_plain(&plain, rank, dims, dnnl_f32));
    ODD_TRY(odd_plan_copy(&m->p, value, &plain, &value));
    ODD_TRY(odd_maker_give(m, tensor, value));
done:
    return st;
}

odd_status odd_back_concat(odd_maker *m, const odd_step *step)
{
    dnnl_dims_t first = {0};
    odd_status st;
    int gradient;
    ODD_TRY(odd_maker_output_plain(m, step, &gradient));
    for (int i = 0; i < step->inputs; i++) {
        if (odd_maker_wants(m, step->input[i]))
            ODD_TRY(give_box(m, gradient, first, step->input[i]));
        first[step->set.axis] += m->p.graph->tensor[step->input[i]].shape[step->set.axis];
    }
done:
    return st;
}

odd_status odd_back_pad(odd_maker *m, const odd_step *step)
{
    dnnl_dims_t first = {0};
    odd_status st;
    int gradient, rank = m->p.graph->tensor[step->input[0]].rank;
    for (int i = 0; i < rank; i++) {
        if (step->set.list[i] < 0 || step->set.list2[i] < 0)
            return odd_fail(ODD_FORMAT, "a padding that cuts off cannot be trained");
        first[i] = step->set.list[i];
    }
    ODD_TRY(odd_maker_output_plain(m, step, &gradient));
    ODD_TRY(give_box(m, gradient, first, step->input[0]));
done:
    return st;
}
