/* ONNX nodes that choose and repeat: Where and Expand, of which exporters make the
 * arithmetic of open shapes. */
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <string.h>

/* -- Where -- */

static odd_status condition(odd_onnx_reader *r, const odd_numbers **which, odd_extents *f)
{
    odd_status st = odd_node_numbers(r, 0, which);
    if (st != ODD_OK) return st;
    *f = odd_extents_of((*which)->rank, (*which)->shape);
    return ODD_OK;
}

static odd_status where_numbers(odd_onnx_reader *r, const odd_numbers *which,
                                const odd_extents *choice)
{
    odd_status st;
    const odd_numbers *in[2];
    odd_numbers *n = NULL;
    odd_extents f[2], out = *choice;
    for (int i = 0; i < 2; i++) {
        ODD_TRY(odd_node_numbers(r, i + 1, &in[i]));
        f[i] = odd_extents_of(in[i]->rank, in[i]->shape);
        ODD_TRY(odd_extents_join(r, &out, &f[i]));
    }
    ODD_TRY(odd_numbers_new(out.rank, out.shape, &n));
    for (int64_t i = 0; i < n->count; i++) {
        int from = !which->value[odd_extents_place(choice, &out, i)];
        int64_t at = odd_extents_place(&f[from], &out, i);
        n->value[i] = in[from]->value[at];
        n->batch[i] = in[from]->batch[at];
    }
    st = odd_node_give(r, n);
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}

static odd_status where_reals(odd_onnx_reader *r, const odd_numbers *which,
                              const odd_extents *choice)
{
    odd_status st;
    const float *in[2];
    float *data;
    odd_extents f[2], out = *choice;
    int64_t values = 1;
    for (int i = 0; i < 2; i++) {
        int tensor;
        ODD_TRY(odd_node_tensor(r, i + 1, &tensor));
        const odd_tensor *t = &r->graph->tensor[tensor];
        in[i] = t->data;
        f[i] = odd_extents_of(t->rank, t->shape);
        ODD_TRY(odd_extents_join(r, &out, &f[i]));
    }
    for (int d = 0; d < out.rank; d++)
        if (__builtin_mul_overflow(values, out.shape[d], &values) || values < 1)
            return odd_node_fail(r, "it has no values, or too many");
    ODD_TRY(odd_node_spend(r, values));
    ODD_TRY(ODD_NEW(data, values));
    for (int64_t i = 0; i < values; i++) {
        int from = !which->value[odd_extents_place(choice, &out, i)];
        data[i] = in[from][odd_extents_place(&f[from], &out, i)];
    }
    ODD_TRY(odd_node_floats(r, out.rank, out.shape, data));
done:
    return st;
}

/* ---- Where one of both is computed: what is chosen times 1, the other times 0 ---- */

/* A constant of the shape of the condition: 1 where it is chosen. */
static odd_status ones(odd_onnx_reader *r, const odd_numbers *which, bool second, const char **name)
{
    float *data = odd_alloc(which->count, sizeof *data);
    if (!data) return ODD_NOMEM;
    for (int64_t i = 0; i < which->count; i++)
        data[i] = (which->value[i] != 0) != second;
    return odd_call_values(r, which->rank, which->shape, data, name);
}

/* Of a constant what is not chosen is 0 beforehand, so that it may be infinite elsewhere. */
static odd_status chosen(odd_onnx_reader *r, const odd_numbers *which, bool second, bool constant,
                         const char **part)
{
    odd_status st;
    const char *x = odd_call_input(r, 1 + second), *zero;
    odd_call call = {.op = "Where", .input = {odd_call_input(r, 0), x, x}};
    if (!constant) {
        ODD_TRY(ones(r, which, second, part));
        return odd_call_two(r, "Mul", x, *part, part);
    }
    ODD_TRY(odd_call_number(r, 0, &zero));
    call.input[second ? 1 : 2] = zero;
    ODD_TRY(odd_node_call(r, &call, part));
done:
    return st;
}

static odd_status where_computed(odd_onnx_reader *r, const odd_numbers *which,
                                 const bool constant[2])
{
    odd_status st;
    const char *part[2];
    for (int i = 0; i < 2; i++)
        ODD_TRY(chosen(r, which, i == 1, constant[i], &part[i]));
    ODD_TRY(odd_last_two(r, "Add", part[0], part[1]));
done:
    return st;
}

