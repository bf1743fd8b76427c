/* Attention of ONNX: softmax(Q K^T scale + mask) V for each head. Q (N, heads, L, D), K and V
 * (N, kv heads, S, D), or all of them (N, places, heads D). */
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <math.h>

typedef struct {
    bool flat;
    int64_t heads, kv_heads, rows, columns; /* L and S */
    float scale, softcap;
    bool causal;
} attention;

/* Heads apart: (N, places, heads D) becomes (N, heads, places, D). */
static odd_status heads_apart(odd_onnx_reader *r, int64_t heads, const char **x, odd_tensor *form)
{
    static const int64_t heads_first[] = {0, 2, 1, 3};
    odd_status st;
    ODD_TRY(odd_call_form(r, *x, form));
    if (form->rank == 3) {
        if (heads < 1 || form->shape[2] % heads != 0)
            return odd_node_fail(r, "%" PRId64 " features for %" PRId64 " heads", form->shape[2],
                                 heads);
        const int64_t split[] = {0, form->shape[1], heads, form->shape[2] / heads};
        ODD_TRY(odd_call_reshape(r, 4, split, x));
        ODD_TRY(odd_call_transpose(r, 4, heads_first, x));
        ODD_TRY(odd_call_form(r, *x, form));
    }
    if (form->rank != 4) return odd_node_fail(r, "an input has %d dimensions", form->rank);
done:
    return st;
}

/* Keys and values of few heads serve several of the queries'. */
static odd_status repeat_heads(odd_onnx_reader *r, const attention *s, const odd_tensor *form,
                               const char **x)
{
    odd_status st;
    int64_t *which = NULL;
    const char *index;
    if (s->kv_heads == s->heads) return ODD_OK;
    if (form->shape[1] != s->kv_heads || s->heads % s->kv_heads != 0)
        return odd_node_fail(r, "%" PRId64 " heads share %" PRId64, s->heads, s->kv_heads);
    ODD_TRY(ODD_NEW(which, s->heads));
    for (int64_t h = 0; h < s->heads; h++)
        which[h] = h / (s->heads / s->kv_heads);
    ODD_TRY(odd_call_list(r, s->heads, which, &index));
    ODD_TRY(odd_node_call(
        r, &(odd_call){.op = "Gather", .input = {*x, index}, .set = {{.name = "axis", .i = 1}}},
        x));
done:
    odd_free(which);
    return st;
}

static odd_status read_settings(odd_onnx_reader *r, const char *q, const char *k, attention *s)
{
    odd_status st;
    odd_tensor form[2];
    int64_t causal;
    ODD_TRY(odd_call_form(r, q, &form[0]));
    ODD_TRY(odd_call_form(r, k, &form[1]));
    s->flat = form[0].rank == 3;
    ODD_TRY(odd_node_int(r, "q_num_heads", s->flat ? 0 : form[0].shape[1], &s->heads));
    ODD_TRY(odd_node_int(r, "kv_num_heads", s->flat ? s->heads : form[1].shape[1], &s->kv_heads));
    ODD_TRY(odd_node_int(r, "is_causal", 0, &causal));
    ODD_TRY(odd_node_float(r, "scale", 0, &s->scale));
    ODD_TRY(odd_node_float(r, "softcap", 0, &s->softcap));
    s->causal = causal != 0;
    if (s->heads < 1 || s->kv_heads < 1) return odd_node_fail(r, "its heads are not given");
    if (odd_node_has(r, 4) || odd_node_has(r, 5))
        return odd_node_fail(r, "it goes on with keys and values of an earlier run");
done:
    return st;
}

