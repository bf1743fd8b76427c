/* A shape by itself: is it allowed, the count of its values, and the message for one that may
 * not. */
#include "nn/graph/graph_internal.h"

#include <inttypes.h>

odd_status odd_shape_fail(const odd_shaping *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    odd_fail_list(ODD_FORMAT, format, arguments);
    va_end(arguments);
    return odd_fail_prefix(ODD_FORMAT, "layer '%s' (%s): ", s->layer->name,
                           odd_layer_name(s->layer->kind));
}

odd_status odd_shape_check(int rank, const int64_t shape[], int64_t *values)
{
    *values = 1;
    if (rank < 0 || rank > ODD_TENSOR_RANK)
        return odd_fail(ODD_FORMAT, "%d dimensions (at most %d)", rank, ODD_TENSOR_RANK);
    for (int i = 0; i < rank; i++) {
        if (shape[i] < 1) return odd_fail(ODD_FORMAT, "a dimension of %" PRId64, shape[i]);
        if (shape[i] > ODD_TENSOR_VALUES / *values) return odd_fail(ODD_FORMAT, "too many values");
        *values *= shape[i];
    }
    return ODD_OK;
}

int64_t odd_tensor_values(const odd_tensor *t)
{
    int64_t values = 1;
    for (int i = 0; i < t->rank; i++)
        values *= t->shape[i];
    return values;
}
