/* Convolution and its transpose; letters as in graph.h, with G groups, O outputs, I inputs. */
#include "nn/exec/layers_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <string.h>

static odd_status weights_value(odd_planner *p, const odd_step *step, int *value)
{
    odd_desc desc;
    odd_status st;
    ODD_TRY(odd_conv_weights(p, step, &desc));
    ODD_TRY(odd_plan_plain(p, step->input[1], value));
    ODD_TRY(odd_plan_alias(p, *value, &desc, value));
done:
    return st;
}

typedef struct {
    odd_desc source, weights, bias, result;
    bool has_bias;
} conv_shapes;

static odd_status any_like(odd_planner *p, int value, dnnl_data_type_t type, odd_desc *desc)
{
    const odd_desc *have = odd_plan_desc(p, value);
    return odd_desc_any(desc, have->ndims, have->dims, type);
}

static odd_status maps_of(odd_planner *p, const odd_step *step, int tensor, dnnl_data_type_t type,
                          odd_desc *desc)
{
    dnnl_dims_t dims;
    int rank = odd_plan_dims(p, tensor, dims);
    return odd_desc_tagged(desc, rank, dims, type, odd_conv_layout(p, step));
}

static odd_status any_of(odd_planner *p, int tensor, dnnl_data_type_t type, odd_desc *desc)
{
    dnnl_dims_t dims;
    int rank = odd_plan_dims(p, tensor, dims);
    return odd_desc_any(desc, rank, dims, type);
}

static odd_status conv_descs(odd_planner *p, const odd_step *step, int source, int weights,
                             conv_shapes *s)
{
    odd_status st;
    dnnl_data_type_t type = odd_conv_type(p, step);
    s->has_bias = step->inputs > 2 && step->input[2] >= 0;
    ODD_TRY(odd_conv_layout(p, step) == dnnl_format_tag_any
                ? any_like(p, source, type, &s->source)
                : maps_of(p, step, step->input[0], type, &s->source));
    ODD_TRY(any_like(p, weights, type, &s->weights));
    ODD_TRY(maps_of(p, step, step->output, odd_result_type(p, step), &s->result));
    if (s->has_bias) ODD_TRY(any_of(p, step->input[2], dnnl_f32, &s->bias));
done:
    return st;
}

static odd_primitive conv_primitive(const odd_planner *p, const conv_shapes *s, const odd_window *w)
{
    return (odd_primitive){.kind = dnnl_convolution,
                           .prop = p->prop,
                           .alg = dnnl_convolution_direct,
                           .source = &s->source,
                           .weights = &s->weights,
                           .bias = s->has_bias ? &s->bias : NULL,
                           .result = &s->result,
                           .window = w};
}

/* Values in the layouts that the primitive chose, then the primitive. */
static odd_status add_conv(odd_planner *p, const odd_step *step, const odd_fused *fused, int source,
                           int weights, bool has_bias, const char *what)
{
    int bias, result, arguments = 2;
    odd_status st;
    const odd_desc x = odd_pd_desc(fused->pd, dnnl_query_src_md, 0);
    const odd_desc w = odd_pd_desc(fused->pd, dnnl_query_weights_md, 0);
    ODD_TRY(odd_plan_reorder(p, source, &x, &source));
    ODD_TRY(odd_plan_reorder(p, weights, &w, &weights));
    odd_argument argument[3] = {{DNNL_ARG_SRC, source}, {DNNL_ARG_WEIGHTS, weights}};
    if (has_bias) {
        ODD_TRY(odd_plan_plain(p, step->input[2], &bias));
        argument[arguments++] = (odd_argument){DNNL_ARG_BIAS, bias};
    }
    ODD_TRY(odd_fused_add(p, step, fused, arguments, argument, what, &result));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}

/* ---- Several filters for each channel alone ---- */

/* x (pixels, channels) with each channel `times` times in a row. */
typedef struct {
    int64_t pixels, channels, times;
} repeat_loop;

