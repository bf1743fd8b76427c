/* QuantizeLinear: rounding to the nearest of a range of whole numbers, in a loop of our own. */
#include "nn/exec/layers_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <math.h>

/* x (before, scales, run). */
typedef struct {
    int64_t rows, scales, run; /* rows of `run` values share a scale */
    float low, high;
} quantize_loop;

/* Between -2^22 and 2^22 the sum with 1.5 * 2^23 has no digits behind the point, and the ones
 * before it are rounded half to even: an addition and a subtraction, which every processor does
 * many at a time. What is outside the range stays outside. No number becomes the lowest. */
ODD_SIMD(static, void, quantize_row,
         (int64_t n, const float *x, float scale, float zero, float low, float high, float *y),
         (n, x, scale, zero, low, high, y))
{
    const float shift = 0x1.8p23f;
    for (int64_t i = 0; i < n; i++) {
        float quotient = x[i] / scale;
        quotient = quotient > low - zero - 1 ? quotient : low - zero - 1;
        quotient = quotient < high - zero + 1 ? quotient : high - zero + 1;
        const float whole = (quotient + shift) - shift + zero;
        y[i] = whole < low ? low : whole > high ? high : whole;
    }
}

static void run_quantize(const void *settings, float *const data[])
{
    const quantize_loop *s = settings;
#pragma omp parallel for default(none) shared(s, data)
    for (int64_t r = 0; r < s->rows; r++)
        quantize_row(s->run, data[0] + r * s->run, data[1][r % s->scales], data[2][r % s->scales],
                     s->low, s->high, data[3] + r * s->run);
}

#define PIECE 4096 /* values of a row where all have one scale: enough of them for the threads */

static odd_status new_loop(const odd_planner *p, const odd_step *step, quantize_loop **out)
{
    dnnl_dims_t dims;
    const int rank = odd_plan_dims(p, step->input[0], dims);
    int64_t values = 1;
    quantize_loop *s;
    odd_status st = ODD_NEW(s, 1);
    if (st != ODD_OK) return st;
    *s = (quantize_loop){.low = step->set.low, .high = step->set.high, .run = 1};
    s->scales = odd_tensor_values(&p->graph->tensor[step->input[1]]);
    for (int d = 0; d < rank; d++) {
        values *= dims[d];
        if (s->scales > 1 && d > step->set.axis) s->run *= dims[d];
    }
    for (int64_t n = PIECE; s->scales == 1 && n > 1 && s->run == 1; n /= 2)
        if (values % n == 0) s->run = n;
    s->rows = values / s->run;
    *out = s;
    return ODD_OK;
}

odd_status odd_plan_quantize(odd_planner *p, const odd_step *step)
{
    odd_status st;
    int source, scale, zero, result;
    quantize_loop *loop;
    ODD_TRY(odd_plan_plain(p, step->input[0], &source));
    ODD_TRY(odd_plan_plain(p, step->input[1], &scale));
    ODD_TRY(odd_plan_plain(p, step->input[2], &zero));
    ODD_TRY(odd_plan_value(p, odd_plan_desc(p, source), &result));
    ODD_TRY(new_loop(p, step, &loop));
    ODD_TRY(odd_plan_loop(p, run_quantize, loop, 4, (const int[]){source, scale, zero, result}));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}
