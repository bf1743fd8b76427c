/* ONNX nodes that move known whole numbers: other shapes, parts, and several put together. */
#include "nn/onnx/onnx_reader_internal.h"

#include <inttypes.h>
#include <string.h>

/* The same numbers under another shape. */
static odd_status give_reshaped(odd_onnx_reader *r, const odd_numbers *x, int rank,
                                const int64_t shape[])
{
    odd_numbers *n;
    odd_status st = odd_numbers_new(rank, shape, &n);
    if (st != ODD_OK) return st;
    if (n->count != x->count) {
        odd_numbers_free(&n);
        return odd_node_fail(r, "%" PRId64 " numbers do not fit its new shape", x->count);
    }
    memcpy(n->value, x->value, (size_t)x->count * sizeof *x->value);
    memcpy(n->batch, x->batch, (size_t)x->count * sizeof *x->batch);
    return odd_node_give(r, n);
}

/* Reshape: 0 keeps a dimension, -1 takes what is left. */
static void resolve(const odd_numbers *x, int rank, int64_t shape[])
{
    int64_t known = 1;
    int open = -1;
    for (int d = 0; d < rank; d++) {
        if (d < x->rank && shape[d] == 0) shape[d] = x->shape[d];
        if (shape[d] == -1)
            open = d;
        else if (known > 0 && shape[d] >= 0 && shape[d] <= x->count)
            known *= shape[d] > 0 && known <= x->count ? shape[d] : 0;
    }
    if (open >= 0 && known > 0) shape[open] = x->count / known;
}

/* Axes are sorted, so one index into them goes along with the dimensions. */
static odd_status squeezed_shape(odd_onnx_reader *r, const odd_numbers *x, int *rank,
                                 int64_t shape[])
{
    int64_t axes[ODD_TENSOR_RANK];
    int count, next = 0;
    odd_status st = odd_node_axes(r, r->opset < 13 ? -1 : 1, "axes", x->rank, axes, &count);
    if (st != ODD_OK) return st;
    *rank = 0;
    for (int d = 0; d < x->rank; d++) {
        bool chosen = count < 0 ? x->shape[d] == 1 : next < count && axes[next] == d;
        next += count >= 0 && chosen;
        if (!chosen) shape[(*rank)++] = x->shape[d];
    }
    return ODD_OK;
}

static odd_status unsqueezed_shape(odd_onnx_reader *r, const odd_numbers *x, int *rank,
                                   int64_t shape[])
{
    int64_t axes[ODD_TENSOR_RANK];
    int count, next = 0, from = 0, input = r->opset < 13 ? -1 : 1;
    odd_status st = odd_node_list(r, input, "axes", ODD_TENSOR_RANK, axes, &count);
    if (st != ODD_OK) return st;
    *rank = x->rank + count;
    if (count < 0 || *rank > ODD_TENSOR_RANK) return odd_node_fail(r, "its axes do not fit");
    st = odd_node_axes(r, input, "axes", *rank, axes, &count);
    for (int d = 0; st == ODD_OK && d < *rank; d++) {
        bool added = next < count && axes[next] == d;
        if (!added && from == x->rank) return odd_node_fail(r, "an axis is there twice");
        shape[d] = added ? 1 : x->shape[from++];
        next += added;
    }
    return st;
}

odd_status odd_numbers_reshape(odd_onnx_reader *r)
{
    odd_status st;
    int rank;
    int64_t shape[ODD_TENSOR_RANK];
    const odd_numbers *x;
    ODD_TRY(odd_node_numbers(r, 0, &x));
    if (strcmp(r->node->op_type, "Squeeze") == 0) {
        ODD_TRY(squeezed_shape(r, x, &rank, shape));
    } else if (strcmp(r->node->op_type, "Unsqueeze") == 0) {
        ODD_TRY(unsqueezed_shape(r, x, &rank, shape));
    } else {
        ODD_TRY(odd_node_list(r, 1, "shape", ODD_TENSOR_RANK, shape, &rank));
        resolve(x, rank, shape);
    }
    ODD_TRY(give_reshaped(r, x, rank, shape));
done:
    return st;
}

