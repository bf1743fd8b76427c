/* Reference of normalisations and of Softmax. */
#include "nn/graph/reference_internal.h"

#include <math.h>
#include <stddef.h>

/* x (N, C, size); in[1 ... 4] are scale, shift, mean and variance (C). */
void odd_reference_batch_norm(const odd_task *t)
{
    const odd_view *x = &t->in[0];
    int64_t channels = x->shape[1], maps = x->shape[0] * channels;
    int64_t size = odd_view_values(x) / maps;
    for (int64_t m = 0; m < maps; m++) {
        int64_t c = m % channels;
        double scale = t->in[1].data[c] / sqrt((double)t->in[4].data[c] + t->layer->set.epsilon);
        double shift = t->in[2].data[c] - scale * t->in[3].data[c];
        for (int64_t i = m * size; i < (m + 1) * size; i++)
            t->out.data[i] = (float)(scale * x->data[i] + shift);
    }
}

/* x (rows, size); scale (size), bias (size) perhaps not given. */
void odd_reference_layer_norm(const odd_task *t)
{
    const float *scale = t->in[1].data, *bias = t->in[2].data;
    int64_t size = odd_view_values(&t->in[1]), rows = odd_view_values(&t->in[0]) / size;
    for (int64_t r = 0; r < rows; r++) {
        const float *x = t->in[0].data + r * size;
        double mean = 0, square = 0;
        for (int64_t i = 0; i < size; i++)
            mean += x[i] / (double)size;
        for (int64_t i = 0; i < size; i++)
            square += (x[i] - mean) * (x[i] - mean) / (double)size;
        double by = 1 / sqrt(square + t->layer->set.epsilon);
        for (int64_t i = 0; i < size; i++)
            t->out.data[r * size + i] =
                (float)((x[i] - mean) * by * scale[i] + (bias ? bias[i] : 0));
    }
}

/* The lines along `axis`: `size` values that stand `step` apart. */
typedef struct {
    int64_t lines, size, step;
} lines_of;

static lines_of along(const odd_view *x, int64_t axis)
{
    lines_of l = {.size = x->shape[axis], .step = 1};
    for (int64_t d = axis + 1; d < x->rank; d++)
        l.step *= x->shape[d];
    l.lines = odd_view_values(x) / l.size;
    return l;
}

static int64_t line_start(const lines_of *l, int64_t line)
{
    return line / l->step * l->step * l->size + line % l->step;
}

void odd_reference_l2_norm(const odd_task *t)
{
    lines_of l = along(&t->in[0], t->layer->set.axis);
    for (int64_t line = 0; line < l.lines; line++) {
        const float *x = t->in[0].data + line_start(&l, line);
        float *out = t->out.data + line_start(&l, line);
        double square = 0;
        for (int64_t i = 0; i < l.size; i++)
            square += (double)x[i * l.step] * x[i * l.step];
        for (int64_t i = 0; i < l.size; i++) /* a line of zeros stays one */
            out[i * l.step] = square > 0 ? (float)(x[i * l.step] / sqrt(square)) : 0;
    }
}

void odd_reference_softmax(const odd_task *t)
{
    lines_of l = along(&t->in[0], t->layer->set.axis);
    for (int64_t line = 0; line < l.lines; line++) {
        const float *x = t->in[0].data + line_start(&l, line);
        float *out = t->out.data + line_start(&l, line);
        /* The largest is taken off, so that exp() cannot overflow; the quotient is the same. */
        double most = -INFINITY, sum = 0;
        for (int64_t i = 0; i < l.size; i++)
            most = fmax(most, x[i * l.step]);
        for (int64_t i = 0; i < l.size; i++)
            sum += exp(x[i * l.step] - most);
        for (int64_t i = 0; i < l.size; i++)
            out[i * l.step] = (float)(exp(x[i * l.step] - most) / sum);
    }
}
