/* ONNX nodes that take from places, or put into places, that constants tell one by one: GatherND,
 * GatherElements, ScatterND, ScatterElements. All values become one list of pieces; what is taken
 * is a Gather of that, what is put is one of both lists behind each other. */
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <string.h>

/* x as a list of `cells` pieces of `rest` values; which of them each place of the indices means. */
typedef struct {
    odd_extents x, index;
    const odd_numbers *at; /* the indices */
    int64_t cells, rest, count;
    int64_t *which; /* (count) owned */
} places;

static odd_status extents(odd_onnx_reader *r, int input, odd_extents *form)
{
    odd_tensor t;
    const odd_numbers *n;
    odd_status st;
    if (odd_node_is_numbers(r, input)) {
        ODD_TRY(odd_node_numbers(r, input, &n));
        *form = odd_extents_of(n->rank, n->shape);
    } else {
        ODD_TRY(odd_call_form(r, odd_call_input(r, input), &t));
        *form = odd_extents_of(t.rank, t.shape);
    }
done:
    return st;
}

static odd_status open_places(odd_onnx_reader *r, places *p)
{
    odd_status st;
    *p = (places){.cells = 1, .rest = 1};
    ODD_TRY(extents(r, 0, &p->x));
    ODD_TRY(odd_node_numbers(r, 1, &p->at));
    p->index = odd_extents_of(p->at->rank, p->at->shape);
done:
    return st;
}

/* One place along a dimension, which may count from its end. */
static odd_status place(const odd_onnx_reader *r, const places *p, int64_t i, int64_t size,
                        int64_t *at)
{
    *at = p->at->value[i] < 0 ? p->at->value[i] + size : p->at->value[i];
    if (*at < 0 || *at >= size || p->at->batch[i])
        return odd_node_fail(r, "index %" PRId64 " of %" PRId64, p->at->value[i], size);
    return ODD_OK;
}

/* ---- Whole pieces: the last dimension of the indices is a place ---- */

/* `batch_dims` dimensions go along with those of x. */
static odd_status pieces(odd_onnx_reader *r, int64_t batch_dims, places *p)
{
    odd_status st;
    const int64_t depth = p->index.rank > 0 ? p->index.shape[p->index.rank - 1] : 0;
    int64_t along = 1;
    if (depth < 1 || batch_dims < 0 || batch_dims > p->index.rank - 1 ||
        depth > p->x.rank - batch_dims)
        return odd_node_fail(r, "its indices do not fit");
    for (int d = 0; d < p->x.rank; d++)
        *(d < batch_dims + depth ? &p->cells : &p->rest) *= p->x.shape[d];
    for (int d = 0; d < batch_dims; d++) {
        if (p->x.shape[d] != p->index.shape[d]) return odd_node_fail(r, "its indices do not fit");
        along *= p->x.shape[d];
    }
    p->count = p->at->count / depth;
    ODD_TRY(ODD_NEW(p->which, p->count));
    for (int64_t i = 0, at; i < p->count; i++) {
        p->which[i] = i / (p->count / along);
        for (int64_t d = 0; d < depth; d++) {
            const int64_t size = p->x.shape[batch_dims + d];
            ODD_TRY(place(r, p, i * depth + d, size, &at));
            p->which[i] = p->which[i] * size + at;
        }
    }
done:
    return st;
}

/* ---- Single values: the place along one axis, the others are those of the index ---- */

static odd_status elements(odd_onnx_reader *r, places *p)
{
    odd_status st;
    int64_t axis;
    ODD_TRY(odd_node_int(r, "axis", 0, &axis));
    ODD_TRY(odd_node_axis(r, axis, p->x.rank, &axis));
    if (p->index.rank != p->x.rank) return odd_node_fail(r, "its indices do not fit");
    for (int d = 0; d < p->x.rank; d++) {
        p->cells *= p->x.shape[d];
        if (d != axis && p->index.shape[d] > p->x.shape[d])
            return odd_node_fail(r, "its indices do not fit");
    }
    p->count = p->at->count;
    ODD_TRY(ODD_NEW(p->which, p->count));
    for (int64_t i = 0; i < p->count; i++) {
        int64_t step = 1, left = i;
        for (int d = p->x.rank - 1; d >= 0; d--) {
            int64_t at = left % p->index.shape[d];
            if (d == axis) ODD_TRY(place(r, p, i, p->x.shape[d], &at));
            p->which[i] += at * step;
            left /= p->index.shape[d];
            step *= p->x.shape[d];
        }
    }
done:
    return st;
}

