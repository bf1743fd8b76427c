/* Reductions of ONNX: all but the mean are made of it and of what a network has anyway. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <string.h>

/* From this opset on the axes are an input: of the mean and its kin, and earlier of the sum. */
static int axes_input(const odd_onnx_reader *r)
{
    const bool sum = strcmp(r->node->op_type, "ReduceSum") == 0;
    return r->opset >= (sum ? 13 : 18) ? 1 : -1;
}

/* No axes are all, unless the node says that they are none. */
static odd_status axes(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    odd_status st;
    int64_t keep, none;
    ODD_TRY(odd_node_axes(r, axes_input(r), "axes", x->rank, set->list, &set->axes));
    ODD_TRY(odd_node_int(r, "keepdims", 1, &keep));
    ODD_TRY(odd_node_int(r, "noop_with_empty_axes", 0, &none));
    set->keep_dims = keep != 0;
    if (set->axes > 0 || none != 0) goto done;
    for (set->axes = 0; set->axes < x->rank; set->axes++)
        set->list[set->axes] = set->axes;
done:
    return st;
}

/* How many values become one. */
static int64_t values_of_one(const odd_tensor *x, const odd_layer_settings *set)
{
    int64_t values = 1;
    for (int i = 0; i < set->axes; i++)
        values *= x->shape[set->list[i]];
    return values;
}

/* A layer on the way to the result in *x, or the one that makes it. */
static odd_status emit(odd_onnx_reader *r, bool last, odd_layer_kind kind,
                       const odd_layer_settings *set, int inputs, const int input[], int *x)
{
    return last ? odd_node_layer(r, kind, set, inputs, input)
                : odd_node_step(r, kind, set, inputs, input, x);
}

static odd_status number(odd_onnx_reader *r, float value, int *tensor)
{
    odd_status st;
    float *data;
    ODD_TRY(ODD_NEW(data, 1));
    *data = value;
    ODD_TRY(odd_node_constant(r, 0, NULL, data, tensor));
done:
    return st;
}

/* ---- The largest: the reduced dimensions as one map, and its pool ---- */

/* The dimensions that stay come first, in their order. */
static odd_status reduced_last(odd_onnx_reader *r, const odd_layer_settings *set, int *x)
{
    odd_layer_settings turn = odd_layer_defaults();
    const int rank = r->graph->tensor[*x].rank;
    int kept = 0, gone = rank - set->axes;
    bool same = true;
    turn.axes = rank;
    for (int d = 0, next = 0; d < rank; d++) {
        const bool goes = next < set->axes && set->list[next] == d;
        next += goes;
        turn.list[goes ? gone++ : kept++] = d;
    }
    for (int d = 0; d < rank; d++)
        same = same && turn.list[d] == d;
    return same ? ODD_OK : odd_node_step(r, ODD_LAYER_TRANSPOSE, &turn, 1, x, x);
}

static odd_status largest(odd_onnx_reader *r, const odd_layer_settings *set, bool last, int *x)
{
    odd_status st;
    const odd_tensor t = r->graph->tensor[*x];
    const odd_layer_settings none = odd_layer_defaults();
    odd_layer_settings flat = odd_layer_defaults(), back = odd_layer_defaults();
    const int64_t one = values_of_one(&t, set), all = odd_tensor_values(&t);
    if (set->axes > 0 && set->list[0] == 0 && t.batched)
        return odd_node_fail(r, "goes along the batch");
    for (int d = 0, next = 0; d < t.rank; d++) {
        const bool goes = next < set->axes && set->list[next] == d;
        next += goes;
        if (!goes || set->keep_dims) back.list[back.axes++] = goes ? 1 : t.shape[d];
    }
    ODD_TRY(reduced_last(r, set, x));
    flat.axes = 3;
    flat.list[0] = 1;
    flat.list[1] = all / one;
    flat.list[2] = one;
    ODD_TRY(odd_node_step(r, ODD_LAYER_RESHAPE, &flat, 1, x, x));
    ODD_TRY(odd_node_step(r, ODD_LAYER_GLOBAL_MAX_POOL, &none, 1, x, x));
    ODD_TRY(emit(r, last, ODD_LAYER_RESHAPE, &back, 1, x, x));
done:
    return st;
}

