/* ONNX nodes that compare, choose and repeat: Equal, Where and Expand, of which exporters make the
 * arithmetic of open shapes. */
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <string.h>

typedef struct {
    int rank;
    int64_t shape[ODD_TENSOR_RANK];
} form;

static form form_of(int rank, const int64_t shape[])
{
    form f = {.rank = rank};
    memcpy(f.shape, shape, (size_t)rank * sizeof *shape);
    return f;
}

/* Dimension d of `out`, counted as the last ones of both are the same. */
static int64_t size_along(const form *f, const form *out, int d)
{
    int at = d - (out->rank - f->rank);
    return at < 0 ? 1 : f->shape[at];
}

/* Numpy's broadcasting: dimensions of 1 are repeated. */
static odd_status join(const odd_onnx_reader *r, form *a, const form *b)
{
    form out = a->rank >= b->rank ? *a : *b;
    for (int d = 0; d < out.rank; d++) {
        int64_t x = size_along(a, &out, d), y = size_along(b, &out, d);
        if (x != y && x != 1 && y != 1)
            return odd_node_fail(r, "dimensions of %" PRId64 " and %" PRId64 " do not fit", x, y);
        out.shape[d] = x == 1 ? y : x;
    }
    *a = out;
    return ODD_OK;
}

/* Which value of `in` stands at place `at` of `out`. */
static int64_t place_in(const form *in, const form *out, int64_t at)
{
    int64_t place = 0, step = 1;
    for (int d = out->rank - 1; d >= 0; d--) {
        int64_t size = size_along(in, out, d);
        if (size > 1) place += at % out->shape[d] * step;
        step *= size;
        at /= out->shape[d];
    }
    return place;
}

/* -- Equal -- */

/* The size of the batch is at least 1, and the same everywhere. */
static odd_status equal_at(const odd_onnx_reader *r, const odd_numbers *a, int64_t i,
                           const odd_numbers *b, int64_t j, int64_t *out)
{
    const bool one = a->batch[i] != b->batch[j];
    if (one && (a->batch[i] ? b->value[j] : a->value[i]) >= 1)
        return odd_node_fail(r, "it compares with the size of the batch");
    *out = !one && a->value[i] == b->value[j];
    return ODD_OK;
}

odd_status odd_read_equal(odd_onnx_reader *r)
{
    odd_status st;
    const odd_numbers *in[2];
    odd_numbers *n = NULL;
    form f[2], out = {.rank = 0};
    for (int i = 0; i < 2; i++) {
        ODD_TRY(odd_node_numbers(r, i, &in[i]));
        f[i] = form_of(in[i]->rank, in[i]->shape);
        ODD_TRY(join(r, &out, &f[i]));
    }
    ODD_TRY(odd_numbers_new(out.rank, out.shape, &n));
    for (int64_t i = 0; i < n->count; i++)
        ODD_TRY(equal_at(r, in[0], place_in(&f[0], &out, i), in[1], place_in(&f[1], &out, i),
                         &n->value[i]));
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}

/* -- Where -- */

static odd_status condition(odd_onnx_reader *r, const odd_numbers **which, form *f)
{
    odd_status st = odd_node_numbers(r, 0, which);
    if (st != ODD_OK) return st;
    *f = form_of((*which)->rank, (*which)->shape);
    return ODD_OK;
}

static odd_status where_numbers(odd_onnx_reader *r, const odd_numbers *which, const form *choice)
{
    odd_status st;
    const odd_numbers *in[2];
    odd_numbers *n = NULL;
    form f[2], out = *choice;
    for (int i = 0; i < 2; i++) {
        ODD_TRY(odd_node_numbers(r, i + 1, &in[i]));
        f[i] = form_of(in[i]->rank, in[i]->shape);
        ODD_TRY(join(r, &out, &f[i]));
    }
    ODD_TRY(odd_numbers_new(out.rank, out.shape, &n));
    for (int64_t i = 0; i < n->count; i++) {
        int from = !which->value[place_in(choice, &out, i)];
        int64_t at = place_in(&f[from], &out, i);
        n->value[i] = in[from]->value[at];
        n->batch[i] = in[from]->batch[at];
    }
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}

