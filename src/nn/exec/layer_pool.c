/* Pools with a window, over whole maps, and the mean over dimensions. */
#include "nn/exec/layers_internal.h"

static odd_status pool_pd(odd_planner *p, const odd_step *step, dnnl_alg_kind_t alg,
                          const odd_window *w, const dnnl_dims_t dims, int source, odd_fused *fused)
{
    odd_desc desc;
    odd_status st;
    const odd_desc from = *odd_plan_desc(p, source);
    ODD_TRY(odd_desc_any(&desc, 4, dims, from.data_type));
    const odd_primitive primitive = {.kind = dnnl_pooling,
                                     .prop = p->prop,
                                     .alg = alg,
                                     .source = &from,
                                     .result = &desc,
                                     .window = w};
    ODD_TRY(odd_fused_pd(p, step, &primitive, source, "pooling", fused));
done:
    return st;
}

/* Where oneDNN would go value by value in bfloat16: for some layouts it has quick code for float32
 * alone. */
static bool wants_floats(const odd_planner *p, int source, const odd_fused *fused)
{
    return odd_pd_is_slow(fused->pd) && odd_plan_desc(p, source)->data_type == dnnl_bf16;
}

static odd_status add_pool(odd_planner *p, const odd_step *step, dnnl_alg_kind_t alg,
                           const odd_window *w, const dnnl_dims_t dims, int *result)
{
    odd_fused fused = {0};
    odd_status st;
    int source;
    ODD_TRY(odd_plan_input(p, step->input[0], &source));
    ODD_TRY(pool_pd(p, step, alg, w, dims, source, &fused));
    if (wants_floats(p, source, &fused)) {
        dnnl_primitive_desc_destroy(fused.pd);
        fused.pd = NULL;
        ODD_TRY(odd_plan_float(p, step->input[0], &source));
        ODD_TRY(pool_pd(p, step, alg, w, dims, source, &fused));
    }
    const odd_argument argument[] = {{DNNL_ARG_SRC, source}};
    ODD_TRY(odd_fused_add(p, step, &fused, 1, argument, "pooling", result));
done:
    dnnl_primitive_desc_destroy(fused.pd);
    return st;
}

odd_status odd_plan_pool(odd_planner *p, const odd_step *step)
{
    const odd_layer_settings *set = &step->set;
    dnnl_dims_t dims;
    odd_window w = {0};
    dnnl_alg_kind_t alg = step->kind == ODD_LAYER_MAX_POOL ? dnnl_pooling_max
                          : set->count_padding             ? dnnl_pooling_avg_include_padding
                                                           : dnnl_pooling_avg_exclude_padding;
    for (int i = 0; i < 2; i++) {
        w.kernel[i] = set->kernel[i];
        w.stride[i] = set->stride[i];
        w.gap[i] = set->dilation[i] - 1;
        w.before[i] = set->pad[i];
        w.after[i] = set->pad[2 + i];
    }
    int result;
    odd_plan_dims(p, step->output, dims);
    odd_status st = add_pool(p, step, alg, &w, dims, &result);
    if (st == ODD_OK) odd_plan_bind(p, step->output, result);
    return st;
}

/* One window over each map, (N, C, H, W) to (N, C, 1, 1): works on blocked layouts. */
static odd_status pool_maps(odd_planner *p, const odd_step *step, bool max, int *result)
{
    dnnl_dims_t dims;
    odd_window w = {0};
    odd_plan_dims(p, step->input[0], dims);
    for (int i = 0; i < 2; i++) {
        w.kernel[i] = dims[2 + i];
        w.stride[i] = 1;
        dims[2 + i] = 1;
    }
    return add_pool(p, step, max ? dnnl_pooling_max : dnnl_pooling_avg_exclude_padding, &w, dims,
                    result);
}

/* Any dimensions to 1; the rank stays. */
static odd_status reduce(odd_planner *p, const odd_step *step, bool max, const dnnl_dims_t dims,
                         int *result)
{
    dnnl_primitive_desc_t pd = NULL;
    odd_desc desc;
    odd_status st;
    int source;
    ODD_TRY(odd_plan_plain(p, step->input[0], &source));
    const odd_desc *from = odd_plan_desc(p, source);
    ODD_TRY(odd_desc_plain(&desc, from->ndims, dims, dnnl_f32));
    *result = source;
    if (odd_desc_equal(from, &desc)) return ODD_OK; /* there is nothing to reduce */
    const odd_primitive primitive = {.kind = dnnl_reduction,
                                     .alg = max ? dnnl_reduction_max : dnnl_reduction_mean,
                                     .source = from,
                                     .result = &desc};
    ODD_TRY(odd_plan_pd(p, &primitive, NULL, "reduction", &pd));
    ODD_TRY(odd_plan_value(p, &desc, result));
    const odd_argument argument[] = {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, *result}};
    ODD_TRY(odd_plan_primitive(p, pd, 2, argument, "reduction"));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

odd_status odd_plan_global_pool(odd_planner *p, const odd_step *step)
{
    dnnl_dims_t dims;
    bool max = step->kind == ODD_LAYER_GLOBAL_MAX_POOL;
    int result, rank = odd_plan_dims(p, step->output, dims);
    odd_status st =
        rank == 4 ? pool_maps(p, step, max, &result) : reduce(p, step, max, dims, &result);
    if (st == ODD_OK) odd_plan_bind(p, step->output, result);
    return st;
}

static bool over_maps(const odd_step *step, int rank)
{
    return rank == 4 && step->set.axes == 2 && step->set.list[0] == 2 && step->set.list[1] == 3;
}

odd_status odd_plan_mean(odd_planner *p, const odd_step *step)
{
    dnnl_dims_t dims, shape;
    odd_status st;
    int result, rank = odd_plan_dims(p, step->input[0], dims);
    if (over_maps(step, rank)) {
        ODD_TRY(pool_maps(p, step, false, &result));
    } else {
        for (int i = 0; i < step->set.axes; i++) {
            dims[step->set.list[i]] = 1;
        }
        ODD_TRY(reduce(p, step, false, dims, &result));
    }
    if (!step->set.keep_dims) {
        rank = odd_plan_dims(p, step->output, shape);
        ODD_TRY(odd_reshaped(p, result, rank, shape, &result));
    }
    odd_plan_bind(p, step->output, result);
done:
    return st;
}