ODD_SIMD(static, void, repeat_channels, (int64_t channels, int64_t times, const float *x, float *y),
         (channels, times, x, y))
{
    if (times == 2) /* the usual case, in a loop of its own for the compiler */
        for (int64_t c = 0; c < channels; c++)
            y[2 * c] = y[2 * c + 1] = x[c];
    else
        for (int64_t c = 0; c < channels; c++)
            for (int64_t t = 0; t < times; t++)
                y[c * times + t] = x[c];
}

static void run_repeat(const void *settings, float *const data[])
{
    const repeat_loop *s = settings;
#pragma omp parallel for default(none) shared(s, data)
    for (int64_t i = 0; i < s->pixels; i++)
        repeat_channels(s->channels, s->times, data[0] + i * s->channels,
                        data[1] + i * s->channels * s->times);
}

static odd_status add_repeated(odd_planner *p, int64_t times, int *value)
{
    dnnl_dims_t dims;
    odd_desc desc;
    repeat_loop *loop;
    odd_status st;
    int from;
    memcpy(dims, odd_plan_desc(p, *value)->dims, sizeof dims);
    ODD_TRY(odd_desc_tagged(&desc, 4, dims, dnnl_f32, dnnl_nhwc));
    ODD_TRY(odd_plan_reorder(p, *value, &desc, &from));
    dims[1] *= times;
    ODD_TRY(odd_desc_tagged(&desc, 4, dims, dnnl_f32, dnnl_nhwc));
    ODD_TRY(odd_plan_value(p, &desc, value));
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = (repeat_loop){dims[0] * dims[2] * dims[3], dims[1] / times, times};
    ODD_TRY(odd_plan_loop(p, run_repeat, loop, 2, (const int[]){from, *value}));
done:
    return st;
}

/* oneDNN has quick code for one filter a channel, and for several only products of one row: each
 * channel is put there once for every filter. The source and weights of that; the same where it
 * does not apply. Learning has its own way back, so it keeps the layer as it is. */
static odd_status conv_values(odd_planner *p, const odd_step *step, int *source, int *weights)
{
    odd_step alone = *step;
    const int64_t outputs = p->graph->tensor[step->input[1]].shape[0];
    odd_status st;
    ODD_TRY(odd_plan_input(p, step->input[0], source));
    if (p->prop == dnnl_forward_inference && odd_step_is_depthwise(p->graph, step) &&
        outputs > step->set.group) {
        ODD_TRY(add_repeated(p, outputs / step->set.group, source));
        alone.set.group = outputs;
    }
    ODD_TRY(weights_value(p, &alone, weights));
done:
    return st;
}

/* ---- Maps of one pixel ---- */

/* oneDNN takes image by image, and each weight anew for each of them: N images of one pixel are as
 * well one image that is N wide. Activations may stand behind it, other tensors not. */
static bool is_one_pixel(const odd_planner *p, const odd_step *step)
{
    const odd_layer_settings *set = &step->set;
    const odd_tensor *t = p->graph->tensor;
    const int64_t *x = t[step->input[0]].shape, *w = t[step->input[1]].shape;
    const int64_t *y = t[step->output].shape;
    bool is = p->prop == dnnl_forward_inference && p->plan->n > 1 && set->group == 1 &&
              x[2] * x[3] == 1 && y[2] * y[3] == 1 && w[2] * w[3] == 1;
    for (int i = 0; i < step->posts; i++)
        is = is && !step->post[i].binary;
    return is;
}

/* (1, C, 1, N), channels innermost. */
static odd_status wide_desc(const odd_planner *p, int tensor, dnnl_data_type_t type, odd_desc *desc)
{
    dnnl_dims_t dims;
    odd_plan_dims(p, tensor, dims);
    const dnnl_dims_t wide = {1, dims[1], 1, dims[0]};
    return odd_desc_tagged(desc, 4, wide, type, dnnl_nhwc);
}