/* No place sees one behind it. */
static odd_status causal_mask(odd_onnx_reader *r, const attention *s, const char **x)
{
    odd_status st;
    const int64_t shape[] = {s->rows, s->columns};
    float *data;
    const char *mask;
    ODD_TRY(odd_node_spend(r, s->rows * s->columns));
    ODD_TRY(ODD_NEW(data, s->rows * s->columns));
    for (int64_t i = 0; i < s->rows * s->columns; i++)
        data[i] = i % s->columns > i / s->columns ? -INFINITY : 0;
    ODD_TRY(odd_call_values(r, 2, shape, data, &mask));
    ODD_TRY(odd_call_two(r, "Add", *x, mask, x));
done:
    return st;
}

/* A mask of truths (which of them count), or one that is added. */
static odd_status given_mask(odd_onnx_reader *r, const char **x)
{
    odd_status st;
    const char *mask = odd_call_input(r, 3), *zero, *never;
    if (odd_node_is_numbers(r, 3)) {
        ODD_TRY(odd_call_number(r, 0, &zero));
        ODD_TRY(odd_call_number(r, -INFINITY, &never));
        ODD_TRY(odd_node_call(r, &(odd_call){.op = "Where", .input = {mask, zero, never}}, &mask));
    }
    ODD_TRY(odd_call_two(r, "Add", *x, mask, x));
done:
    return st;
}

/* Q K^T scale, capped and masked. */
static odd_status scores(odd_onnx_reader *r, const attention *s, const char *q, const char *k,
                         const char **x)
{
    static const int64_t turn[] = {0, 1, 3, 2};
    odd_status st;
    const char *number;
    ODD_TRY(odd_call_number(r, s->scale, &number));
    ODD_TRY(odd_call_two(r, "Mul", q, number, &q));
    ODD_TRY(odd_call_transpose(r, 4, turn, &k));
    ODD_TRY(odd_call_two(r, "MatMul", q, k, x));
    if (s->softcap > 0) {
        ODD_TRY(odd_call_number(r, s->softcap, &number));
        ODD_TRY(odd_call_two(r, "Div", *x, number, x));
        ODD_TRY(odd_call_one(r, "Tanh", *x, x));
        ODD_TRY(odd_call_two(r, "Mul", *x, number, x));
    }
    if (s->causal) ODD_TRY(causal_mask(r, s, x));
    if (odd_node_has(r, 3)) ODD_TRY(given_mask(r, x));
done:
    return st;
}

odd_status odd_read_attention(odd_onnx_reader *r)
{
    static const int64_t places_first[] = {0, 2, 1, 3};
    odd_status st;
    attention s = {.flat = false};
    odd_tensor q_form, form;
    const char *q = odd_call_input(r, 0), *k = odd_call_input(r, 1), *v = odd_call_input(r, 2), *x;
    ODD_TRY(read_settings(r, q, k, &s));
    ODD_TRY(heads_apart(r, s.heads, &q, &q_form));
    ODD_TRY(heads_apart(r, s.kv_heads, &k, &form));
    ODD_TRY(repeat_heads(r, &s, &form, &k));
    ODD_TRY(heads_apart(r, s.kv_heads, &v, &form));
    ODD_TRY(repeat_heads(r, &s, &form, &v));
    s.rows = q_form.shape[2];
    s.columns = form.shape[2];
    if (s.scale == 0) s.scale = 1 / sqrtf((float)q_form.shape[3]);
    ODD_TRY(scores(r, &s, q, k, &x));
    ODD_TRY(odd_node_call(
        r, &(odd_call){.op = "Softmax", .input = {x}, .set = {{.name = "axis", .i = -1}}}, &x));
    if (!s.flat) return odd_last_two(r, "MatMul", x, v);
    const int64_t flat[] = {0, s.rows, s.heads * form.shape[3]};
    ODD_TRY(odd_call_two(r, "MatMul", x, v, &x));
    ODD_TRY(odd_call_transpose(r, 4, places_first, &x));
    ODD_TRY(odd_call_reshape(r, 3, flat, &x));
    ODD_TRY(odd_last_one(r, "Identity", x));
done:
    return st;
}
