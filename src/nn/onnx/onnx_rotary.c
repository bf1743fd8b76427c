/* RotaryEmbedding of ONNX: pairs of features, turned by angles that grow with the place (Su et al.,
 * RoFormer). x (N, heads, places, features), or (N, places, heads features). */
#include "nn/onnx/onnx_reader_internal.h"

#include <inttypes.h>

typedef struct {
    int64_t heads, places, size, turned; /* features of a head, and those that are turned */
    bool flat, interleaved;
} rotary;

static odd_status read_settings(odd_onnx_reader *r, const odd_tensor *form, rotary *s)
{
    odd_status st;
    int64_t interleaved;
    ODD_TRY(odd_node_int(r, "interleaved", 0, &interleaved));
    ODD_TRY(odd_node_int(r, "num_heads", 0, &s->heads));
    s->interleaved = interleaved != 0;
    s->flat = form->rank == 3;
    if (form->rank != 3 && form->rank != 4)
        return odd_node_fail(r, "its input has %d dimensions", form->rank);
    if (s->flat && (s->heads < 1 || form->shape[2] % s->heads != 0))
        return odd_node_fail(r, "%" PRId64 " features for %" PRId64 " heads", form->shape[2],
                             s->heads);
    if (!s->flat) s->heads = form->shape[1];
    s->places = form->shape[s->flat ? 1 : 2];
    s->size = s->flat ? form->shape[2] / s->heads : form->shape[3];
    ODD_TRY(odd_node_int(r, "rotary_embedding_dim", 0, &s->turned));
    if (s->turned == 0) s->turned = s->size;
    if (s->turned < 2 || s->turned > s->size || s->turned % 2 != 0)
        return odd_node_fail(r, "%" PRId64 " of %" PRId64 " features cannot be turned", s->turned,
                             s->size);
done:
    return st;
}

/* [first, end) of the last of four dimensions, every `step`-th. */
static odd_status take(odd_onnx_reader *r, const char *x, int64_t first, int64_t end, int64_t step,
                       const char **out)
{
    odd_status st;
    const int64_t axis = 3;
    const char *list[4];
    ODD_TRY(odd_call_list(r, 1, &first, &list[0]));
    ODD_TRY(odd_call_list(r, 1, &end, &list[1]));
    ODD_TRY(odd_call_list(r, 1, &axis, &list[2]));
    ODD_TRY(odd_call_list(r, 1, &step, &list[3]));
    ODD_TRY(odd_node_call(
        r, &(odd_call){.op = "Slice", .input = {x, list[0], list[1], list[2], list[3]}}, out));
done:
    return st;
}

/* Cosines or sines, one for each pair: of the places, with a dimension for the heads. */
static odd_status angles(odd_onnx_reader *r, int input, const char **out)
{
    odd_status st;
    const int64_t axis = 1;
    const char *axes;
    *out = odd_call_input(r, input);
    if (odd_node_has(r, 3)) ODD_TRY(odd_call_two(r, "Gather", *out, odd_call_input(r, 3), out));
    ODD_TRY(odd_call_list(r, 1, &axis, &axes));
    ODD_TRY(odd_call_two(r, "Unsqueeze", *out, axes, out));
done:
    return st;
}

static odd_status join(odd_onnx_reader *r, const char *a, const char *b, const char **out)
{
    return odd_node_call(
        r, &(odd_call){.op = "Concat", .input = {a, b}, .set = {{.name = "axis", .i = -1}}}, out);
}

/* (a, b) becomes (a cos - b sin, a sin + b cos). */
static odd_status turn(odd_onnx_reader *r, const char *a, const char *b, const char *out[2])
{
    odd_status st;
    const char *cosine, *sine, *part[4];
    ODD_TRY(angles(r, 1, &cosine));
    ODD_TRY(angles(r, 2, &sine));
    ODD_TRY(odd_call_two(r, "Mul", a, cosine, &part[0]));
    ODD_TRY(odd_call_two(r, "Mul", b, sine, &part[1]));
    ODD_TRY(odd_call_two(r, "Mul", a, sine, &part[2]));
    ODD_TRY(odd_call_two(r, "Mul", b, cosine, &part[3]));
    ODD_TRY(odd_call_two(r, "Sub", part[0], part[1], &out[0]));
    ODD_TRY(odd_call_two(r, "Add", part[2], part[3], &out[1]));
done:
    return st;
}

/* The two of each pair side by side again, or in two halves. */
static odd_status put_together(odd_onnx_reader *r, const rotary *s, const char *const part[2],
                               const char **out)
{
    odd_status st;
    const int64_t one[] = {0, s->heads, s->places, s->turned / 2, 1};
    const int64_t all[] = {0, s->heads, s->places, s->turned};
    const char *a = part[0], *b = part[1];
    if (!s->interleaved) return join(r, a, b, out);
    ODD_TRY(odd_call_reshape(r, 5, one, &a));
    ODD_TRY(odd_call_reshape(r, 5, one, &b));
    ODD_TRY(join(r, a, b, out));
    ODD_TRY(odd_call_reshape(r, 4, all, out));
done:
    return st;
}

odd_status odd_read_rotary(odd_onnx_reader *r)
{
    static const int64_t heads_first[] = {0, 2, 1, 3};
    odd_status st;
    rotary s;
    odd_tensor form;
    const char *x = odd_call_input(r, 0), *a, *b, *rest, *part[2];
    ODD_TRY(odd_call_form(r, x, &form));
    ODD_TRY(read_settings(r, &form, &s));
    const int64_t split[] = {0, s.places, s.heads, s.size},
                  flat[] = {0, s.places, s.heads * s.size};
    const int64_t half = s.turned / 2;
    if (s.flat) ODD_TRY(odd_call_reshape(r, 4, split, &x));
    if (s.flat) ODD_TRY(odd_call_transpose(r, 4, heads_first, &x));
    ODD_TRY(take(r, x, 0, s.interleaved ? s.turned : half, 1 + s.interleaved, &a));
    ODD_TRY(take(r, x, s.interleaved ? 1 : half, s.turned, 1 + s.interleaved, &b));
    ODD_TRY(turn(r, a, b, part));
    ODD_TRY(put_together(r, &s, part, &a));
    if (s.turned < s.size) {
        ODD_TRY(take(r, x, s.turned, s.size, 1, &rest));
        ODD_TRY(join(r, a, rest, &a));
    }
    if (s.flat) ODD_TRY(odd_call_transpose(r, 4, heads_first, &a));
    if (s.flat) ODD_TRY(odd_call_reshape(r, 3, flat, &a));
    ODD_TRY(odd_last_one(r, "Identity", a));
done:
    return st;
}
