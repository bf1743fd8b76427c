/* Stacks: what a file does with the dimension of its batch, though no layer of ours may touch that.
 *
 * Each image goes through a network alone, so a file can be read as the program for a batch of one
 * image. Where that image's dimension is moved, merged or taken apart (attention and windows are
 * written so), the graph's tensor gets the images in a dimension of its own before those of the
 * file: it is stacked. For (1, 49, C) of a file the graph has (N, 49, C); for the (64, 49, C) into
 * which one image falls it has (N, 64, 49, C), and axis a of the file is axis a + 1. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"

#include <string.h>

odd_tensor odd_node_form(const odd_onnx_reader *r, int tensor, bool stacked)
{
    odd_tensor t = r->graph->tensor[tensor];
    if (!stacked) return t;
    t.rank--;
    t.batched = false;
    memmove(t.shape, t.shape + 1, (size_t)t.rank * sizeof *t.shape);
    return t;
}

/* The image gets a dimension of its own before those that the file gives it. */
odd_status odd_node_stack(odd_onnx_reader *r, int *tensor)
{
    odd_layer_settings set = odd_layer_defaults();
    set.axes = 1;
    set.list[0] = 1;
    return odd_node_step(r, ODD_LAYER_UNSQUEEZE, &set, 1, tensor, tensor);
}

static odd_status unstack(odd_onnx_reader *r, int *tensor)
{
    odd_layer_settings set = odd_layer_defaults();
    const odd_tensor *t = &r->graph->tensor[*tensor];
    if (t->rank < 2 || t->shape[1] != 1)
        return odd_node_fail(r, "it would mix images: the batch must stay the first dimension");
    set.axes = 1;
    set.list[0] = 1;
    return odd_node_step(r, ODD_LAYER_SQUEEZE, &set, 1, tensor, tensor);
}

/* ---- Inputs ---- */

odd_status odd_node_tensor(odd_onnx_reader *r, int input, int *tensor)
{
    bool stacked;
    odd_status st = odd_node_operand(r, input, tensor, &stacked);
    return st == ODD_OK && stacked ? unstack(r, tensor) : st;
}

odd_status odd_node_tensors(odd_onnx_reader *r, int count, int tensor[])
{
    odd_status st = ODD_OK;
    for (int i = 0; i < count && st == ODD_OK; i++)
        st = odd_node_tensor(r, i, &tensor[i]);
    return st;
}

odd_status odd_node_scalar(odd_onnx_reader *r, int input, float *value)
{
    int tensor;
    odd_status st = odd_node_tensor(r, input, &tensor);
    if (st != ODD_OK) return st;
    const odd_tensor *t = &r->graph->tensor[tensor];
    if (!t->data || odd_tensor_values(t) != 1)
        return odd_node_fail(r, "its input '%s' must be one constant number", t->name);
    *value = t->data[0];
    return ODD_OK;
}

/* ---- Settings ---- */

static void put_before(int64_t list[ODD_TENSOR_RANK], int count, int64_t first, int64_t add)
{
    for (int d = count; d > 0; d--)
        list[d] = list[d - 1] + add;
    list[0] = first;
}

odd_status odd_node_stack_settings(const odd_onnx_reader *r, odd_layer_kind kind,
                                   odd_layer_settings *set)
{
    const bool whole = kind == ODD_LAYER_TRANSPOSE || kind == ODD_LAYER_PAD ||
                       kind == ODD_LAYER_SLICE || kind == ODD_LAYER_RESHAPE;
    if (kind == ODD_LAYER_SOFTMAX || kind == ODD_LAYER_L2_NORM) set->axis++;
    for (int i = 0; !whole && i < set->axes; i++)
        set->list[i]++;
    if (!whole) return ODD_OK;
    if (set->axes >= ODD_TENSOR_RANK)
        return odd_node_fail(r, "with the batch apart it has more than %d dimensions",
                             ODD_TENSOR_RANK);
    put_before(set->list, set->axes, kind == ODD_LAYER_RESHAPE, kind == ODD_LAYER_TRANSPOSE);
    put_before(set->list2, set->axes, kind == ODD_LAYER_SLICE, 0);
    put_before(set->list3, set->axes, 1, 0);
    set->axes++;
    return ODD_OK;
}

