/* Fold Gelu: x / 2 (1 + erf(x / sqrt 2)), and its approximation x / 2 (1 + tanh(sqrt(2 / pi) (x +
 * 0.044715 x^3))), which exporters write out as five to eight layers in several orders. */
#include "nn/graph/graph_fold_internal.h"
#include "nn/graph/graph_internal.h"

#include <math.h>

typedef struct {
    const odd_graph *g;
    const int *maker; /* (tensors) */
} search;

static bool is_about(double a, double b)
{
    return fabs(a - b) <= 1e-4 * b;
}

/* The layer of this kind that makes a tensor; NULL: another. */
static const odd_layer *made_by(const search *s, int tensor, odd_layer_kind kind)
{
    const int l = s->maker[tensor];
    return l >= 0 && s->g->layer[l].kind == kind ? &s->g->layer[l] : NULL;
}

/* True if a tensor is a constant number. */
static bool number_of(const search *s, int tensor, double *number)
{
    const odd_tensor *t = &s->g->tensor[tensor];
    if (!t->data || odd_tensor_values(t) != 1) return false;
    *number = t->data[0];
    return true;
}

/* The other input of a layer of two of which one is a number; -1: none is. */
static int beside_number(const search *s, const odd_layer *layer, double *number)
{
    if (!layer) return -1;
    if (number_of(s, layer->input[1], number)) return layer->input[0];
    return number_of(s, layer->input[0], number) ? layer->input[1] : -1;
}

/* What a tensor is `factor` times of; -1: nothing. */
static int scaled(const search *s, int tensor, double factor)
{
    double number;
    int of = beside_number(s, made_by(s, tensor, ODD_LAYER_MUL), &number);
    if (of >= 0) return is_about(number, factor) ? of : -1;
    const odd_layer *div = made_by(s, tensor, ODD_LAYER_DIV);
    bool by_number = div && number_of(s, div->input[1], &number);
    return by_number && is_about(number * factor, 1) ? div->input[0] : -1;
}

/* True if a tensor is x^3, as a power or as x (x x). */
static bool is_cube(const search *s, int tensor, int x)
{
    double number;
    const odd_layer *power = made_by(s, tensor, ODD_LAYER_POW);
    if (power) return power->input[0] == x && number_of(s, power->input[1], &number) && number == 3;
    const odd_layer *mul = made_by(s, tensor, ODD_LAYER_MUL);
    if (!mul || (mul->input[0] != x && mul->input[1] != x)) return false;
    const odd_layer *square = made_by(s, mul->input[mul->input[0] == x], ODD_LAYER_MUL);
    return square && square->input[0] == x && square->input[1] == x;
}

/* x where a tensor is x + 0.044715 x^3; -1. */
static int bent(const search *s, int tensor)
{
    const odd_layer *sum = made_by(s, tensor, ODD_LAYER_ADD);
    for (int i = 0; sum && i < 2; i++) {
        int cube = scaled(s, sum->input[!i], 0.044715);
        if (cube >= 0 && is_cube(s, cube, sum->input[i])) return sum->input[i];
    }
    return -1;
}

/* x where a tensor is 1 + erf(x / sqrt 2) or the like by tanh; -1. */
static int gate_of(const search *s, int tensor, bool *by_tanh)
{
    double number = 0;
    int bend = beside_number(s, made_by(s, tensor, ODD_LAYER_ADD), &number);
    if (bend < 0 || number != 1) return -1;
    const odd_layer *exact = made_by(s, bend, ODD_LAYER_ERF);
    const odd_layer *rough = made_by(s, bend, ODD_LAYER_TANH);
    *by_tanh = rough != NULL;
    if (exact) return scaled(s, exact->input[0], sqrt(0.5));
    int inner = rough ? scaled(s, rough->input[0], sqrt(8 / acos(-1)) / 2) : -1;
    return inner >= 0 ? bent(s, inner) : -1;
}

/* x where a b is x (1 + erf(...)), the one half of it in a or b; -1. */
static int gated(const search *s, int a, int b, bool half, bool *by_tanh)
{
    const int x = half ? scaled(s, a, 0.5) : a, gate = half ? scaled(s, b, 0.5) : b;
    if (x >= 0 && gate_of(s, b, by_tanh) == x) return x;
    return half && gate >= 0 && gate_of(s, gate, by_tanh) == a ? a : -1;
}

static int gelu_of(const search *s, const odd_layer *layer, bool *by_tanh)
{
    const int whole = scaled(s, layer->output, 0.5);
    const odd_layer *mul = whole >= 0                     ? made_by(s, whole, ODD_LAYER_MUL)
                           : layer->kind == ODD_LAYER_MUL ? layer
                                                          : NULL;
    if (!mul) return -1;
    const int x = gated(s, mul->input[0], mul->input[1], whole < 0, by_tanh);
    return x >= 0 ? x : gated(s, mul->input[1], mul->input[0], whole < 0, by_tanh);
}

bool odd_fold_gelu(odd_graph *g, const int maker[], int layer)
{
    const search s = {g, maker};
    odd_layer *last = &g->layer[layer];
    bool by_tanh = false;
    const int x = gelu_of(&s, last, &by_tanh);
    if (x < 0 || last->inputs != 2) return false;
    last->kind = ODD_LAYER_GELU;
    last->set = odd_layer_defaults();
    last->set.by_tanh = by_tanh;
    last->inputs = 1;
    last->input[0] = x;
    return true;
}
