/* Two tensors, element by element, with broadcasting: Add, Sub, Mul, Div and Pow. */
#include "nn/exec/layers_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>

/* ---- Pow: a loop of our own, for oneDNN has it for one exponent only ---- */

typedef struct {
    int rank;
    int64_t count[ODD_TENSOR_RANK];   /* of the result */
    int64_t step[2][ODD_TENSOR_RANK]; /* of base and exponent; 0 where they repeat */
} pow_loop;

static void strides_of(const odd_desc *d, int64_t step[])
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
    odd_desc desc;
    pow_loop *loop;
    odd_status st;
    const odd_desc *x = odd_plan_desc(p, a), *y = odd_plan_desc(p, b);
    odd_broadcast_dims(x, y, dims);
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
    odd_desc desc;
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
