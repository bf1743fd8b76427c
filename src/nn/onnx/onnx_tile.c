/* ONNX nodes that repeat, or move values between channels and places: Tile, DepthToSpace,
 * SpaceToDepth. */
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>

#define REPEATED ((int64_t)1 << 24) /* places of one dimension */

/* ---- Tile ---- */

/* Dimension d, `times` behind each other: its places are gathered again and again. */
static odd_status repeat(odd_onnx_reader *r, int64_t size, int64_t times, int d, const char **x)
{
    odd_status st;
    int64_t *which = NULL;
    const char *index;
    if (times < 1 || size < 1 || times > REPEATED / size)
        return odd_node_fail(r, "it repeats dimension %d %" PRId64 " times", d, times);
    ODD_TRY(ODD_NEW(which, size * times));
    for (int64_t i = 0; i < size * times; i++)
        which[i] = i % size;
    ODD_TRY(odd_call_list(r, size * times, which, &index));
    ODD_TRY(odd_node_call(
        r, &(odd_call){.op = "Gather", .input = {*x, index}, .set = {{.name = "axis", .i = d}}},
        x));
done:
    odd_free(which);
    return st;
}

/* The shape of numbers or of floats. */
static odd_status form_of(odd_onnx_reader *r, odd_extents *form)
{
    odd_tensor t;
    const odd_numbers *n;
    odd_status st;
    if (odd_node_is_numbers(r, 0)) {
        ODD_TRY(odd_node_numbers(r, 0, &n));
        *form = odd_extents_of(n->rank, n->shape);
    } else {
        ODD_TRY(odd_call_form(r, odd_call_input(r, 0), &t));
        *form = odd_extents_of(t.rank, t.shape);
    }
done:
    return st;
}

odd_status odd_read_tile(odd_onnx_reader *r)
{
    odd_status st;
    odd_extents form;
    const odd_numbers *times;
    const char *x = odd_call_input(r, 0);
    ODD_TRY(form_of(r, &form));
    ODD_TRY(odd_node_numbers(r, 1, &times));
    if (times->count != form.rank)
        return odd_node_fail(r, "%" PRId64 " repeats for %d dimensions", times->count, form.rank);
    for (int d = 0; d < form.rank; d++)
        if (times->value[d] != 1 && !times->batch[d])
            ODD_TRY(repeat(r, form.shape[d], times->value[d], d, &x));
    ODD_TRY(odd_last_one(r, "Identity", x));
done:
    return st;
}

/* ---- Channels and places: reshape, transpose, reshape ---- */

static odd_status moved(odd_onnx_reader *r, const int64_t apart[6], const int64_t perm[6],
                        const int64_t together[4])
{
    odd_status st;
    const char *x = odd_call_input(r, 0);
    ODD_TRY(odd_call_reshape(r, 6, apart, &x));
    ODD_TRY(odd_call_transpose(r, 6, perm, &x));
    ODD_TRY(odd_call_reshape(r, 4, together, &x));
    ODD_TRY(odd_last_one(r, "Identity", x));
done:
    return st;
}

/* The blocks of x (N, C, H, W). */
static odd_status read_blocks(odd_onnx_reader *r, odd_tensor *x, int64_t *b)
{
    odd_status st;
    ODD_TRY(odd_call_form(r, odd_call_input(r, 0), x));
    ODD_TRY(odd_node_int(r, "blocksize", 0, b));
    if (x->rank != 4) return odd_node_fail(r, "its input has %d dimensions", x->rank);
    if (*b < 1 || *b > INT16_MAX) return odd_node_fail(r, "its blocksize is %" PRId64, *b);
done:
    return st;
}

odd_status odd_read_depth_to_space(odd_onnx_reader *r)
{
    static const int64_t depth_first[] = {0, 3, 4, 1, 5, 2}, columns_first[] = {0, 1, 4, 2, 5, 3};
    odd_tensor x;
    int64_t b;
    odd_status st = read_blocks(r, &x, &b);
    if (st != ODD_OK) return st;
    const int64_t *s = x.shape, c = s[1] / (b * b);
    const bool crd = odd_node_is(r, "mode", "CRD", "DCR");
    if (c < 1 || s[1] % (b * b) != 0)
        return odd_node_fail(r, "%" PRId64 " channels in blocks of %" PRId64, s[1], b * b);
    const int64_t dcr_apart[] = {0, b, b, c, s[2], s[3]}, crd_apart[] = {0, c, b, b, s[2], s[3]};
    const int64_t together[] = {0, c, s[2] * b, s[3] * b};
    return moved(r, crd ? crd_apart : dcr_apart, crd ? columns_first : depth_first, together);
}

odd_status odd_read_space_to_depth(odd_onnx_reader *r)
{
    static const int64_t blocks_first[] = {0, 3, 5, 1, 2, 4};
    odd_tensor x;
    int64_t b;
    odd_status st = read_blocks(r, &x, &b);
    if (st != ODD_OK) return st;
    const int64_t *s = x.shape;
    if (s[2] % b != 0 || s[3] % b != 0)
        return odd_node_fail(r, "its input is not of whole blocks of %" PRId64, b);
    const int64_t apart[] = {0, s[1], s[2] / b, b, s[3] / b, b};
    const int64_t together[] = {0, s[1] * b * b, s[2] / b, s[3] / b};
    return moved(r, apart, blocks_first, together);
}
