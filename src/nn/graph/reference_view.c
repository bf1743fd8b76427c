/* Places in an array of the reference: the numbers of values, row-major, and back. */
#include "nn/graph/reference_internal.h"

int64_t odd_view_values(const odd_view *v)
{
    int64_t values = 1;
    for (int d = 0; d < v->rank; d++)
        values *= v->shape[d];
    return values;
}

void odd_view_place(const odd_view *v, int64_t index, int64_t place[ODD_TENSOR_RANK])
{
    for (int d = v->rank - 1; d >= 0; d--) {
        place[d] = index % v->shape[d];
        index /= v->shape[d];
    }
}

int64_t odd_view_index(const odd_view *v, const int64_t place[ODD_TENSOR_RANK])
{
    int64_t index = 0;
    for (int d = 0; d < v->rank; d++)
        index = index * v->shape[d] + place[d];
    return index;
}
