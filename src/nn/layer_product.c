/* Products: Gemm, and MatMul with a constant matrix, as inner products; MatMul of two tensors. */
#include "nn/layers_internal.h"

/* Legend: (M, K) rows times (K, N) weights are (M, N); oneDNN has the weights as (N, K). */

/* The second factor as (N, K), whichever way it lies. */
static odd_status weights_value(odd_planner *p, int tensor, bool transposed, int *value)
{
    dnnl_memory_desc_t desc;
    odd_status st;
    ODD_TRY(odd_plan_plain(p, tensor, value));
    const dnnl_memory_desc_t *have = odd_plan_desc(p, *value);
    int64_t rows = have->dims[0], columns = have->dims[1];
    const dnnl_dims_t dims = {transposed ? rows : columns, transposed ? columns : rows};
    const dnnl_dims_t strides = {transposed ? columns : 1, transposed ? 1 : columns};
    ODD_TRY(odd_desc_strided(&desc, 2, dims, dnnl_f32, strides));
    ODD_TRY(odd_plan_alias(p, *value, &desc, value));
done:
    return st;
}

typedef struct {
    const odd_step *step; /* its posts go behind */
    int source, weights;  /* values (M, K), (N, K) */
    int bias;             /* value (N), or -1 */
    float scale;          /* of the weights */
} product;

static odd_status product_pd(odd_planner *p, const product *x, odd_fused *fused)
{
    const char *what = "inner product";
    dnnl_inner_product_desc_t op;
    dnnl_memory_desc_t source, weights, result, bias = {0};
    odd_status st;
    const dnnl_memory_desc_t *a = odd_plan_desc(p, x->source), *b = odd_plan_desc(p, x->weights);
    const dnnl_dims_t dims = {a->dims[0], b->dims[0]};
    ODD_TRY(odd_desc_any(&source, 2, a->dims, p->products));
    ODD_TRY(odd_desc_any(&weights, 2, b->dims, p->products));
    ODD_TRY(odd_desc_any(&result, 2, dims, odd_result_type(p, x->step)));
    if (x->bias >= 0) bias = *odd_plan_desc(p, x->bias);
    ODD_TRY(odd_dnnl(
        dnnl_inner_product_forward_desc_init(&op, p->prop, &source, &weights, &bias, &result),
        what));
    ODD_TRY(odd_fused_pd(p, x->step, &op, x->source, what, fused));
done:
    return st;
}

static odd_status add_product(odd_planner *p, const product *x, int *result)
{
    odd_fused fused = {0};
    odd_status st;
    int source, weights;
    ODD_TRY(product_pd(p, x, &fused));
    ODD_TRY(odd_plan_reorder(
        p, x->source, dnnl_primitive_desc_query_md(fused.pd, dnnl_query_src_md, 0), &source));
    ODD_TRY(odd_plan_scaled(p, x->weights,
                            dnnl_primitive_desc_query_md(fused.pd, dnnl_query_weights_md, 0),
                            x->scale, &weights));
    const odd_argument argument[3] = {
        {DNNL_ARG_SRC, source}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_BIAS, x->bias}};
    ODD_TRY(
        odd_fused_add(p, x->step, &fused, x->bias >= 0 ? 3 : 2, argument, "inner product", result));
done:
    dnnl_primitive_desc_destroy(fused.pd);
    return st;
}

/* ---- Gemm ---- */

/* (M, K), turned round where the layer says so. */
static odd_status rows_value(odd_planner *p, const odd_step *step, int *value)
{
    dnnl_memory_desc_t turned;
    const int swap[] = {1, 0};
    odd_status st;
    ODD_TRY(odd_plan_input(p, step->input[0], value));
    if (!step->set.transpose_a) return ODD_OK;
    ODD_TRY(odd_dnnl(dnnl_memory_desc_permute_axes(&turned, odd_plan_desc(p, *value), swap),
                     "transposed layout"));
    ODD_TRY(odd_plan_alias(p, *value, &turned, value));
done:
    return st;
}

/* C with beta in it, as (rows or 1, N or 1). */
static odd_status addend_value(odd_planner *p, const odd_step *step, int *value)
{
    odd_status st;
    ODD_TRY(odd_value_of_rank(p, step->input[2], 2, value));
    ODD_TRY(odd_plan_scaled(p, *value, odd_plan_desc(p, *value), step->set.beta, value));
done:
    return st;
}

/* A row of N is the bias of the primitive; any other C is added to its result. */
static odd_status add_gemm(odd_planner *p, product *x, int addend, int *result)
{
    odd_status st;
    odd_step alone = *x->step;
    int64_t columns = odd_plan_desc(p, x->weights)->dims[0];
    const dnnl_memory_desc_t *c = addend >= 0 ? odd_plan_desc(p, addend) : NULL;
    if (!c) return add_product(p, x, result);
    if (c->dims[0] == 1 && c->dims[1] == columns) {
        ODD_TRY(odd_reshaped(p, addend, 1, (const dnnl_dims_t){columns}, &x->bias));
        return add_product(p, x, result);
    }
    alone.posts = 0;
    x->step = &alone;
    ODD_TRY(add_product(p, x, result));
    ODD_TRY(odd_binary_add(p, dnnl_binary_add, *result, addend, result));
done:
    return st;
}

