/* Two values, element by element, where one or both repeat along any dimensions: a loop of our own,
 * vectorised along the innermost one. Maps keep channels last, or in blocks, as another layer left
 * them. */
#include "nn/exec/layers_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <math.h>

#define ORDER_RANK (ODD_TENSOR_RANK + 1) /* channels in blocks are two dimensions */

/* ---- The loop ---- */

typedef struct {
    odd_layer_kind kind;
    int rank;                    /* of the order that values lie in */
    int64_t count[ORDER_RANK];   /* of the result */
    int64_t step[2][ORDER_RANK]; /* of both operands; 0 where they repeat */
} broadcast_loop;

#define ROW_OF(operation)                                                                          \
    if (step_x == 1 && step_y == 1)                                                                \
        for (int64_t i = 0; i < n; i++)                                                            \
            z[i] = x[i] operation y[i];                                                            \
    else if (step_x == 1)                                                                          \
        for (int64_t i = 0; i < n; i++)                                                            \
            z[i] = x[i] operation y[0];                                                            \
    else                                                                                           \
        for (int64_t i = 0; i < n; i++)                                                            \
        z[i] = x[0] operation y[i * step_y]

/* Steps are 0 or 1. */
ODD_SIMD(static, void, broadcast_row,
         (odd_layer_kind kind, int64_t n, const float *x, int64_t step_x, const float *y,
          int64_t step_y, float *z),
         (kind, n, x, step_x, y, step_y, z))
{
    switch ((int)kind) {
    case ODD_LAYER_ADD:
        ROW_OF(+);
        break;
    case ODD_LAYER_SUB:
        ROW_OF(-);
        break;
    case ODD_LAYER_MUL:
        ROW_OF(*);
        break;
    case ODD_LAYER_DIV:
        ROW_OF(/);
        break;
    default:
        for (int64_t i = 0; i < n; i++)
            z[i] = powf(x[i * step_x], y[i * step_y]);
    }
}

static void run_broadcast(const void *settings, float *const data[])
{
    const broadcast_loop *s = settings;
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
        broadcast_row(s->kind, s->count[last], x, s->step[0][last], y, s->step[1][last],
                      data[2] + r * s->count[last]);
    }
}

/* ---- The order of values ---- */

void odd_broadcast_dims(const odd_desc *a, const odd_desc *b, dnnl_dims_t dims)
{
    for (int i = 0; i < a->ndims; i++) {
        dims[i] = a->dims[i] > b->dims[i] ? a->dims[i] : b->dims[i];
    }
}

/* An order that both operands and the result can have. */
typedef struct {
    dnnl_format_tag_t tag; /* dnnl_format_tag_undef: row-major */
    int64_t block;         /* of channels; 0: they stand where `tag` says */
} value_order;

static odd_status has_order(const odd_desc *desc, const value_order *order, bool *has)
{
    odd_desc like;
    *has = false;
    if (desc->ndims != 4 || (order->block > 0 && desc->dims[1] % order->block != 0)) return ODD_OK;
    odd_status st = odd_desc_tagged(&like, 4, desc->dims, desc->data_type, order->tag);
    *has = st == ODD_OK && odd_desc_equal(desc, &like);
    return st;
}

/* Channels last or in blocks, where one operand has that and the other can; else row-major. */
static odd_status find_order(const odd_desc *a, const odd_desc *b, value_order *order)
{
    static const value_order orders[] = {{dnnl_nhwc, 0}, {dnnl_nChw16c, 16}, {dnnl_nChw8c, 8}};
    odd_status st = ODD_OK;
    *order = (value_order){dnnl_format_tag_undef, 0};
    for (int i = 0; i < 3 && order->tag == dnnl_format_tag_undef; i++) {
        bool of_a, of_b, fits = orders[i].block == 0 || (a->ndims == 4 && a->dims[1] == b->dims[1]);
        ODD_TRY(has_order(a, &orders[i], &of_a));
        ODD_TRY(has_order(b, &orders[i], &of_b));
        if (fits && (of_a || of_b)) *order = orders[i];
    }
done:
    return st;
}