static void copy_number(const odd_numbers *from, int64_t i, odd_numbers *to, int64_t j)
{
    to->value[j] = from->value[i];
    to->batch[j] = from->batch[i];
}

/* Values before, along and behind an axis. */
static void around(const odd_numbers *x, int axis, int64_t *before, int64_t *behind)
{
    *before = *behind = 1;
    for (int d = 0; d < x->rank; d++) {
        if (d < axis) *before *= x->shape[d];
        if (d > axis) *behind *= x->shape[d];
    }
}

static odd_status take_axis(const odd_onnx_reader *r, const odd_numbers *x, int64_t *axis)
{
    odd_status st = odd_node_int(r, "axis", 0, axis);
    return st == ODD_OK ? odd_node_axis(r, *axis, x->rank, axis) : st;
}

/* The shape of all inputs, one behind the other along the axis. */
static odd_status joint_shape(odd_onnx_reader *r, int64_t *axis, odd_extents *out)
{
    odd_status st = ODD_OK;
    for (int i = 0; (size_t)i < r->node->n_input; i++) {
        const odd_numbers *x;
        ODD_TRY(odd_node_numbers(r, i, &x));
        ODD_TRY(take_axis(r, x, axis));
        if (i == 0) *out = odd_extents_of(x->rank, x->shape);
        bool fits = x->rank == out->rank;
        for (int d = 0; fits && d < x->rank; d++)
            fits = d == *axis || x->shape[d] == out->shape[d];
        if (!fits) return odd_node_fail(r, "its inputs do not fit together");
        if (i > 0) out->shape[*axis] += x->shape[*axis]; /* of at most 2^24 each: no overflow */
    }
done:
    return st;
}

odd_status odd_numbers_concat(odd_onnx_reader *r)
{
    odd_status st;
    int64_t axis, at = 0, before, behind;
    odd_extents out;
    odd_numbers *n = NULL;
    ODD_TRY(joint_shape(r, &axis, &out));
    ODD_TRY(odd_numbers_new(out.rank, out.shape, &n));
    for (int i = 0; (size_t)i < r->node->n_input; i++) {
        const odd_numbers *x;
        ODD_TRY(odd_node_numbers(r, i, &x));
        around(x, (int)axis, &before, &behind);
        const int64_t mine = x->shape[axis] * behind, all = out.shape[axis] * behind;
        for (int64_t k = 0; k < x->count; k++)
            copy_number(x, k, n, k / mine * all + at + k % mine);
        at += mine;
    }
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}

/* Value `at` of the result is the one of x whose place along each dimension is first + i step,
 * where `stride` holds the step times that of the dimension. */
static int64_t place_of(const odd_extents *out, int64_t start, const int64_t stride[], int64_t at)
{
    for (int d = out->rank - 1; d >= 0; d--) {
        start += at % out->shape[d] * stride[d];
        at /= out->shape[d];
    }
    return start;
}

static void strides_of(const odd_numbers *x, int64_t stride[])
{
    int64_t step = 1;
    for (int d = x->rank - 1; d >= 0; d--) {
        stride[d] = step;
        step *= x->shape[d];
    }
}

static odd_status give_placed(odd_onnx_reader *r, const odd_numbers *x, const odd_extents *out,
                              int64_t start, const int64_t stride[])
{
    odd_numbers *n;
    odd_status st = odd_numbers_new(out->rank, out->shape, &n);
    if (st != ODD_OK) return st;
    for (int64_t i = 0; i < n->count; i++)
        copy_number(x, place_of(out, start, stride, i), n, i);
    return odd_node_give(r, n);
}

