/* Normalisations of each image alone, in training: over a layer, to unit length; and softmax. */
#include "nn/exec/layers_internal.h"
#include "nn/train/train_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <math.h>

enum { MEAN, VARIANCE }; /* what the forward of a layer normalisation keeps */

/* ---- LayerNormalization: x, scale, shift (may be missing) over the dimensions from `axis` ---- */

static bool has_shift(const odd_step *step)
{
    return step->inputs > 2 && step->input[2] >= 0;
}

static unsigned flags_of(const odd_step *step)
{
    return has_shift(step) ? dnnl_use_scale | dnnl_use_shift : dnnl_use_scale;
}

/* x, or a gradient by it or by the result, as (rows, features). */
static odd_status as_rows(odd_maker *m, const odd_step *step, int value, int *rows)
{
    dnnl_dims_t dims, flat = {1, 1};
    int rank = odd_plan_dims(&m->p, step->input[0], dims);
    for (int i = 0; i < rank; i++)
        flat[i < step->set.axis ? 0 : 1] *= dims[i];
    return odd_reshaped(&m->p, value, 2, flat, rows);
}

/* Scale or shift as one row. */
static odd_status row_argument(odd_maker *m, int tensor, int arg, odd_argument *a)
{
    const dnnl_dims_t dims = {odd_tensor_values(&m->p.graph->tensor[tensor])};
    a->arg = arg;
    return odd_reshaped(&m->p, m->p.holds[tensor], 1, dims, &a->value);
}

/* A value (rows, features) becomes the tensor's. */
static odd_status from_rows(odd_maker *m, int tensor, int value, int *shaped)
{
    dnnl_dims_t dims;
    int rank = odd_plan_dims(&m->p, tensor, dims);
    return odd_reshaped(&m->p, value, rank, dims, shaped);
}

odd_status odd_train_layer_norm(odd_maker *m, const odd_step *step)
{
    const char *what = "layer normalisation";
    odd_kept *kept = &m->kept[m->p.step];
    odd_status st;
    int source, result, arguments = 5;
    odd_argument a[6];
    ODD_TRY(odd_plan_plain(&m->p, step->input[0], &source));
    ODD_TRY(as_rows(m, step, source, &source));
    const odd_primitive primitive = {.kind = dnnl_layer_normalization,
                                     .prop = dnnl_forward_training,
                                     .source = odd_plan_desc(&m->p, source),
                                     .result = odd_plan_desc(&m->p, source),
                                     .epsilon = step->set.epsilon,
                                     .flags = flags_of(step)};
    ODD_TRY(odd_plan_pd(&m->p, &primitive, NULL, what, &kept->forward));
    a[0] = (odd_argument){DNNL_ARG_SRC, source};
    ODD_TRY(row_argument(m, step->input[1], DNNL_ARG_SCALE, &a[1]));
    ODD_TRY(odd_maker_result(m, kept->forward, DNNL_ARG_MEAN, &a[2]));
    ODD_TRY(odd_maker_result(m, kept->forward, DNNL_ARG_VARIANCE, &a[3]));
    ODD_TRY(odd_maker_result(m, kept->forward, DNNL_ARG_DST, &a[4]));
    if (has_shift(step)) ODD_TRY(row_argument(m, step->input[2], DNNL_ARG_SHIFT, &a[arguments++]));
    ODD_TRY(odd_plan_primitive(&m->p, kept->forward, arguments, a, what));
    kept->value[MEAN] = a[2].value;
    kept->value[VARIANCE] = a[3].value;
    ODD_TRY(from_rows(m, step->output, a[4].value, &result));
    odd_plan_bind(&m->p, step->output, result);
done:
    return st;
}

static odd_status layer_norm_pd(odd_maker *m, const odd_step *step, int source,
                                dnnl_primitive_desc_t *pd)
{
    const odd_desc *desc = odd_plan_desc(&m->p, source);
    const odd_primitive primitive = {.kind = dnnl_layer_normalization,
                                     .prop = dnnl_backward,
                                     .source = desc,
                                     .result = desc,
                                     .data = desc,
                                     .epsilon = step->set.epsilon,
                                     .flags = flags_of(step),
                                     .hint = m->kept[m->p.step].forward};
    return odd_plan_pd(&m->p, &primitive, NULL, "gradient of the layer normalisation", pd);
}

