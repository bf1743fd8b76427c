/* Products of matrices: Gemm and MatMul, both by oneDNN's matrix product.
 *
 * Its inner product is as fast and no faster, but cuts long sums by the number of threads; this one
 * gives the same bits on any number (measured with AVX-512, 1 to 4 threads, 1 to 256 rows). */
#include "nn/exec/layers_internal.h"

/* Legend: (..., M, K) rows times (..., K, N) weights are (..., M, N). */
typedef struct {
    const odd_step *step; /* its posts go behind */
    int source, weights;  /* values of one rank */
    int bias;             /* value (1, ..., N), or -1 */
    float scale;          /* of the weights */
} product;

/* The shape of the result: matrices broadcast over the dimensions before them. */
static int result_dims(const odd_planner *p, const product *x, dnnl_dims_t dims)
{
    const odd_desc *a = odd_plan_desc(p, x->source), *b = odd_plan_desc(p, x->weights);
    int rank = a->ndims;
    for (int i = 0; i < rank - 2; i++) {
        dims[i] = a->dims[i] > b->dims[i] ? a->dims[i] : b->dims[i];
    }
    dims[rank - 2] = a->dims[rank - 2];
    dims[rank - 1] = b->dims[rank - 1];
    return rank;
}

/* Constant weights take any layout, and those that learn, which are copied once a step for all its
 * shards; computed ones would pay for it in each run, unless they are copied to another type
 * anyway. */
static odd_status weights_desc(const odd_planner *p, int weights, odd_desc *desc)
{
    const odd_desc *b = odd_plan_desc(p, weights);
    const odd_home home = p->plan->value[weights].home;
    bool any = home == ODD_HOME_CONSTANT || home == ODD_HOME_VARIABLE || p->products != dnnl_f32;
    return any ? odd_desc_any(desc, b->ndims, b->dims, p->products)
               : odd_desc_plain(desc, b->ndims, b->dims, p->products);
}

static odd_status product_pd(odd_planner *p, const product *x, odd_fused *fused)
{
    const char *what = "matrix product";
    dnnl_dims_t dims;
    odd_desc source, weights, result;
    odd_status st;
    int rank = result_dims(p, x, dims);
    ODD_TRY(odd_desc_plain(&source, rank, odd_plan_desc(p, x->source)->dims, p->products));
    ODD_TRY(weights_desc(p, x->weights, &weights));
    ODD_TRY(odd_desc_plain(&result, rank, dims, odd_result_type(p, x->step)));
    const odd_desc bias = x->bias >= 0 ? *odd_plan_desc(p, x->bias) : (odd_desc){0};
    const odd_primitive primitive = {.kind = dnnl_matmul,
                                     .source = &source,
                                     .weights = &weights,
                                     .bias = x->bias >= 0 ? &bias : NULL,
                                     .result = &result};
    ODD_TRY(odd_fused_pd(p, x->step, &primitive, x->source, what, fused));
done:
    return st;
}

static odd_status add_product(odd_planner *p, const product *x, int *result)
{
    odd_fused fused = {0};
    odd_status st;
    int source, weights;
    ODD_TRY(product_pd(p, x, &fused));
    const odd_desc a = odd_pd_desc(fused.pd, dnnl_query_src_md, 0);
    const odd_desc b = odd_pd_desc(fused.pd, dnnl_query_weights_md, 0);
    ODD_TRY(odd_plan_reorder(p, x->source, &a, &source));
    ODD_TRY(odd_plan_scaled(p, x->weights, &b, x->scale, &weights));
    const odd_argument argument[3] = {
        {DNNL_ARG_SRC, source}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_BIAS, x->bias}};
    ODD_TRY(odd_fused_add(p, x->step, &fused, x->bias >= 0 ? 3 : 2, argument, "matrix product",
                          result));
done:
    dnnl_primitive_desc_destroy(fused.pd);
    return st;
}

/* ---- Gemm ---- */

/* A matrix as it lies, or turned round. */
static odd_status matrix_value(odd_planner *p, int tensor, bool turn, int *value)
{
    odd_desc turned;
    const int swap[] = {1, 0};
    odd_status st;
    ODD_TRY(odd_plan_input(p, tensor, value));
    if (!turn) return ODD_OK;
    ODD_TRY(odd_desc_turned(&turned, odd_plan_desc(p, *value), swap));
    ODD_TRY(odd_plan_alias(p, *value, &turned, value));
done:
    return st;
}

/* C with beta in it, as (M or 1, N or 1). */
static odd_status addend_value(odd_planner *p, const odd_step *step, int *value)
{
    odd_status st;
    ODD_TRY(odd_value_of_rank(p, step->input[2], 2, value));
    const odd_desc desc = *odd_plan_desc(p, *value);
    ODD_TRY(odd_plan_scaled(p, *value, &desc, step->set.beta, value));
done:
    return st;
}