static odd_status wide_source(odd_planner *p, const odd_step *step, const odd_desc *desc,
                              int *value)
{
    dnnl_dims_t dims;
    odd_desc rows;
    odd_status st;
    const int rank = odd_plan_dims(p, step->input[0], dims);
    ODD_TRY(odd_desc_plain(&rows, rank, dims, desc->data_type));
    ODD_TRY(odd_plan_input(p, step->input[0], value));
    ODD_TRY(odd_plan_reorder(p, *value, &rows, value));
    ODD_TRY(odd_plan_alias(p, *value, desc, value));
done:
    return st;
}

/* What was made as (1, O, 1, N) is the step's output. */
static odd_status bind_wide(odd_planner *p, const odd_step *step, int value)
{
    dnnl_dims_t dims;
    odd_desc rows;
    odd_status st;
    const int rank = odd_plan_dims(p, step->output, dims);
    ODD_TRY(odd_desc_plain(&rows, rank, dims, odd_plan_desc(p, value)->data_type));
    ODD_TRY(odd_plan_alias(p, value, &rows, &value));
    odd_plan_bind(p, step->output, value);
done:
    return st;
}

static odd_status plan_kernel(odd_planner *p, const odd_step *step, const conv_shapes *s,
                              const odd_window *w, int source, int weights)
{
    const char *what = "convolution";
    const odd_primitive primitive = conv_primitive(p, s, w);
    odd_fused fused = {0};
    odd_status st;
    ODD_TRY(odd_fused_pd(p, step, &primitive, source, what, &fused));
    ODD_TRY(add_conv(p, step, &fused, source, weights, s->has_bias, what));
done:
    dnnl_primitive_desc_destroy(fused.pd);
    return st;
}

static odd_status plan_one_pixel(odd_planner *p, const odd_step *step)
{
    conv_shapes s;
    odd_status st;
    int source, weights;
    odd_desc wide;
    const odd_window w = {.stride = {1, 1}};
    ODD_TRY(weights_value(p, step, &weights));
    ODD_TRY(wide_desc(p, step->input[0], odd_conv_type(p, step), &wide));
    ODD_TRY(wide_source(p, step, &wide, &source));
    ODD_TRY(conv_descs(p, step, source, weights, &s));
    s.source = wide;
    ODD_TRY(wide_desc(p, step->output, odd_result_type(p, step), &s.result));
    ODD_TRY(plan_kernel(p, step, &s, &w, source, weights));
    ODD_TRY(bind_wide(p, step, p->holds[step->output]));
done:
    return st;
}

odd_status odd_plan_conv(odd_planner *p, const odd_step *step)
{
    conv_shapes s;
    odd_status st;
    int source, weights;
    bool planned;
    odd_window w = odd_conv_window_of(step);
    if (is_one_pixel(p, step)) return plan_one_pixel(p, step);
    ODD_TRY(conv_values(p, step, &source, &weights));
    ODD_TRY(odd_plan_winograd(p, step, source, weights, &planned));
    if (planned) return ODD_OK;
    ODD_TRY(conv_descs(p, step, source, weights, &s));
    ODD_TRY(plan_kernel(p, step, &s, &w, source, weights));
done:
    return st;
}

odd_status odd_plan_conv_transpose(odd_planner *p, const odd_step *step)
{
    const char *what = "transposed convolution";
    odd_fused fused = {0};
    conv_shapes s;
    odd_status st;
    int source, weights;
    odd_window w = odd_conv_window_of(step);
    ODD_TRY(odd_plan_input(p, step->input[0], &source));
    ODD_TRY(weights_value(p, step, &weights));
    ODD_TRY(conv_descs(p, step, source, weights, &s));
    const odd_primitive primitive = {.kind = dnnl_deconvolution,
                                     .prop = p->prop,
                                     .alg = dnnl_deconvolution_direct,
                                     .source = &s.source,
                                     .weights = &s.weights,
                                     .bias = s.has_bias ? &s.bias : NULL,
                                     .result = &s.result,
                                     .window = &w};
    ODD_TRY(odd_fused_pd(p, step, &primitive, source, what, &fused));
    ODD_TRY(add_conv(p, step, &fused, source, weights, s.has_bias, what));
done:
    dnnl_primitive_desc_destroy(fused.pd);
    return st;
}
