/* Reference of layers that move values without changing them. */
#include "nn/graph/reference_internal.h"

#include <string.h>

void odd_reference_copy(const odd_task *t)
{
    memcpy(t->out.data, t->in[0].data, (size_t)odd_view_values(&t->out) * sizeof(float));
}

void odd_reference_transpose(const odd_task *t)
{
    int64_t values = odd_view_values(&t->out), to[ODD_TENSOR_RANK], from[ODD_TENSOR_RANK];
    for (int64_t i = 0; i < values; i++) {
        odd_view_place(&t->out, i, to);
        for (int d = 0; d < t->out.rank; d++)
            from[t->layer->set.list[d]] = to[d];
        t->out.data[i] = t->in[0].data[odd_view_index(&t->in[0], from)];
    }
}

/* x (before, run), behind it in the result those of the next input. */
void odd_reference_concat(const odd_task *t)
{
    int64_t before = 1, all = 1, first = 0;
    for (int d = 0; d < t->out.rank; d++)
        *(d < t->layer->set.axis ? &before : &all) *= t->out.shape[d];
    for (int k = 0; k < t->layer->inputs; k++) {
        const odd_view *x = &t->in[k];
        const int64_t run = before > 0 ? odd_view_values(x) / before : 0;
        for (int64_t b = 0; b < before && run > 0; b++)
            memcpy(t->out.data + b * all + first, x->data + b * run, (size_t)run * sizeof *x->data);
        first += run;
    }
}

void odd_reference_pad(const odd_task *t)
{
    const odd_view *x = &t->in[0];
    int64_t values = odd_view_values(&t->out), place[ODD_TENSOR_RANK];
    for (int64_t i = 0; i < values; i++)
        t->out.data[i] = t->layer->set.value;
    values = odd_view_values(x);
    for (int64_t i = 0; i < values; i++) {
        odd_view_place(x, i, place);
        for (int d = 0; d < x->rank; d++)
            place[d] += t->layer->set.list[d];
        t->out.data[odd_view_index(&t->out, place)] = x->data[i];
    }
}

/* Place p of the result is place list + p list3 of x, in each dimension. */
void odd_reference_slice(const odd_task *t)
{
    const odd_layer_settings *set = &t->layer->set;
    const odd_view *x = &t->in[0];
    odd_view slice = t->out;
    int64_t values = odd_view_values(&slice), place[ODD_TENSOR_RANK];
    for (int64_t i = 0; i < values; i++) {
        odd_view_place(&slice, i, place);
        for (int d = 0; d < x->rank; d++)
            place[d] = set->list[d] + place[d] * set->list3[d];
        t->out.data[i] = x->data[odd_view_index(x, place)];
    }
}

/* x (before, size, behind), the result (before, indices, behind). */
void odd_reference_gather(const odd_task *t)
{
    const odd_view *x = &t->in[0];
    int64_t axis = t->layer->set.axis, count = t->out.shape[axis], behind = 1;
    for (int64_t d = axis + 1; d < x->rank; d++)
        behind *= x->shape[d];
    int64_t rows = odd_view_values(&t->out) / behind;
    for (int64_t i = 0; i < rows; i++) {
        int64_t from = i / count * x->shape[axis] + (int64_t)t->in[1].data[i % count];
        memcpy(t->out.data + i * behind, x->data + from * behind, (size_t)behind * sizeof(float));
    }
}
