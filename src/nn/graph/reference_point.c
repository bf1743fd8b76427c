/* Reference of layers that look at single values, and of means over dimensions. */
#include "nn/graph/reference_internal.h"

#include <math.h>

static double clamp(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

/* x times the share of a normal distribution that is under x. */
static double gelu(double x, bool by_tanh)
{
    const double slope = 0.79788456080286535588; /* sqrt(2 / pi) */
    if (by_tanh) return x / 2 * (1 + tanh(slope * (x + 0.044715 * x * x * x)));
    return x / 2 * erfc(-x / sqrt(2));
}

/* Functions without settings that C has too, or nearly so. */
static double plain_function(odd_layer_kind kind, double x)
{
    switch (kind) {
    case ODD_LAYER_ABS:
        return fabs(x);
    case ODD_LAYER_LOG:
        return log(x);
    case ODD_LAYER_SOFTPLUS:
        return (x > 0 ? x : 0) + log1p(exp(-fabs(x)));
    case ODD_LAYER_FLOOR:
        return floor(x);
    case ODD_LAYER_CEIL:
        return ceil(x);
    case ODD_LAYER_ROUND:
        return nearbyint(x); /* half to even */
    case ODD_LAYER_SIGN:
        return (x > 0) - (x < 0);
    case ODD_LAYER_SIN:
        return sin(x);
    default:
        ODD_CHECK(kind == ODD_LAYER_COS);
        return cos(x);
    }
}

/* In double, and rounded once by the caller. */
static double point(const odd_layer *layer, double x)
{
    const odd_layer_settings *set = &layer->set;
    switch (layer->kind) {
    case ODD_LAYER_RELU:
        return x < 0 ? 0 : x;
    case ODD_LAYER_LEAKY_RELU:
        return x < 0 ? set->alpha * x : x;
    case ODD_LAYER_ELU:
        return x < 0 ? set->alpha * expm1(x) : x;
    case ODD_LAYER_CLIP:
        return clamp(x, set->low, set->high);
    case ODD_LAYER_SIGMOID:
        return 1 / (1 + exp(-x));
    case ODD_LAYER_TANH:
        return tanh(x);
    case ODD_LAYER_HARD_SIGMOID:
        return clamp(set->alpha * x + set->beta, 0, 1);
    case ODD_LAYER_HARD_SWISH:
        return x * clamp(x / 6 + 0.5, 0, 1);
    case ODD_LAYER_EXP:
        return exp(x);
    case ODD_LAYER_SQRT:
        return sqrt(x);
    case ODD_LAYER_ERF:
        return erf(x);
    case ODD_LAYER_GELU:
        return gelu(x, set->by_tanh);
    case ODD_LAYER_NEG:
        return -x;
    case ODD_LAYER_THRESHOLDED_RELU:
        return x > set->alpha ? x : 0;
    default:
        return plain_function(layer->kind, x);
    }
}

void odd_reference_point(const odd_task *t)
{
    int64_t values = odd_view_values(&t->out);
    for (int64_t i = 0; i < values; i++)
        t->out.data[i] = (float)point(t->layer, t->in[0].data[i]);
}

/* Where a row of a result of `rank` dimensions begins in a view, and the step to its next value:
 * dimensions of size 1 are repeated, those that the view lacks stand in front. */
static const float *row_of(const odd_view *v, int rank, const int64_t place[], int64_t *step)
{
    int64_t mine[ODD_TENSOR_RANK] = {0};
    for (int d = 0; d < v->rank; d++)
        mine[d] = v->shape[d] == 1 ? 0 : place[d + rank - v->rank];
    *step = v->rank > 0 && v->shape[v->rank - 1] != 1;
    return v->data + odd_view_index(v, mine);
}

static double pair(odd_layer_kind kind, double x, double y)
{
    switch (kind) {
    case ODD_LAYER_ADD:
        return x + y;
    case ODD_LAYER_SUB:
        return x - y;
    case ODD_LAYER_MUL:
        return x * y;
    case ODD_LAYER_DIV:
        return x / y;
    case ODD_LAYER_POW:
        return pow(x, y);
    case ODD_LAYER_MAX: /* no number stays none, as in ONNX Runtime */
        return isnan(x) || x > y ? x : y;
    default:
        ODD_CHECK(kind == ODD_LAYER_MIN);
        return isnan(x) || x < y ? x : y;
    }
}

void odd_reference_pair(const odd_task *t)
{
    const odd_view *out = &t->out;
    const int64_t values = odd_view_values(out), length = out->rank ? out->shape[out->rank - 1] : 1;
    int64_t place[ODD_TENSOR_RANK], x_step, y_step;
    for (int64_t row = 0; row < values; row += length) {
        odd_view_place(out, row, place);
        const float *x = row_of(&t->in[0], out->rank, place, &x_step);
        const float *y = row_of(&t->in[1], out->rank, place, &y_step);
        for (int64_t i = 0; i < length; i++)
            out->data[row + i] = (float)pair(t->layer->kind, x[i * x_step], y[i * y_step]);
    }
}

/* The mean over the block of x that starts at `place` and spans `size`. */
static double block_mean(const odd_view *x, const int64_t place[], const odd_view *block)
{
    int64_t values = odd_view_values(block), inside[ODD_TENSOR_RANK];
    double sum = 0;
    for (int64_t i = 0; i < values; i++) {
        odd_view_place(block, i, inside);
        for (int d = 0; d < x->rank; d++)
            inside[d] += place[d];
        sum += x->data[odd_view_index(x, inside)];
    }
    return sum / (double)values;
}

void odd_reference_mean(const odd_task *t)
{
    const odd_view *x = &t->in[0];
    odd_view kept = *x, block = *x; /* the result with all its dimensions; what makes one value */
    for (int d = 0; d < x->rank; d++)
        block.shape[d] = 1;
    for (int i = 0; i < t->layer->set.axes; i++) {
        int64_t d = t->layer->set.list[i];
        block.shape[d] = x->shape[d];
        kept.shape[d] = 1;
    }
    int64_t values = odd_view_values(&kept), place[ODD_TENSOR_RANK];
    for (int64_t i = 0; i < values; i++) {
        odd_view_place(&kept, i, place);
        t->out.data[i] = (float)block_mean(x, place, &block);
    }
}

/* x (N, C, size), the result (N, C). */
void odd_reference_global(const odd_task *t)
{
    const odd_view *x = &t->in[0];
    int64_t maps = x->shape[0] * x->shape[1], size = odd_view_values(x) / maps;
    for (int64_t m = 0; m < maps; m++) {
        double sum = 0, most = -INFINITY;
        for (int64_t i = 0; i < size; i++) {
            sum += x->data[m * size + i];
            most = fmax(most, x->data[m * size + i]);
        }
        bool max = t->layer->kind == ODD_LAYER_GLOBAL_MAX_POOL;
        t->out.data[m] = (float)(max ? most : sum / (double)size);
    }
}
