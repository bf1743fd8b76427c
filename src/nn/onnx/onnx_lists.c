/* ONNX nodes that exporters make masks and places with: CumSum and Trilu of what is known. */
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <string.h>

/* An input that is known, copied: numbers, or else floats. */
typedef struct {
    odd_extents form;
    int64_t count;
    odd_numbers *numbers; /* owned */
    float *floats;        /* owned */
} known_copy;

static void close_copy(known_copy *k)
{
    odd_numbers_free(&k->numbers);
    odd_free(k->floats);
}

static odd_status copy_numbers(odd_onnx_reader *r, known_copy *k)
{
    const odd_numbers *n;
    odd_status st = odd_node_numbers(r, 0, &n);
    if (st == ODD_OK) st = odd_numbers_new(n->rank, n->shape, &k->numbers);
    if (st != ODD_OK) return st;
    k->form = odd_extents_of(n->rank, n->shape);
    k->count = n->count;
    memcpy(k->numbers->value, n->value, (size_t)n->count * sizeof *n->value);
    for (int64_t i = 0; i < n->count; i++)
        if (n->batch[i]) return odd_node_fail(r, "it calculates with the size of the batch");
    return ODD_OK;
}

static odd_status copy_known(odd_onnx_reader *r, known_copy *k)
{
    odd_status st;
    int x;
    *k = (known_copy){.count = 0};
    if (odd_node_is_numbers(r, 0)) return copy_numbers(r, k);
    ODD_TRY(odd_node_tensor(r, 0, &x));
    const odd_tensor *t = &r->graph->tensor[x];
    if (!t->data) return odd_node_fail(r, "of computed values it is not supported");
    k->form = odd_extents_of(t->rank, t->shape);
    k->count = odd_tensor_values(t);
    ODD_TRY(odd_node_spend(r, k->count));
    ODD_TRY(ODD_NEW(k->floats, k->count));
    memcpy(k->floats, t->data, (size_t)k->count * sizeof *t->data);
done:
    return st;
}

/* The copy is the result. */
static odd_status give_copy(odd_onnx_reader *r, known_copy *k)
{
    const known_copy given = *k;
    *k = (known_copy){.count = 0};
    if (given.numbers) return odd_node_give(r, given.numbers);
    return odd_node_floats(r, given.form.rank, given.form.shape, given.floats);
}

/* ---- CumSum ---- */

/* One line of `size` values `step` apart, from its end if reversed; without the value itself if
 * exclusive. */
static odd_status sum_line(const odd_onnx_reader *r, const known_copy *k, int64_t first,
                           int64_t size, int64_t step, bool exclusive, bool reverse)
{
    int64_t sum = 0;
    double real = 0;
    for (int64_t i = 0; i < size; i++) {
        const int64_t at = first + (reverse ? size - 1 - i : i) * step;
        const int64_t before = sum;
        const double real_before = real;
        if (k->numbers) {
            if (__builtin_add_overflow(sum, k->numbers->value[at], &sum))
                return odd_node_fail(r, "its sums are too large");
            k->numbers->value[at] = exclusive ? before : sum;
        } else {
            real += k->floats[at];
            k->floats[at] = (float)(exclusive ? real_before : real);
        }
    }
    return ODD_OK;
}

odd_status odd_read_cumsum(odd_onnx_reader *r)
{
    odd_status st;
    known_copy k;
    int64_t axis, exclusive, reverse, behind = 1;
    int axes;
    ODD_TRY(copy_known(r, &k));
    ODD_TRY(odd_node_list(r, 1, "axis", 1, &axis, &axes));
    ODD_TRY(odd_node_int(r, "exclusive", 0, &exclusive));
    ODD_TRY(odd_node_int(r, "reverse", 0, &reverse));
    ODD_TRY(axes == 1 ? odd_node_axis(r, axis, k.form.rank, &axis)
                      : odd_node_fail(r, "its axis is missing"));
    for (int64_t d = axis + 1; d < k.form.rank; d++)
        behind *= k.form.shape[d];
    const int64_t size = k.form.shape[axis], lines = size > 0 ? k.count / size : 0;
    for (int64_t l = 0; l < lines; l++)
        ODD_TRY(sum_line(r, &k, l / behind * behind * size + l % behind, size, behind,
                         exclusive != 0, reverse != 0));
    ODD_TRY(give_copy(r, &k));
done:
    close_copy(&k);
    return st;
}

/* ---- Trilu: what is on the other side of the k-th diagonal becomes 0 ---- */

odd_status odd_read_trilu(odd_onnx_reader *r)
{
    odd_status st;
    known_copy k;
    int64_t upper, diagonal = 0;
    int count = 0;
    ODD_TRY(copy_known(r, &k));
    ODD_TRY(odd_node_int(r, "upper", 1, &upper));
    ODD_TRY(odd_node_list(r, 1, "k", 1, &diagonal, &count));
    ODD_TRY(k.form.rank >= 2 ? ODD_OK : odd_node_fail(r, "its input is no matrix"));
    const int64_t columns = k.form.shape[k.form.rank - 1], rows = k.form.shape[k.form.rank - 2];
    if (count < 1) diagonal = 0;
    if (diagonal > columns) diagonal = columns; /* far outside is just outside */
    if (diagonal < -rows) diagonal = -rows;
    for (int64_t i = 0; i < k.count; i++) {
        const int64_t row = i / columns % rows, column = i % columns;
        if (upper != 0 ? column >= row + diagonal : column <= row + diagonal) continue;
        if (k.numbers)
            k.numbers->value[i] = 0;
        else
            k.floats[i] = 0;
    }
    ODD_TRY(give_copy(r, &k));
done:
    close_copy(&k);
    return st;
}
