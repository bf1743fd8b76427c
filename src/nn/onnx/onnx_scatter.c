/* ScatterND of ONNX, of what is known: updates (..., rest) of x go where the indices (..., depth)
 * say. Whole numbers and constants alike, as exporters write masks and pads with it. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
    odd_extents x;
    const odd_numbers *index;
    int depth;
    int64_t places, rest; /* updates, and the values of one */
} scatter;

static odd_status read_scatter(odd_onnx_reader *r, odd_extents x, int64_t updates, scatter *s)
{
    odd_status st;
    *s = (scatter){.x = x, .rest = 1};
    ODD_TRY(odd_node_numbers(r, 1, &s->index));
    const int64_t depth = s->index->rank > 0 ? s->index->shape[s->index->rank - 1] : 0;
    if (depth < 1 || depth > x.rank) return odd_node_fail(r, "its indices do not fit");
    s->depth = (int)depth;
    s->places = s->index->count / depth;
    for (int d = s->depth; d < x.rank; d++)
        s->rest *= x.shape[d];
    if (updates % s->rest != 0 || updates / s->rest != s->places)
        return odd_node_fail(r, "its updates do not fit to its indices");
done:
    return st;
}

/* Where the i-th update begins. */
static odd_status place_at(const odd_onnx_reader *r, const scatter *s, int64_t i, int64_t *place)
{
    *place = 0;
    for (int d = 0; d < s->depth; d++) {
        int64_t at = s->index->value[i * s->depth + d], size = s->x.shape[d];
        if (at < 0) at += size;
        if (at < 0 || at >= size)
            return odd_node_fail(r, "index %" PRId64 " of %" PRId64, at, size);
        *place = *place * size + at;
    }
    *place *= s->rest;
    return ODD_OK;
}

static odd_status scatter_numbers(odd_onnx_reader *r)
{
    odd_status st;
    scatter s;
    const odd_numbers *x, *update;
    odd_numbers *n = NULL;
    ODD_TRY(odd_node_numbers(r, 0, &x));
    ODD_TRY(odd_node_numbers(r, 2, &update));
    ODD_TRY(odd_numbers_new(x->rank, x->shape, &n));
    if (n->count == 0) return odd_node_give(r, n);
    ODD_TRY(read_scatter(r, odd_extents_of(x->rank, x->shape), update->count, &s));
    memcpy(n->value, x->value, (size_t)n->count * sizeof *n->value);
    memcpy(n->batch, x->batch, (size_t)n->count * sizeof *n->batch);
    for (int64_t i = 0, place; i < s.places; i++) {
        ODD_TRY(place_at(r, &s, i, &place));
        for (int64_t k = 0; k < s.rest; k++) {
            n->value[place + k] = update->value[i * s.rest + k];
            n->batch[place + k] = update->batch[i * s.rest + k];
        }
    }
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}

static odd_status scatter_floats(odd_onnx_reader *r)
{
    odd_status st;
    scatter s;
    int id[2];
    float *data = NULL;
    ODD_TRY(odd_node_tensor(r, 0, &id[0]));
    ODD_TRY(odd_node_tensor(r, 2, &id[1]));
    const odd_tensor x = r->graph->tensor[id[0]], update = r->graph->tensor[id[1]];
    const int64_t values = odd_tensor_values(&x);
    if (!x.data || !update.data) return odd_node_fail(r, "of computed values it is not supported");
    ODD_TRY(read_scatter(r, odd_extents_of(x.rank, x.shape), odd_tensor_values(&update), &s));
    ODD_TRY(odd_node_spend(r, values));
    ODD_TRY(ODD_NEW(data, values));
    memcpy(data, x.data, (size_t)values * sizeof *data);
    for (int64_t i = 0, place; i < s.places; i++) {
        ODD_TRY(place_at(r, &s, i, &place));
        memcpy(data + place, update.data + i * s.rest, (size_t)s.rest * sizeof *data);
    }
    st = odd_node_floats(r, x.rank, x.shape, data);
    data = NULL; /* handed over */
done:
    odd_free(data);
    return st;
}

odd_status odd_read_scatter(odd_onnx_reader *r)
{
    if (!odd_node_is(r, "reduction", "none", "none"))
        return odd_node_fail(r, "only the reduction 'none' is supported");
    return odd_node_is_numbers(r, 0) ? scatter_numbers(r) : scatter_floats(r);
}
