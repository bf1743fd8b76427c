/* ONNX nodes on whole numbers that are known beforehand: the arithmetic of shapes. The size of the
 * batch, which is 1 here, stays marked: multiples of it are told from other numbers. */
#include "nn/onnx/onnx_reader_internal.h"

#include <inttypes.h>
#include <string.h>

/* a op b; false where it has no result. */
static bool calculate(odd_layer_kind kind, int64_t a, int64_t b, int64_t *result)
{
    switch (kind) {
    case ODD_LAYER_ADD:
        return !__builtin_add_overflow(a, b, result);
    case ODD_LAYER_SUB:
        return !__builtin_sub_overflow(a, b, result);
    case ODD_LAYER_MUL:
        return !__builtin_mul_overflow(a, b, result);
    case ODD_LAYER_DIV:
        if (b == 0 || (a == INT64_MIN && b == -1)) return false;
        *result = a / b;
        return true;
    case ODD_LAYER_MAX:
        *result = a > b ? a : b;
        return true;
    case ODD_LAYER_MIN:
        *result = a < b ? a : b;
        return true;
    default:
        return false;
    }
}

/* Multiples of the batch stay such, and of two of them the quotient is a number for any batch. */
static bool keeps_batch(odd_layer_kind kind, bool a_is_batch, bool b_is_batch, int64_t a, int64_t b,
                        bool *batch)
{
    const int64_t other = a_is_batch ? b : a;
    const bool whole = kind == ODD_LAYER_DIV && b != 0 && a % b == 0;
    *batch = !(a_is_batch && b_is_batch);
    if (!*batch) return whole;
    switch (kind) {
    case ODD_LAYER_ADD:
        return other == 0;
    case ODD_LAYER_MUL:
        return true;
    case ODD_LAYER_SUB:
        return a_is_batch && other == 0;
    case ODD_LAYER_MAX: /* the batch has at least one image */
        return other <= 1;
    case ODD_LAYER_MIN:
        return false;
    default:
        return a_is_batch && whole;
    }
}

static odd_status pair_at(odd_onnx_reader *r, odd_layer_kind kind, const odd_numbers *a, int64_t i,
                          const odd_numbers *b, int64_t j, odd_numbers *out, int64_t at)
{
    int64_t x = a->value[i], y = b->value[j];
    if ((a->batch[i] || b->batch[j]) &&
        !keeps_batch(kind, a->batch[i], b->batch[j], x, y, &out->batch[at]))
        return odd_node_fail(r, "it calculates with the size of the batch");
    if (!calculate(kind, x, y, &out->value[at]))
        return odd_node_fail(r, "%" PRId64 " and %" PRId64 " have no result", x, y);
    return ODD_OK;
}

odd_status odd_numbers_pair(odd_onnx_reader *r)
{
    odd_status st;
    const odd_numbers *in[2];
    odd_numbers *n = NULL;
    odd_extents f[2], out = {.rank = 0};
    for (int i = 0; i < 2; i++) {
        ODD_TRY(odd_node_numbers(r, i, &in[i]));
        f[i] = odd_extents_of(in[i]->rank, in[i]->shape);
        ODD_TRY(odd_extents_join(r, &out, &f[i]));
    }
    ODD_TRY(odd_numbers_new(out.rank, out.shape, &n));
    for (int64_t i = 0; i < n->count; i++)
        ODD_TRY(pair_at(r, odd_layer_find(r->node->op_type), in[0],
                        odd_extents_place(&f[0], &out, i), in[1], odd_extents_place(&f[1], &out, i),
                        n, i));
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}

/* ---- ReduceProd and the like of a whole list, which count what a shape holds ---- */

static const struct {
    const char *name;
    odd_layer_kind by;
    int64_t first;
} folds[] = {
    {"ReduceProd", ODD_LAYER_MUL, 1},
    {"ReduceSum", ODD_LAYER_ADD, 0},
    {"ReduceMax", ODD_LAYER_MAX, INT64_MIN},
    {"ReduceMin", ODD_LAYER_MIN, INT64_MAX},
};

/* The size of the batch stays a factor; in sums it has no place. */
static odd_status fold_number(const odd_onnx_reader *r, int how, const odd_numbers *x, int64_t i,
                              odd_numbers *n)
{
    const bool product = folds[how].by == ODD_LAYER_MUL, single = x->count == 1;
    if (x->batch[i] && !single && (!product || n->batch[0]))
        return odd_node_fail(r, "it calculates with the batch");
    n->batch[0] = n->batch[0] || x->batch[i];
    if (!calculate(folds[how].by, n->value[0], x->value[i], &n->value[0]))
        return odd_node_fail(r, "its result is too large");
    return ODD_OK;
}

odd_status odd_numbers_reduce(odd_onnx_reader *r)
{
    odd_status st;
    const odd_numbers *x;
    odd_numbers *n = NULL;
    int64_t keep, one = 1;
    size_t how = 0;
    while (how < sizeof folds / sizeof *folds && strcmp(folds[how].name, r->node->op_type) != 0)
        how++;
    if (how == sizeof folds / sizeof *folds)
        return odd_node_fail(r, "of whole numbers it is not supported");
    ODD_TRY(odd_node_numbers(r, 0, &x));
    ODD_TRY(odd_node_int(r, "keepdims", 1, &keep));
    if (x->rank > 1) return odd_node_fail(r, "of whole numbers only lists are supported");
    ODD_TRY(odd_numbers_new(keep != 0 && x->rank == 1, &one, &n));
    n->value[0] = folds[how].first;
    for (int64_t i = 0; i < x->count; i++)
        ODD_TRY(fold_number(r, (int)how, x, i, n));
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}
