/* Layers that move values or only look at them in another way. */
#include "nn/exec/layers_internal.h"

/* ---- Views ---- */

odd_status odd_plan_identity(odd_planner *p, const odd_step *step)
{
    odd_status st;
    int value;
    ODD_TRY(odd_plan_input(p, step->input[0], &value));
    ODD_TRY(odd_posts_add(p, step, value, &value));
    odd_plan_bind(p, step->output, value);
done:
    return st;
}

odd_status odd_plan_view(odd_planner *p, const odd_step *step)
{
    dnnl_dims_t dims;
    odd_status st;
    int value, rank = odd_plan_dims(p, step->output, dims);
    ODD_TRY(odd_plan_input(p, step->input[0], &value));
    ODD_TRY(odd_reshaped(p, value, rank, dims, &value));
    odd_plan_bind(p, step->output, value);
done:
    return st;
}

/* ---- Transpose ---- */

/* Maps whose channels stand last need no copy: convolutions like them so. */
static odd_status is_channels_last(const odd_desc *desc, bool *is)
{
    odd_desc last;
    *is = false;
    if (desc->ndims != 4) return ODD_OK;
    odd_status st = odd_desc_tagged(&last, 4, desc->dims, desc->data_type, dnnl_nhwc);
    *is = st == ODD_OK && odd_desc_equal(desc, &last);
    return st;
}

odd_status odd_plan_transpose(odd_planner *p, const odd_step *step)
{
    int value, target[ODD_TENSOR_RANK];
    odd_desc turned, plain;
    odd_status st;
    bool last;
    ODD_TRY(odd_plan_input(p, step->input[0], &value));
    for (int i = 0; i < step->set.axes; i++) {
        target[step->set.list[i]] = i;
    }
    ODD_TRY(odd_desc_turned(&turned, odd_plan_desc(p, value), target));
    ODD_TRY(odd_plan_alias(p, value, &turned, &value));
    ODD_TRY(is_channels_last(&turned, &last));
    if (last) {
        odd_plan_bind(p, step->output, value);
        return ODD_OK;
    }
    ODD_TRY(odd_desc_plain(&plain, turned.ndims, turned.dims, turned.data_type));
    ODD_TRY(odd_plan_reorder(p, value, &plain, &value));
    odd_plan_bind(p, step->output, value);
done:
    return st;
}
