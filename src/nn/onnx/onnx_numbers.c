/* ONNX nodes on whole numbers that are known beforehand: the arithmetic of shapes. The size of the
 * batch stays a symbol: it can be moved about, but not calculated with. */
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* The shape of a value, whatever it is; *batched: its first dimension is the batch. */
static odd_status shape_of(const odd_onnx_value *v, const odd_graph *g, int *rank,
                           int64_t shape[ODD_TENSOR_RANK], bool *batched)
{
    int64_t values;
    *batched = false;
    if (v->kind == ODD_VALUE_WEIGHT) return odd_proto_shape(v->weight, rank, shape, &values);
    if (v->kind == ODD_VALUE_NUMBERS) {
        *rank = v->numbers->rank;
        memcpy(shape, v->numbers->shape, sizeof v->numbers->shape);
    } else {
        const odd_tensor *t = &g->tensor[v->tensor];
        *rank = t->rank;
        *batched = t->batched;
        memcpy(shape, t->shape, sizeof t->shape);
    }
    return ODD_OK;
}

/* A part of a shape: [start, end), from opset 15 on. */
static odd_status shape_part(const odd_onnx_reader *r, int rank, int64_t *start, int64_t *end)
{
    odd_status st;
    ODD_TRY(odd_node_int(r, "start", 0, start));
    ODD_TRY(odd_node_int(r, "end", rank, end));
    if (*start < 0) *start = *start < -rank ? 0 : *start + rank;
    if (*end < 0) *end = *end < -rank ? 0 : *end + rank;
    if (*end > rank) *end = rank;
    if (*start > *end) *start = *end;
done:
    return st;
}

odd_status odd_read_shape(odd_onnx_reader *r)
{
    odd_status st;
    int rank;
    int64_t shape[ODD_TENSOR_RANK], start, end, count;
    bool batched;
    odd_onnx_value *v;
    odd_numbers *n;
    ODD_TRY(odd_node_value(r, 0, &v));
    ODD_TRY(shape_of(v, r->graph, &rank, shape, &batched));
    ODD_TRY(shape_part(r, rank, &start, &end));
    count = end - start;
    ODD_TRY(odd_numbers_new(1, &count, &n));
    for (int64_t d = start; d < end; d++) {
        n->value[d - start] = shape[d];
        n->batch[d - start] = batched && d == 0;
    }
    ODD_TRY(odd_node_give(r, n));
done:
    return st;
}

/* One number of `value_ints` or `value_int`. */
static odd_status constant_wholes(odd_onnx_reader *r, const char *name)
{
    int64_t values[ODD_LAYER_INPUTS], single;
    int count = -1;
    odd_numbers *n;
    odd_status st;
    bool list = strcmp(name, "value_ints") == 0;
    if (list) {
        ODD_TRY(odd_node_ints(r, name, ODD_LAYER_INPUTS, values, &count));
    } else {
        ODD_TRY(odd_node_int(r, name, 0, &values[0]));
        count = 1;
    }
    single = count;
    ODD_TRY(odd_numbers_new(list, &single, &n));
    memcpy(n->value, values, (size_t)count * sizeof *values);
    ODD_TRY(odd_node_give(r, n));
done:
    return st;
}

static odd_status constant_float(odd_onnx_reader *r)
{
    odd_status st;
    float *value;
    ODD_TRY(ODD_NEW(value, 1));
    st = odd_node_float(r, "value_float", 0, value);
    if (st != ODD_OK)
        odd_free(value);
    else
        st = odd_node_floats(r, 0, NULL, value);
done:
    return st;
}

odd_status odd_read_constant(odd_onnx_reader *r)
{
    const Onnx__TensorProto *value = odd_node_tensor_attribute(r, "value");
    if (!odd_node_makes(r, 0)) return odd_node_fail(r, "its result has no name");
    if (value) { /* as if it stood among the weights */
        odd_onnx_value v = {r->node->output[0], ODD_VALUE_WEIGHT, value, -1, NULL};
        return odd_reader_add(r, &v);
    }
    if (odd_node_has_attribute(r, "value_float")) return constant_float(r);
    if (odd_node_has_attribute(r, "value_int")) return constant_wholes(r, "value_int");
    if (odd_node_has_attribute(r, "value_ints")) return constant_wholes(r, "value_ints");
    return odd_node_fail(r, "its value is not one of numbers");
}

/* The single value that ConstantOfShape repeats: 0.0 where none is given. */
static odd_status repeated_value(const odd_onnx_reader *r, bool *whole, int64_t *number,
                                 float *real)
{
    odd_status st;
    int rank;
    int64_t shape[ODD_TENSOR_RANK], values, *wholes = NULL;
    float *reals = NULL;
    const Onnx__TensorProto *value = odd_node_tensor_attribute(r, "value");
    *real = 0;
    *number = 0;
    *whole = value && odd_proto_is_whole(value);
    if (!value) return ODD_OK;
    ODD_TRY(odd_proto_shape(value, &rank, shape, &values));
    if (values != 1) return odd_node_fail(r, "its value has %" PRId64 " numbers, not 1", values);
    ODD_TRY(odd_proto_floats(value, NULL, 1, &reals));
    if (*whole) ODD_TRY(odd_proto_wholes(value, NULL, 1, &wholes));
    *real = reals[0];
    if (*whole) *number = wholes[0];
done:
    odd_free(reals);
    odd_free(wholes);
    return st;
}

