/* ONNX nodes that are functions of single values: a layer each, or a few. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Settings that a kind does not have are left alone by it. */
static odd_status point(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    odd_status st;
    odd_layer_kind kind = odd_layer_find(r->node->op_type);
    float alpha = kind == ODD_LAYER_LEAKY_RELU     ? 0.01f
                  : kind == ODD_LAYER_HARD_SIGMOID ? 0.2f
                                                   : set->alpha;
    float beta = kind == ODD_LAYER_HARD_SIGMOID ? 0.5f : set->beta;
    (void)x;
    ODD_TRY(odd_node_float(r, "alpha", alpha, &set->alpha));
    ODD_TRY(odd_node_float(r, "beta", beta, &set->beta));
done:
    return st;
}

odd_status odd_read_point(odd_onnx_reader *r)
{
    return odd_node_one(r, odd_layer_find(r->node->op_type), point);
}

/* The exact function or its approximation by tanh. */
static odd_status gelu(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    (void)x;
    set->by_tanh = odd_node_is(r, "approximate", "tanh", "none");
    if (set->by_tanh || odd_node_is(r, "approximate", "none", "none")) return ODD_OK;
    return odd_node_fail(r, "its approximation is neither 'none' nor 'tanh'");
}

odd_status odd_read_gelu(odd_onnx_reader *r)
{
    return odd_node_one(r, ODD_LAYER_GELU, gelu);
}

/* The bounds were attributes before opset 11; the largest float means no bound. */
static odd_status clip(odd_onnx_reader *r, const odd_tensor *x, odd_layer_settings *set)
{
    odd_status st = ODD_OK;
    (void)x;
    if (r->opset < 11) {
        ODD_TRY(odd_node_float(r, "min", set->low, &set->low));
        ODD_TRY(odd_node_float(r, "max", set->high, &set->high));
    } else {
        if (odd_node_has(r, 1)) ODD_TRY(odd_node_scalar(r, 1, &set->low));
        if (odd_node_has(r, 2)) ODD_TRY(odd_node_scalar(r, 2, &set->high));
    }
    if (set->low <= -FLT_MAX) set->low = -INFINITY;
    if (set->high >= FLT_MAX) set->high = INFINITY;
done:
    return st;
}

odd_status odd_read_clip(odd_onnx_reader *r)
{
    return odd_node_one(r, ODD_LAYER_CLIP, clip);
}

/* ---- Functions that exporters write for constants only ---- */

static const struct {
    const char *name;
    double (*of)(double x);
} functions[] = {
    {"Tan", tan},   {"Asin", asin},   {"Acos", acos},   {"Atan", atan},   {"Sinh", sinh},
    {"Cosh", cosh}, {"Asinh", asinh}, {"Acosh", acosh}, {"Atanh", atanh},
};

odd_status odd_read_function(odd_onnx_reader *r)
{
    odd_status st;
    int x;
    double (*of)(double x) = NULL;
    float *data;
    ODD_TRY(odd_node_tensor(r, 0, &x));
    const odd_tensor t = r->graph->tensor[x];
    const int64_t values = odd_tensor_values(&t);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (strcmp(r->node->op_type, functions[i].name) == 0) of = functions[i].of;
    if (!t.data || !of) return odd_node_fail(r, "of computed values it is not supported");
    ODD_TRY(odd_node_spend(r, values));
    ODD_TRY(ODD_NEW(data, values));
    for (int64_t i = 0; i < values; i++)
        data[i] = (float)of(t.data[i]);
    ODD_TRY(odd_node_floats(r, t.rank, t.shape, data));
done:
    return st;
}

/* ---- Functions of several layers ---- */

/* alpha elu(x / alpha) */
odd_status odd_read_celu(odd_onnx_reader *r)
{
    odd_status st;
    float alpha;
    const char *x = odd_call_input(r, 0), *number;
    ODD_TRY(odd_node_float(r, "alpha", 1, &alpha));
    if (!(alpha > 0)) return odd_node_fail(r, "its alpha is %g", (double)alpha);
    ODD_TRY(odd_call_number(r, alpha, &number));
    ODD_TRY(odd_call_two(r, "Div", x, number, &x));
    ODD_TRY(odd_call_one(r, "Elu", x, &x));
    ODD_TRY(odd_last_two(r, "Mul", x, number));
done:
    return st;
}

/* gamma elu(x), whose negative side ends at -alpha. */
odd_status odd_read_selu(odd_onnx_reader *r)
{
    odd_status st;
    float alpha, gamma;
    const char *x = odd_call_input(r, 0), *number;
    ODD_TRY(odd_node_float(r, "alpha", 1.67326319217681884765625f, &alpha));
    ODD_TRY(odd_node_float(r, "gamma", 1.05070102214813232421875f, &gamma));
    ODD_TRY(odd_call_number(r, gamma, &number));
    ODD_TRY(
        odd_node_call(r,
                      &(odd_call){.op = "Elu",
                                  .input = {x},
                                  .set = {{.name = "alpha", .kind = ODD_CALL_FLOAT, .f = alpha}}},
                      &x));
    ODD_TRY(odd_last_two(r, "Mul", x, number));
done:
    return st;
}

/* max(x, 0) + slope min(x, 0), with a slope for each channel, say. */
odd_status odd_read_prelu(odd_onnx_reader *r)
{
    odd_status st;
    const char *x = odd_call_input(r, 0), *slope = odd_call_input(r, 1), *zero, *over, *under;
    ODD_TRY(odd_call_number(r, 0, &zero));
    ODD_TRY(odd_call_one(r, "Relu", x, &over));
    ODD_TRY(odd_call_two(r, "Min", x, zero, &under));
    ODD_TRY(odd_call_two(r, "Mul", under, slope, &under));
    ODD_TRY(odd_last_two(r, "Add", over, under));
done:
    return st;
}

/* x tanh(softplus(x)) */
odd_status odd_read_mish(odd_onnx_reader *r)
{
    odd_status st;
    const char *x = odd_call_input(r, 0), *y;
    ODD_TRY(odd_call_one(r, "Softplus", x, &y));
    ODD_TRY(odd_call_one(r, "Tanh", y, &y));
    ODD_TRY(odd_last_two(r, "Mul", x, y));
done:
    return st;
}

/* x / (1 + |x|) */
odd_status odd_read_softsign(odd_onnx_reader *r)
{
    odd_status st;
    const char *x = odd_call_input(r, 0), *y, *one;
    ODD_TRY(odd_call_number(r, 1, &one));
    ODD_TRY(odd_call_one(r, "Abs", x, &y));
    ODD_TRY(odd_call_two(r, "Add", y, one, &y));
    ODD_TRY(odd_last_two(r, "Div", x, y));
done:
    return st;
}

/* x sigmoid(alpha x), which ONNX Runtime calls QuickGelu. */
static odd_status swish(odd_onnx_reader *r, float otherwise)
{
    odd_status st;
    float alpha;
    const char *x = odd_call_input(r, 0), *y = x, *number;
    ODD_TRY(odd_node_float(r, "alpha", otherwise, &alpha));
    ODD_TRY(odd_call_number(r, alpha, &number));
    if (alpha != 1) ODD_TRY(odd_call_two(r, "Mul", x, number, &y));
    ODD_TRY(odd_call_one(r, "Sigmoid", y, &y));
    ODD_TRY(odd_last_two(r, "Mul", x, y));
done:
    return st;
}

odd_status odd_read_swish(odd_onnx_reader *r)
{
    return swish(r, 1);
}

odd_status odd_read_quick_gelu(odd_onnx_reader *r)
{
    return swish(r, 1.702f);
}
