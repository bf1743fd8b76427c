/* Gather: places along one axis by a constant list, in a loop of our own. */
#include "nn/exec/layers_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

/* x (before, size, behind), the result (before, count, behind). */
typedef struct {
    int64_t before, size, count, behind;
} gather_loop;

static void run_gather(const void *settings, float *const data[])
{
    const gather_loop *s = settings;
    const int64_t rows = s->before * s->count;
#pragma omp parallel for default(none) shared(s, data, rows)
    for (int64_t r = 0; r < rows; r++) {
        const int64_t from = r / s->count * s->size + (int64_t)data[1][r % s->count];
        const float *x = data[0] + from * s->behind;
        float *y = data[2] + r * s->behind;
        if (s->behind == 1)
            *y = *x;
        else
            memcpy(y, x, (size_t)s->behind * sizeof *y);
    }
}

odd_status odd_plan_gather(odd_planner *p, const odd_step *step)
{
    dnnl_dims_t from, to;
    odd_desc desc;
    odd_status st;
    int source, index, result;
    gather_loop *loop;
    const int rank = odd_plan_dims(p, step->output, to), axis = (int)step->set.axis;
    odd_plan_dims(p, step->input[0], from);
    ODD_TRY(odd_plan_plain(p, step->input[0], &source));
    ODD_TRY(odd_plan_plain(p, step->input[1], &index));
    ODD_TRY(odd_desc_plain(&desc, rank, to, dnnl_f32));
    ODD_TRY(odd_plan_value(p, &desc, &result));
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = (gather_loop){.before = 1, .size = from[axis], .count = to[axis], .behind = 1};
    for (int d = 0; d < rank; d++) {
        if (d < axis) loop->before *= to[d];
        if (d > axis) loop->behind *= to[d];
    }
    ODD_TRY(odd_plan_loop(p, run_gather, loop, 3, (const int[]){source, index, result}));
    odd_plan_bind(p, step->output, result);
done:
    return st;
}
