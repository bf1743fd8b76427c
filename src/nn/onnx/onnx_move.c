/* ONNX nodes that move values without changing them, or do nothing when a network only runs. */
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <string.h>

#define WHOLE_RANGE INT32_MAX /* ends from here on are written for "to the end" */

static odd_status flatten(odd_onnx_reader *r, int x, odd_layer_settings *set)
{
    odd_status st = odd_node_int(r, "axis", 1, &set->axis);
    if (set->axis < 0) set->axis += r->graph->tensor[x].rank;
    return st;
}

odd_status odd_read_flatten(odd_onnx_reader *r)
{
    return odd_node_one(r, ODD_LAYER_FLATTEN, flatten);
}

/* The new shape of one image: where the file names the batch, in whatever way, there is a 1. */
static odd_status image_shape(const odd_onnx_reader *r, const odd_tensor *x,
                              const odd_numbers *shape, int64_t list[])
{
    for (int d = 0; d < shape->count; d++) {
        list[d] = shape->value[d];
        if (shape->batch[d] && (d > 0 || !x->batched))
            return odd_node_fail(r, "its dimension %d depends on the batch", d);
    }
    if (!x->batched || shape->count == 0 || shape->batch[0]) return ODD_OK;
    if (list[0] == 1 && r->batch > 1)
        return odd_node_fail(r, "it would mix images: the batch must stay the first dimension");
    if (list[0] == r->batch) list[0] = 1;
    return ODD_OK;
}