odd_status odd_read_where(odd_onnx_reader *r)
{
    const odd_numbers *which;
    odd_extents choice;
    odd_status st = condition(r, &which, &choice);
    if (st != ODD_OK) return st;
    if (odd_node_is_numbers(r, 1)) return where_numbers(r, which, &choice);
    bool constant[2];
    for (int i = 0; i < 2; i++) {
        int tensor;
        bool stacked;
        st = odd_node_operand(r, 1 + i, &tensor, &stacked);
        if (st != ODD_OK) return st;
        constant[i] = r->graph->tensor[tensor].data != NULL;
    }
    if (!constant[0] || !constant[1]) return where_computed(r, which, constant);
    return where_reals(r, which, &choice);
}

/* -- Expand -- */

static odd_status expand_numbers(odd_onnx_reader *r, odd_extents out)
{
    odd_status st;
    const odd_numbers *x;
    odd_numbers *n;
    ODD_TRY(odd_node_numbers(r, 0, &x));
    const odd_extents in = odd_extents_of(x->rank, x->shape);
    ODD_TRY(odd_extents_join(r, &out, &in));
    ODD_TRY(odd_numbers_new(out.rank, out.shape, &n));
    for (int64_t i = 0; i < n->count; i++) {
        n->value[i] = x->value[odd_extents_place(&in, &out, i)];
        n->batch[i] = x->batch[odd_extents_place(&in, &out, i)];
    }
    ODD_TRY(odd_node_give(r, n));
done:
    return st;
}

/* Times ones, which are as many as it takes: 1 where the tensor has the size already. */
static odd_status multiply_by_ones(odd_onnx_reader *r, int x, odd_extents out)
{
    odd_status st;
    const odd_layer_settings set = odd_layer_defaults();
    const odd_extents in = odd_extents_of(r->graph->tensor[x].rank, r->graph->tensor[x].shape);
    int64_t values = 1;
    float *ones;
    int input[2] = {x, -1};
    ODD_TRY(odd_extents_join(r, &out, &in));
    if (out.rank == in.rank && memcmp(out.shape, in.shape, sizeof *in.shape * (size_t)in.rank) == 0)
        return odd_node_pass(r, x);
    for (int d = 0; d < out.rank; d++) {
        if (odd_extents_size(&in, &out, d) == out.shape[d]) out.shape[d] = 1;
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

/* The images of a tensor stand before the dimensions of the new shape where those are more, or
 * where its first one grows. */
static odd_status apart(odd_onnx_reader *r, const odd_extents *out, int *x)
{
    const odd_tensor form = odd_node_form(r, *x, r->stacked);
    const bool stays = out->rank == form.rank && (r->stacked || out->shape[0] == 1);
    odd_layer_settings set = odd_layer_defaults();
    if (!r->graph->tensor[*x].batched || stays || out->rank < form.rank) return ODD_OK;
    if (out->rank >= ODD_TENSOR_RANK)
        return odd_node_fail(r, "with the batch apart it has more than %d dimensions",
                             ODD_TENSOR_RANK);
    r->stacked = true;
    set.axes = out->rank + 1;
    for (int d = 0; d < set.axes; d++) {
        const int from = d - (set.axes - form.rank);
        set.list[d] = from >= 0 && d > 0 ? form.shape[from] : 1;
    }
    return odd_node_step(r, ODD_LAYER_RESHAPE, &set, 1, x, x);
}

/* What the batch repeats stays once: every image has it. */
odd_status odd_read_expand(odd_onnx_reader *r)
{
    odd_status st;
    const odd_numbers *shape;
    int x;
    ODD_TRY(odd_node_numbers(r, 1, &shape));
    if (shape->rank != 1 || shape->count > ODD_TENSOR_RANK)
        return odd_node_fail(r, "its shape is not a list of at most %d", ODD_TENSOR_RANK);
    odd_extents out = odd_extents_of((int)shape->count, shape->value);
    if (odd_node_is_numbers(r, 0)) return expand_numbers(r, out);
    ODD_TRY(odd_node_operand(r, 0, &x, &r->stacked));
    const odd_tensor *t = &r->graph->tensor[x];
    if (t->batched && !r->stacked && out.rank == t->rank && r->batch > 1 &&
        out.shape[0] == r->batch)
        out.shape[0] = 1;
    ODD_TRY(apart(r, &out, &x));
    ODD_TRY(multiply_by_ones(r, x, out));
done:
    return st;
}