static odd_status repeat_wholes(odd_onnx_reader *r, int rank, const int64_t shape[], int64_t number)
{
    odd_numbers *n;
    odd_status st = odd_numbers_new(rank, shape, &n);
    if (st != ODD_OK) return st;
    for (int64_t i = 0; i < n->count; i++)
        n->value[i] = number;
    return odd_node_give(r, n);
}

static odd_status repeat_reals(odd_onnx_reader *r, int rank, const int64_t shape[], float real)
{
    odd_status st;
    int64_t values = 1;
    float *data;
    for (int d = 0; d < rank; d++) {
        if (shape[d] < 1 || shape[d] > INT32_MAX || values > INT32_MAX)
            return odd_node_fail(r, "its dimension %d is %" PRId64, d, shape[d]);
        values *= shape[d];
    }
    ODD_TRY(odd_node_spend(r, values));
    ODD_TRY(ODD_NEW(data, values));
    for (int64_t i = 0; i < values; i++)
        data[i] = real;
    ODD_TRY(odd_node_floats(r, rank, shape, data));
done:
    return st;
}

odd_status odd_read_constant_of_shape(odd_onnx_reader *r)
{
    odd_status st;
    bool whole;
    int rank;
    int64_t number, shape[ODD_TENSOR_RANK];
    float real;
    ODD_TRY(odd_node_list(r, 0, "shape", ODD_TENSOR_RANK, shape, &rank));
    if (rank < 0) return odd_node_fail(r, "its shape is missing");
    ODD_TRY(repeated_value(r, &whole, &number, &real));
    ODD_TRY(whole ? repeat_wholes(r, rank, shape, number) : repeat_reals(r, rank, shape, real));
done:
    return st;
}

static odd_status range_of(odd_onnx_reader *r, int64_t first, int64_t end, int64_t step)
{
    odd_numbers *n;
    __int128 span = (__int128)end - first, count = 0; /* of int64_t: cannot overflow */
    if (step == 0) return odd_node_fail(r, "its step is 0");
    if ((span > 0) == (step > 0) && span != 0) count = (span - (step > 0 ? 1 : -1)) / step + 1;
    if (count > INT32_MAX) return odd_node_fail(r, "it has too many numbers");
    int64_t length = (int64_t)count;
    odd_status st = odd_numbers_new(1, &length, &n);
    if (st != ODD_OK) return st;
    for (int64_t i = 0; i < length; i++)
        n->value[i] = (int64_t)((uint64_t)first + (uint64_t)i * (uint64_t)step);
    return odd_node_give(r, n);
}

/* Each number by itself from the first one, so that rounding does not add up. */
static odd_status range_of_reals(odd_onnx_reader *r)
{
    odd_status st;
    float number[3], *data;
    for (int i = 0; i < 3; i++)
        ODD_TRY(odd_node_scalar(r, i, &number[i]));
    double length = ceil(((double)number[1] - number[0]) / number[2]);
    if (!(length >= 1 && length <= INT32_MAX))
        return odd_node_fail(r, "it has no numbers, or too many");
    int64_t count = (int64_t)length;
    ODD_TRY(odd_node_spend(r, count));
    ODD_TRY(ODD_NEW(data, count));
    for (int64_t i = 0; i < count; i++)
        data[i] = (float)(number[0] + (double)i * number[2]);
    ODD_TRY(odd_node_floats(r, 1, &count, data));
done:
    return st;
}

odd_status odd_read_range(odd_onnx_reader *r)
{
    odd_status st;
    if (!odd_node_is_numbers(r, 0)) return range_of_reals(r);
    int64_t number[3];
    for (int i = 0; i < 3; i++) {
        const odd_numbers *n;
        ODD_TRY(odd_node_numbers(r, i, &n));
        if (n->count != 1 || n->batch[0])
            return odd_node_fail(r, "its input %d must be one known number", i);
        number[i] = n->value[0];
    }
    ODD_TRY(range_of(r, number[0], number[1], number[2]));
done:
    return st;
}

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
    default:
        return false;
    }
}

/* The batch stays what it is when nothing is added or it is taken once. */
static bool keeps_batch(odd_layer_kind kind, bool a_is_batch, bool b_is_batch, int64_t a, int64_t b)
{
    if (a_is_batch && b_is_batch) return false;
    int64_t other = a_is_batch ? b : a;
    switch (kind) {
    case ODD_LAYER_ADD:
        return other == 0;
    case ODD_LAYER_MUL:
        return other == 1;
    case ODD_LAYER_SUB:
        return a_is_batch && other == 0;
    case ODD_LAYER_DIV:
        return a_is_batch && other == 1;
    default:
        return false;
    }
}

