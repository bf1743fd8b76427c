/* ONNX nodes that move values without changing them, or do nothing when a network only runs. */
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <string.h>

#define WHOLE_RANGE INT32_MAX /* ends from here on are written for "to the end" */

static odd_status flatten(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    odd_status st = odd_node_int(r, "axis", 1, &set->axis);
    if (st == ODD_OK && set->axis != x->rank) st = odd_node_axis(r, set->axis, x->rank, &set->axis);
    return st;
}

/* Dimensions before the axis become the rows, the others the columns. */
static odd_status flat_shape(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    odd_status st = flatten(r, x, set);
    set->axes = 2;
    set->list[0] = set->list[1] = 1;
    for (int d = 0; st == ODD_OK && d < x->rank; d++)
        set->list[d < set->axis ? 0 : 1] *= x->shape[d];
    return st;
}

/* Where the images do not stay the rows it is a Reshape. */
odd_status odd_read_flatten(odd_onnx_reader *r)
{
    int x;
    bool stacked;
    odd_layer_settings set = odd_layer_defaults();
    odd_status st = odd_node_operand(r, 0, &x, &stacked);
    if (st != ODD_OK) return st;
    const odd_tensor form = odd_node_form(r, x, stacked);
    st = flat_shape(r, &form, &set);
    if (st != ODD_OK) return st;
    if (stacked || (form.batched && set.list[0] != 1))
        return odd_node_one(r, ODD_LAYER_RESHAPE, flat_shape);
    return odd_node_one(r, ODD_LAYER_FLATTEN, flatten);
}

/* The file speaks of `batch` images, but the graph of one. */
static odd_status divide_batch(const odd_onnx_reader *r, const odd_tensor *x, int64_t batch,
                               odd_layer_settings *set)
{
    int64_t known = 1;
    if (!x->batched || batch < 2 || set->axes == 0 || set->list[0] == -1) return ODD_OK;
    for (int d = 1; d < set->axes; d++)
        if (set->list[d] < 1 || __builtin_mul_overflow(known, set->list[d], &known)) known = 0;
    const bool all = known > 0 && odd_tensor_values(x) % known == 0 &&
                     set->list[0] / batch == odd_tensor_values(x) / known;
    if (set->list[0] % batch != 0 || (set->list[0] != batch && !all))
        return odd_node_fail(r, "it would mix images: the batch must stay the first dimension");
    set->list[0] /= batch;
    return ODD_OK;
}

/* 0 keeps a dimension, -1 takes what is left; what makes no sense stays, for the layer's rule. */
static void resolve_shape(const odd_tensor *x, bool keeps, odd_layer_settings *set)
{
    int64_t known = 1, values = odd_tensor_values(x);
    int open = -1;
    for (int d = 0; d < set->axes; d++) {
        if (keeps && d < x->rank && set->list[d] == 0) set->list[d] = x->shape[d];
        if (set->list[d] == -1) {
            known = open >= 0 ? 0 : known;
            open = d;
        } else {
            known = known > 0 && set->list[d] > 0 && set->list[d] <= values / known
                        ? known * set->list[d]
                        : 0;
        }
    }
    if (open >= 0 && known > 0 && values % known == 0) set->list[open] = values / known;
}

/* The new shape of one image. */
static odd_status reshape(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    odd_status st;
    int64_t allow_zero;
    const odd_numbers *shape;
    ODD_TRY(odd_node_numbers(r, 1, &shape));
    ODD_TRY(odd_node_int(r, "allowzero", 0, &allow_zero));
    if (shape->rank != 1 || shape->count > ODD_TENSOR_RANK)
        return odd_node_fail(r, "its new shape has %" PRId64 " dimensions", shape->count);
    set->axes = (int)shape->count;
    for (int d = 0; d < set->axes; d++) {
        set->list[d] = shape->value[d];
        if (allow_zero != 0 && set->list[d] == 0)
            return odd_node_fail(r, "its result would be empty");
    }
    const bool named = shape->count > 0 && (shape->batch[0] || shape->value[0] == 0);
    ODD_TRY(divide_batch(r, x, named ? 1 : r->batch, set));
    resolve_shape(x, allow_zero == 0, set);
done:
    return st;
}

/* A layer that gives values another shape, or the same done to known numbers. */
static odd_status shaped(odd_onnx_reader *r, odd_layer_kind kind, odd_node_settings *read)
{
    return odd_node_is_numbers(r, 0) ? odd_numbers_reshape(r) : odd_node_one(r, kind, read);
}

odd_status odd_read_reshape(odd_onnx_reader *r)
{
    return shaped(r, ODD_LAYER_RESHAPE, reshape);
}

/* Without axes all dimensions of 1 go, but the batch is not one of them. */
static odd_status squeeze(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    const int input = r->opset < 13 ? -1 : 1, rank = x->rank;
    odd_status st = odd_node_axes(r, input, "axes", rank, set->list, &set->axes);
    if (st != ODD_OK || set->axes >= 0) return st;
    set->axes = 0;
    for (int d = x->batched; d < rank; d++)
        if (x->shape[d] == 1) set->list[set->axes++] = d;
    return ODD_OK;
}