/* ---- Sums: the mean times the number of values ---- */

static odd_status sum(odd_onnx_reader *r, const odd_layer_settings *set, bool last, int *x)
{
    odd_status st;
    const odd_layer_settings none = odd_layer_defaults();
    const int64_t values = values_of_one(&r->graph->tensor[*x], set);
    int input[2];
    ODD_TRY(odd_node_step(r, ODD_LAYER_REDUCE_MEAN, set, 1, x, &input[0]));
    ODD_TRY(number(r, (float)values, &input[1]));
    ODD_TRY(emit(r, last, ODD_LAYER_MUL, &none, 2, input, x));
done:
    return st;
}

/* ---- All of them ---- */

typedef enum { MEAN, SUM, LARGEST } reduction;

/* What is done to each value before and to each result behind (IDENTITY: nothing; MUL: its square)
 */
static const struct {
    const char *name;
    odd_layer_kind before;
    reduction by;
    odd_layer_kind behind;
} reductions[] = {
    {"ReduceMean", ODD_LAYER_IDENTITY, MEAN, ODD_LAYER_IDENTITY},
    {"ReduceSum", ODD_LAYER_IDENTITY, SUM, ODD_LAYER_IDENTITY},
    {"ReduceMax", ODD_LAYER_IDENTITY, LARGEST, ODD_LAYER_IDENTITY},
    {"ReduceMin", ODD_LAYER_NEG, LARGEST, ODD_LAYER_NEG},
    {"ReduceL1", ODD_LAYER_ABS, SUM, ODD_LAYER_IDENTITY},
    {"ReduceSumSquare", ODD_LAYER_MUL, SUM, ODD_LAYER_IDENTITY},
    {"ReduceL2", ODD_LAYER_MUL, SUM, ODD_LAYER_SQRT},
    {"ReduceLogSum", ODD_LAYER_IDENTITY, SUM, ODD_LAYER_LOG},
    {"ReduceLogSumExp", ODD_LAYER_EXP, SUM, ODD_LAYER_LOG},
};
enum { REDUCTIONS = sizeof reductions / sizeof *reductions };

static odd_status each(odd_onnx_reader *r, odd_layer_kind kind, bool last, int *x)
{
    const odd_layer_settings none = odd_layer_defaults();
    const int input[2] = {*x, *x};
    return emit(r, last, kind, &none, 1 + (kind == ODD_LAYER_MUL), input, x);
}

static odd_status reduce(odd_onnx_reader *r, reduction by, const odd_layer_settings *set, bool last,
                         int *x)
{
    if (set->axes <= 0) return last ? odd_node_pass(r, *x) : ODD_OK; /* of single values */
    switch (by) {
    case MEAN:
        return emit(r, last, ODD_LAYER_REDUCE_MEAN, set, 1, x, x);
    case SUM:
        return sum(r, set, last, x);
    default:
        return largest(r, set, last, x);
    }
}

static bool is(const odd_onnx_reader *r, const char *name)
{
    return strcmp(r->node->op_type, name) == 0;
}

odd_status odd_read_reduce(odd_onnx_reader *r)
{
    odd_status st;
    int x, i = 0;
    odd_layer_settings set = odd_layer_defaults();
    if (odd_node_is_numbers(r, 0)) return odd_numbers_reduce(r);
    while (i < REDUCTIONS && !is(r, reductions[i].name))
        i++;
    if (i == REDUCTIONS) return odd_node_fail(r, "of real numbers it is not supported");
    ODD_TRY(odd_node_operand(r, 0, &x, &r->stacked));
    const odd_tensor form = odd_node_form(r, x, r->stacked);
    ODD_TRY(axes(r, &form, &set));
    if (r->stacked) ODD_TRY(odd_node_stack_settings(r, ODD_LAYER_REDUCE_MEAN, &set));
    const odd_layer_kind before = reductions[i].before, behind = reductions[i].behind;
    const bool last = behind == ODD_LAYER_IDENTITY;
    if (before != ODD_LAYER_IDENTITY) ODD_TRY(each(r, before, false, &x));
    ODD_TRY(reduce(r, reductions[i].by, &set, last, &x));
    if (!last) ODD_TRY(each(r, behind, true, &x));
done:
    return st;
}