/* A row of N is the bias of the primitive; any other C is added to its result. */
static odd_status add_gemm(odd_planner *p, product *x, int addend, int *result)
{
    odd_status st;
    odd_step alone = *x->step;
    const odd_step *step = x->step;
    int64_t columns = odd_plan_desc(p, x->weights)->dims[1];
    const odd_desc *c = addend >= 0 ? odd_plan_desc(p, addend) : NULL;
    bool row = c && c->dims[0] == 1 && c->dims[1] == columns;
    if (row) x->bias = addend;
    if (row || !c) return add_product(p, x, result);
    alone.posts = 0;
    x->step = &alone;
    st = add_product(p, x, result);
    x->step = step;
    ODD_TRY(st);
    ODD_TRY(odd_binary_add(p, dnnl_binary_add, *result, addend, result));
    ODD_TRY(odd_posts_add(p, step, *result, result));
done:
    return st;
}

/* Rows in several dimensions are one long matrix: of its weights there is then one copy in the
 * order that the kernel likes, and many rows to use it for. */
static odd_status rows_value(odd_planner *p, const odd_step *step, int *value)
{
    dnnl_dims_t dims, flat = {1, 1};
    odd_status st;
    int rank = odd_plan_dims(p, step->input[0], dims);
    if (rank == 2) return matrix_value(p, step->input[0], step->set.transpose_a, value);
    for (int i = 0; i < rank; i++)
        flat[i == rank - 1] *= dims[i];
    ODD_TRY(odd_plan_input(p, step->input[0], value));
    ODD_TRY(odd_reshaped(p, *value, 2, flat, value));
done:
    return st;
}

odd_status odd_plan_gemm(odd_planner *p, const odd_step *step)
{
    dnnl_dims_t dims;
    odd_status st;
    product x = {.step = step, .bias = -1, .scale = step->set.alpha};
    int addend = -1, result, rank = odd_plan_dims(p, step->output, dims);
    ODD_TRY(rows_value(p, step, &x.source));
    ODD_TRY(matrix_value(p, step->input[1], step->set.transpose_b, &x.weights));
    if (step->inputs > 2 && step->input[2] >= 0) ODD_TRY(addend_value(p, step, &addend));
    ODD_TRY(add_gemm(p, &x, addend, &result));
    if (rank > 2) ODD_TRY(odd_reshaped(p, result, rank, dims, &result));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}

/* ---- MatMul ---- */

/* A factor with `rank` dimensions: a vector is a row at the left, a column at the right. */
static odd_status factor(odd_planner *p, int tensor, int rank, bool left, int *value)
{
    dnnl_dims_t dims;
    odd_status st;
    bool column = odd_plan_dims(p, tensor, dims) == 1 && !left;
    if (!column) return odd_value_of_rank(p, tensor, rank, value);
    dnnl_dims_t wide = {1, 1, 1, 1, 1, 1};
    wide[rank - 2] = dims[0];
    ODD_TRY(odd_plan_input(p, tensor, value));
    ODD_TRY(odd_reshaped(p, *value, rank, wide, value));
done:
    return st;
}

/* The 1 that a vector became goes away again; posts are then for the shape without it. */
static odd_status add_without_vectors(odd_planner *p, product *x, int rank, const dnnl_dims_t dims,
                                      int *result)
{
    odd_status st;
    odd_step alone = *x->step;
    const odd_step *step = x->step;
    alone.posts = 0;
    x->step = &alone;
    st = add_product(p, x, result);
    x->step = step;
    ODD_TRY(st);
    ODD_TRY(odd_reshaped(p, *result, rank, dims, result));
    ODD_TRY(odd_posts_add(p, step, *result, result));
done:
    return st;
}

odd_status odd_plan_matmul(odd_planner *p, const odd_step *step)
{
    dnnl_dims_t dims;
    odd_status st;
    product x = {.step = step, .bias = -1, .scale = 1};
    int result, out_rank = odd_plan_dims(p, step->output, dims);
    int rank_a = p->graph->tensor[step->input[0]].rank;
    int rank_b = p->graph->tensor[step->input[1]].rank, rank = rank_a > rank_b ? rank_a : rank_b;
    if (rank < 2) rank = 2;
    ODD_TRY(factor(p, step->input[0], rank, true, &x.source));
    ODD_TRY(factor(p, step->input[1], rank, false, &x.weights));
    if (rank_a == 1 || rank_b == 1)
        ODD_TRY(add_without_vectors(p, &x, out_rank, dims, &result));
    else
        ODD_TRY(add_product(p, &x, &result));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}