static odd_status reshape(odd_onnx_reader *r, int x, odd_layer_settings *set)
{
    odd_status st;
    int64_t allow_zero;
    const odd_numbers *shape;
    ODD_TRY(odd_node_numbers(r, 1, &shape));
    ODD_TRY(odd_node_int(r, "allowzero", 0, &allow_zero));
    if (shape->rank != 1 || shape->count > ODD_TENSOR_RANK)
        return odd_node_fail(r, "its new shape has %" PRId64 " dimensions", shape->count);
    set->axes = (int)shape->count;
    ODD_TRY(image_shape(r, &r->graph->tensor[x], shape, set->list));
    for (int d = 0; allow_zero != 0 && d < set->axes; d++)
        if (set->list[d] == 0) return odd_node_fail(r, "its result would be empty");
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
static odd_status squeeze(odd_onnx_reader *r, int x, odd_layer_settings *set)
{
    const int input = r->opset < 13 ? -1 : 1, rank = r->graph->tensor[x].rank;
    odd_status st = odd_node_axes(r, input, "axes", rank, set->list, &set->axes);
    if (st != ODD_OK || set->axes >= 0) return st;
    const odd_tensor *t = &r->graph->tensor[x];
    set->axes = 0;
    for (int d = t->batched; d < rank; d++)
        if (t->shape[d] == 1) set->list[set->axes++] = d;
    return ODD_OK;
}

odd_status odd_read_squeeze(odd_onnx_reader *r)
{
    return shaped(r, ODD_LAYER_SQUEEZE, squeeze);
}

/* Axes count in the result, whose rank is known once they are counted. */
static odd_status unsqueeze(odd_onnx_reader *r, int x, odd_layer_settings *set)
{
    int64_t axes[ODD_TENSOR_RANK];
    const int input = r->opset < 13 ? -1 : 1, rank = r->graph->tensor[x].rank;
    odd_status st = odd_node_list(r, input, "axes", ODD_TENSOR_RANK, axes, &set->axes);
    if (st != ODD_OK) return st;
    if (set->axes < 0) return odd_node_fail(r, "it has no axes");
    return odd_node_axes(r, input, "axes", rank + set->axes, set->list, &set->axes);
}

odd_status odd_read_unsqueeze(odd_onnx_reader *r)
{
    return shaped(r, ODD_LAYER_UNSQUEEZE, unsqueeze);
}

static odd_status transpose(odd_onnx_reader *r, int x, odd_layer_settings *set)
{
    odd_status st = odd_node_ints(r, "perm", ODD_TENSOR_RANK, set->list, &set->axes);
    int rank = r->graph->tensor[x].rank;
    if (set->axes < 0) /* all the other way round */
        for (set->axes = 0; set->axes < rank; set->axes++)
            set->list[set->axes] = rank - 1 - set->axes;
    return st;
}

odd_status odd_read_transpose(odd_onnx_reader *r)
{
    return odd_node_one(r, ODD_LAYER_TRANSPOSE, transpose);
}

static bool all_numbers(odd_onnx_reader *r)
{
    bool all = true;
    for (int i = 0; all && (size_t)i < r->node->n_input; i++)
        all = odd_node_is_numbers(r, i);
    return all;
}

/* A layer takes so many inputs; of more the first are put together beforehand. */
odd_status odd_read_concat(odd_onnx_reader *r)
{
    odd_status st;
    int input[ODD_LAYER_INPUTS], inputs = 0;
    odd_layer_settings set = odd_layer_defaults();
    if (r->node->n_input > 0 && all_numbers(r)) return odd_numbers_concat(r);
    if (!odd_node_has_attribute(r, "axis")) return odd_node_fail(r, "it has no axis");
    for (int i = 0; (size_t)i < r->node->n_input; i++) {
        if (inputs == ODD_LAYER_INPUTS) {
            ODD_TRY(odd_node_step(r, ODD_LAYER_CONCAT, &set, inputs, input, &input[0]));
            inputs = 1;
        }
        ODD_TRY(odd_node_tensor(r, i, &input[inputs++]));
        if (i > 0) continue;
        ODD_TRY(odd_node_int(r, "axis", 0, &set.axis));
        ODD_TRY(odd_node_axis(r, set.axis, r->graph->tensor[input[0]].rank, &set.axis));
    }
    ODD_TRY(odd_node_layer(r, ODD_LAYER_CONCAT, &set, inputs, input));
done:
    return st;
}

static odd_status pad(odd_onnx_reader *r, int x, odd_layer_settings *set)
{
    odd_status st;
    int count;
    int64_t pads[2 * ODD_TENSOR_RANK];
    ODD_TRY(odd_node_list(r, r->opset < 11 ? -1 : 1, "pads", 2 * ODD_TENSOR_RANK, pads, &count));
    if (r->opset < 11)
        ODD_TRY(odd_node_float(r, "value", 0, &set->value));
    else if (odd_node_has(r, 2))
        ODD_TRY(odd_node_scalar(r, 2, &set->value));
    set->axes = r->graph->tensor[x].rank;
    if (count != 2 * set->axes)
        return odd_node_fail(r, "it has %d pads for %d dimensions", count, set->axes);
    for (int d = 0; d < set->axes; d++) {
        set->list[d] = pads[d];
        set->list2[d] = pads[set->axes + d];
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

static odd_status slice(odd_onnx_reader *r, int x, odd_layer_settings *set)
{
    odd_status st;
    odd_slices s;
    slice_all(&r->graph->tensor[x], set);
    ODD_TRY(odd_read_slice_lists(r, set->axes, &s));
    for (int i = 0; i < s.count; i++)
        ODD_TRY(
            slice_axis(r, &r->graph->tensor[x], s.axis[i], s.first[i], s.end[i], s.step[i], set));
done:
    return st;
}

odd_status odd_read_slice(odd_onnx_reader *r)
{
    return odd_node_is_numbers(r, 0) ? odd_numbers_slice(r)
                                     : odd_node_one(r, ODD_LAYER_SLICE, slice);
}

#define SPLIT_OUTPUTS 64

/* The sizes of the parts: given, or equal. */
static odd_status split_sizes(odd_onnx_reader *r, int64_t size, int outputs, int64_t part[])
{
    int count;
    odd_status st = odd_node_list(r, r->opset < 13 ? -1 : 1, "split", SPLIT_OUTPUTS, part, &count);
    if (st != ODD_OK) return st;
    if (count < 0 && size % outputs != 0)
        return odd_node_fail(r, "%" PRId64 " values in %d equal parts", size, outputs);
    for (int i = 0; count < 0 && i < outputs; i++)
        part[i] = size / outputs;
    if (count >= 0 && count != outputs)
        return odd_node_fail(r, "%d sizes for %d parts", count, outputs);
    return ODD_OK;
}

/* Every part is a slice. */
odd_status odd_read_split(odd_onnx_reader *r)
{
    odd_status st;
    int x, outputs = (int)r->node->n_output;
    int64_t axis, part[SPLIT_OUTPUTS], at = 0;
    odd_layer_settings set = odd_layer_defaults();
    if (r->node->n_output > SPLIT_OUTPUTS) return odd_node_fail(r, "it has too many parts");
    ODD_TRY(odd_node_tensor(r, 0, &x));
    slice_all(&r->graph->tensor[x], &set);
    ODD_TRY(odd_node_int(r, "axis", 0, &axis));
    ODD_TRY(odd_node_axis(r, axis, set.axes, &axis));
    if (axis == 0 && r->graph->tensor[x].batched) return odd_node_fail(r, "it splits the batch");
    ODD_TRY(split_sizes(r, r->graph->tensor[x].shape[axis], outputs, part));
    for (int i = 0; i < outputs; i++) {
        if (part[i] < 1 || part[i] > r->graph->tensor[x].shape[axis] - at)
            return odd_node_fail(r, "part %d has %" PRId64 " values", i, part[i]);
        set.list[axis] = at;
        set.list2[axis] = at += part[i];
        if (odd_node_makes(r, i)) ODD_TRY(odd_node_layer_to(r, i, ODD_LAYER_SLICE, &set, 1, &x));
    }
done:
    return st;
}

/* One index of one dimension is a slice; without a dimension of its own it is squeezed. */
static odd_status gather_one(odd_onnx_reader *r, int x, int64_t axis, int64_t index, bool drop)
{
    odd_layer_settings part = odd_layer_defaults(), gone = odd_layer_defaults();
    const odd_tensor *t = &r->graph->tensor[x];
    if (t->batched && axis == 0) return odd_node_fail(r, "it takes a part of the batch");
    if (index < 0) index += t->shape[axis];
    if (index < 0 || index >= t->shape[axis])
        return odd_node_fail(r, "index %" PRId64 " of %" PRId64, index, t->shape[axis]);
    slice_all(t, &part);
    part.list[axis] = index;
    part.list2[axis] = index + 1;
    gone.axes = 1;
    gone.list[0] = axis;
    if (!drop) return odd_node_layer(r, ODD_LAYER_SLICE, &part, 1, &x);
    odd_status st = odd_node_step(r, ODD_LAYER_SLICE, &part, 1, &x, &x);
    return st == ODD_OK ? odd_node_layer(r, ODD_LAYER_SQUEEZE, &gone, 1, &x) : st;
}

/* Any indices of a constant: rows of a table. x (before, size, behind), result (before, indices,
 * behind). */
static odd_status gather_constant(odd_onnx_reader *r, const odd_tensor *x, int axis,
                                  const odd_numbers *index)
{
    odd_status st;
    int rank = 0;
    int64_t shape[2 * ODD_TENSOR_RANK], before = 1, behind = 1, size = x->shape[axis];
    float *data = NULL;
    for (int d = 0; d < axis; d++)
        before *= shape[rank++] = x->shape[d];
    for (int d = 0; d < index->rank; d++)
        shape[rank++] = index->shape[d];
    for (int d = axis + 1; d < x->rank; d++)
        behind *= shape[rank++] = x->shape[d];
    if (rank > ODD_TENSOR_RANK) return odd_node_fail(r, "its result has %d dimensions", rank);
    ODD_TRY(odd_node_spend(r, before * behind * index->count)); /* 2^40 2^24: no overflow */
    ODD_TRY(ODD_NEW(data, before * behind * index->count));
    for (int64_t i = 0; i < before * index->count; i++) {
        int64_t at = index->value[i % index->count];
        if (at < 0) at += size;
        if (at < 0 || at >= size || index->batch[i % index->count]) {
            st = odd_node_fail(r, "index %" PRId64 " of %" PRId64, at, size);
            goto done;
        }
        memcpy(data + i * behind, x->data + (i / index->count * size + at) * behind,
               (size_t)behind * sizeof *data);
    }
    st = odd_node_floats(r, rank, shape, data);
    data = NULL; /* handed over */
done:
    odd_free(data);
    return st;
}

odd_status odd_read_gather(odd_onnx_reader *r)
{
    odd_status st;
    int x;
    int64_t axis;
    const odd_numbers *index;
    if (odd_node_is_numbers(r, 0)) return odd_numbers_gather(r);
    ODD_TRY(odd_node_tensor(r, 0, &x));
    ODD_TRY(odd_node_numbers(r, 1, &index));
    ODD_TRY(odd_node_int(r, "axis", 0, &axis));
    ODD_TRY(odd_node_axis(r, axis, r->graph->tensor[x].rank, &axis));
    if (r->graph->tensor[x].data) return gather_constant(r, &r->graph->tensor[x], (int)axis, index);
    if (index->count != 1 || index->rank > 1 || index->batch[0])
        return odd_node_fail(r, "of computed values only one index can be taken");
    ODD_TRY(gather_one(r, x, axis, index->value[0], index->rank == 0));
done:
    return st;
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
    ODD_TRY(odd_node_tensor(r, 0, &x));
    ODD_TRY(odd_node_pass(r, x));
done:
    return st;
}