static odd_status pair_at(odd_onnx_reader *r, odd_layer_kind kind, const odd_numbers *a, int64_t i,
                          const odd_numbers *b, int64_t j, odd_numbers *out, int64_t at)
{
    int64_t x = a->value[i], y = b->value[j];
    out->batch[at] = a->batch[i] || b->batch[j];
    if (out->batch[at]) {
        out->value[at] = 1;
        if (!keeps_batch(kind, a->batch[i], b->batch[j], x, y))
            return odd_node_fail(r, "it calculates with the size of the batch");
    } else if (!calculate(kind, x, y, &out->value[at])) {
        return odd_node_fail(r, "%" PRId64 " and %" PRId64 " have no result", x, y);
    }
    return ODD_OK;
}

/* Lists of the same shape, or one number with any. */
odd_status odd_numbers_pair(odd_onnx_reader *r)
{
    odd_status st;
    const odd_numbers *a, *b;
    odd_numbers *n = NULL;
    ODD_TRY(odd_node_numbers(r, 0, &a));
    ODD_TRY(odd_node_numbers(r, 1, &b));
    bool same =
        a->rank == b->rank && memcmp(a->shape, b->shape, (size_t)a->rank * sizeof *a->shape) == 0;
    if (!same && a->count != 1 && b->count != 1)
        return odd_node_fail(r, "whole numbers of different shapes are not supported");
    bool b_decides = a->count == 1 && (b->count != 1 || b->rank > a->rank); /* it may be empty */
    const odd_numbers *like = b_decides ? b : a;
    ODD_TRY(odd_numbers_new(like->rank, like->shape, &n));
    for (int64_t i = 0; i < n->count; i++)
        ODD_TRY(pair_at(r, odd_layer_find(r->node->op_type), a, a->count == 1 ? 0 : i, b,
                        b->count == 1 ? 0 : i, n, i));
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}

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

/* Lists, one behind the other. */
odd_status odd_numbers_concat(odd_onnx_reader *r)
{
    odd_status st = ODD_OK;
    int64_t count = 0;
    const odd_numbers *x;
    odd_numbers *n = NULL;
    for (int i = 0; (size_t)i < r->node->n_input; i++) {
        ODD_TRY(odd_node_numbers(r, i, &x));
        if (x->rank != 1) return odd_node_fail(r, "of whole numbers only lists are supported");
        count += x->count;
    }
    ODD_TRY(odd_numbers_new(1, &count, &n));
    count = 0;
    for (int i = 0; (size_t)i < r->node->n_input; i++) {
        ODD_TRY(odd_node_numbers(r, i, &x));
        for (int64_t k = 0; k < x->count; k++)
            copy_number(x, k, n, count++);
    }
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}

odd_status odd_numbers_slice(odd_onnx_reader *r)
{
    odd_status st;
    const odd_numbers *x;
    odd_numbers *n;
    odd_slices s;
    ODD_TRY(odd_node_numbers(r, 0, &x));
    ODD_TRY(odd_read_slice_lists(r, x->rank, &s));
    if (x->rank != 1 || s.count != 1 || s.step[0] == 0 || s.step[0] == INT64_MIN)
        return odd_node_fail(r, "of whole numbers only lists are supported");
    int64_t first = s.first[0], end = s.end[0], step = s.step[0], count = 0;
    odd_slice_bounds(x->count, step, &first, &end);
    if (x->count > 0 && (step > 0 ? end > first : first > end))
        count = step > 0 ? (end - first - 1) / step + 1 : (first - end - 1) / -step + 1;
    ODD_TRY(odd_numbers_new(1, &count, &n));
    for (int64_t i = 0; i < count; i++)
        copy_number(x, first + i * step, n, i);
    ODD_TRY(odd_node_give(r, n));
done:
    return st;
}

odd_status odd_numbers_gather(odd_onnx_reader *r)
{
    odd_status st;
    const odd_numbers *x, *index;
    odd_numbers *n = NULL;
    ODD_TRY(odd_node_numbers(r, 0, &x));
    ODD_TRY(odd_node_numbers(r, 1, &index));
    if (x->rank != 1) return odd_node_fail(r, "of whole numbers only lists are supported");
    ODD_TRY(odd_numbers_new(index->rank, index->shape, &n));
    for (int64_t i = 0; i < n->count; i++) {
        int64_t at = index->value[i] < 0 ? index->value[i] + x->count : index->value[i];
        if (at < 0 || at >= x->count || index->batch[i]) {
            st = odd_node_fail(r, "index %" PRId64 " of %" PRId64, index->value[i], x->count);
            goto done;
        }
        copy_number(x, at, n, i);
    }
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}
