/* ONNX nodes that compare and round what is known beforehand: whole numbers, truths, constants. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

#include <math.h>
#include <string.h>

static bool is(const odd_onnx_reader *r, const char *name)
{
    return strcmp(r->node->op_type, name) == 0;
}

/* ---- Two known things ---- */

/* Whole numbers, or a constant; one of both. */
typedef struct {
    const odd_numbers *numbers;
    const float *floats;
    odd_extents form;
} known;

static odd_status take_known(odd_onnx_reader *r, int input, known *k)
{
    int x;
    odd_status st;
    *k = (known){.numbers = NULL};
    if (odd_node_is_numbers(r, input)) {
        st = odd_node_numbers(r, input, &k->numbers);
        if (st == ODD_OK) k->form = odd_extents_of(k->numbers->rank, k->numbers->shape);
        return st;
    }
    st = odd_node_tensor(r, input, &x);
    if (st != ODD_OK) return st;
    const odd_tensor *t = &r->graph->tensor[x];
    k->form = odd_extents_of(t->rank, t->shape);
    k->floats = t->data;
    if (k->floats) return ODD_OK;
    return odd_node_fail(r, "its input '%s' must be whole numbers known beforehand, or a constant",
                         t->name);
}

static double value_of(const known *k, int64_t at)
{
    return k->numbers ? (double)k->numbers->value[at] : k->floats[at];
}

static bool is_batch(const known *k, int64_t at)
{
    return k->numbers && k->numbers->batch[at];
}

/* The order of two values: -1, 0, 1; 2: there is none. */
static int order(const known *a, int64_t i, const known *b, int64_t j)
{
    if (a->numbers && b->numbers) {
        const int64_t x = a->numbers->value[i], y = b->numbers->value[j];
        return (x > y) - (x < y);
    }
    const double x = value_of(a, i), y = value_of(b, j);
    return isnan(x) || isnan(y) ? 2 : (x > y) - (x < y);
}

static bool truth(const odd_onnx_reader *r, const known *a, int64_t i, const known *b, int64_t j)
{
    const int by = order(a, i, b, j);
    if (is(r, "Equal")) return by == 0;
    if (is(r, "Less")) return by == -1;
    if (is(r, "LessOrEqual")) return by == -1 || by == 0;
    if (is(r, "Greater")) return by == 1;
    if (is(r, "GreaterOrEqual")) return by == 1 || by == 0;
    const bool x = value_of(a, i) != 0, y = value_of(b, j) != 0;
    return is(r, "And") ? x && y : is(r, "Or") ? x || y : x != y;
}

/* The size of the batch is at least 1, and the same everywhere. */
static odd_status check_batch(const odd_onnx_reader *r, const known *a, int64_t i, const known *b,
                              int64_t j)
{
    const bool one = is_batch(a, i) != is_batch(b, j);
    if (one && (!is(r, "Equal") || (is_batch(a, i) ? value_of(b, j) : value_of(a, i)) >= 1))
        return odd_node_fail(r, "it compares with the size of the batch");
    return ODD_OK;
}

/* Equal, Less and the like, And, Or, Xor. */
odd_status odd_read_compare(odd_onnx_reader *r)
{
    odd_status st;
    known in[2];
    odd_numbers *n = NULL;
    odd_extents out = {.rank = 0};
    for (int i = 0; i < 2; i++) {
        ODD_TRY(take_known(r, i, &in[i]));
        ODD_TRY(odd_extents_join(r, &out, &in[i].form));
    }
    ODD_TRY(odd_numbers_new(out.rank, out.shape, &n));
    for (int64_t k = 0; k < n->count; k++) {
        const int64_t i = odd_extents_place(&in[0].form, &out, k);
        const int64_t j = odd_extents_place(&in[1].form, &out, k);
        ODD_TRY(check_batch(r, &in[0], i, &in[1], j));
        n->value[k] = is_batch(&in[0], i) == is_batch(&in[1], j) && truth(r, &in[0], i, &in[1], j);
    }
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}

odd_status odd_read_not(odd_onnx_reader *r)
{
    const odd_numbers *x;
    odd_numbers *n;
    odd_status st = odd_node_numbers(r, 0, &x);
    if (st == ODD_OK) st = odd_numbers_new(x->rank, x->shape, &n);
    if (st != ODD_OK) return st;
    for (int64_t i = 0; i < n->count; i++)
        n->value[i] = !x->value[i];
    return odd_node_give(r, n);
}

/* ---- Mod: the rest has the sign of the divisor, or that of the dividend (fmod) ---- */

static bool rest(int64_t a, int64_t b, bool like_c, int64_t *out)
{
    if (b == 0) return false;
    *out = b == -1 ? 0 : a % b; /* the least number and -1 would overflow */
    if (!like_c && *out != 0 && (*out < 0) != (b < 0)) *out += b;
    return true;
}

odd_status odd_read_mod(odd_onnx_reader *r)
{
    odd_status st;
    const odd_numbers *in[2];
    odd_numbers *n = NULL;
    odd_extents f[2], out = {.rank = 0};
    int64_t like_c;
    ODD_TRY(odd_node_int(r, "fmod", 0, &like_c));
    for (int i = 0; i < 2; i++) {
        ODD_TRY(odd_node_numbers(r, i, &in[i]));
        f[i] = odd_extents_of(in[i]->rank, in[i]->shape);
        ODD_TRY(odd_extents_join(r, &out, &f[i]));
    }
    ODD_TRY(odd_numbers_new(out.rank, out.shape, &n));
    for (int64_t k = 0; k < n->count; k++) {
        const int64_t i = odd_extents_place(&f[0], &out, k), j = odd_extents_place(&f[1], &out, k);
        st = in[0]->batch[i] || in[1]->batch[j]
                 ? odd_node_fail(r, "it calculates with the size of the batch")
             : !rest(in[0]->value[i], in[1]->value[j], like_c != 0, &n->value[k])
                 ? odd_node_fail(r, "it divides by 0")
                 : ODD_OK;
        if (st != ODD_OK) goto done;
    }
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}
