/* Functions of single values that oneDNN does not have, or not well: loops of our own. */
#include "nn/exec/layers_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>

typedef struct {
    odd_layer_kind kind;
    int64_t values;
    float alpha;
} function_loop;

static float value_of(const function_loop *s, float x)
{
    switch (s->kind) {
    case ODD_LAYER_LOG: /* oneDNN's is not exact around 1, where it is small */
        return logf(x);
    case ODD_LAYER_SOFTPLUS: /* nor is that of oneDNN 3 where it is small */
        return fmaxf(x, 0) + log1pf(expf(-fabsf(x)));
    case ODD_LAYER_FLOOR:
        return floorf(x);
    case ODD_LAYER_CEIL:
        return ceilf(x);
    case ODD_LAYER_ROUND:
        return nearbyintf(x);
    case ODD_LAYER_SIGN:
        return (float)((x > 0) - (x < 0));
    case ODD_LAYER_SIN:
        return sinf(x);
    case ODD_LAYER_COS:
        return cosf(x);
    default: /* ThresholdedRelu */
        return x > s->alpha ? x : 0;
    }
}

static void run_function(const void *settings, float *const data[])
{
    const function_loop *s = settings;
#pragma omp parallel for default(none) shared(s, data)
    for (int64_t i = 0; i < s->values; i++)
        data[1][i] = value_of(s, data[0][i]);
}

odd_status odd_plan_function(odd_planner *p, const odd_step *step)
{
    dnnl_dims_t dims;
    odd_status st;
    function_loop *loop;
    int source, result, rank = odd_plan_dims(p, step->input[0], dims);
    ODD_TRY(odd_plan_plain(p, step->input[0], &source));
    ODD_TRY(odd_plan_value(p, odd_plan_desc(p, source), &result));
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = (function_loop){.kind = step->kind, .values = 1, .alpha = step->set.alpha};
    for (int i = 0; i < rank; i++)
        loop->values *= dims[i];
    ODD_TRY(odd_plan_loop(p, run_function, loop, 2, (const int[]){source, result}));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}
