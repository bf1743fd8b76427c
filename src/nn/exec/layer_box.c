/* Pad and Slice, and the gradient of a slice: a box of values goes from one row-major array to
 * another, in a loop of our own. */
#include "nn/exec/layers_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/simd.h"

#include <string.h>

#define PIECE 4096 /* values that a thread copies at a time */

/* A box of `count` values goes from one array to another, each with its strides and first place. */
typedef struct {
    int rank;
    int64_t count[ODD_TENSOR_RANK];
    int64_t from[ODD_TENSOR_RANK], to[ODD_TENSOR_RANK]; /* strides */
    int64_t from_first, to_first;
    int64_t fill_count; /* values of the target that are set to `fill` before; 0: none */
    float fill;
} box_loop;

ODD_SIMD(static, void, copy_row, (int64_t n, const float *x, int64_t from, float *y, int64_t to),
         (n, x, from, y, to))
{
    if (from == 1 && to == 1) {
        memcpy(y, x, sizeof *x * (size_t)n);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        y[i * to] = x[i * from];
}

/* The place of a row of the box, and of a value in it, in one array. */
static int64_t place_of(const box_loop *s, const int64_t stride[], int64_t row, int64_t value)
{
    const int last = s->rank - 1;
    int64_t place = value * stride[last];
    for (int i = last - 1; i >= 0; row /= s->count[i], i--)
        place += row % s->count[i] * stride[i];
    return place;
}

static void run_box(const void *settings, float *const data[])
{
    const box_loop *s = settings;
    const int64_t length = s->count[s->rank - 1], pieces = (length + PIECE - 1) / PIECE;
    int64_t rows = 1;
    for (int i = 0; i < s->rank - 1; i++)
        rows *= s->count[i];
    for (int64_t i = 0; i < s->fill_count; i++)
        data[1][i] = s->fill;
#pragma omp parallel for default(none) shared(s, data, rows, length, pieces)
    for (int64_t r = 0; r < rows * pieces; r++) {
        const int64_t row = r / pieces, first = r % pieces * PIECE;
        const float *x = data[0] + s->from_first + place_of(s, s->from, row, first);
        float *y = data[1] + s->to_first + place_of(s, s->to, row, first);
        copy_row(odd_min(PIECE, length - first), x, s->from[s->rank - 1], y, s->to[s->rank - 1]);
    }
}

/* Dimensions that follow each other in both arrays without a gap become one, so that rows are long
 * and few. */
static void merge_dims(box_loop *s)
{
    int into = s->rank - 1;
    for (int i = into - 1; i >= 0; i--) {
        const int64_t count = s->count[into];
        if (s->from[i] == s->from[into] * count && s->to[i] == s->to[into] * count) {
            s->count[into] *= s->count[i];
            continue;
        }
        into--;
        s->count[into] = s->count[i];
        s->from[into] = s->from[i];
        s->to[into] = s->to[i];
    }
    s->rank -= into;
    memmove(s->count, s->count + into, sizeof *s->count * (size_t)s->rank);
    memmove(s->from, s->from + into, sizeof *s->from * (size_t)s->rank);
    memmove(s->to, s->to + into, sizeof *s->to * (size_t)s->rank);
}

/* Takes the box. */
static odd_status add_box(odd_planner *p, box_loop *box, int source, int result)
{
    merge_dims(box);
    return odd_plan_loop(p, run_box, box, 2, (const int[]){source, result});
}

static void row_major(int rank, const int64_t dims[], int64_t strides[])
{
    int64_t stride = 1;
    for (int i = rank - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= dims[i];
    }
}

/* A loop whose strides are those of both arrays; the caller moves the first places. */
static odd_status new_box(odd_planner *p, const odd_step *step, int *source, int *result,
                          box_loop **out)
{
    dnnl_dims_t dims;
    odd_desc desc;
    odd_status st;
    int rank = odd_plan_dims(p, step->output, dims);
    *out = NULL;
    ODD_TRY(odd_plan_plain(p, step->input[0], source));
    ODD_TRY(odd_desc_plain(&desc, rank, dims, dnnl_f32));
    ODD_TRY(odd_plan_value(p, &desc, result));
    ODD_TRY(ODD_NEW(*out, 1));
    (*out)->rank = rank;
    row_major(rank, odd_plan_desc(p, *source)->dims, (*out)->from);
    row_major(rank, dims, (*out)->to);
done:
    return st;
}

odd_status odd_plan_pad(odd_planner *p, const odd_step *step)
{
    box_loop *box;
    odd_status st;
    int source, result;
    ODD_TRY(new_box(p, step, &source, &result, &box));
    for (int i = 0; i < box->rank; i++) {
        box->count[i] = odd_plan_desc(p, source)->dims[i];
        box->to_first += step->set.list[i] * box->to[i];
    }
    box->fill = step->set.value;
    box->fill_count = odd_plan_desc(p, result)->dims[0] * box->to[0];
    ODD_TRY(add_box(p, box, source, result));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}

/* Strides and first place of a slice in what it takes from; the batch is taken whole. */
static void slice_steps(const odd_planner *p, const odd_step *step, int64_t stride[],
                        int64_t *first)
{
    const odd_tensor *x = &p->graph->tensor[step->input[0]];
    for (int i = x->batched; i < x->rank; i++) {
        *first += step->set.list[i] * stride[i];
        stride[i] *= step->set.list3[i];
    }
}

odd_status odd_plan_slice(odd_planner *p, const odd_step *step)
{
    box_loop *box;
    odd_status st;
    int source, result;
    ODD_TRY(new_box(p, step, &source, &result, &box));
    for (int i = 0; i < box->rank; i++)
        box->count[i] = odd_plan_desc(p, result)->dims[i];
    slice_steps(p, step, box->from, &box->from_first);
    ODD_TRY(add_box(p, box, source, result));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}

odd_status odd_slice_back(odd_planner *p, const odd_step *step, int gradient, int *result)
{
    const odd_tensor *x = &p->graph->tensor[step->input[0]];
    odd_desc desc;
    dnnl_dims_t dims;
    box_loop *box;
    odd_status st;
    int rank = odd_plan_dims(p, step->input[0], dims);
    ODD_TRY(odd_desc_plain(&desc, rank, dims, dnnl_f32));
    ODD_TRY(odd_plan_value(p, &desc, result));
    ODD_TRY(ODD_NEW(box, 1));
    *box = (box_loop){.rank = rank, .fill_count = dims[0] * odd_tensor_values(x) / x->shape[0]};
    memcpy(box->count, odd_plan_desc(p, gradient)->dims, sizeof *box->count * (size_t)rank);
    row_major(rank, box->count, box->from);
    row_major(rank, dims, box->to);
    slice_steps(p, step, box->to, &box->to_first);
    ODD_TRY(add_box(p, box, gradient, *result));
done:
    return st;
}
