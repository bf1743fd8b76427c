/* Reference of matrix products. */
#include "nn/graph/reference_internal.h"

#include <stddef.h>

/* C of a Gemm at a place of the result, 0 without one. */
static double addend(const odd_view *c, int64_t row, int64_t column)
{
    if (!c->data) return 0;
    int64_t columns = c->rank > 0 ? c->shape[c->rank - 1] : 1;
    int64_t rows = c->rank > 1 ? c->shape[0] : 1;
    return c->data[(rows > 1 ? row * columns : 0) + (columns > 1 ? column : 0)];
}

/* alpha A B + beta C: A (rows, inner) and B (inner, columns), each perhaps transposed; in a folded
 * graph the rows of A may be in several dimensions. */
void odd_reference_gemm(const odd_task *t)
{
    const odd_layer_settings *set = &t->layer->set;
    const odd_view *a = &t->in[0], *b = &t->in[1];
    int64_t columns = t->out.shape[t->out.rank - 1];
    int64_t rows = odd_view_values(&t->out) / columns;
    int64_t inner = a->shape[set->transpose_a ? 0 : a->rank - 1];
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c < columns; c++) {
            double sum = 0;
            for (int64_t k = 0; k < inner; k++)
                sum += (double)a->data[set->transpose_a ? k * rows + r : r * inner + k] *
                       b->data[set->transpose_b ? c * inner + k : k * columns + c];
            t->out.data[r * columns + c] =
                (float)(set->alpha * sum + set->beta * addend(&t->in[2], r, c));
        }
}

/* Where the matrix of a factor starts that meets the matrix number `index` of the result's stack
 * (whose shape is `stack`). */
static const float *matrix(const odd_view *v, const odd_view *stack, int64_t index)
{
    if (v->rank < 3) return v->data;
    int64_t place[ODD_TENSOR_RANK], mine[ODD_TENSOR_RANK] = {0};
    odd_view_place(stack, index, place);
    for (int d = 0; d < v->rank - 2; d++)
        mine[d] = v->shape[d] == 1 ? 0 : place[d + stack->rank - (v->rank - 2)];
    return v->data + odd_view_index(v, mine);
}

/* A (..., rows, inner), B (..., inner, columns): a stack of products, whose shape is broadcast. */
void odd_reference_matmul(const odd_task *t)
{
    const odd_view *a = &t->in[0], *b = &t->in[1];
    int64_t inner = a->shape[a->rank - 1];
    int64_t rows = a->rank > 1 ? a->shape[a->rank - 2] : 1;
    int64_t columns = b->rank > 1 ? b->shape[b->rank - 1] : 1;
    odd_view stack = t->out;
    stack.rank = (a->rank > b->rank ? a->rank : b->rank) - 2;
    if (stack.rank < 0) stack.rank = 0;
    int64_t matrices = odd_view_values(&t->out) / (rows * columns);
    for (int64_t m = 0; m < matrices; m++) {
        const float *x = matrix(a, &stack, m), *y = matrix(b, &stack, m);
        for (int64_t r = 0; r < rows; r++)
            for (int64_t c = 0; c < columns; c++) {
                double sum = 0;
                for (int64_t k = 0; k < inner; k++)
                    sum += (double)x[r * inner + k] * y[k * columns + c];
                t->out.data[(m * rows + r) * columns + c] = (float)sum;
            }
    }
}
