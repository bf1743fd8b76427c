/* Split of ONNX: every part is a slice. */
#include "nn/onnx/onnx_reader_internal.h"

#include <inttypes.h>
#include <string.h>

#define SPLIT_OUTPUTS 64

/* The sizes of the parts: given, or equal (with a smaller last one from opset 18 on). */
static odd_status split_sizes(odd_onnx_reader *r, int64_t size, int outputs, int64_t part[])
{
    int count;
    odd_status st = odd_node_list(r, r->opset < 13 ? -1 : 1, "split", SPLIT_OUTPUTS, part, &count);
    if (st != ODD_OK) return st;
    if (count < 0 && size % outputs != 0 && r->opset < 18)
        return odd_node_fail(r, "%" PRId64 " values in %d equal parts", size, outputs);
    const int64_t most = (size + outputs - 1) / outputs;
    for (int i = 0; count < 0 && i < outputs; i++)
        part[i] = i < outputs - 1 ? most : size - most * (outputs - 1);
    if (count >= 0 && count != outputs)
        return odd_node_fail(r, "%d sizes for %d parts", count, outputs);
    return ODD_OK;
}

static odd_status split(odd_onnx_reader *r, int x, int axis, int outputs, const int64_t part[])
{
    odd_status st = ODD_OK;
    const odd_tensor t = r->graph->tensor[x];
    odd_layer_settings set = odd_layer_defaults();
    int64_t at = 0;
    set.axes = t.rank;
    memcpy(set.list2, t.shape, sizeof set.list2);
    for (int i = 0; i < outputs; i++) {
        if (part[i] < 1 || part[i] > t.shape[axis] - at)
            return odd_node_fail(r, "part %d has %" PRId64 " values", i, part[i]);
        set.list[axis] = at;
        set.list2[axis] = at += part[i];
        if (odd_node_makes(r, i)) ODD_TRY(odd_node_layer_to(r, i, ODD_LAYER_SLICE, &set, 1, &x));
    }
done:
    return st;
}

odd_status odd_read_split(odd_onnx_reader *r)
{
    odd_status st;
    int x, outputs = (int)r->node->n_output;
    int64_t axis, parts, part[SPLIT_OUTPUTS];
    if (outputs < 1 || outputs > SPLIT_OUTPUTS) return odd_node_fail(r, "it has too many parts");
    ODD_TRY(odd_node_operand(r, 0, &x, &r->stacked));
    const odd_tensor form = odd_node_form(r, x, r->stacked);
    ODD_TRY(odd_node_int(r, "axis", 0, &axis));
    ODD_TRY(odd_node_axis(r, axis, form.rank, &axis));
    ODD_TRY(odd_node_int(r, "num_outputs", outputs, &parts));
    if (axis == 0 && form.batched) return odd_node_fail(r, "it splits the batch");
    if (parts != outputs) return odd_node_fail(r, "it has not as many results as parts");
    ODD_TRY(split_sizes(r, form.shape[axis], outputs, part));
    ODD_TRY(split(r, x, (int)axis + r->stacked, outputs, part));
done:
    return st;
}
