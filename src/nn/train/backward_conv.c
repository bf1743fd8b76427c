/* Backward of convolutions and their transposes: by the weights and the bias, then by the input.
 * The primitives choose all layouts; values are reordered to them. */
#include "nn/exec/layers_internal.h"
#include "nn/train/train_internal.h"

/* Any of the descriptors of a convolution; oneDNN knows a transpose by its own. */
typedef union {
    dnnl_convolution_desc_t conv;
    dnnl_deconvolution_desc_t transpose;
} conv_op;

/* What one primitive reads or makes, layouts free. */
typedef struct {
    dnnl_memory_desc_t source, weights, result;
} conv_sides;

/* A convolution at work. */
typedef struct {
    const odd_step *step;
    odd_conv_window w;
    conv_sides read, made; /* of the type that products have; float32 */
    dnnl_memory_desc_t bias;
    dnnl_memory_desc_t place; /* of the weights in the graph */
    bool has_bias, transpose;
    dnnl_primitive_desc_t forward; /* hint */
} conv_back;

static odd_status any_of(odd_maker *m, int tensor, dnnl_data_type_t type, dnnl_memory_desc_t *desc)
{
    dnnl_dims_t dims;
    int rank = odd_plan_dims(&m->p, tensor, dims);
    return odd_desc_any(desc, rank, dims, type);
}

static odd_status forward_op(const conv_back *c, conv_op *op)
{
    const odd_conv_window *w = &c->w;
    const dnnl_memory_desc_t *bias = c->has_bias ? &c->bias : NULL;
    dnnl_status_t status =
        c->transpose
            ? dnnl_dilated_deconvolution_forward_desc_init(
                  &op->transpose, dnnl_forward_training, dnnl_deconvolution_direct, &c->read.source,
                  &c->read.weights, bias, &c->made.result, w->stride, w->gap, w->before, w->after)
            : dnnl_dilated_convolution_forward_desc_init(
                  &op->conv, dnnl_forward_training, dnnl_convolution_direct, &c->read.source,
                  &c->read.weights, bias, &c->made.result, w->stride, w->gap, w->before, w->after);
    return odd_dnnl(status, "convolution");
}

/* In float32: oneDNN 2.6 turns maps of bfloat16 round for it, which takes longer than the products.
 */
static odd_status weights_op(const conv_back *c, conv_op *op)
{
    const odd_conv_window *w = &c->w;
    const dnnl_memory_desc_t *bias = c->has_bias ? &c->bias : NULL;
    dnnl_status_t status =
        c->transpose
            ? dnnl_dilated_deconvolution_backward_weights_desc_init(
                  &op->transpose, dnnl_deconvolution_direct, &c->made.source, &c->made.weights,
                  bias, &c->made.result, w->stride, w->gap, w->before, w->after)
            : dnnl_dilated_convolution_backward_weights_desc_init(
                  &op->conv, dnnl_convolution_direct, &c->made.source, &c->made.weights, bias,
                  &c->made.result, w->stride, w->gap, w->before, w->after);
    return odd_dnnl(status, "gradient by weights");
}

static odd_status input_op(const conv_back *c, conv_op *op)
{
    const odd_conv_window *w = &c->w;
    dnnl_status_t status =
        c->transpose
            ? dnnl_dilated_deconvolution_backward_data_desc_init(
                  &op->transpose, dnnl_deconvolution_direct, &c->made.source, &c->read.weights,
                  &c->read.result, w->stride, w->gap, w->before, w->after)
            : dnnl_dilated_convolution_backward_data_desc_init(
                  &op->conv, dnnl_convolution_direct, &c->made.source, &c->read.weights,
                  &c->read.result, w->stride, w->gap, w->before, w->after);
    return odd_dnnl(status, "gradient by the input");
}

static odd_status sides_of(odd_maker *m, const conv_back *c, dnnl_data_type_t type, conv_sides *out)
{
    odd_status st;
    ODD_TRY(any_of(m, c->step->input[0], type, &out->source));
    ODD_TRY(odd_desc_any(&out->weights, c->place.ndims, c->place.dims, type));
    ODD_TRY(any_of(m, c->step->output, type, &out->result));
done:
    return st;
}

static odd_status describe(odd_maker *m, const odd_step *step, conv_back *c)
{
    odd_status st;
    conv_op op;
    *c = (conv_back){.step = step,
                     .w = odd_conv_window_of(step),
                     .has_bias = step->inputs > 2 && step->input[2] >= 0,
                     .transpose = step->kind == ODD_LAYER_CONV_TRANSPOSE};
    ODD_TRY(odd_conv_weights(&m->p, step, &c->place));
    ODD_TRY(sides_of(m, c, odd_conv_type(&m->p, step), &c->read));
    ODD_TRY(sides_of(m, c, dnnl_f32, &c->made));
    if (c->has_bias)
        ODD_TRY(odd_desc_plain(&c->bias, 1, (const dnnl_dims_t){c->made.result.dims[1]}, dnnl_f32));
    ODD_TRY(forward_op(c, &op));
    ODD_TRY(odd_maker_pd(m, &op, NULL, "convolution", &c->forward));
done:
    return st;
}

static odd_status back_weights(odd_maker *m, const conv_back *c)
{
    odd_status st;
    conv_op op;
    dnnl_primitive_desc_t pd = NULL;
    const int *input = c->step->input;
    odd_argument a[4] = {{DNNL_ARG_SRC, 0},
                         {DNNL_ARG_DIFF_DST, 0},
                         {DNNL_ARG_DIFF_WEIGHTS, 0},
                         {DNNL_ARG_DIFF_BIAS, 0}};
    ODD_TRY(weights_op(c, &op));
    ODD_TRY(odd_maker_pd(m, &op, c->forward, "gradient by weights", &pd));
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_SRC, m->p.holds[input[0]], &a[0]));
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_DIFF_DST, m->gradient[c->step->output], &a[1]));
    ODD_TRY(odd_maker_learn_place(m, input[1], &c->place,
                                  dnnl_primitive_desc_query_md(pd, dnnl_query_diff_weights_md, 0),
                                  &a[2].value));
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
    conv_op op;
    dnnl_primitive_desc_t pd = NULL;
    odd_argument a[3];
    int weights;
    ODD_TRY(input_op(c, &op));
    ODD_TRY(odd_maker_pd(m, &op, c->forward, "gradient by the input", &pd));
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
    ODD_TRY(describe(m, step, &c));
    ODD_TRY(back_weights(m, &c));
    if (odd_maker_wants(m, step->input[0])) ODD_TRY(back_input(m, &c));
done:
    dnnl_primitive_desc_destroy(c.forward);
    return st;
}
