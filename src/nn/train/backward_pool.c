/* Pools in training: over windows, over whole maps, and means over maps. Max pools keep which value
 * was the largest (oneDNN's workspace). */
#include "nn/exec/layers_internal.h"
#include "nn/train/train_internal.h"

#include <string.h>

typedef struct {
    dnnl_alg_kind_t alg;
    odd_window at;
    dnnl_dims_t dims; /* (N, C, rows, columns) of the result */
} pool;

static bool is_max(odd_layer_kind kind)
{
    return kind == ODD_LAYER_MAX_POOL || kind == ODD_LAYER_GLOBAL_MAX_POOL;
}

static void set_pool_window(const odd_layer_settings *set, odd_window *w)
{
    for (int i = 0; i < 2; i++) {
        w->kernel[i] = set->kernel[i];
        w->stride[i] = set->stride[i];
        w->gap[i] = set->dilation[i] - 1;
        w->before[i] = set->pad[i];
        w->after[i] = set->pad[2 + i];
    }
}

static odd_status pool_of(const odd_maker *m, const odd_step *step, pool *w)
{
    const odd_layer_settings *set = &step->set;
    bool slides = step->kind == ODD_LAYER_MAX_POOL || step->kind == ODD_LAYER_AVERAGE_POOL;
    dnnl_dims_t dims;
    *w = (pool){.alg = is_max(step->kind)             ? dnnl_pooling_max
                       : slides && set->count_padding ? dnnl_pooling_avg_include_padding
                                                      : dnnl_pooling_avg_exclude_padding};
    int rank = odd_plan_dims(&m->p, step->input[0], dims);
    bool over_maps = step->kind != ODD_LAYER_REDUCE_MEAN ||
                     (set->axes == 2 && set->list[0] == 2 && set->list[1] == 3);
    if (rank != 4 || !over_maps)
        return odd_fail(ODD_FORMAT, "only pools over rows and columns can be trained");
    if (slides) {
        set_pool_window(set, &w->at);
        odd_plan_dims(&m->p, step->output, w->dims);
        return ODD_OK;
    }
    for (int i = 0; i < 2; i++) {
        w->at.kernel[i] = dims[2 + i];
        w->at.stride[i] = w->dims[2 + i] = 1;
        w->dims[i] = dims[i];
    }
    return ODD_OK;
}

odd_status odd_train_pool(odd_maker *m, const odd_step *step)
{
    odd_kept *kept = &m->kept[m->p.step];
    odd_desc desc;
    dnnl_dims_t dims;
    odd_status st;
    pool w;
    int source, arguments = 2, result, rank = odd_plan_dims(&m->p, step->output, dims);
    odd_argument a[3];
    ODD_TRY(pool_of(m, step, &w));
    ODD_TRY(odd_plan_float(&m->p, step->input[0], &source));
    ODD_TRY(odd_desc_any(&desc, 4, w.dims, dnnl_f32));
    const odd_primitive primitive = {.kind = dnnl_pooling,
                                     .prop = dnnl_forward_training,
                                     .alg = w.alg,
                                     .source = odd_plan_desc(&m->p, source),
                                     .result = &desc,
                                     .window = &w.at};
    ODD_TRY(odd_plan_pd(&m->p, &primitive, NULL, "pooling", &kept->forward));
    a[0] = (odd_argument){DNNL_ARG_SRC, source};
    ODD_TRY(odd_maker_result(m, kept->forward, DNNL_ARG_DST, &a[1]));
    if (is_max(step->kind)) {
        ODD_TRY(odd_maker_result(m, kept->forward, DNNL_ARG_WORKSPACE, &a[2]));
        kept->value[0] = a[2].value;
        arguments = 3;
    }
    ODD_TRY(odd_plan_primitive(&m->p, kept->forward, arguments, a, "pooling"));
    result = a[1].value;
    if (rank != 4) ODD_TRY(odd_reshaped(&m->p, result, rank, dims, &result));
    odd_plan_bind(&m->p, step->output, result);
done:
    return st;
}

odd_status odd_back_pool(odd_maker *m, const odd_step *step)
{
    const char *what = "gradient of the pooling";
    const odd_kept *kept = &m->kept[m->p.step];
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    pool w;
    int gradient, arguments = 2;
    odd_argument a[3];
    ODD_TRY(pool_of(m, step, &w));
    ODD_TRY(odd_reshaped(&m->p, m->gradient[step->output], 4, w.dims, &gradient));
    const odd_desc source = odd_pd_desc(kept->forward, dnnl_query_src_md, 0);
    const odd_desc result = odd_pd_desc(kept->forward, dnnl_query_dst_md, 0);
    const odd_primitive primitive = {.kind = dnnl_pooling,
                                     .prop = dnnl_backward_data,
                                     .alg = w.alg,
                                     .source = &source,
                                     .result = &result,
                                     .window = &w.at,
                                     .hint = kept->forward};
    ODD_TRY(odd_plan_pd(&m->p, &primitive, NULL, what, &pd));
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_DIFF_DST, gradient, &a[0]));
    ODD_TRY(odd_maker_result(m, pd, DNNL_ARG_DIFF_SRC, &a[1]));
    if (is_max(step->kind)) a[arguments++] = (odd_argument){DNNL_ARG_WORKSPACE, kept->value[0]};
    ODD_TRY(odd_plan_primitive(&m->p, pd, arguments, a, what));
    ODD_TRY(odd_maker_add(m, step->input[0], a[1].value));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}
