/* Gather of ONNX: rows of a constant table, or parts of what is computed. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <string.h>

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

/* ---- Of computed values: slices ---- */

#define FEW_RUNS     8
#define WHOLE_FLOATS ((int64_t)1 << 24) /* up to here a float holds every whole number */

/* Indices that rise or fall evenly are one slice. */
typedef struct {
    int64_t first, step, count;
} run;

static odd_status check_index(const odd_onnx_reader *r, const odd_numbers *index, int64_t i,
                              int64_t size, int64_t *at)
{
    *at = index->value[i] < 0 ? index->value[i] + size : index->value[i];
    if (*at < 0 || *at >= size || index->batch[i])
        return odd_node_fail(r, "index %" PRId64 " of %" PRId64, index->value[i], size);
    return ODD_OK;
}

/* The longest run from the i-th index on. */
static odd_status run_from(const odd_onnx_reader *r, const odd_numbers *index, int64_t i,
                           int64_t size, run *out)
{
    odd_status st;
    int64_t at;
    *out = (run){.step = 1, .count = 1};
    ODD_TRY(check_index(r, index, i, size, &out->first));
    for (int64_t k = i + 1; k < index->count; k++, out->count++) {
        ODD_TRY(check_index(r, index, k, size, &at));
        const int64_t step = at - out->first - (out->count - 1) * out->step;
        if (out->count == 1 && step != 0) out->step = step;
        if (at != out->first + out->count * out->step) break;
    }
done:
    return st;
}

/* A layer on the way to the result in *out, or the one that makes it (out NULL). */
static odd_status emit(odd_onnx_reader *r, odd_layer_kind kind, const odd_layer_settings *set,
                       int inputs, const int input[], int *out)
{
    return out ? odd_node_step(r, kind, set, inputs, input, out)
               : odd_node_layer(r, kind, set, inputs, input);
}

static odd_status take_run(odd_onnx_reader *r, int x, int axis, const run *some, int *part)
{
    const odd_tensor *t = &r->graph->tensor[x];
    odd_layer_settings set = odd_layer_defaults();
    const int64_t last = some->first + (some->count - 1) * some->step;
    set.axes = t->rank;
    for (int d = 0; d < t->rank; d++)
        set.list2[d] = t->shape[d];
    set.list[axis] = some->first;
    set.list2[axis] = last + (some->step > 0 ? 1 : -1);
    set.list3[axis] = some->step;
    return emit(r, ODD_LAYER_SLICE, &set, 1, &x, part);
}

/* Many runs: a layer that gathers, whose indices are floats. */
static odd_status take_each(odd_onnx_reader *r, int x, int axis, const odd_numbers *index, int *out)
{
    odd_status st;
    odd_layer_settings set = odd_layer_defaults();
    const int64_t size = r->graph->tensor[x].shape[axis];
    int input[2] = {x, -1};
    float *data = NULL;
    if (size > WHOLE_FLOATS) return odd_node_fail(r, "it takes from too many places");
    set.axis = axis;
    ODD_TRY(odd_node_spend(r, index->count));
    ODD_TRY(ODD_NEW(data, index->count));
    for (int64_t i = 0, at; i < index->count; i++) {
        ODD_TRY(check_index(r, index, i, size, &at));
        data[i] = (float)at;
    }
    st = odd_node_constant(r, 1, &index->count, data, &input[1]);
    data = NULL; /* handed over */
    if (st == ODD_OK) st = emit(r, ODD_LAYER_GATHER, &set, 2, input, out);
done:
    odd_free(data);
    return st;
}

static odd_status count_runs(odd_onnx_reader *r, int64_t size, const odd_numbers *index, int *runs)
{
    odd_status st = ODD_OK;
    run some;
    *runs = 0;
    for (int64_t i = 0; i < index->count && *runs <= FEW_RUNS; i += some.count, ++*runs)
        ODD_TRY(run_from(r, index, i, size, &some));
done:
    return st;
}

/* All runs, one behind the other along the axis. */
static odd_status take_runs(odd_onnx_reader *r, int x, int axis, const odd_numbers *index, int *out)
{
    odd_status st;
    int part[FEW_RUNS], parts = 0;
    odd_layer_settings set = odd_layer_defaults();
    run some;
    set.axis = axis;
    ODD_TRY(count_runs(r, r->graph->tensor[x].shape[axis], index, &parts));
    if (parts > FEW_RUNS) return take_each(r, x, axis, index, out);
    if (parts == 0) return odd_node_fail(r, "it takes nothing");
    const bool single = parts == 1;
    parts = 0;
    for (int64_t i = 0; i < index->count; i += some.count) {
        ODD_TRY(run_from(r, index, i, r->graph->tensor[x].shape[axis], &some));
        ODD_TRY(take_run(r, x, axis, &some, single ? out : &part[parts]));
        parts++;
    }
    if (!single) ODD_TRY(emit(r, ODD_LAYER_CONCAT, &set, parts, part, out));
done:
    return st;
}

/* The indices' own dimensions stand in place of the axis: none, or several. */
static odd_status finish(odd_onnx_reader *r, int x, int axis, const odd_numbers *index)
{
    odd_layer_settings set = odd_layer_defaults();
    const odd_tensor *t = &r->graph->tensor[x];
    if (t->rank - 1 + index->rank > ODD_TENSOR_RANK)
        return odd_node_fail(r, "its result has %d dimensions", t->rank - 1 + index->rank);
    for (int d = 0; d < axis; d++)
        set.list[set.axes++] = t->shape[d];
    for (int d = 0; d < index->rank; d++)
        set.list[set.axes++] = index->shape[d];
    for (int d = axis + 1; d < t->rank; d++)
        set.list[set.axes++] = t->shape[d];
    return odd_node_layer(r, ODD_LAYER_RESHAPE, &set, 1, &x);
}

odd_status odd_read_gather(odd_onnx_reader *r)
{
    odd_status st;
    int x;
    int64_t axis;
    const odd_numbers *index;
    if (odd_node_is_numbers(r, 0)) return odd_numbers_gather(r);
    ODD_TRY(odd_node_operand(r, 0, &x, &r->stacked));
    const odd_tensor form = odd_node_form(r, x, r->stacked);
    ODD_TRY(odd_node_numbers(r, 1, &index));
    ODD_TRY(odd_node_int(r, "axis", 0, &axis));
    ODD_TRY(odd_node_axis(r, axis, form.rank, &axis));
    if (form.data) return gather_constant(r, &form, (int)axis, index);
    if (axis == 0 && form.batched) return odd_node_fail(r, "it takes a part of the batch");
    axis += r->stacked;
    if (index->rank == 1) return take_runs(r, x, (int)axis, index, NULL);
    ODD_TRY(take_runs(r, x, (int)axis, index, &x));
    ODD_TRY(finish(r, x, (int)axis, index));
done:
    return st;
}
