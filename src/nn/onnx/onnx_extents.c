/* Shapes of what is known when a file is read, and numpy's broadcasting between them. */
#include "nn/onnx/onnx_reader_internal.h"

#include <inttypes.h>
#include <string.h>

odd_extents odd_extents_of(int rank, const int64_t shape[])
{
    odd_extents f = {.rank = rank};
    if (rank > 0) memcpy(f.shape, shape, (size_t)rank * sizeof *shape);
    return f;
}

int64_t odd_extents_size(const odd_extents *f, const odd_extents *out, int d)
{
    int at = d - (out->rank - f->rank);
    return at < 0 ? 1 : f->shape[at];
}

odd_status odd_extents_join(const odd_onnx_reader *r, odd_extents *a, const odd_extents *b)
{
    odd_extents out = a->rank >= b->rank ? *a : *b;
    for (int d = 0; d < out.rank; d++) {
        int64_t x = odd_extents_size(a, &out, d), y = odd_extents_size(b, &out, d);
        if (x != y && x != 1 && y != 1)
            return odd_node_fail(r, "dimensions of %" PRId64 " and %" PRId64 " do not fit", x, y);
        out.shape[d] = x == 1 ? y : x;
    }
    *a = out;
    return ODD_OK;
}

int64_t odd_extents_place(const odd_extents *in, const odd_extents *out, int64_t at)
{
    int64_t place = 0, step = 1;
    for (int d = out->rank - 1; d >= 0; d--) {
        int64_t size = odd_extents_size(in, out, d);
        if (size > 1) place += at % out->shape[d] * step;
        step *= size;
        at /= out->shape[d];
    }
    return place;
}