/* ---- Taking and putting ---- */

static odd_status as_pieces(odd_onnx_reader *r, int64_t count, int64_t rest, const char **x)
{
    const int64_t shape[] = {count, rest};
    return odd_call_reshape(r, 2, shape, x);
}

/* Pieces of a list by their numbers, under another shape. */
static odd_status take(odd_onnx_reader *r, const char *x, int64_t count, const int64_t which[],
                       const odd_extents *out)
{
    odd_status st;
    const char *list;
    ODD_TRY(odd_call_list(r, count, which, &list));
    ODD_TRY(odd_call_two(r, "Gather", x, list, &x));
    ODD_TRY(odd_call_list(r, out->rank, out->shape, &list));
    ODD_TRY(odd_last_two(r, "Reshape", x, list));
done:
    return st;
}

odd_status odd_read_gather_nd(odd_onnx_reader *r)
{
    odd_status st;
    places p;
    int64_t batch_dims, depth;
    odd_extents out = {.rank = 0};
    const char *x = odd_call_input(r, 0);
    ODD_TRY(open_places(r, &p));
    ODD_TRY(odd_node_int(r, "batch_dims", 0, &batch_dims));
    ODD_TRY(pieces(r, batch_dims, &p));
    depth = p.index.shape[p.index.rank - 1];
    if (p.index.rank - 1 + p.x.rank - batch_dims - depth > ODD_TENSOR_RANK) {
        st = odd_node_fail(r, "its result has too many dimensions");
        goto done;
    }
    for (int d = 0; d < p.index.rank - 1; d++)
        out.shape[out.rank++] = p.index.shape[d];
    for (int64_t d = batch_dims + depth; d < p.x.rank; d++)
        out.shape[out.rank++] = p.x.shape[d];
    ODD_TRY(as_pieces(r, p.cells, p.rest, &x));
    ODD_TRY(take(r, x, p.count, p.which, &out));
done:
    odd_free(p.which);
    return st;
}

odd_status odd_read_gather_elements(odd_onnx_reader *r)
{
    odd_status st;
    places p;
    const char *x = odd_call_input(r, 0);
    ODD_TRY(open_places(r, &p));
    ODD_TRY(elements(r, &p));
    ODD_TRY(as_pieces(r, p.cells, 1, &x));
    ODD_TRY(take(r, x, p.count, p.which, &p.index));
done:
    odd_free(p.which);
    return st;
}

/* What is put last into a place stays there. */
static odd_status put(odd_onnx_reader *r, const places *p)
{
    odd_status st;
    int64_t *from = NULL;
    const char *x = odd_call_input(r, 0), *updates = odd_call_input(r, 2);
    if (p->cells == 0) return odd_last_one(r, "Identity", x);
    ODD_TRY(ODD_NEW(from, p->cells));
    for (int64_t i = 0; i < p->cells; i++)
        from[i] = i;
    for (int64_t i = 0; i < p->count; i++)
        from[p->which[i]] = p->cells + i;
    ODD_TRY(as_pieces(r, p->cells, p->rest, &x));
    if (p->count > 0) {
        ODD_TRY(as_pieces(r, p->count, p->rest, &updates));
        const odd_call join = {
            .op = "Concat", .input = {x, updates}, .set = {{.name = "axis", .i = 0}}};
        ODD_TRY(odd_node_call(r, &join, &x));
    }
    ODD_TRY(take(r, x, p->cells, from, &p->x));
done:
    odd_free(from);
    return st;
}

static odd_status scatter(odd_onnx_reader *r, bool whole_pieces)
{
    odd_status st;
    places p;
    odd_extents updates;
    int64_t values = 1;
    if (!odd_node_is(r, "reduction", "none", "none"))
        return odd_node_fail(r, "only the reduction 'none' is supported");
    ODD_TRY(open_places(r, &p));
    ODD_TRY(whole_pieces ? pieces(r, 0, &p) : elements(r, &p));
    ODD_TRY(extents(r, 2, &updates));
    for (int d = 0; d < updates.rank; d++)
        values *= updates.shape[d];
    st = values == p.count * p.rest ? put(r, &p)
                                    : odd_node_fail(r, "its updates do not fit to its indices");
done:
    odd_free(p.which);
    return st;
}

odd_status odd_read_scatter(odd_onnx_reader *r)
{
    return scatter(r, true);
}

odd_status odd_read_scatter_elements(odd_onnx_reader *r)
{
    return scatter(r, false);
}
