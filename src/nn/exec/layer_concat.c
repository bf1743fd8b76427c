/* Concat: by oneDNN, and in a loop of our own where each input gives few values at a time, which
 * oneDNN copies by a call each. */
#include "nn/exec/layers_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/simd.h"

#define SHORT 16  /* values; shorter runs are copied by the loop */
#define PIECE 512 /* rows that a thread does at a time */

/* ---- Short runs ---- */

/* A row of the result is a run of each input, one behind the other. */
typedef struct {
    int inputs;
    int64_t rows, all, run[ODD_LAYER_INPUTS]; /* all: the runs together */
} run_loop;

/* x (rows, run) to y, whose rows are `all` values apart. */
ODD_SIMD(static, void, copy_runs,
         (int64_t rows, int64_t run, const float *x, int64_t all, float *y), (rows, run, x, all, y))
{
    if (run == 1) {
        for (int64_t r = 0; r < rows; r++)
            y[r * all] = x[r];
        return;
    }
    for (int64_t r = 0; r < rows; r++)
        for (int64_t j = 0; j < run; j++)
            y[r * all + j] = x[r * run + j];
}

static void run_runs(const void *settings, float *const data[])
{
    const run_loop *s = settings;
#pragma omp parallel for default(none) shared(s, data)
    for (int64_t first = 0; first < s->rows; first += PIECE) {
        float *y = data[s->inputs] + first * s->all;
        for (int i = 0; i < s->inputs; y += s->run[i], i++)
            copy_runs(odd_min(PIECE, s->rows - first), s->run[i], data[i] + first * s->run[i],
                      s->all, y);
    }
}

/* The rows and runs of the inputs; false where some are long, or not rows of float32. */
static bool are_short(const odd_planner *p, const odd_step *step, const int value[], run_loop *loop)
{
    const int axis = (int)step->set.axis;
    *loop = (run_loop){.inputs = step->inputs, .rows = 1};
    for (int i = 0; i < step->inputs; i++) {
        const odd_desc *x = odd_plan_desc(p, value[i]);
        if (x->data_type != dnnl_f32 || !odd_desc_is_plain(x)) return false;
        loop->run[i] = 1;
        for (int d = axis; d < x->ndims; d++)
            loop->run[i] *= x->dims[d];
        if (loop->run[i] >= SHORT) return false;
        loop->all += loop->run[i];
    }
    for (int d = 0; d < axis; d++)
        loop->rows *= odd_plan_desc(p, value[0])->dims[d];
    return true;
}

static odd_status concat_short(odd_planner *p, const odd_step *step, const run_loop *settings,
                               int value[])
{
    dnnl_dims_t dims;
    odd_desc desc;
    run_loop *loop;
    odd_status st;
    const int rank = odd_plan_dims(p, step->output, dims);
    ODD_TRY(odd_desc_plain(&desc, rank, dims, dnnl_f32));
    ODD_TRY(odd_plan_value(p, &desc, &value[step->inputs]));
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = *settings;
    ODD_TRY(odd_plan_loop(p, run_runs, loop, step->inputs + 1, value));
    odd_plan_bind(p, step->output, value[step->inputs]);
done:
    return st;
}

/* ---- By oneDNN ---- */

/* All inputs in one type: bfloat16 only if all are. */
static odd_status concat_inputs(odd_planner *p, const odd_step *step, bool plain, int value[])
{
    odd_status st = ODD_OK;
    bool floats = false;
    for (int i = 0; i < step->inputs; i++) {
        ODD_TRY(odd_plan_input(p, step->input[i], &value[i]));
        floats = floats || odd_plan_desc(p, value[i])->data_type == dnnl_f32;
    }
    for (int i = 0; i < step->inputs; i++) {
        if (floats) ODD_TRY(odd_plan_float(p, step->input[i], &value[i]));
        if (plain) ODD_TRY(odd_plan_plain(p, step->input[i], &value[i]));
    }
done:
    return st;
}

/* Maps in different layouts are concatenated number by number: all become channels-last. */
static odd_status concat_layouts(odd_planner *p, const odd_step *step, int value[])
{
    odd_desc last[ODD_LAYER_INPUTS];
    int there = 0;
    odd_status st = ODD_OK;
    for (int i = 0; i < step->inputs; i++) {
        const odd_desc *have = odd_plan_desc(p, value[i]);
        if (have->ndims != 4) return ODD_OK;
        ODD_TRY(odd_desc_tagged(&last[i], 4, have->dims, have->data_type, dnnl_nhwc));
        there += odd_desc_equal(have, &last[i]);
    }
    for (int i = 0; there > 0 && i < step->inputs; i++) {
        ODD_TRY(odd_plan_reorder(p, value[i], &last[i], &value[i]));
    }
done:
    return st;
}

static odd_status concat_pd(odd_planner *p, const odd_step *step, const int value[],
                            dnnl_primitive_desc_t *pd)
{
    odd_desc desc[ODD_LAYER_INPUTS];
    for (int i = 0; i < step->inputs; i++) {
        desc[i] = *odd_plan_desc(p, value[i]);
    }
    return odd_pd_concat(p->engine, step->inputs, (int)step->set.axis, desc, pd);
}

static odd_status concat_dnnl(odd_planner *p, const odd_step *step, int value[])
{
    int result;
    odd_argument argument[ODD_LAYER_INPUTS + 1];
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    ODD_TRY(concat_layouts(p, step, value));
    ODD_TRY(concat_pd(p, step, value, &pd));
    if (odd_pd_is_slow(pd)) {
        dnnl_primitive_desc_destroy(pd);
        pd = NULL;
        ODD_TRY(concat_inputs(p, step, true, value));
        ODD_TRY(concat_pd(p, step, value, &pd));
    }
    for (int i = 0; i < step->inputs; i++) {
        argument[i] = (odd_argument){DNNL_ARG_MULTIPLE_SRC + i, value[i]};
    }
    const odd_desc desc = odd_pd_desc(pd, dnnl_query_dst_md, 0);
    ODD_TRY(odd_plan_value(p, &desc, &result));
    argument[step->inputs] = (odd_argument){DNNL_ARG_DST, result};
    ODD_TRY(odd_plan_primitive(p, pd, step->inputs + 1, argument, "concatenation"));
    odd_plan_bind(p, step->output, result);
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

odd_status odd_plan_concat(odd_planner *p, const odd_step *step)
{
    int value[ODD_LAYER_INPUTS + 1];
    run_loop loop;
    odd_status st;
    ODD_TRY(concat_inputs(p, step, false, value));
    st = are_short(p, step, value, &loop) ? concat_short(p, step, &loop, value)
                                          : concat_dnnl(p, step, value);
done:
    return st;
}
