/* Gradient by the weights of a depthwise convolution, in a loop of our own: oneDNN has a kernel for
 * 3 x 3, but for 5 x 5 it makes matrices of one column, which take ten times as long as forward.
 * Maps lie in blocks of 16 channels, as its forward likes them where there is AVX-512. */
#include "nn/exec/layers_internal.h"
#include "nn/train/train_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/simd.h"

#include <string.h>

#define LANES  16
#define LAYOUT dnnl_nChw16c
#define WIDEST 9  /* of a kernel */
#define SHORT  64 /* products that are added up in float32 before they go to a sum of doubles */

typedef float lanes
    __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float)), may_alias));

/* Legend: rows 0, columns 1. */
typedef struct {
    int64_t images, channels, blocks; /* blocks of LANES channels */
    int64_t in[2], out[2];            /* of maps */
    int64_t kernel[2], stride[2], step[2], before[2];
    int64_t first, end; /* columns of the result for which all columns of the kernel are inside */
    bool has_bias;
} depthwise_loop;

/* Where the value stands that column k of the kernel reads for a column of the result. */
static inline __attribute__((always_inline)) int64_t column_read(const depthwise_loop *s,
                                                                 int64_t column, int64_t k)
{
    return column * s->stride[1] - s->before[1] + k * s->step[1];
}

/* One row of x and of the gradient, inside: `width` is known to the compiler, sums in registers. */
static inline __attribute__((always_inline)) void
add_inside(const depthwise_loop *s, int width, const float *x, const float *gradient, lanes sum[])
{
    lanes part[WIDEST];
    for (int k = 0; k < width; k++)
        part[k] = sum[k];
    for (int64_t i = s->first; i < s->end; i++) {
        const lanes g = *(const lanes *)(gradient + i * LANES);
        const float *at = x + column_read(s, i, 0) * LANES;
        for (int k = 0; k < width; k++)
            part[k] += g * *(const lanes *)(at + k * s->step[1] * LANES);
    }
    for (int k = 0; k < width; k++)
        sum[k] = part[k];
}

static inline __attribute__((always_inline)) void
add_border(const depthwise_loop *s, int64_t i, const float *x, const float *gradient, lanes sum[])
{
    const lanes g = *(const lanes *)(gradient + i * LANES);
    for (int64_t k = 0; k < s->kernel[1]; k++) {
        const int64_t at = column_read(s, i, k);
        if (at >= 0 && at < s->in[1]) sum[k] += g * *(const lanes *)(x + at * LANES);
    }
}

ODD_SIMD(static, void, add_row,
         (const depthwise_loop *s, const float *x, const float *gradient, lanes sum[]),
         (s, x, gradient, sum))
{
    for (int64_t i = 0; i < s->first; i++)
        add_border(s, i, x, gradient, sum);
    if (s->kernel[1] == 5)
        add_inside(s, 5, x, gradient, sum);
    else if (s->kernel[1] == 3)
        add_inside(s, 3, x, gradient, sum);
    else
        add_inside(s, (int)s->kernel[1], x, gradient, sum);
    for (int64_t i = s->end; i < s->out[1]; i++)
        add_border(s, i, x, gradient, sum);
}

/* To doubles, and 0 again. */
static void pass_on(int64_t width, lanes sum[], double total[])
{
    for (int64_t k = 0; k < width; k++)
        for (int l = 0; l < LANES; l++)
            total[k * LANES + l] += (double)sum[k][l];
    memset(sum, 0, sizeof *sum * (size_t)width);
}

/* One row of the kernel over a block of channels of one image. */
static void add_kernel_row(const depthwise_loop *s, int64_t r, const float *x,
                           const float *gradient, double total[])
{
    lanes sum[WIDEST] = {0};
    int64_t held = 0;
    for (int64_t i = 0; i < s->out[0]; i++) {
        const int64_t row = i * s->stride[0] - s->before[0] + r * s->step[0];
        if (row < 0 || row >= s->in[0]) continue;
        add_row(s, x + row * s->in[1] * LANES, gradient + i * s->out[1] * LANES, sum);
        held += s->out[1];
        if (held < SHORT) continue;
        pass_on(s->kernel[1], sum, total);
        held = 0;
    }
    pass_on(s->kernel[1], sum, total);
}

static void add_bias(const depthwise_loop *s, const float *gradient, double total[])
{
    for (int64_t i = 0; i < s->out[0] * s->out[1]; i++)
        for (int l = 0; l < LANES; l++)
            total[l] += (double)gradient[i * LANES + l];
}

