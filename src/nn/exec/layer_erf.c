/* The error function, which oneDNN has inside Gelu only: a loop of our own. */
#include "nn/exec/layers_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>

static void run_erf(const void *settings, float *const data[])
{
    const int64_t values = *(const int64_t *)settings;
#pragma omp parallel for default(none) shared(values, data)
    for (int64_t i = 0; i < values; i++)
        data[1][i] = erff(data[0][i]);
}

odd_status odd_plan_erf(odd_planner *p, const odd_step *step)
{
    dnnl_dims_t dims;
    odd_status st;
    int64_t *values = NULL;
    int source, result, rank = odd_plan_dims(p, step->input[0], dims);
    ODD_TRY(odd_plan_plain(p, step->input[0], &source));
    ODD_TRY(odd_plan_value(p, odd_plan_desc(p, source), &result));
    ODD_TRY(ODD_NEW(values, 1));
    *values = 1;
    for (int i = 0; i < rank; i++)
        *values *= dims[i];
    ODD_TRY(odd_plan_loop(p, run_erf, values, 2, (const int[]){source, result}));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}