odd_status odd_read_squeeze(odd_onnx_reader *r)
{
    return shaped(r, ODD_LAYER_SQUEEZE, squeeze);
}

/* Axes count in the result, whose rank is known once they are counted. */
static odd_status unsqueeze(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    int64_t axes[ODD_TENSOR_RANK];
    const int input = r->opset < 13 ? -1 : 1, rank = x->rank;
    odd_status st = odd_node_list(r, input, "axes", ODD_TENSOR_RANK, axes, &set->axes);
    if (st != ODD_OK) return st;
    if (set->axes < 0) return odd_node_fail(r, "it has no axes");
    return odd_node_axes(r, input, "axes", rank + set->axes, set->list, &set->axes);
}

odd_status odd_read_unsqueeze(odd_onnx_reader *r)
{
    return shaped(r, ODD_LAYER_UNSQUEEZE, unsqueeze);
}

static odd_status transpose(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    odd_status st = odd_node_ints(r, "perm", ODD_TENSOR_RANK, set->list, &set->axes);
    int rank = x->rank;
    if (set->axes < 0) /* all the other way round */
        for (set->axes = 0; set->axes < rank; set->axes++)
            set->list[set->axes] = rank - 1 - set->axes;
    return st;
}

odd_status odd_read_transpose(odd_onnx_reader *r)
{
    if (odd_node_is_numbers(r, 0)) return odd_numbers_transpose(r);
    return odd_node_one(r, ODD_LAYER_TRANSPOSE, transpose);
}

/* Pads are those of all dimensions, or of the `axes` (from opset 18 on). */
static odd_status pad(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    odd_status st;
    int count, axes;
    int64_t pads[2 * ODD_TENSOR_RANK], axis[ODD_TENSOR_RANK];
    ODD_TRY(odd_node_list(r, r->opset < 11 ? -1 : 1, "pads", 2 * ODD_TENSOR_RANK, pads, &count));
    if (r->opset < 11)
        ODD_TRY(odd_node_float(r, "value", 0, &set->value));
    else if (odd_node_has(r, 2))
        ODD_TRY(odd_node_scalar(r, 2, &set->value));
    ODD_TRY(odd_node_list(r, 3, "axes", ODD_TENSOR_RANK, axis, &axes));
    set->axes = x->rank;
    if (count != 2 * (axes < 0 ? x->rank : axes))
        return odd_node_fail(r, "it has %d pads for %d dimensions", count,
                             axes < 0 ? x->rank : axes);
    for (int i = 0; i < count / 2; i++) {
        int64_t d = i;
        if (axes >= 0) ODD_TRY(odd_node_axis(r, axis[i], x->rank, &d));
        set->list[d] = pads[i];
        set->list2[d] = pads[count / 2 + i];
    }
done:
    return st;
}

odd_status odd_read_pad(odd_onnx_reader *r)
{
    if (!odd_node_is(r, "mode", "constant", "constant"))
        return odd_node_fail(r, "only the mode 'constant' is supported");
    return odd_node_one(r, ODD_LAYER_PAD, pad);
}

/* All of every dimension. */
static void slice_all(const odd_tensor *t, odd_layer_settings *set)
{
    set->axes = t->rank;
    for (int d = 0; d < t->rank; d++) {
        set->list[d] = 0;
        set->list2[d] = t->shape[d];
        set->list3[d] = 1;
    }
}

/* Of the batch only all can be taken. */
static odd_status slice_axis(const odd_onnx_reader *r, const odd_tensor *t, int64_t axis,
                             int64_t first, int64_t end, int64_t step, odd_layer_settings *set)
{
    if (t->batched && axis == 0) {
        bool all =
            first == 0 && step == 1 && (end >= WHOLE_RANGE || (r->batch > 0 && end >= r->batch));
        return all ? ODD_OK : odd_node_fail(r, "it takes a part of the batch");
    }
    if (step == 0) return odd_node_fail(r, "its step is 0");
    odd_slice_bounds(t->shape[axis], step, &first, &end);
    set->list[axis] = first;
    set->list2[axis] = end;
    set->list3[axis] = step;
    return ODD_OK;
}

static odd_status slice(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    odd_status st;
    odd_slices s;
    slice_all(x, set);
    ODD_TRY(odd_read_slice_lists(r, set->axes, &s));
    for (int i = 0; i < s.count; i++)
        ODD_TRY(slice_axis(r, x, s.axis[i], s.first[i], s.end[i], s.step[i], set));
done:
    return st;
}

odd_status odd_read_slice(odd_onnx_reader *r)
{
    return odd_node_is_numbers(r, 0) ? odd_numbers_slice(r)
                                     : odd_node_one(r, ODD_LAYER_SLICE, slice);
}

odd_status odd_read_dropout(odd_onnx_reader *r)
{
    odd_status st;
    int x;
    const odd_numbers *training;
    if (odd_node_has(r, 2)) {
        ODD_TRY(odd_node_numbers(r, 2, &training));
        if (training->count != 1 || training->value[0] != 0)
            return odd_node_fail(r, "it is in training mode");
    }
    ODD_TRY(odd_node_operand(r, 0, &x, &r->stacked));
    ODD_TRY(odd_node_pass(r, x));
done:
    return st;
}