odd_status odd_plan_gemm(odd_planner *p, const odd_step *step)
{
    odd_status st;
    product x = {.step = step, .bias = -1, .scale = step->set.alpha};
    int addend = -1, result;
    ODD_TRY(rows_value(p, step, &x.source));
    ODD_TRY(weights_value(p, step->input[1], step->set.transpose_b, &x.weights));
    if (step->inputs > 2 && step->input[2] >= 0) ODD_TRY(addend_value(p, step, &addend));
    ODD_TRY(add_gemm(p, &x, addend, &result));
    if (x.step != step) ODD_TRY(odd_posts_add(p, step, result, &result));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}

/* ---- MatMul ---- */

/* All rows of all matrices of the first factor against one matrix. */
static odd_status matmul_by_matrix(odd_planner *p, const odd_step *step, int *result)
{
    odd_status st;
    product x = {.step = step, .bias = -1, .scale = 1};
    dnnl_dims_t dims;
    int rank = odd_plan_dims(p, step->input[0], dims);
    int64_t columns = dims[rank - 1], rows = 1;
    for (int i = 0; i < rank - 1; i++) {
        rows *= dims[i];
    }
    ODD_TRY(odd_plan_input(p, step->input[0], &x.source));
    if (rank != 2) {
        ODD_TRY(odd_plan_plain(p, step->input[0], &x.source));
        ODD_TRY(odd_reshaped(p, x.source, 2, (const dnnl_dims_t){rows, columns}, &x.source));
    }
    ODD_TRY(weights_value(p, step->input[1], false, &x.weights));
    ODD_TRY(add_product(p, &x, result));
done:
    return st;
}

/* A factor with `rank` dimensions: a vector is a row at the left, a column at the right. */
static odd_status factor(odd_planner *p, int tensor, int rank, bool left, int *value)
{
    dnnl_dims_t dims, wide;
    odd_status st;
    int have = odd_plan_dims(p, tensor, dims);
    ODD_TRY(odd_plan_plain(p, tensor, value));
    for (int i = 0; i < rank; i++) {
        wide[i] = i < rank - have ? 1 : dims[i - (rank - have)];
    }
    if (have == 1 && !left) {
        wide[rank - 2] = dims[0];
        wide[rank - 1] = 1;
    }
    ODD_TRY(odd_reshaped(p, *value, rank, wide, value));
done:
    return st;
}

static odd_status in_type(odd_planner *p, int value, dnnl_data_type_t type, int *out)
{
    dnnl_memory_desc_t desc = *odd_plan_desc(p, value);
    desc.data_type = type;
    return odd_plan_reorder(p, value, &desc, out);
}

static odd_status matmul_pd(odd_planner *p, int a, int b, int *result_rank, dnnl_dims_t dims,
                            dnnl_primitive_desc_t *pd)
{
    const dnnl_memory_desc_t *x = odd_plan_desc(p, a), *y = odd_plan_desc(p, b);
    dnnl_memory_desc_t result;
    dnnl_matmul_desc_t op;
    odd_status st;
    int rank = *result_rank = x->ndims;
    for (int i = 0; i < rank - 2; i++) {
        dims[i] = x->dims[i] > y->dims[i] ? x->dims[i] : y->dims[i];
    }
    dims[rank - 2] = x->dims[rank - 2];
    dims[rank - 1] = y->dims[rank - 1];
    ODD_TRY(odd_desc_plain(&result, rank, dims, dnnl_f32));
    ODD_TRY(odd_dnnl(dnnl_matmul_desc_init(&op, x, y, NULL, &result), "matrix product"));
    ODD_TRY(odd_plan_pd(p, &op, NULL, "matrix product", pd));
done:
    return st;
}

static odd_status matmul_of_stacks(odd_planner *p, const odd_step *step, int *result)
{
    dnnl_primitive_desc_t pd = NULL;
    dnnl_dims_t dims;
    odd_status st;
    int a, b, rank_a = p->graph->tensor[step->input[0]].rank;
    int rank_b = p->graph->tensor[step->input[1]].rank, rank = rank_a > rank_b ? rank_a : rank_b;
    if (rank < 2) rank = 2;
    ODD_TRY(factor(p, step->input[0], rank, true, &a));
    ODD_TRY(factor(p, step->input[1], rank, false, &b));
    ODD_TRY(in_type(p, a, p->products, &a));
    ODD_TRY(in_type(p, b, p->products, &b));
    ODD_TRY(matmul_pd(p, a, b, &rank, dims, &pd));
    ODD_TRY(odd_plan_value(p, dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0), result));
    const odd_argument argument[] = {
        {DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, *result}};
    ODD_TRY(odd_plan_primitive(p, pd, 3, argument, "matrix product"));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

odd_status odd_plan_matmul(odd_planner *p, const odd_step *step)
{
    const odd_tensor *b = &p->graph->tensor[step->input[1]];
    dnnl_dims_t dims;
    odd_status st;
    int result, rank = odd_plan_dims(p, step->output, dims);
    bool by_matrix = b->rank == 2 && b->data;
    ODD_TRY(by_matrix ? matmul_by_matrix(p, step, &result) : matmul_of_stacks(p, step, &result));
    if (rank != odd_plan_desc(p, result)->ndims) {
        dnnl_memory_desc_t plain;
        const dnnl_memory_desc_t *made = odd_plan_desc(p, result);
        ODD_TRY(odd_desc_plain(&plain, made->ndims, made->dims, made->data_type));
        ODD_TRY(odd_plan_reorder(p, result, &plain, &result));
        ODD_TRY(odd_reshaped(p, result, rank, dims, &result));
    }
    if (!by_matrix) ODD_TRY(odd_posts_add(p, step, result, &result));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}
