/* Two tensors, element by element, with broadcasting: Add, Sub, Mul, Div and Pow. */
#include "nn/layers_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <math.h>

static void broadcast_dims(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b,
                           dnnl_dims_t dims)
{
    for (int i = 0; i < a->ndims; i++) {
        dims[i] = a->dims[i] > b->dims[i] ? a->dims[i] : b->dims[i];
    }
}

/* Both in one type; and in one layout where they have one shape: that of the one whose layout a
 * convolution chose. */
static odd_status match(odd_planner *p, int *a, int *b)
{
    odd_status st;
    dnnl_memory_desc_t x = *odd_plan_desc(p, *a), y = *odd_plan_desc(p, *b);
    bool floats = x.data_type == dnnl_f32 || y.data_type == dnnl_f32;
    if (floats) x.data_type = y.data_type = dnnl_f32;
    if (odd_desc_same_dims(&x, &y)) {
        if (odd_desc_is_plain(&x))
            x = y;
        else
            y = x;
    }
    ODD_TRY(odd_plan_reorder(p, *a, &x, a));
    ODD_TRY(odd_plan_reorder(p, *b, &y, b));
done:
    return st;
}

static bool repeats_along(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b)
{
    for (int i = 0; i < a->ndims; i++) {
        if (a->dims[i] < b->dims[i]) return true;
    }
    return false;
}

/* oneDNN repeats its second operand fast, and its first one in a plain loop, ten times as slow. */
static void put_repeated_second(const odd_planner *p, dnnl_alg_kind_t alg, int *a, int *b)
{
    bool commutes = alg == dnnl_binary_add || alg == dnnl_binary_mul;
    if (commutes && repeats_along(odd_plan_desc(p, *a), odd_plan_desc(p, *b))) {
        int first = *a;
        *a = *b;
        *b = first;
    }
}

odd_status odd_binary_add(odd_planner *p, dnnl_alg_kind_t alg, int a, int b, int *result)
{
    dnnl_dims_t dims;
    dnnl_binary_desc_t op;
    dnnl_memory_desc_t desc;
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    ODD_TRY(match(p, &a, &b));
    put_repeated_second(p, alg, &a, &b);
    const dnnl_memory_desc_t *x = odd_plan_desc(p, a), *y = odd_plan_desc(p, b);
    broadcast_dims(x, y, dims);
    ODD_TRY(odd_desc_any(&desc, x->ndims, dims, x->data_type));
    ODD_TRY(odd_dnnl(dnnl_binary_desc_init(&op, alg, x, y, &desc), "binary operation"));
    ODD_TRY(odd_plan_pd(p, &op, NULL, "binary operation", &pd));
    ODD_TRY(odd_plan_value(p, dnnl_primitive_desc_query_md(pd, dnnl_query_dst_md, 0), result));
    const odd_argument argument[] = {
        {DNNL_ARG_SRC_0, a}, {DNNL_ARG_SRC_1, b}, {DNNL_ARG_DST, *result}};
    ODD_TRY(odd_plan_primitive(p, pd, 3, argument, "binary operation"));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

/* ---- Pow: a loop of our own, for oneDNN has it for one exponent only ---- */

typedef struct {
    int rank;
    int64_t count[ODD_TENSOR_RANK];   /* of the result */
    int64_t step[2][ODD_TENSOR_RANK]; /* of base and exponent; 0 where they repeat */
} pow_loop;

static void strides_of(const dnnl_memory_desc_t *d, int64_t step[])
{
    int64_t stride = 1;
    for (int i = d->ndims - 1; i >= 0; i--) {
        step[i] = d->dims[i] == 1 ? 0 : stride;
        stride *= d->dims[i];
    }
}

static void pow_row(int64_t n, const float *x, int64_t step_x, const float *y, int64_t step_y,
                    float *z)
{
    for (int64_t i = 0; i < n; i++) {
        z[i] = powf(x[i * step_x], y[i * step_y]);
    }
}

static void run_pow(const void *settings, float *const data[])
{
    const pow_loop *s = settings;
    int last = s->rank - 1;
    int64_t rows = 1;
    for (int i = 0; i < last; i++) {
        rows *= s->count[i];
    }
#pragma omp parallel for default(none) shared(s, data, rows, last)
    for (int64_t r = 0; r < rows; r++) {
        const float *x = data[0], *y = data[1];
        for (int64_t i = last - 1, rest = r; i >= 0; rest /= s->count[i], i--) {
            x += rest % s->count[i] * s->step[0][i];
            y += rest % s->count[i] * s->step[1][i];
        }
        pow_row(s->count[last], x, s->step[0][last], y, s->step[1][last],
                data[2] + r * s->count[last]);
    }
}

static odd_status add_pow(odd_planner *p, int a, int b, int *result)
{
    dnnl_dims_t dims;
    dnnl_memory_desc_t desc;
    pow_loop *loop;
    odd_status st;
    const dnnl_memory_desc_t *x = odd_plan_desc(p, a), *y = odd_plan_desc(p, b);
    broadcast_dims(x, y, dims);
    ODD_TRY(odd_desc_plain(&desc, x->ndims, dims, dnnl_f32));
    ODD_TRY(ODD_NEW(loop, 1));
    loop->rank = x->ndims;
    for (int i = 0; i < x->ndims; i++) {
        loop->count[i] = dims[i];
    }
    strides_of(x, loop->step[0]);
    strides_of(y, loop->step[1]);
    st = odd_plan_value(p, &desc, result);
    if (st != ODD_OK) {
        odd_free(loop);
        return st;
    }
    ODD_TRY(odd_plan_loop(p, run_pow, loop, 3, (const int[]){a, b, *result}));
done:
    return st;
}

/* ---- Layers ---- */

static odd_status add_layer(odd_planner *p, const odd_step *step, int a, int b)
{
    odd_status st;
    int result;
    if (step->kind == ODD_LAYER_POW)
        ODD_TRY(add_pow(p, a, b, &result));
    else
        ODD_TRY(odd_binary_add(p, odd_binary_of_layer(step->kind), a, b, &result));
    ODD_TRY(odd_posts_add(p, step, result, &result));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}

odd_status odd_plan_binary(odd_planner *p, const odd_step *step)
{
    dnnl_dims_t dims;
    odd_status st;
    int a, b, rank = odd_plan_dims(p, step->output, dims);
    ODD_TRY(odd_value_of_rank(p, step->input[0], rank, &a));
    ODD_TRY(odd_value_of_rank(p, step->input[1], rank, &b));
    ODD_TRY(add_layer(p, step, a, b));
done:
    return st;
}

static odd_status plain_of_rank(odd_planner *p, int tensor, int rank, int *value)
{
    dnnl_memory_desc_t desc;
    odd_status st;
    ODD_TRY(odd_value_of_rank(p, tensor, rank, value));
    ODD_TRY(odd_desc_plain(&desc, rank, odd_plan_desc(p, *value)->dims, dnnl_f32));
    ODD_TRY(odd_plan_reorder(p, *value, &desc, value));
done:
    return st;
}

odd_status odd_plan_pow(odd_planner *p, const odd_step *step)
{
    dnnl_dims_t dims;
    odd_status st;
    int a, b, rank = odd_plan_dims(p, step->output, dims);
    ODD_TRY(plain_of_rank(p, step->input[0], rank, &a));
    ODD_TRY(plain_of_rank(p, step->input[1], rank, &b));
    ODD_TRY(add_layer(p, step, a, b));
done:
    return st;
}
