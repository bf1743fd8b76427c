/* Backward of products with weights that learn: Gemm and MatMul, by oneDNN's inner product, whose
 * gradients go straight to where the weights lie in the graph, and by its matrix product. */
#include "nn/exec/layers_internal.h"
#include "nn/train/train_internal.h"

/* What one primitive reads or makes: (R, K), (M, K), (R, M). */
typedef struct {
    odd_desc source, weights, result;
} product_sides;

/* Legend: x (R, K) rows times weights (K, M) and a bias (M) are y (R, M). oneDNN calls the weights
 * (M, K). */
typedef struct {
    int x, weights, bias;           /* tensors; bias -1: none */
    product_sides read, made;       /* of the type that products have; float32, as in the graph */
    odd_desc row;                   /* (M) */
    int source_value, result_value; /* x; gradient by y */
    dnnl_primitive_desc_t forward;  /* hint */
} product_back;

static odd_status any_like(const odd_desc *like, dnnl_data_type_t type, odd_desc *desc)
{
    return odd_desc_any(desc, like->ndims, like->dims, type);
}

/* In float32 as all lies, so that nothing is copied; else copies may have any layout too. */
static odd_status read_sides(const odd_maker *m, product_back *b)
{
    odd_status st;
    b->read = b->made;
    if (m->p.products == dnnl_f32) return ODD_OK;
    ODD_TRY(any_like(&b->made.source, m->p.products, &b->read.source));
    ODD_TRY(any_like(&b->made.weights, m->p.products, &b->read.weights));
    ODD_TRY(any_like(&b->made.result, m->p.products, &b->read.result));
done:
    return st;
}

/* Weights as they lie: `turned` if the graph has (M, K). */
static odd_status describe_product(odd_maker *m, product_back *b, bool turned)
{
    odd_status st;
    const int64_t *shape = m->p.graph->tensor[b->weights].shape;
    int64_t inner = shape[turned ? 1 : 0], outer = shape[turned ? 0 : 1];
    const dnnl_dims_t dims = {outer, inner}, strides = {turned ? inner : 1, turned ? 1 : outer};
    int64_t rows = odd_plan_desc(&m->p, b->result_value)->dims[0];
    ODD_TRY(odd_desc_strided(&b->made.weights, 2, dims, dnnl_f32, strides));
    ODD_TRY(odd_desc_plain(&b->made.source, 2, (const dnnl_dims_t){rows, inner}, dnnl_f32));
    ODD_TRY(odd_desc_plain(&b->made.result, 2, (const dnnl_dims_t){rows, outer}, dnnl_f32));
    ODD_TRY(odd_desc_plain(&b->row, 1, (const dnnl_dims_t){outer}, dnnl_f32));
    ODD_TRY(read_sides(m, b));
    const odd_primitive primitive = {.kind = dnnl_inner_product,
                                     .prop = dnnl_forward_training,
                                     .source = &b->read.source,
                                     .weights = &b->read.weights,
                                     .bias = b->bias >= 0 ? &b->row : NULL,
                                     .result = &b->made.result};
    ODD_TRY(odd_plan_pd(&m->p, &primitive, NULL, "product", &b->forward));
done:
    return st;
}

static odd_status back_weights(odd_maker *m, const product_back *b)
{
    const char *what = "gradient by weights";
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    bool has_bias = b->bias >= 0;
    odd_argument a[4] = {{DNNL_ARG_SRC, 0},
                         {DNNL_ARG_DIFF_DST, 0},
                         {DNNL_ARG_DIFF_WEIGHTS, 0},
                         {DNNL_ARG_DIFF_BIAS, 0}};
    const odd_desc *place = &b->made.weights;
    const odd_primitive primitive = {.kind = dnnl_inner_product,
                                     .prop = dnnl_backward_weights,
                                     .source = &b->read.source,
                                     .weights = place,
                                     .bias = has_bias ? &b->row : NULL,
                                     .result = &b->read.result,
                                     .hint = b->forward};
    ODD_TRY(odd_plan_pd(&m->p, &primitive, NULL, what, &pd));
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_SRC, b->source_value, &a[0]));
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_DIFF_DST, b->result_value, &a[1]));
    ODD_TRY(odd_maker_learn_place(m, b->weights, place, place, &a[2].value));
    if (has_bias) ODD_TRY(odd_maker_learn_place(m, b->bias, &b->row, &b->row, &a[3].value));
    ODD_TRY(odd_plan_primitive(&m->p, pd, has_bias ? 4 : 3, a, what));
    ODD_TRY(odd_maker_learn(m, b->weights, place, a[2].value));
    if (has_bias) ODD_TRY(odd_maker_learn(m, b->bias, &b->row, a[3].value));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