odd_status odd_numbers_slice(odd_onnx_reader *r)
{
    odd_status st;
    const odd_numbers *x;
    odd_slices s;
    int64_t stride[ODD_TENSOR_RANK], start = 0;
    ODD_TRY(odd_node_numbers(r, 0, &x));
    ODD_TRY(odd_read_slice_lists(r, x->rank, &s));
    odd_extents out = odd_extents_of(x->rank, x->shape);
    strides_of(x, stride);
    for (int i = 0; i < s.count; i++) {
        int64_t first = s.first[i], end = s.end[i], step = s.step[i], d = s.axis[i], count = 0;
        if (step == 0 || step == INT64_MIN) return odd_node_fail(r, "its step is %" PRId64, step);
        if (out.shape[d] != x->shape[d]) return odd_node_fail(r, "an axis is there twice");
        odd_slice_bounds(x->shape[d], step, &first, &end);
        if (x->shape[d] > 0 && (step > 0 ? end > first : first > end))
            count = step > 0 ? (end - first - 1) / step + 1 : (first - end - 1) / -step + 1;
        out.shape[d] = count;
        start += first * stride[d];
        stride[d] *= count > 1 ? step : 1; /* what is not gone along may be too large */
    }
    ODD_TRY(give_placed(r, x, &out, start, stride));
done:
    return st;
}

odd_status odd_numbers_transpose(odd_onnx_reader *r)
{
    odd_status st;
    const odd_numbers *x;
    int count;
    unsigned seen = 0;
    int64_t perm[ODD_TENSOR_RANK], own[ODD_TENSOR_RANK], stride[ODD_TENSOR_RANK];
    ODD_TRY(odd_node_numbers(r, 0, &x));
    ODD_TRY(odd_node_ints(r, "perm", ODD_TENSOR_RANK, perm, &count));
    odd_extents out = {.rank = x->rank};
    strides_of(x, own);
    for (int d = 0; d < x->rank; d++) {
        const int64_t from = count < 0 ? x->rank - 1 - d : d < count ? perm[d] : -1;
        if (from < 0 || from >= x->rank || (seen >> from & 1) || count > x->rank)
            return odd_node_fail(r, "its places are not a permutation");
        seen |= 1u << from;
        out.shape[d] = x->shape[from];
        stride[d] = own[from];
    }
    ODD_TRY(give_placed(r, x, &out, 0, stride));
done:
    return st;
}

/* x (before, size, behind), indices: (before, indices, behind). */
static odd_status gather(odd_onnx_reader *r, const odd_numbers *x, int axis,
                         const odd_numbers *index, odd_numbers *n)
{
    int64_t before, behind, size = x->shape[axis];
    around(x, axis, &before, &behind);
    for (int64_t i = 0; i < n->count; i++) {
        const int64_t which = i / behind % index->count, value = index->value[which];
        const int64_t at = value < 0 ? value + size : value;
        if (at < 0 || at >= size || index->batch[which])
            return odd_node_fail(r, "index %" PRId64 " of %" PRId64, value, size);
        copy_number(x, (i / behind / index->count * size + at) * behind + i % behind, n, i);
    }
    return ODD_OK;
}

odd_status odd_numbers_gather(odd_onnx_reader *r)
{
    odd_status st;
    const odd_numbers *x, *index;
    odd_numbers *n = NULL;
    int64_t axis, shape[2 * ODD_TENSOR_RANK];
    int rank = 0;
    ODD_TRY(odd_node_numbers(r, 0, &x));
    ODD_TRY(odd_node_numbers(r, 1, &index));
    ODD_TRY(take_axis(r, x, &axis));
    for (int d = 0; d < axis; d++)
        shape[rank++] = x->shape[d];
    for (int d = 0; d < index->rank; d++)
        shape[rank++] = index->shape[d];
    for (int d = (int)axis + 1; d < x->rank; d++)
        shape[rank++] = x->shape[d];
    if (rank > ODD_TENSOR_RANK) return odd_node_fail(r, "its result has %d dimensions", rank);
    ODD_TRY(odd_numbers_new(rank, shape, &n));
    ODD_TRY(gather(r, x, (int)axis, index, n));
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}
