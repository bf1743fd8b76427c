/* Two tensors, element by element, with broadcasting: Add, Sub, Mul, Div and Pow. */
#include "nn/exec/layers_internal.h"

/* ---- Layers ---- */

static odd_status add_layer(odd_planner *p, const odd_step *step, int a, int b)
{
    odd_status st;
    int result;
    if (step->kind == ODD_LAYER_POW)
        ODD_TRY(odd_broadcast_add(p, ODD_LAYER_POW, a, b, &result));
    else
        ODD_TRY(odd_binary_add(p, odd_binary_of_layer(step->kind), a, b, &result));
    ODD_TRY(odd_posts_add(p, step, result, &result));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}

odd_status odd_plan_binary(odd_planner *p, const odd_step *step)
{
    dnnl_dims_t dims;
    odd_status st;
    int a, b, rank = odd_plan_dims(p, step->output, dims);
    ODD_TRY(odd_value_of_rank(p, step->input[0], rank, &a));
    ODD_TRY(odd_value_of_rank(p, step->input[1], rank, &b));
    ODD_TRY(add_layer(p, step, a, b));
done:
    return st;
}