static odd_status desc_of(const value_order *order, int rank, const dnnl_dims_t dims,
                          odd_desc *desc)
{
    if (order->tag == dnnl_format_tag_undef) return odd_desc_plain(desc, rank, dims, dnnl_f32);
    return odd_desc_tagged(desc, rank, dims, dnnl_f32, order->tag);
}

/* Dimensions as the values lie, the outermost first; returns how many. */
static int ordered_dims(const value_order *order, int rank, const dnnl_dims_t dims, int64_t out[])
{
    if (order->tag == dnnl_format_tag_undef) {
        for (int i = 0; i < rank; i++)
            out[i] = dims[i];
        return rank;
    }
    const int64_t block = order->block;
    const int64_t last[] = {dims[0], dims[2], dims[3], dims[1]};
    const int64_t blocks[] = {dims[0], block ? dims[1] / block : 0, dims[2], dims[3], block};
    for (int i = 0; i < (block ? 5 : 4); i++)
        out[i] = block ? blocks[i] : last[i];
    return block ? 5 : 4;
}

static void steps_of(int rank, const int64_t count[], int64_t step[])
{
    int64_t stride = 1;
    for (int i = rank - 1; i >= 0; i--) {
        step[i] = count[i] == 1 ? 0 : stride;
        stride *= count[i];
    }
}

/* True if dimension i and the one inside it can be walked as one. */
static bool is_one_walk(const broadcast_loop *s, int i)
{
    for (int o = 0; o < 2; o++)
        if (s->step[o][i] != s->step[o][i + 1] * s->count[i + 1]) return false;
    return true;
}

static void drop_dimension(broadcast_loop *s, int i)
{
    for (s->rank--; i < s->rank; i++) {
        s->count[i] = s->count[i + 1];
        s->step[0][i] = s->step[0][i + 1];
        s->step[1][i] = s->step[1][i + 1];
    }
}

/* Long rows: dimensions of 1 go away, and those that both walk through alike become one. */
static void join_dimensions(broadcast_loop *s)
{
    for (int i = s->rank - 1; i >= 0; i--)
        if (s->count[i] == 1 && s->rank > 1) drop_dimension(s, i);
    for (int i = s->rank - 2; i >= 0; i--)
        if (is_one_walk(s, i)) {
            s->count[i + 1] *= s->count[i];
            drop_dimension(s, i);
        }
}

static void fill_loop(broadcast_loop *s, odd_layer_kind kind, const value_order *order,
                      const odd_desc *a, const odd_desc *b, const dnnl_dims_t dims)
{
    int64_t count[ORDER_RANK];
    s->kind = kind;
    s->rank = ordered_dims(order, a->ndims, dims, s->count);
    ordered_dims(order, a->ndims, a->dims, count);
    steps_of(s->rank, count, s->step[0]);
    ordered_dims(order, b->ndims, b->dims, count);
    steps_of(s->rank, count, s->step[1]);
    join_dimensions(s);
}

odd_status odd_broadcast_add(odd_planner *p, odd_layer_kind kind, int a, int b, int *result)
{
    dnnl_dims_t dims;
    odd_desc desc;
    value_order order;
    broadcast_loop *loop = NULL;
    odd_status st;
    const int rank = odd_plan_desc(p, a)->ndims;
    odd_broadcast_dims(odd_plan_desc(p, a), odd_plan_desc(p, b), dims);
    ODD_TRY(find_order(odd_plan_desc(p, a), odd_plan_desc(p, b), &order));
    ODD_TRY(desc_of(&order, rank, odd_plan_desc(p, a)->dims, &desc));
    ODD_TRY(odd_plan_reorder(p, a, &desc, &a));
    ODD_TRY(desc_of(&order, rank, odd_plan_desc(p, b)->dims, &desc));
    ODD_TRY(odd_plan_reorder(p, b, &desc, &b));
    ODD_TRY(desc_of(&order, rank, dims, &desc));
    ODD_TRY(odd_plan_value(p, &desc, result));
    ODD_TRY(ODD_NEW(loop, 1));
    fill_loop(loop, kind, &order, odd_plan_desc(p, a), odd_plan_desc(p, b), dims);
    ODD_TRY(odd_plan_loop(p, run_broadcast, loop, 3, (const int[]){a, b, *result}));
done:
    return st;
}
