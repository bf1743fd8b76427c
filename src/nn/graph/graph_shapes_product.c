/* Shapes of matrix products: Gemm and MatMul. */
#include "nn/graph/graph_internal.h"

#include <inttypes.h>

/* C must broadcast to (rows, columns), and not differ between images. */
static odd_status check_addend(const odd_shaping *s)
{
    if (s->layer->inputs < 3 || !s->in[2]) return ODD_OK;
    const odd_tensor *c = s->in[2];
    bool fits = c->rank <= 2;
    for (int d = 2 - c->rank, i = 0; fits && i < c->rank; d++, i++)
        fits = c->shape[i] == 1 || c->shape[i] == s->out->shape[d];
    if (!fits) return odd_shape_fail(s, "'%s' does not fit its result", c->name);
    return ODD_OK;
}

odd_status odd_shape_gemm(odd_shaping *s)
{
    const odd_layer_settings *set = &s->layer->set;
    const odd_tensor *a = s->in[0], *b = s->in[1];
    if (a->rank != 2 || b->rank != 2)
        return odd_shape_fail(s, "its inputs have %d and %d dimensions, not 2", a->rank, b->rank);
    if (a->batched && set->transpose_a) return odd_shape_fail(s, "it would sum over the batch");
    int64_t inner = a->shape[set->transpose_a ? 0 : 1], want = b->shape[set->transpose_b ? 1 : 0];
    if (inner != want)
        return odd_shape_fail(s, "its input has %" PRId64 " features, its weight %" PRId64, inner,
                              want);
    s->out->rank = 2;
    s->out->batched = a->batched;
    s->out->shape[0] = a->shape[set->transpose_a ? 1 : 0];
    s->out->shape[1] = b->shape[set->transpose_b ? 0 : 1];
    return check_addend(s);
}

/* Dimension d of the `rank` ones of the result, counted without the two of the matrices; 1 where
 * the tensor has fewer. */
static int64_t stack_dim(const odd_tensor *t, int stack, int d)
{
    int mine = d - (stack - (t->rank - 2));
    return mine >= 0 ? t->shape[mine] : 1;
}

/* A batch must be rows of the first factor, or the first dimension of a stack of matrices. */
static odd_status check_batch(const odd_shaping *s, const odd_tensor *t, const odd_tensor *other,
                              bool first)
{
    if (!t->batched) return ODD_OK;
    bool rows = first && t->rank == 2;
    if (t->rank < 3 && !rows) return odd_shape_fail(s, "it would sum over the batch");
    if (other->rank > t->rank)
        return odd_shape_fail(s, "'%s' has more dimensions than '%s', which moves the batch",
                              other->name, t->name);
    if (rows && other->batched) return odd_shape_fail(s, "it would mix images");
    if (!rows && !other->batched && other->rank == t->rank && other->shape[0] != 1)
        return odd_shape_fail(s, "'%s' differs over the batch", other->name);
    return ODD_OK;
}

/* As numpy: a vector is a row at the left, a column at the right, and its 1 goes away again. */
static odd_tensor as_matrix(const odd_tensor *t, bool row)
{
    odd_tensor m = *t;
    if (t->rank == 1) {
        m.rank = 2;
        m.shape[0] = row ? 1 : t->shape[0];
        m.shape[1] = row ? t->shape[0] : 1;
    }
    return m;
}

static odd_status stack_shapes(odd_shaping *s, const odd_tensor *a, const odd_tensor *b, int stack)
{
    for (int d = 0; d < stack; d++) {
        int64_t x = stack_dim(a, stack, d), y = stack_dim(b, stack, d);
        if (x != y && x != 1 && y != 1)
            return odd_shape_fail(s, "stacks of %" PRId64 " and %" PRId64 " matrices", x, y);
        s->out->shape[d] = x > y ? x : y;
    }
    return ODD_OK;
}

odd_status odd_shape_matmul(odd_shaping *s)
{
    odd_status st;
    odd_tensor *out = s->out;
    if (s->in[0]->rank < 1 || s->in[1]->rank < 1)
        return odd_shape_fail(s, "a factor is a single number");
    ODD_TRY(check_batch(s, s->in[0], s->in[1], true));
    ODD_TRY(check_batch(s, s->in[1], s->in[0], false));
    odd_tensor a = as_matrix(s->in[0], true), b = as_matrix(s->in[1], false);
    int64_t inner = a.shape[a.rank - 1], want = b.shape[b.rank - 2];
    if (inner != want)
        return odd_shape_fail(s, "%" PRId64 " columns meet %" PRId64 " rows", inner, want);
    int stack = (a.rank > b.rank ? a.rank : b.rank) - 2;
    ODD_TRY(stack_shapes(s, &a, &b, stack));
    out->rank = stack;
    if (s->in[0]->rank > 1) out->shape[out->rank++] = a.shape[a.rank - 2];
    if (s->in[1]->rank > 1) out->shape[out->rank++] = b.shape[b.rank - 1];
    out->batched = s->in[0]->batched || s->in[1]->batched;
done:
    return st;
}
