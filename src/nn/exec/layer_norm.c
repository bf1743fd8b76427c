/* Normalisations: over the batch (with known statistics), over a layer, to unit length; softmax. */
#include "nn/exec/layers_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <math.h>

/* ---- BatchNormalization: x, scale, shift, mean, variance ---- */

static odd_status batch_norm_pd(odd_planner *p, const odd_step *step, int source,
                                dnnl_primitive_desc_t *pd)
{
    unsigned flags = dnnl_use_global_stats | dnnl_use_scale | dnnl_use_shift;
    if (step->posts > 0) flags |= dnnl_fuse_norm_relu; /* the only post that gets here */
    const odd_primitive primitive = {.kind = dnnl_batch_normalization,
                                     .prop = p->prop,
                                     .source = odd_plan_desc(p, source),
                                     .result = odd_plan_desc(p, source),
                                     .epsilon = step->set.epsilon,
                                     .flags = flags};
    return odd_plan_pd(p, &primitive, NULL, "batch normalisation", pd);
}

odd_status odd_plan_batch_norm(odd_planner *p, const odd_step *step)
{
    static const int names[] = {DNNL_ARG_SRC,  DNNL_ARG_SCALE,    DNNL_ARG_SHIFT,
                                DNNL_ARG_MEAN, DNNL_ARG_VARIANCE, DNNL_ARG_DST};
    dnnl_primitive_desc_t pd = NULL;
    odd_argument argument[6];
    odd_status st;
    int source, value;
    ODD_TRY(odd_plan_input(p, step->input[0], &source));
    ODD_TRY(batch_norm_pd(p, step, source, &pd));
    argument[0] = (odd_argument){names[0], source};
    for (int i = 1; i < 5; i++) {
        ODD_TRY(odd_plan_plain(p, step->input[i], &value));
        argument[i] = (odd_argument){names[i], value};
    }
    const odd_desc desc = odd_pd_desc(pd, dnnl_query_dst_md, 0);
    ODD_TRY(odd_plan_value(p, &desc, &value));
    argument[5] = (odd_argument){names[5], value};
    ODD_TRY(odd_plan_primitive(p, pd, 6, argument, "batch normalisation"));
    odd_plan_bind(p, step->output, value);
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

/* ---- LayerNormalization: x, scale, shift (may be missing) over the dimensions from `axis` ---- */

/* x as (rows, features). */
static odd_status as_rows(odd_planner *p, const odd_step *step, int *value)
{
    dnnl_dims_t dims, flat = {1, 1};
    odd_status st;
    int rank = odd_plan_dims(p, step->input[0], dims);
    for (int i = 0; i < rank; i++) {
        flat[i < step->set.axis ? 0 : 1] *= dims[i];
    }
    ODD_TRY(odd_plan_plain(p, step->input[0], value));
    ODD_TRY(odd_reshaped(p, *value, 2, flat, value));
done:
    return st;
}

/* Scale or shift as one row; *arguments grows. */
static odd_status layer_norm_argument(odd_planner *p, const odd_step *step, int input, int name,
                                      odd_argument argument[], int *arguments)
{
    odd_status st;
    int value;
    if (input >= step->inputs || step->input[input] < 0) return ODD_OK;
    const odd_tensor *t = &p->graph->tensor[step->input[input]];
    ODD_TRY(odd_plan_plain(p, step->input[input], &value));
    ODD_TRY(odd_reshaped(p, value, 1, (const dnnl_dims_t){odd_tensor_values(t)}, &value));
    argument[(*arguments)++] = (odd_argument){name, value};
done:
    return st;
}

odd_status odd_plan_layer_norm(odd_planner *p, const odd_step *step)
{
    dnnl_primitive_desc_t pd = NULL;
    dnnl_dims_t dims;
    odd_argument argument[4];
    odd_status st;
    int source, value, arguments = 1;
    unsigned flags = dnnl_use_scale;
    if (step->groups > 0) return odd_plan_group_norm(p, step);
    if (step->inputs > 2 && step->input[2] >= 0) flags |= dnnl_use_shift;
    ODD_TRY(as_rows(p, step, &source));
    const odd_primitive primitive = {.kind = dnnl_layer_normalization,
                                     .prop = p->prop,
                                     .source = odd_plan_desc(p, source),
                                     .result = odd_plan_desc(p, source),
                                     .epsilon = step->set.epsilon,
                                     .flags = flags};
    ODD_TRY(odd_plan_pd(p, &primitive, NULL, "layer normalisation", &pd));
    argument[0] = (odd_argument){DNNL_ARG_SRC, source};
    ODD_TRY(layer_norm_argument(p, step, 1, DNNL_ARG_SCALE, argument, &arguments));
    ODD_TRY(layer_norm_argument(p, step, 2, DNNL_ARG_SHIFT, argument, &arguments));
    ODD_TRY(odd_plan_value(p, odd_plan_desc(p, source), &value));
    argument[arguments++] = (odd_argument){DNNL_ARG_DST, value};
    ODD_TRY(odd_plan_primitive(p, pd, arguments, argument, "layer normalisation"));
    int rank = odd_plan_dims(p, step->output, dims);
    ODD_TRY(odd_reshaped(p, value, rank, dims, &value));
    odd_plan_bind(p, step->output, value);
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

/* ---- Unit length along an axis: a loop of our own ---- */

/* x (outer, count, inner) is divided by its Euclidean length along `count`. */
typedef struct {
    int64_t outer, count, inner;
} l2_loop;

ODD_SIMD(static, void, normalise_block, (int64_t count, int64_t inner, const float *x, float *y),
         (count, inner, x, y))
{
    for (int64_t i = 0; i < inner; i++) {
        double sum = 0;
        for (int64_t c = 0; c < count; c++) {
            sum += (double)x[c * inner + i] * x[c * inner + i];
        }
        float scale = sum > 0 ? (float)(1 / sqrt(sum)) : 0; /* a zero vector stays one */
        for (int64_t c = 0; c < count; c++) {
            y[c * inner + i] = x[c * inner + i] * scale;
        }
    }
}

static void run_l2(const void *settings, float *const data[])
{
    const l2_loop *s = settings;
#pragma omp parallel for default(none) shared(s, data)
    for (int64_t o = 0; o < s->outer; o++) {
        int64_t at = o * s->count * s->inner;
        normalise_block(s->count, s->inner, data[0] + at, data[1] + at);
    }
}

odd_status odd_plan_l2_norm(odd_planner *p, const odd_step *step)
{
    dnnl_dims_t dims;
    l2_loop *loop = NULL;
    odd_status st;
    int source, value, rank = odd_plan_dims(p, step->input[0], dims);
    ODD_TRY(odd_plan_plain(p, step->input[0], &source));
    ODD_TRY(odd_plan_value(p, odd_plan_desc(p, source), &value));
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = (l2_loop){1, dims[step->set.axis], 1};
    for (int i = 0; i < rank; i++) {
        if (i < step->set.axis) loop->outer *= dims[i];
        if (i > step->set.axis) loop->inner *= dims[i];
    }
    ODD_TRY(odd_plan_loop(p, run_l2, loop, 2, (const int[]){source, value}));
    odd_plan_bind(p, step->output, value);
done:
    return st;
}

/* ---- Softmax ---- */

odd_status odd_plan_softmax(odd_planner *p, const odd_step *step)
{
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    int source, value;
    ODD_TRY(odd_plan_float(p, step->input[0], &source));
    const odd_desc *desc = odd_plan_desc(p, source);
    const odd_primitive primitive = {.kind = dnnl_softmax,
                                     .prop = p->prop,
                                     .alg = dnnl_softmax_accurate,
                                     .source = desc,
                                     .result = desc,
                                     .axis = (int)step->set.axis};
    ODD_TRY(odd_plan_pd(p, &primitive, NULL, "softmax", &pd));
    ODD_TRY(odd_plan_value(p, desc, &value));
    const odd_argument argument[] = {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, value}};
    ODD_TRY(odd_plan_primitive(p, pd, 2, argument, "softmax"));
    odd_plan_bind(p, step->output, value);
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}
