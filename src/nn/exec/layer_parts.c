/* What several layers are made of: other views of a value, and two values element by element. */
#include "nn/exec/layers_internal.h"

/* ---- Views ---- */

odd_status odd_reshaped(odd_planner *p, int value, int rank, const dnnl_dims_t dims, int *out)
{
    odd_desc desc;
    odd_status st;
    const odd_desc *have = odd_plan_desc(p, value);
    if (!odd_desc_is_plain(have)) {
        ODD_TRY(odd_desc_plain(&desc, have->ndims, have->dims, have->data_type));
        ODD_TRY(odd_plan_reorder(p, value, &desc, &value));
    }
    ODD_TRY(odd_desc_plain(&desc, rank, dims, odd_plan_desc(p, value)->data_type));
    ODD_TRY(odd_plan_alias(p, value, &desc, out));
done:
    return st;
}

odd_status odd_value_of_rank(odd_planner *p, int tensor, int rank, int *value)
{
    dnnl_dims_t dims, wide;
    odd_status st;
    int have = odd_plan_dims(p, tensor, dims);
    ODD_TRY(odd_plan_input(p, tensor, value));
    if (have == rank) return ODD_OK;
    for (int i = 0; i < rank; i++) {
        wide[i] = i < rank - have ? 1 : dims[i - (rank - have)];
    }
    ODD_TRY(odd_reshaped(p, *value, rank, wide, value));
done:
    return st;
}

/* ---- Two values ---- */

/* Both in one type; and in one layout where they have one shape: that of the one whose layout a
 * convolution chose. */
static odd_status match(odd_planner *p, int *a, int *b)
{
    odd_status st;
    odd_desc x = *odd_plan_desc(p, *a), y = *odd_plan_desc(p, *b);
    bool floats = x.data_type == dnnl_f32 || y.data_type == dnnl_f32;
    if (floats) {
        ODD_TRY(odd_desc_typed(&x, &x, dnnl_f32));
        ODD_TRY(odd_desc_typed(&y, &y, dnnl_f32));
    }
    if (odd_desc_same_dims(&x, &y)) {
        if (odd_desc_is_plain(&x))
            x = y;
        else
            y = x;
    }
    ODD_TRY(odd_plan_reorder(p, *a, &x, a));
    ODD_TRY(odd_plan_reorder(p, *b, &y, b));
done:
    return st;
}

static odd_layer_kind layer_of(dnnl_alg_kind_t alg)
{
    return alg == dnnl_binary_add   ? ODD_LAYER_ADD
           : alg == dnnl_binary_sub ? ODD_LAYER_SUB
           : alg == dnnl_binary_mul ? ODD_LAYER_MUL
                                    : ODD_LAYER_DIV;
}

static bool is_real(const odd_planner *p, int value)
{
    const dnnl_data_type_t type = odd_plan_desc(p, value)->data_type;
    return type == dnnl_f32 || type == dnnl_bf16;
}

/* True where oneDNN would go value by value, and the loop of our own, in float32, would not. */
static bool wants_loop(const odd_planner *p, const_dnnl_primitive_desc_t pd, int a, int b)
{
    return odd_pd_is_slow(pd) && is_real(p, a) && is_real(p, b);
}

static bool repeats_along(const odd_desc *a, const odd_desc *b)
{
    for (int i = 0; i < a->ndims; i++) {
        if (a->dims[i] < b->dims[i]) return true;
    }
    return false;
}

/* oneDNN repeats its second operand fast, and its first one in a plain loop, ten times as slow. */
static void put_repeated_second(const odd_planner *p, dnnl_alg_kind_t alg, int *a, int *b)
{
    bool commutes = alg == dnnl_binary_add || alg == dnnl_binary_mul;
    if (commutes && repeats_along(odd_plan_desc(p, *a), odd_plan_desc(p, *b))) {
        int first = *a;
        *a = *b;
        *b = first;
    }
}

odd_status odd_binary_add(odd_planner *p, dnnl_alg_kind_t alg, int a, int b, int *result)
{
    dnnl_dims_t dims;
    odd_desc desc;
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    ODD_TRY(match(p, &a, &b));
    put_repeated_second(p, alg, &a, &b);
    const odd_desc *x = odd_plan_desc(p, a), *y = odd_plan_desc(p, b);
    odd_broadcast_dims(x, y, dims);
    ODD_TRY(odd_desc_any(&desc, x->ndims, dims, x->data_type));
    const odd_primitive primitive = {
        .kind = dnnl_binary, .alg = alg, .source = x, .weights = y, .result = &desc};
    ODD_TRY(odd_plan_pd(p, &primitive, NULL, "binary operation", &pd));
    if (wants_loop(p, pd, a, b)) {
        st = odd_broadcast_add(p, layer_of(alg), a, b, result);
        goto done;
    }
    desc = odd_pd_desc(pd, dnnl_query_dst_md, 0);
    ODD_TRY(odd_plan_value(p, &desc, result));
    const odd_argument argument[] = {
        {DNNL_ARG_SRC_0, a}, {DNNL_ARG_SRC_1, b}, {DNNL_ARG_DST, *result}};
    ODD_TRY(odd_plan_primitive(p, pd, 3, argument, "binary operation"));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}