odd_status odd_back_layer_norm(odd_maker *m, const odd_step *step)
{
    const odd_kept *kept = &m->kept[m->p.step];
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    int source, gradient, arguments = 7;
    odd_argument a[9];
    ODD_TRY(odd_plan_plain(&m->p, step->input[0], &source));
    ODD_TRY(as_rows(m, step, source, &source));
    ODD_TRY(as_rows(m, step, m->gradient[step->output], &gradient));
    ODD_TRY(layer_norm_pd(m, step, source, &pd));
    a[0] = (odd_argument){DNNL_ARG_SRC, source};
    ODD_TRY(row_argument(m, step->input[1], DNNL_ARG_SCALE, &a[1]));
    a[2] = (odd_argument){DNNL_ARG_MEAN, kept->value[MEAN]};
    a[3] = (odd_argument){DNNL_ARG_VARIANCE, kept->value[VARIANCE]};
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_DIFF_DST, gradient, &a[4]));
    ODD_TRY(odd_maker_result(m, pd, DNNL_ARG_DIFF_SRC, &a[5]));
    ODD_TRY(odd_maker_row_place(m, step->input[1], DNNL_ARG_DIFF_SCALE, &a[6]));
    if (has_shift(step)) {
        ODD_TRY(odd_maker_row_place(m, step->input[2], DNNL_ARG_DIFF_SHIFT, &a[arguments++]));
        ODD_TRY(row_argument(m, step->input[2], DNNL_ARG_SHIFT, &a[arguments++]));
    }
    ODD_TRY(odd_plan_primitive(&m->p, pd, arguments, a, "gradient of the layer normalisation"));
    ODD_TRY(odd_maker_learn_row(m, step->input[1], a[6].value));
    if (has_shift(step)) ODD_TRY(odd_maker_learn_row(m, step->input[2], a[7].value));
    if (!odd_maker_wants(m, step->input[0])) goto done;
    ODD_TRY(from_rows(m, step->input[0], a[5].value, &gradient));
    ODD_TRY(odd_maker_add(m, step->input[0], gradient));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

/* ---- Unit length along an axis: y = x / |x|, so dx = (dy - y (y . dy)) / |x| ---- */

typedef struct {
    int64_t outer, count, inner;
} l2_loop;

ODD_SIMD(static, void, back_line,
         (int64_t count, int64_t inner, const float *x, const float *y, const float *dy, float *dx),
         (count, inner, x, y, dy, dx))
{
    double square = 0, dot = 0;
    for (int64_t c = 0; c < count; c++) {
        square += (double)x[c * inner] * x[c * inner];
        dot += (double)y[c * inner] * dy[c * inner];
    }
    double by = square > 0 ? 1 / sqrt(square) : 0; /* a zero vector stays one */
    for (int64_t c = 0; c < count; c++)
        dx[c * inner] = (float)((dy[c * inner] - y[c * inner] * dot) * by);
}

/* data: x, y, gradient by y, gradient by x. */
static void run_l2_back(const void *settings, float *const data[])
{
    const l2_loop *s = settings;
    for (int64_t o = 0; o < s->outer; o++) {
        for (int64_t i = 0; i < s->inner; i++) {
            int64_t at = o * s->count * s->inner + i;
            back_line(s->count, s->inner, data[0] + at, data[1] + at, data[2] + at, data[3] + at);
        }
    }
}

odd_status odd_back_l2_norm(odd_maker *m, const odd_step *step)
{
    dnnl_dims_t dims;
    l2_loop *loop;
    odd_status st;
    int v[4], rank = odd_plan_dims(&m->p, step->input[0], dims);
    ODD_TRY(odd_plan_plain(&m->p, step->input[0], &v[0]));
    ODD_TRY(odd_plan_plain(&m->p, step->output, &v[1]));
    ODD_TRY(odd_maker_output_plain(m, step, &v[2]));
    ODD_TRY(odd_plan_value(&m->p, odd_plan_desc(&m->p, v[0]), &v[3]));
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = (l2_loop){1, dims[step->set.axis], 1};
    for (int i = 0; i < rank; i++) {
        if (i < step->set.axis) loop->outer *= dims[i];
        if (i > step->set.axis) loop->inner *= dims[i];
    }
    ODD_TRY(odd_plan_loop(&m->p, run_l2_back, loop, 4, v));
    ODD_TRY(odd_maker_add(m, step->input[0], v[3]));
done:
    return st;
}

/* ---- Softmax ---- */

static odd_status softmax_pd(odd_maker *m, const odd_desc *desc, int axis,
                             dnnl_primitive_desc_t *pd)
{
    odd_primitive primitive = {.kind = dnnl_softmax,
                               .prop = dnnl_forward_training,
                               .alg = dnnl_softmax_accurate,
                               .source = desc,
                               .result = desc,
                               .axis = axis};
    dnnl_primitive_desc_t forward = NULL;
    odd_status st;
    ODD_TRY(odd_plan_pd(&m->p, &primitive, NULL, "softmax", &forward));
    primitive.prop = dnnl_backward_data;
    primitive.data = desc;
    primitive.hint = forward;
    ODD_TRY(odd_plan_pd(&m->p, &primitive, NULL, "gradient of the softmax", pd));
done:
    dnnl_primitive_desc_destroy(forward);
    return st;
}

odd_status odd_back_softmax(odd_maker *m, const odd_step *step)
{
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    odd_argument a[3];
    const odd_desc desc = *odd_plan_desc(&m->p, m->p.holds[step->output]);
    ODD_TRY(softmax_pd(m, &desc, (int)step->set.axis, &pd));
    a[0] = (odd_argument){DNNL_ARG_DST, m->p.holds[step->output]};
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_DIFF_DST, m->gradient[step->output], &a[1]));
    ODD_TRY(odd_maker_result(m, pd, DNNL_ARG_DIFF_SRC, &a[2]));
    ODD_TRY(odd_plan_primitive(&m->p, pd, 3, a, "gradient of the softmax"));
    ODD_TRY(odd_maker_add(m, step->input[0], a[2].value));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}