/* Sums of one block of channels to their places: those of weights (channels, kernel), of biases. */
static void write_block(const depthwise_loop *s, int64_t block, const double total[],
                        float weights[], float bias[])
{
    const int64_t area = s->kernel[0] * s->kernel[1];
    for (int64_t l = 0; l < LANES && block * LANES + l < s->channels; l++) {
        const int64_t c = block * LANES + l;
        for (int64_t k = 0; k < area; k++)
            weights[c * area + k] = (float)total[k * LANES + l];
        if (s->has_bias) bias[c] = (float)total[area * LANES + l];
    }
}

/* data: x, gradient by the result, gradients by weights and, where there is one, by the bias. */
static void run_depthwise(const void *settings, float *const data[])
{
    const depthwise_loop *s = settings;
    const int64_t x_block = s->in[0] * s->in[1] * LANES, g_block = s->out[0] * s->out[1] * LANES;
    for (int64_t b = 0; b < s->blocks; b++) {
        double total[(WIDEST * WIDEST + 1) * LANES] = {0};
        for (int64_t n = 0; n < s->images; n++) {
            const float *x = data[0] + (n * s->blocks + b) * x_block;
            const float *gradient = data[1] + (n * s->blocks + b) * g_block;
            for (int64_t r = 0; r < s->kernel[0]; r++)
                add_kernel_row(s, r, x, gradient, total + r * s->kernel[1] * LANES);
            if (s->has_bias) add_bias(s, gradient, total + s->kernel[0] * s->kernel[1] * LANES);
        }
        write_block(s, b, total, data[2], s->has_bias ? data[3] : NULL);
    }
}

/* Columns whose first product is inside, and whose last is. */
static void find_inside(depthwise_loop *s)
{
    const int64_t stride = s->stride[1], reach = (s->kernel[1] - 1) * s->step[1];
    const int64_t last = s->in[1] - 1 - reach + s->before[1]; /* as its first product may be */
    s->first = odd_min((s->before[1] + stride - 1) / stride, s->out[1]);
    s->end = last < 0 ? 0 : odd_min(last / stride + 1, s->out[1]);
    if (s->end < s->first) s->end = s->first;
}

static depthwise_loop loop_of(const odd_step *step, const odd_window *w, const odd_desc *source,
                              const odd_desc *result, const odd_desc *place)
{
    depthwise_loop s = {.images = source->dims[0],
                        .channels = source->dims[1],
                        .blocks = (source->dims[1] + LANES - 1) / LANES,
                        .has_bias = step->inputs > 2 && step->input[2] >= 0};
    for (int i = 0; i < 2; i++) {
        s.in[i] = source->dims[2 + i];
        s.out[i] = result->dims[2 + i];
        s.kernel[i] = place->dims[3 + i];
        s.stride[i] = w->stride[i];
        s.step[i] = w->gap[i] + 1;
        s.before[i] = w->before[i];
    }
    find_inside(&s);
    return s;
}

bool odd_depthwise_suits(const odd_maker *m, const odd_step *step, const odd_desc *place)
{
    return odd_step_is_depthwise(m->p.graph, step) && place->ndims == 5 && place->dims[1] == 1 &&
           place->dims[3] <= WIDEST && place->dims[4] <= WIDEST && step->set.pad[1] >= 0;
}

odd_status odd_back_depthwise(odd_maker *m, const odd_step *step, const odd_window *w,
                              const odd_desc *place)
{
    depthwise_loop *loop;
    dnnl_dims_t in, out;
    odd_desc source, result, row;
    odd_status st;
    int v[4];
    const int rank = odd_plan_dims(&m->p, step->input[0], in);
    odd_plan_dims(&m->p, step->output, out);
    ODD_TRY(odd_desc_tagged(&source, rank, in, dnnl_f32, LAYOUT));
    ODD_TRY(odd_desc_tagged(&result, rank, out, dnnl_f32, LAYOUT));
    ODD_TRY(odd_desc_plain(&row, 1, (const dnnl_dims_t){out[1]}, dnnl_f32));
    const depthwise_loop s = loop_of(step, w, &source, &result, place);
    ODD_TRY(odd_plan_reorder(&m->p, m->p.holds[step->input[0]], &source, &v[0]));
    ODD_TRY(odd_maker_output(m, step, &result, &v[1]));
    ODD_TRY(odd_maker_learn_place(m, step->input[1], place, place, &v[2]));
    if (s.has_bias) ODD_TRY(odd_maker_learn_place(m, step->input[2], &row, &row, &v[3]));
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = s;
    ODD_TRY(odd_plan_loop(&m->p, run_depthwise, loop, s.has_bias ? 4 : 3, v));
    ODD_TRY(odd_maker_learn(m, step->input[1], place, v[2]));
    if (s.has_bias) ODD_TRY(odd_maker_learn(m, step->input[2], &row, v[3]));
done:
    return st;
}
