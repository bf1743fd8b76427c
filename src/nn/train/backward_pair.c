/* Backward of layers of two tensors that broadcast: Add, Sub and Mul. What an operand repeats is
 * summed for it. */
#include "nn/exec/layers_internal.h"
#include "nn/train/train_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <string.h>

/* Row-major x with `count` places is added up into y, along dimensions where y steps by 0. */
typedef struct {
    int rank;
    int64_t count[ODD_TENSOR_RANK], step[ODD_TENSOR_RANK];
    int64_t values; /* of y */
} fold_loop;

ODD_SIMD(static, float, row_sum, (int64_t n, const float *x), (n, x))
{
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

ODD_SIMD(static, void, add_row, (int64_t n, const float *x, float *y), (n, x, y))
{
    for (int64_t i = 0; i < n; i++)
        y[i] += x[i];
}

static void run_fold(const void *settings, float *const data[])
{
    const fold_loop *s = settings;
    int last = s->rank - 1;
    int64_t rows = 1, n = s->count[last];
    for (int i = 0; i < last; i++)
        rows *= s->count[i];
    memset(data[1], 0, (size_t)s->values * sizeof(float));
    for (int64_t r = 0; r < rows; r++) {
        float *y = data[1];
        for (int64_t i = last - 1, rest = r; i >= 0; rest /= s->count[i], i--)
            y += rest % s->count[i] * s->step[i];
        if (s->step[last] == 0)
            *y += row_sum(n, data[0] + r * n);
        else
            add_row(n, data[0] + r * n, y);
    }
}

/* The loop from the result's shape to that of an operand, which may have fewer dimensions. */
static odd_status new_fold(int rank, const dnnl_dims_t dims, int narrow, const dnnl_dims_t mine,
                           fold_loop **out)
{
    odd_status st;
    fold_loop *loop;
    *out = NULL;
    ODD_TRY(ODD_NEW(loop, 1));
    loop->rank = rank;
    loop->values = 1;
    for (int i = rank - 1; i >= 0; i--) {
        int at = i - (rank - narrow);
        int64_t size = at >= 0 ? mine[at] : 1;
        loop->count[i] = dims[i];
        loop->step[i] = size == 1 ? 0 : loop->values;
        loop->values *= size;
    }
    *out = loop;
done:
    return st;
}

static odd_status fold_broadcast(odd_maker *m, int tensor, int value, int *folded)
{
    dnnl_dims_t mine;
    odd_desc plain;
    fold_loop *loop;
    odd_status st;
    int rank = odd_plan_dims(&m->p, tensor, mine);
    const odd_desc wide = *odd_plan_desc(&m->p, value);
    ODD_TRY(odd_desc_plain(&plain, wide.ndims, wide.dims, dnnl_f32));
    ODD_TRY(odd_plan_reorder(&m->p, value, &plain, &value));
    ODD_TRY(odd_desc_plain(&plain, rank, mine, dnnl_f32));
    ODD_TRY(odd_plan_value(&m->p, &plain, folded));
    ODD_TRY(new_fold(wide.ndims, wide.dims, rank, mine, &loop));
    ODD_TRY(odd_plan_loop(&m->p, run_fold, loop, 2, (const int[]){value, *folded}));
done:
    return st;
}

/* A gradient of the result's shape goes to an operand. */
static odd_status add_gradient_to(odd_maker *m, int tensor, int value)
{
    dnnl_dims_t mine;
    odd_status st;
    int rank = odd_plan_dims(&m->p, tensor, mine);
    const odd_desc *desc = odd_plan_desc(&m->p, value);
    bool same = desc->ndims == rank && memcmp(desc->dims, mine, sizeof *mine * (size_t)rank) == 0;
    if (!same) ODD_TRY(fold_broadcast(m, tensor, value, &value));
    ODD_TRY(odd_maker_give(m, tensor, value));
done:
    return st;
}

static odd_status negate_value(odd_maker *m, int value, int *result)
{
    const odd_desc desc = *odd_plan_desc(&m->p, value);
    return odd_plan_scaled(&m->p, value, &desc, -1, result);
}

odd_status odd_back_sum(odd_maker *m, const odd_step *step)
{
    odd_status st = ODD_OK;
    for (int i = 0; i < 2; i++) {
        int value = m->gradient[step->output];
        if (!odd_maker_wants(m, step->input[i])) continue;
        if (i == 1 && step->kind == ODD_LAYER_SUB) ODD_TRY(negate_value(m, value, &value));
        ODD_TRY(add_gradient_to(m, step->input[i], value));
    }
done:
    return st;
}

odd_status odd_back_multiply(odd_maker *m, const odd_step *step)
{
    odd_status st = ODD_OK;
    int gradient = m->gradient[step->output];
    int rank = odd_plan_desc(&m->p, gradient)->ndims;
    for (int i = 0; i < 2; i++) {
        int other, value;
        if (!odd_maker_wants(m, step->input[i])) continue;
        ODD_TRY(odd_value_of_rank(&m->p, step->input[1 - i], rank, &other));
        ODD_TRY(odd_binary_add(&m->p, dnnl_binary_mul, gradient, other, &value));
        ODD_TRY(add_gradient_to(m, step->input[i], value));
    }
done:
    return st;
}
