/* Reference of the layers that move a window over rows and columns. Letters: n image, m channel of
 * the result, c channel of the input within its group, y, x place in the result, i, j place in the
 * window. */
#include "nn/graph/reference_internal.h"

#include <math.h>
#include <stddef.h>

static int64_t at4(const odd_view *v, int64_t a, int64_t b, int64_t c, int64_t d)
{
    return ((a * v->shape[1] + b) * v->shape[2] + c) * v->shape[3] + d;
}

/* The result (n, m, y, x), value by value. */
static void fill(const odd_task *t,
                 double (*value)(const odd_task *t, int64_t n, int64_t m, int64_t y, int64_t x))
{
    int64_t values = odd_view_values(&t->out), place[ODD_TENSOR_RANK];
    for (int64_t i = 0; i < values; i++) {
        odd_view_place(&t->out, i, place);
        t->out.data[i] = (float)value(t, place[0], place[1], place[2], place[3]);
    }
}

/* Row (d = 0) or column (d = 1) of the input under place `in` of the window at place `out`. */
static int64_t under(const odd_layer_settings *set, int d, int64_t out, int64_t in)
{
    return out * set->stride[d] - set->pad[d] + in * set->dilation[d];
}

/* Columns of a row of the result that are summed side by side. */
enum { COLUMNS = 64 };

/* A column of the input under each column of the result from x on: `from` and every `stride`
 * further. Those before `begin` and from `end` on are outside. */
typedef struct {
    int64_t from, begin, end;
} strip;

static strip columns_under(const odd_task *t, int64_t x, int64_t j, int64_t count)
{
    const int64_t stride = t->layer->set.stride[1], size = t->in[0].shape[3];
    strip c = {.from = under(&t->layer->set, 1, x, j), .end = count};
    while (c.begin < count && c.from + c.begin * stride < 0)
        c.begin++;
    while (c.end > c.begin && c.from + (c.end - 1) * stride >= size)
        c.end--;
    return c;
}

static void add_columns(const strip *c, int64_t stride, double weight, const float row[],
                        double sum[])
{
    if (stride == 1) /* in a loop of its own for the compiler */
        for (int64_t k = c->begin; k < c->end; k++)
            sum[k] += (double)row[c->from + k] * weight;
    else
        for (int64_t k = c->begin; k < c->end; k++)
            sum[k] += (double)row[c->from + k * stride] * weight;
}

/* in (N, C, rows, columns), weight (M, C / groups, rows, columns), bias (M) perhaps not given:
 * `count` values of a row of the result, each by the same sums in the same order. */
static void conv_columns(const odd_task *t, int64_t n, int64_t m, int64_t y, int64_t x,
                         int64_t count, double sum[])
{
    const odd_layer_settings *set = &t->layer->set;
    const odd_view *in = &t->in[0], *weight = &t->in[1];
    /* The first channel that the group of m reads. */
    const int64_t first = m / (weight->shape[0] / set->group) * weight->shape[1];
    for (int64_t k = 0; k < count; k++)
        sum[k] = t->in[2].data ? t->in[2].data[m] : 0;
    for (int64_t c = 0; c < weight->shape[1]; c++)
        for (int64_t i = 0; i < set->kernel[0]; i++)
            for (int64_t j = 0; j < set->kernel[1]; j++) {
                const int64_t row = under(set, 0, y, i);
                if (row < 0 || row >= in->shape[2]) continue;
                const strip inside = columns_under(t, x, j, count);
                add_columns(&inside, set->stride[1], weight->data[at4(weight, m, c, i, j)],
                            in->data + at4(in, n, first + c, row, 0), sum);
            }
}

void odd_reference_conv(const odd_task *t)
{
    const odd_view *out = &t->out;
    double sum[COLUMNS];
    for (int64_t n = 0; n < out->shape[0]; n++)
        for (int64_t m = 0; m < out->shape[1]; m++)
            for (int64_t y = 0; y < out->shape[2]; y++)
                for (int64_t x = 0; x < out->shape[3]; x += COLUMNS) {
                    const int64_t left = out->shape[3] - x, count = left < COLUMNS ? left : COLUMNS;
                    conv_columns(t, n, m, y, x, count, sum);
                    for (int64_t k = 0; k < count; k++)
                        out->data[at4(out, n, m, y, x + k)] = (float)sum[k];
                }
}

/* The place of the input whose window has its place `in` over the result's `out`; -1: none. */
static int64_t over(const odd_layer_settings *set, int d, int64_t out, int64_t in, int64_t size)
{
    int64_t first = out + set->pad[d] - in * set->dilation[d];
    if (first < 0 || first % set->stride[d] != 0 || first / set->stride[d] >= size) return -1;
    return first / set->stride[d];
}

/* in (N, C, rows, columns), weight (C, M / groups, rows, columns), bias (M) perhaps not given; c
 * counts the channels of the group of m. */
static double transposed_value(const odd_task *t, int64_t n, int64_t m, int64_t y, int64_t x)
{
    const odd_layer_settings *set = &t->layer->set;
    const odd_view *in = &t->in[0], *weight = &t->in[1];
    int64_t channels = in->shape[1] / set->group, first = m / weight->shape[1] * channels;
    double sum = t->in[2].data ? t->in[2].data[m] : 0;
    for (int64_t c = first; c < first + channels; c++)
        for (int64_t i = 0; i < set->kernel[0]; i++)
            for (int64_t j = 0; j < set->kernel[1]; j++) {
                int64_t row = over(set, 0, y, i, in->shape[2]);
                int64_t column = over(set, 1, x, j, in->shape[3]);
                if (row < 0 || column < 0) continue;
                sum += (double)in->data[at4(in, n, c, row, column)] *
                       weight->data[at4(weight, c, m % weight->shape[1], i, j)];
            }
    return sum;
}

void odd_reference_conv_transpose(const odd_task *t)
{
    fill(t, transposed_value);
}

static double pool_value(const odd_task *t, int64_t n, int64_t m, int64_t y, int64_t x)
{
    const odd_layer_settings *set = &t->layer->set;
    const odd_view *in = &t->in[0];
    double sum = 0, most = -INFINITY;
    int64_t seen = 0;
    for (int64_t i = 0; i < set->kernel[0]; i++)
        for (int64_t j = 0; j < set->kernel[1]; j++) {
            int64_t row = under(set, 0, y, i), column = under(set, 1, x, j);
            if (row < 0 || row >= in->shape[2] || column < 0 || column >= in->shape[3]) continue;
            double value = in->data[at4(in, n, m, row, column)];
            sum += value;
            most = fmax(most, value);
            seen++;
        }
    /* Padding is never the largest, and counts in means only where that is asked for. */
    if (t->layer->kind == ODD_LAYER_MAX_POOL) return most;
    if (set->count_padding) seen = set->kernel[0] * set->kernel[1];
    return sum / (double)seen;
}

void odd_reference_pool(const odd_task *t)
{
    fill(t, pool_value);
}
