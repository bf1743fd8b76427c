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

/* ---- Concat ---- */

/* All inputs in one type: bfloat16 only if all are. */
static odd_status concat_inputs(odd_planner *p, const odd_step *step, bool plain, int value[])
{
    odd_status st = ODD_OK;
    bool floats = false;
    for (int i = 0; i < step->inputs; i++) {
        ODD_TRY(odd_plan_input(p, step->input[i], &value[i]));
        floats = floats || odd_plan_desc(p, value[i])->data_type == dnnl_f32;
    }
    for (int i = 0; i < step->inputs; i++) {
        if (floats) ODD_TRY(odd_plan_float(p, step->input[i], &value[i]));
        if (plain) ODD_TRY(odd_plan_plain(p, step->input[i], &value[i]));
    }
done:
    return st;
}

/* Maps in different layouts are concatenated number by number: all become channels-last. */
static odd_status concat_layouts(odd_planner *p, const odd_step *step, int value[])
{
    odd_desc last[ODD_LAYER_INPUTS];
    int there = 0;
    odd_status st = ODD_OK;
    for (int i = 0; i < step->inputs; i++) {
        const odd_desc *have = odd_plan_desc(p, value[i]);
        if (have->ndims != 4) return ODD_OK;
        ODD_TRY(odd_desc_tagged(&last[i], 4, have->dims, have->data_type, dnnl_nhwc));
        there += odd_desc_equal(have, &last[i]);
    }
    for (int i = 0; there > 0 && i < step->inputs; i++) {
        ODD_TRY(odd_plan_reorder(p, value[i], &last[i], &value[i]));
    }
done:
    return st;
}

static odd_status concat_pd(odd_planner *p, const odd_step *step, const int value[],
                            dnnl_primitive_desc_t *pd)
{
    odd_desc desc[ODD_LAYER_INPUTS];
    for (int i = 0; i < step->inputs; i++) {
        desc[i] = *odd_plan_desc(p, value[i]);
    }
    return odd_pd_concat(p->engine, step->inputs, (int)step->set.axis, desc, pd);
}

odd_status odd_plan_concat(odd_planner *p, const odd_step *step)
{
    int value[ODD_LAYER_INPUTS], result;
    odd_argument argument[ODD_LAYER_INPUTS + 1];
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    ODD_TRY(concat_inputs(p, step, false, value));
    ODD_TRY(concat_layouts(p, step, value));
    ODD_TRY(concat_pd(p, step, value, &pd));
    if (odd_pd_is_slow(pd)) {
        dnnl_primitive_desc_destroy(pd);
        pd = NULL;
        ODD_TRY(concat_inputs(p, step, true, value));
        ODD_TRY(concat_pd(p, step, value, &pd));
    }
    for (int i = 0; i < step->inputs; i++) {
        argument[i] = (odd_argument){DNNL_ARG_MULTIPLE_SRC + i, value[i]};
    }
    const odd_desc desc = odd_pd_desc(pd, dnnl_query_dst_md, 0);
    ODD_TRY(odd_plan_value(p, &desc, &result));
    argument[step->inputs] = (odd_argument){DNNL_ARG_DST, result};
    ODD_TRY(odd_plan_primitive(p, pd, step->inputs + 1, argument, "concatenation"));
    odd_plan_bind(p, step->output, result);
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}
