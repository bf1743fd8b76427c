/* What Slice says: which part of each dimension. */
#include "nn/onnx/onnx_reader_internal.h"

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    return value < low ? low : value > high ? high : value;
}

void odd_slice_bounds(int64_t size, int64_t step, int64_t *first, int64_t *end)
{
    if (*first < 0) *first = *first < -size ? -1 : *first + size;
    if (*end < 0) *end = *end < -size ? -1 : *end + size;
    *first = step > 0 ? clamp(*first, 0, size) : clamp(*first, 0, size - 1);
    *end = step > 0 ? clamp(*end, 0, size) : clamp(*end, -1, size - 1);
}

odd_status odd_read_slice_lists(odd_onnx_reader *r, int rank, odd_slices *s)
{
    odd_status st;
    int ends, axes, steps, old = r->opset < 10;
    ODD_TRY(odd_node_list(r, old ? -1 : 1, "starts", ODD_TENSOR_RANK, s->first, &s->count));
    ODD_TRY(odd_node_list(r, old ? -1 : 2, "ends", ODD_TENSOR_RANK, s->end, &ends));
    ODD_TRY(odd_node_list(r, old ? -1 : 3, "axes", ODD_TENSOR_RANK, s->axis, &axes));
    ODD_TRY(odd_node_list(r, old ? -1 : 4, "steps", ODD_TENSOR_RANK, s->step, &steps));
    if (s->count < 0 || s->count > rank || ends != s->count || (axes >= 0 && axes != s->count) ||
        (steps >= 0 && steps != s->count))
        return odd_node_fail(r, "its starts, ends, axes and steps do not fit together");
    for (int i = 0; i < s->count; i++) {
        if (axes < 0) s->axis[i] = i;
        if (steps < 0) s->step[i] = 1;
        ODD_TRY(odd_node_axis(r, s->axis[i], rank, &s->axis[i]));
    }
done:
    return st;
}
