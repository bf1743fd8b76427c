/* Concat of ONNX: known numbers, tensors, and constants (a class token) that join each image. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"

#include <inttypes.h>

static bool all_numbers(odd_onnx_reader *r)
{
    bool all = true;
    for (int i = 0; all && (size_t)i < r->node->n_input; i++)
        all = odd_node_is_numbers(r, i);
    return all;
}

/* What the inputs have in common; `axis` counts in the file. */
typedef struct {
    int64_t axis;
    bool constant, computed; /* some are */
} joint;

static odd_status survey(odd_onnx_reader *r, joint *j)
{
    odd_status st = ODD_OK;
    if (!odd_node_has_attribute(r, "axis")) return odd_node_fail(r, "it has no axis");
    *j = (joint){0};
    for (int i = 0; (size_t)i < r->node->n_input; i++) {
        int x;
        bool stacked;
        ODD_TRY(odd_node_operand(r, i, &x, &stacked));
        const odd_tensor form = odd_node_form(r, x, stacked);
        r->stacked = r->stacked || stacked;
        j->computed = j->computed || r->graph->tensor[x].batched;
        j->constant = j->constant || !r->graph->tensor[x].batched;
        ODD_TRY(odd_node_int(r, "axis", 0, &j->axis));
        ODD_TRY(odd_node_axis(r, j->axis, form.rank, &j->axis));
    }
done:
    return st;
}

/* An input as the result has it: stacked where that is. */
static odd_status take(odd_onnx_reader *r, int i, int *x)
{
    bool stacked;
    odd_status st = odd_node_operand(r, i, x, &stacked);
    if (st != ODD_OK || stacked || !r->stacked || !r->graph->tensor[*x].batched) return st;
    return odd_node_stack(r, x);
}

/* A layer takes so many inputs; of more the first are put together beforehand. */
static odd_status put_together(odd_onnx_reader *r, int64_t axis)
{
    odd_status st;
    int input[ODD_LAYER_INPUTS], inputs = 0;
    odd_layer_settings set = odd_layer_defaults();
    set.axis = axis + r->stacked;
    for (int i = 0; (size_t)i < r->node->n_input; i++) {
        if (inputs == ODD_LAYER_INPUTS) {
            ODD_TRY(odd_node_step(r, ODD_LAYER_CONCAT, &set, inputs, input, &input[0]));
            inputs = 1;
        }
        ODD_TRY(take(r, i, &input[inputs++]));
    }
    ODD_TRY(odd_node_layer(r, ODD_LAYER_CONCAT, &set, inputs, input));
done:
    return st;
}

/* ---- Constants beside what is computed ---- */

static odd_status pad_along(odd_onnx_reader *r, int64_t axis, int64_t before, int64_t after, int *x)
{
    odd_layer_settings set = odd_layer_defaults();
    set.axes = r->graph->tensor[*x].rank;
    set.list[axis] = before;
    set.list2[axis] = after;
    return odd_node_step(r, ODD_LAYER_PAD, &set, 1, x, x);
}

/* The constant comes before or behind x: zeros make room in both, and the sum is exact. */
static odd_status join_constant(odd_onnx_reader *r, int64_t axis, int constant, bool before, int *x)
{
    odd_status st;
    const odd_layer_settings set = odd_layer_defaults();
    const odd_tensor form = odd_node_form(r, *x, r->stacked), c = r->graph->tensor[constant];
    bool fits = c.rank == form.rank;
    for (int d = 0; fits && d < c.rank; d++)
        fits = d == axis || c.shape[d] == form.shape[d];
    if (!fits || (axis == 0 && form.batched))
        return odd_node_fail(r, "'%s' does not fit to the others", c.name);
    int input[2] = {*x, constant};
    const int64_t mine = form.shape[axis], its = c.shape[axis];
    ODD_TRY(pad_along(r, axis + r->stacked, before ? its : 0, before ? 0 : its, &input[0]));
    ODD_TRY(pad_along(r, axis, before ? 0 : mine, before ? mine : 0, &input[1]));
    ODD_TRY(odd_node_step(r, ODD_LAYER_ADD, &set, 2, input, x));
done:
    return st;
}

/* Every constant joins the computed input behind it, those at the end the last one. `left` of them
 * stay in `out`. */
static odd_status join_constants(odd_onnx_reader *r, int64_t axis, int inputs, const int input[],
                                 int out[], int *left)
{
    odd_status st = ODD_OK;
    int next = 0; /* the first constant that has joined nothing */
    *left = 0;
    for (int i = 0; i < inputs; i++) {
        if (!r->graph->tensor[input[i]].batched) continue;
        out[*left] = input[i];
        for (int k = i - 1; k >= next; k--)
            ODD_TRY(join_constant(r, axis, input[k], true, &out[*left]));
        next = i + 1;
        ++*left;
    }
    for (; next < inputs; next++)
        ODD_TRY(join_constant(r, axis, input[next], false, &out[*left - 1]));
done:
    return st;
}

static odd_status with_constants(odd_onnx_reader *r, int64_t axis)
{
    odd_status st;
    int input[ODD_LAYER_INPUTS], out[ODD_LAYER_INPUTS], inputs = (int)r->node->n_input, left;
    odd_layer_settings set = odd_layer_defaults();
    if (inputs > ODD_LAYER_INPUTS) return odd_node_fail(r, "it has too many inputs");
    set.axis = axis + r->stacked;
    for (int i = 0; i < inputs; i++)
        ODD_TRY(take(r, i, &input[i]));
    ODD_TRY(join_constants(r, axis, inputs, input, out, &left));
    if (left == 1) return odd_node_pass(r, out[0]);
    ODD_TRY(odd_node_layer(r, ODD_LAYER_CONCAT, &set, left, out));
done:
    return st;
}

odd_status odd_read_concat(odd_onnx_reader *r)
{
    joint j;
    if (r->node->n_input > 0 && all_numbers(r)) return odd_numbers_concat(r);
    odd_status st = survey(r, &j);
    if (st != ODD_OK) return st;
    return j.constant && j.computed ? with_constants(r, j.axis) : put_together(r, j.axis);
}
