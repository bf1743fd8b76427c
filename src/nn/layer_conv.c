/* Convolution and its transpose; letters as in graph.h, with G groups, O outputs, I inputs. */
#include "nn/layers_internal.h"

odd_conv_window odd_conv_window_of(const odd_step *step)
{
    const odd_layer_settings *set = &step->set;
    odd_conv_window w;
    for (int i = 0; i < 2; i++) {
        w.stride[i] = set->stride[i];
        w.gap[i] = set->dilation[i] - 1;
        w.before[i] = set->pad[i];
        w.after[i] = set->pad[2 + i];
        if (step->kind == ODD_LAYER_CONV_TRANSPOSE) w.after[i] -= set->output_pad[i];
    }
    return w;
}

/* (O, I / G, rows, columns) of the graph as ((G,) O / G, I / G, rows, columns); the transpose has
 * (I, O / G, rows, columns) in the graph. */
static int weight_shape(const odd_tensor *t, int64_t groups, bool transpose, dnnl_dims_t dims,
                        dnnl_dims_t strides)
{
    int64_t area = t->shape[2] * t->shape[3], inner = t->shape[1], outer = t->shape[0] / groups;
    int at = 0;
    if (groups > 1) {
        dims[at] = groups;
        strides[at++] = outer * inner * area;
    }
    dims[at] = transpose ? inner : outer;
    strides[at++] = transpose ? area : inner * area;
    dims[at] = transpose ? outer : inner;
    strides[at++] = transpose ? inner * area : area;
    dims[at] = t->shape[2];
    strides[at++] = t->shape[3];
    dims[at] = t->shape[3];
    strides[at++] = 1;
    return at;
}

odd_status odd_conv_weights(const odd_planner *p, const odd_step *step, dnnl_memory_desc_t *desc)
{
    dnnl_dims_t dims, strides;
    int rank = weight_shape(&p->graph->tensor[step->input[1]], step->set.group,
                            step->kind == ODD_LAYER_CONV_TRANSPOSE, dims, strides);
    return odd_desc_strided(desc, rank, dims, dnnl_f32, strides);
}

static odd_status weights_value(odd_planner *p, const odd_step *step, int *value)
{
    dnnl_memory_desc_t desc;
    odd_status st;
    ODD_TRY(odd_conv_weights(p, step, &desc));
    ODD_TRY(odd_plan_plain(p, step->input[1], value));
    ODD_TRY(odd_plan_alias(p, *value, &desc, value));
done:
    return st;
}

dnnl_data_type_t odd_conv_type(const odd_planner *p, const odd_step *step)
{
    return odd_step_is_depthwise(p->graph, step) ? dnnl_f32 : p->products;
}

typedef struct {
    dnnl_memory_desc_t source, weights, bias, result;
    bool has_bias;
} conv_shapes;

static odd_status any_of(odd_planner *p, int tensor, dnnl_data_type_t type,
                         dnnl_memory_desc_t *desc)
{
    dnnl_dims_t dims;
    int rank = odd_plan_dims(p, tensor, dims);
    return odd_desc_any(desc, rank, dims, type);
}

static odd_status conv_descs(odd_planner *p, const odd_step *step, int weights, conv_shapes *s)
{
    const dnnl_memory_desc_t *w = odd_plan_desc(p, weights);
    odd_status st;
    dnnl_data_type_t type = odd_conv_type(p, step);
    s->has_bias = step->inputs > 2 && step->input[2] >= 0;
    s->bias = (dnnl_memory_desc_t){0};
    ODD_TRY(any_of(p, step->input[0], type, &s->source));
    ODD_TRY(odd_desc_any(&s->weights, w->ndims, w->dims, type));
    ODD_TRY(any_of(p, step->output, odd_result_type(p, step), &s->result));
    if (s->has_bias) ODD_TRY(any_of(p, step->input[2], dnnl_f32, &s->bias));
done:
    return st;
}

/* Values in the layouts that the primitive chose, then the primitive. */
static odd_status add_conv(odd_planner *p, const odd_step *step, const odd_fused *fused, int source,
                           int weights, bool has_bias, const char *what)
{
    int bias, result, arguments = 2;
    odd_status st;
    ODD_TRY(odd_plan_reorder(
        p, source, dnnl_primitive_desc_query_md(fused->pd, dnnl_query_src_md, 0), &source));
    ODD_TRY(odd_plan_reorder(
        p, weights, dnnl_primitive_desc_query_md(fused->pd, dnnl_query_weights_md, 0), &weights));
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

odd_status odd_plan_conv(odd_planner *p, const odd_step *step)
{
    const char *what = "convolution";
    odd_fused fused = {0};
    conv_shapes s;
    dnnl_convolution_desc_t op;
    odd_status st;
    int source, weights;
    bool planned;
    odd_conv_window w = odd_conv_window_of(step);
    ODD_TRY(odd_plan_input(p, step->input[0], &source));
    ODD_TRY(weights_value(p, step, &weights));
    ODD_TRY(odd_plan_winograd(p, step, source, weights, &planned));
    if (planned) return ODD_OK;
    ODD_TRY(conv_descs(p, step, weights, &s));
    ODD_TRY(odd_dnnl(dnnl_dilated_convolution_forward_desc_init(
                         &op, p->prop, dnnl_convolution_direct, &s.source, &s.weights, &s.bias,
                         &s.result, w.stride, w.gap, w.before, w.after),
                     what));
    ODD_TRY(odd_fused_pd(p, step, &op, source, what, &fused));
    ODD_TRY(add_conv(p, step, &fused, source, weights, s.has_bias, what));
done:
    dnnl_primitive_desc_destroy(fused.pd);
    return st;
}

odd_status odd_plan_conv_transpose(odd_planner *p, const odd_step *step)
{
    const char *what = "transposed convolution";
    odd_fused fused = {0};
    conv_shapes s;
    dnnl_deconvolution_desc_t op;
    odd_status st;
    int source, weights;
    odd_conv_window w = odd_conv_window_of(step);
    ODD_TRY(odd_plan_input(p, step->input[0], &source));
    ODD_TRY(weights_value(p, step, &weights));
    ODD_TRY(conv_descs(p, step, weights, &s));
    ODD_TRY(odd_dnnl(dnnl_dilated_deconvolution_forward_desc_init(
                         &op, p->prop, dnnl_deconvolution_direct, &s.source, &s.weights, &s.bias,
                         &s.result, w.stride, w.gap, w.before, w.after),
                     what));
    ODD_TRY(odd_fused_pd(p, step, &op, source, what, &fused));
    ODD_TRY(add_conv(p, step, &fused, source, weights, s.has_bias, what));
done:
    dnnl_primitive_desc_destroy(fused.pd);
    return st;
}
