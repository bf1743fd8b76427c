/* Backward of convolutions and their transposes: by the weights and the bias, then by the input.
 * The primitives choose all layouts; values are reordered to them. */
#include "nn/exec/layers_internal.h"
#include "nn/train/train_internal.h"

/* What one primitive reads or makes, layouts free. */
typedef struct {
    odd_desc source, weights, result;
} conv_sides;

/* A convolution at work. */
typedef struct {
    const odd_step *step;
    odd_window w;
    conv_sides read, made; /* of the type that products have; float32 */
    odd_desc bias;
    odd_desc place; /* of the weights in the graph */
    bool has_bias, transpose;
    dnnl_primitive_desc_t forward; /* hint */
} conv_back;

static odd_status maps_of(odd_maker *m, const odd_step *step, int tensor, dnnl_data_type_t type,
                          odd_desc *desc)
{
    dnnl_dims_t dims;
    int rank = odd_plan_dims(&m->p, tensor, dims);
    return odd_desc_tagged(desc, rank, dims, type, odd_conv_layout(&m->p, step));
}

/* The primitive of one way, without its layouts. */
static odd_primitive primitive_of(const conv_back *c, dnnl_prop_kind_t prop)
{
    return (odd_primitive){.kind = c->transpose ? dnnl_deconvolution : dnnl_convolution,
                           .prop = prop,
                           .alg =
                               c->transpose ? dnnl_deconvolution_direct : dnnl_convolution_direct,
                           .window = &c->w,
                           .hint = c->forward};
}

static odd_status forward_pd(const odd_maker *m, conv_back *c)
{
    odd_primitive p = primitive_of(c, dnnl_forward_training);
    p.source = &c->read.source;
    p.weights = &c->read.weights;
    p.bias = c->has_bias ? &c->bias : NULL;
    p.result = &c->made.result;
    return odd_plan_pd(&m->p, &p, NULL, "convolution", &c->forward);
}

/* In float32: oneDNN 2.6 turns maps of bfloat16 round for it, which takes longer than the products.
 */
static odd_status weights_pd(const odd_maker *m, const conv_back *c, dnnl_primitive_desc_t *pd)
{
    odd_primitive p = primitive_of(c, dnnl_backward_weights);
    p.source = &c->made.source;
    p.weights = &c->made.weights;
    p.bias = c->has_bias ? &c->bias : NULL;
    p.result = &c->made.result;
    return odd_plan_pd(&m->p, &p, NULL, "gradient by weights", pd);
}

static odd_status input_pd(const odd_maker *m, const conv_back *c, dnnl_primitive_desc_t *pd)
{
    odd_primitive p = primitive_of(c, dnnl_backward_data);
    p.source = &c->made.source;
    p.weights = &c->read.weights;
    p.result = &c->read.result;
    return odd_plan_pd(&m->p, &p, NULL, "gradient by the input", pd);
}

static odd_status sides_of(odd_maker *m, const conv_back *c, dnnl_data_type_t type, conv_sides *out)
{
    odd_status st;
    ODD_TRY(maps_of(m, c->step, c->step->input[0], type, &out->source));
    ODD_TRY(odd_desc_any(&out->weights, c->place.ndims, c->place.dims, type));
    ODD_TRY(maps_of(m, c->step, c->step->output, type, &out->result));
done:
    return st;
}

static odd_status describe_conv(odd_maker *m, const odd_step *step, conv_back *c)
{
    odd_status st;
    *c = (conv_back){.step = step,
                     .w = odd_conv_window_of(step),
                     .has_bias = step->inputs > 2 && step->input[2] >= 0,
                     .transpose = step->kind == ODD_LAYER_CONV_TRANSPOSE};
    ODD_TRY(odd_conv_weights(&m->p, step, &c->place));
    ODD_TRY(sides_of(m, c, odd_conv_type(&m->p, step), &c->read));
    ODD_TRY(sides_of(m, c, dnnl_f32, &c->made));
    if (c->has_bias)
        ODD_TRY(odd_desc_plain(&c->bias, 1, (const dnnl_dims_t){c->made.result.dims[1]}, dnnl_f32));
    ODD_TRY(forward_pd(m, c));
done:
    return st;
}

/* True if oneDNN has nothing better for it than products of matrices. */
static bool has_no_kernel(const_dnnl_primitive_desc_t pd)
{
    return odd_pd_is_named(pd, "gemm") || odd_pd_is_slow(pd);
}

static odd_status back_weights(odd_maker *m, const conv_back *c)
{
    odd_status st;
    dnnl_primitive_desc_t pd = NULL;
    const int *input = c->step->input;
    odd_argument a[4] = {{DNNL_ARG_SRC, 0},
                         {DNNL_ARG_DIFF_DST, 0},
                         {DNNL_ARG_DIFF_WEIGHTS, 0},
                         {DNNL_ARG_DIFF_BIAS, 0}};
    ODD_TRY(weights_pd(m, c, &pd));
    if (has_no_kernel(pd) && odd_depthwise_suits(m, c->step, &c->place)) {
        st = odd_back_depthwise(m, c->step, &c->w, &c->place);
        goto done;
    }
    const odd_desc weights = odd_pd_desc(pd, dnnl_query_diff_weights_md, 0);
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_SRC, m->p.holds[input[0]], &a[0]));
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_DIFF_DST, m->gradient[c->step->output], &a[1]));
    ODD_TRY(odd_maker_learn_place(m, input[1], &c->place, &weights, &a[2].value));
    if (c->has_bias) ODD_TRY(odd_maker_learn_place(m, input[2], &c->bias, &c->bias, &a[3].value));
    ODD_TRY(odd_plan_primitive(&m->p, pd, c->has_bias ? 4 : 3, a, "gradient by weights"));
    ODD_TRY(odd_maker_learn(m, input[1], &c->place, a[2].value));
    if (c->has_bias) ODD_TRY(odd_maker_learn(m, input[2], &c->bias, a[3].value));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

static odd_status back_input(odd_maker *m, const conv_back *c)
{
    odd_status st;
    dnnl_primitive_desc_t pd = NULL;
    odd_argument a[3];
    int weights;
    ODD_TRY(input_pd(m, c, &pd));
    ODD_TRY(odd_plan_alias(&m->p, m->p.holds[c->step->input[1]], &c->place, &weights));
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_WEIGHTS, weights, &a[0]));
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_DIFF_DST, m->gradient[c->step->output], &a[1]));
    ODD_TRY(odd_maker_result(m, pd, DNNL_ARG_DIFF_SRC, &a[2]));
    ODD_TRY(odd_plan_primitive(&m->p, pd, 3, a, "gradient by the input"));
    ODD_TRY(odd_maker_add(m, c->step->input[0], a[2].value));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

odd_status odd_back_conv(odd_maker *m, const odd_step *step)
{
    odd_status st;
    conv_back c;
    ODD_TRY(describe_conv(m, step, &c));
    ODD_TRY(back_weights(m, &c));
    if (odd_maker_wants(m, step->input[0])) ODD_TRY(back_input(m, &c));
done:
    dnnl_primitive_desc_destroy(c.forward);
    return st;
}