/* True if the images would not stay in the first dimension. */
static bool moves_batch(odd_layer_kind kind, const odd_layer_settings *set)
{
    switch (kind) {
    case ODD_LAYER_RESHAPE:
        return set->axes == 0 || set->list[0] != 1;
    case ODD_LAYER_TRANSPOSE:
        return set->axes > 0 && set->list[0] != 0;
    case ODD_LAYER_UNSQUEEZE:
        return set->axes > 0 && set->list[0] == 0;
    default:
        return false;
    }
}

odd_status odd_node_one(odd_onnx_reader *r, odd_layer_kind kind, odd_node_settings *read)
{
    odd_status st;
    int x;
    odd_layer_settings set = odd_layer_defaults();
    ODD_TRY(odd_node_operand(r, 0, &x, &r->stacked));
    const odd_tensor form = odd_node_form(r, x, r->stacked);
    ODD_TRY(read(r, &form, &set));
    const bool moves = r->graph->tensor[x].batched && moves_batch(kind, &set);
    if (kind == ODD_LAYER_RESHAPE) r->stacked = false; /* whatever it was before */
    if (moves && !r->stacked && kind != ODD_LAYER_RESHAPE) ODD_TRY(odd_node_stack(r, &x));
    r->stacked = r->stacked || moves;
    if (r->stacked) ODD_TRY(odd_node_stack_settings(r, kind, &set));
    ODD_TRY(odd_node_layer(r, kind, &set, 1, &x));
done:
    return st;
}

/* ---- Two tensors that broadcast ---- */

/* True if the dimension of x's images would meet another than that of the result's, or where the
 * file has but one image, a larger one. */
static bool meets_another(const odd_onnx_reader *r, const odd_tensor *x, const odd_tensor *y,
                          int rank)
{
    if (!x->batched) return false;
    return x->rank < rank || (r->batch == 1 && !y->batched && y->rank == rank && y->shape[0] != 1);
}

/* The image's dimensions become the last of `rank` ones, behind its own. */
static odd_status spread(odd_onnx_reader *r, int rank, bool stacked, int *tensor)
{
    const odd_tensor *t = &r->graph->tensor[*tensor], form = odd_node_form(r, *tensor, stacked);
    odd_layer_settings set = odd_layer_defaults();
    if (!t->batched || (stacked && form.rank == rank)) return ODD_OK;
    if (rank >= ODD_TENSOR_RANK)
        return odd_node_fail(r, "with the batch apart it has more than %d dimensions",
                             ODD_TENSOR_RANK);
    set.axes = rank + 1;
    for (int d = 0; d <= rank; d++) {
        int from = d - (rank + 1 - form.rank);
        set.list[d] = d > 0 && from >= 0 ? form.shape[from] : 1;
    }
    return odd_node_step(r, ODD_LAYER_RESHAPE, &set, 1, tensor, tensor);
}

odd_status odd_node_two(odd_onnx_reader *r, odd_layer_kind kind, int input[2])
{
    odd_status st;
    bool stacked[2];
    odd_tensor form[2];
    for (int i = 0; i < 2; i++) {
        ODD_TRY(odd_node_operand(r, i, &input[i], &stacked[i]));
        form[i] = odd_node_form(r, input[i], stacked[i]);
    }
    const int rank = form[0].rank > form[1].rank ? form[0].rank : form[1].rank;
    r->stacked = stacked[0] || stacked[1];
    if (kind == ODD_LAYER_MATMUL && (form[0].rank < 2 || form[1].rank < 2)) return ODD_OK;
    if (kind != ODD_LAYER_MATMUL || rank > 2)
        r->stacked = r->stacked || meets_another(r, &form[0], &form[1], rank) ||
                     meets_another(r, &form[1], &form[0], rank);
    else
        r->stacked = r->stacked || form[1].batched; /* the images are no inner dimension */
    for (int i = 0; r->stacked && i < 2; i++)
        ODD_TRY(spread(r, rank, stacked[i], &input[i]));
done:
    return st;
}

odd_status odd_node_apart(odd_onnx_reader *r, int input[2])
{
    odd_status st = ODD_OK;
    bool stacked[2];
    for (int i = 0; i < 2; i++)
        ODD_TRY(odd_node_operand(r, i, &input[i], &stacked[i]));
    r->stacked = stacked[0] || stacked[1];
    for (int i = 0; i < 2; i++)
        if (r->stacked && !stacked[i] && r->graph->tensor[input[i]].batched)
            ODD_TRY(odd_node_stack(r, &input[i]));
done:
    return st;
}