/* Gradient by y (R, M) times weights (M, K), which are kept in the order that the kernel likes
 * until they change: oneDNN's backward inner product would pack them for every shard. */
static odd_status input_pd(odd_maker *m, const product_back *b, dnnl_primitive_desc_t *pd)
{
    odd_desc weights;
    odd_status st;
    ODD_TRY(any_like(&b->made.weights, m->p.products, &weights));
    const odd_primitive primitive = {.kind = dnnl_matmul,
                                     .source = &b->read.result,
                                     .weights = &weights,
                                     .result = &b->made.source};
    ODD_TRY(odd_plan_pd(&m->p, &primitive, NULL, "gradient by the input", pd));
done:
    return st;
}

static odd_status back_input(odd_maker *m, const product_back *b)
{
    dnnl_primitive_desc_t pd = NULL;
    dnnl_dims_t dims;
    odd_status st;
    int value, weights, rank = odd_plan_dims(&m->p, b->x, dims);
    odd_argument a[3];
    ODD_TRY(input_pd(m, b, &pd));
    ODD_TRY(odd_plan_alias(&m->p, m->p.holds[b->weights], &b->made.weights, &weights));
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_SRC, b->result_value, &a[0]));
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_WEIGHTS, weights, &a[1]));
    ODD_TRY(odd_maker_result(m, pd, DNNL_ARG_DST, &a[2]));
    ODD_TRY(odd_plan_primitive(&m->p, pd, 3, a, "gradient by the input"));
    ODD_TRY(odd_reshaped(&m->p, a[2].value, rank, dims, &value));
    ODD_TRY(odd_maker_add(m, b->x, value));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

/* Values as a matrix of rows as long as their last dimension. */
static odd_status as_rows(odd_maker *m, int value, int *rows)
{
    const odd_desc *desc = odd_plan_desc(&m->p, value);
    dnnl_dims_t dims = {1, desc->dims[desc->ndims - 1]};
    for (int i = 0; i < desc->ndims - 1; i++)
        dims[0] *= desc->dims[i];
    return odd_reshaped(&m->p, value, 2, dims, rows);
}

static odd_status back_product(odd_maker *m, const odd_step *step, int bias, bool turned)
{
    odd_status st;
    product_back b = {.x = step->input[0], .weights = step->input[1], .bias = bias};
    ODD_TRY(as_rows(m, m->p.holds[b.x], &b.source_value));
    ODD_TRY(as_rows(m, m->gradient[step->output], &b.result_value));
    ODD_TRY(describe_product(m, &b, turned));
    ODD_TRY(back_weights(m, &b));
    if (odd_maker_wants(m, b.x)) ODD_TRY(back_input(m, &b));
done:
    dnnl_primitive_desc_destroy(b.forward);
    return st;
}

odd_status odd_back_gemm(odd_maker *m, const odd_step *step)
{
    const odd_layer_settings *set = &step->set;
    const odd_tensor *weights = &m->p.graph->tensor[step->input[1]];
    int bias = step->inputs > 2 ? step->input[2] : -1;
    if (!weights->data || set->transpose_a || set->alpha != 1)
        return odd_fail(ODD_FORMAT, "only rows times constant weights can be trained");
    int64_t columns = weights->shape[set->transpose_b ? 0 : 1];
    const odd_tensor *c = bias >= 0 ? &m->p.graph->tensor[bias] : NULL;
    if (c && (!c->data || set->beta != 1 || odd_tensor_values(c) != columns ||
              c->shape[c->rank - 1] != columns))
        return odd_fail(ODD_FORMAT, "only a bias of one number a column can be trained");
    return back_product(m, step, bias, set->transpose_b);
}

odd_status odd_back_matmul(odd_maker *m, const odd_step *step)
{
    const odd_tensor *x = &m->p.graph->tensor[step->input[0]];
    const odd_tensor *weights = &m->p.graph->tensor[step->input[1]];
    if (x->rank < 2 || !weights->data || weights->rank != 2)
        return odd_fail(ODD_FORMAT, "only rows times a constant matrix can be trained");
    return back_product(m, step, -1, false);
}