static odd_status where_reals(odd_onnx_reader *r, const odd_numbers *which, const form *choice)
{
    odd_status st;
    const float *in[2];
    float *data;
    form f[2], out = *choice;
    int64_t values = 1;
    for (int i = 0; i < 2; i++) {
        int tensor;
        ODD_TRY(odd_node_tensor(r, i + 1, &tensor));
        const odd_tensor *t = &r->graph->tensor[tensor];
        if (!t->data) return odd_node_fail(r, "it chooses between values that are computed");
        in[i] = t->data;
        f[i] = form_of(t->rank, t->shape);
        ODD_TRY(join(r, &out, &f[i]));
    }
    for (int d = 0; d < out.rank; d++)
        if (__builtin_mul_overflow(values, out.shape[d], &values) || values < 1)
            return odd_node_fail(r, "it has no values, or too many");
    ODD_TRY(odd_node_spend(r, values));
    ODD_TRY(ODD_NEW(data, values));
    for (int64_t i = 0; i < values; i++) {
        int from = !which->value[place_in(choice, &out, i)];
        data[i] = in[from][place_in(&f[from], &out, i)];
    }
    ODD_TRY(odd_node_floats(r, out.rank, out.shape, data));
done:
    return st;
}

odd_status odd_read_where(odd_onnx_reader *r)
{
    const odd_numbers *which;
    form choice;
    odd_status st = condition(r, &which, &choice);
    if (st != ODD_OK) return st;
    if (odd_node_is_numbers(r, 1)) return where_numbers(r, which, &choice);
    return where_reals(r, which, &choice);
}

/* -- Expand -- */

static odd_status expand_numbers(odd_onnx_reader *r, form out)
{
    odd_status st;
    const odd_numbers *x;
    odd_numbers *n;
    ODD_TRY(odd_node_numbers(r, 0, &x));
    const form in = form_of(x->rank, x->shape);
    ODD_TRY(join(r, &out, &in));
    ODD_TRY(odd_numbers_new(out.rank, out.shape, &n));
    for (int64_t i = 0; i < n->count; i++) {
        n->value[i] = x->value[place_in(&in, &out, i)];
        n->batch[i] = x->batch[place_in(&in, &out, i)];
    }
    ODD_TRY(odd_node_give(r, n));
done:
    return st;
}

/* Times ones, which are as many as it takes: 1 where the tensor has the size already. */
static odd_status multiply_by_ones(odd_onnx_reader *r, int x, form out)
{
    odd_status st;
    const odd_layer_settings set = odd_layer_defaults();
    const form in = form_of(r->graph->tensor[x].rank, r->graph->tensor[x].shape);
    int64_t values = 1;
    float *ones;
    int input[2] = {x, -1};
    ODD_TRY(join(r, &out, &in));
    if (out.rank == in.rank && memcmp(out.shape, in.shape, sizeof *in.shape * (size_t)in.rank) == 0)
        return odd_node_pass(r, x);
    for (int d = 0; d < out.rank; d++) {
        if (size_along(&in, &out, d) == out.shape[d]) out.shape[d] = 1;
        if (__builtin_mul_overflow(values, out.shape[d], &values) || values < 1)
            return odd_node_fail(r, "it has no values, or too many");
    }
    ODD_TRY(odd_node_spend(r, values));
    ODD_TRY(ODD_NEW(ones, values));
    for (int64_t i = 0; i < values; i++)
        ones[i] = 1;
    ODD_TRY(odd_node_constant(r, out.rank, out.shape, ones, &input[1]));
    ODD_TRY(odd_node_layer(r, ODD_LAYER_MUL, &set, 2, input));
done:
    return st;
}

/* True if the tensor can be repeated as often as there are images: it is one for each already. */
static bool fits_batch(const odd_onnx_reader *r, int x, const odd_numbers *shape)
{
    const odd_tensor *t = &r->graph->tensor[x];
    for (int64_t i = 0; i < shape->count; i++)
        if (shape->batch[i] && !(t->batched && i == 0 && shape->count == t->rank)) return false;
    return true;
}

odd_status odd_read_expand(odd_onnx_reader *r)
{
    odd_status st;
    const odd_numbers *shape;
    bool batched = false;
    int x;
    ODD_TRY(odd_node_numbers(r, 1, &shape));
    if (shape->rank != 1 || shape->count > ODD_TENSOR_RANK)
        return odd_node_fail(r, "its shape is not a list of at most %d", ODD_TENSOR_RANK);
    for (int64_t i = 0; i < shape->count; i++)
        batched = batched || shape->batch[i];
    form out = form_of((int)shape->count, shape->value);
    if (odd_node_is_numbers(r, 0) && !batched) return expand_numbers(r, out);
    ODD_TRY(odd_node_tensor(r, 0, &x));
    if (!fits_batch(r, x, shape))
        return odd_node_fail(r, "a constant cannot be repeated for each image");
    ODD_TRY(multiply_by_ones(r, x, out));
done:
    return st;
}
