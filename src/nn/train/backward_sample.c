/* Slices in training, and among them the variational code: a draw around the means that the slice
 * takes, whose log variances stand behind them (Kingma and Welling, ICLR 2014, section 2.4). */
#include "nn/exec/layers_internal.h"
#include "nn/train/train_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"

#include <math.h>

/* The seed of one draw of all images. */
static uint64_t key_of(uint64_t seed, uint64_t draw, uint32_t layer)
{
    uint32_t bits[4];
    odd_philox(seed, ODD_STREAM_SAMPLE, draw, layer, bits);
    return (uint64_t)bits[0] << 32 | bits[1];
}

static void draw_codes(uint64_t key, int64_t images, const int64_t id[], int64_t values,
                       const float moments[], float code[])
{
    for (int64_t n = 0; n < images; n++) {
        const float *mean = moments + n * 2 * values, *log_variance = mean + values;
        for (int64_t i = 0; i < values; i++) {
            double normal = odd_normal(key, ODD_STREAM_SAMPLE, (uint64_t)id[n], (uint32_t)i);
            code[n * values + i] = (float)(mean[i] + exp(0.5 * log_variance[i]) * normal);
        }
    }
}

void odd_sample_codes(uint64_t seed, uint64_t draw, int64_t images, const int64_t id[],
                      int64_t values, const float moments[], float code[])
{
    draw_codes(key_of(seed, draw, 0), images, id, values, moments, code);
}

/* ---- In a tape ---- */

typedef struct {
    const odd_work *work;
    int64_t values; /* of the code of one image */
    uint32_t layer; /* count of sample layers before it, so that no two share their draws */
} sample_loop;

/* data: moments, code. */
static void run_sample(const void *settings, float *const data[])
{
    const sample_loop *s = settings;
    const odd_work *work = s->work;
    uint64_t key = key_of(work->seed, (uint64_t)work->step, s->layer);
    draw_codes(key, work->shard->images, work->shard->id, s->values, data[0], data[1]);
}

/* data: moments, code, gradient by the code, gradient by the moments. What a log variance moves is
 * half of what the draw is off the mean. */
static void run_back(const void *settings, float *const data[])
{
    const sample_loop *s = settings;
    int64_t values = s->values;
    for (int64_t n = 0; n < s->work->shard->images; n++) {
        const float *mean = data[0] + n * 2 * values, *code = data[1] + n * values;
        const float *by_code = data[2] + n * values;
        float *by_mean = data[3] + n * 2 * values;
        for (int64_t i = 0; i < values; i++) {
            by_mean[i] = by_code[i];
            by_mean[values + i] = by_code[i] * 0.5f * (code[i] - mean[i]);
        }
    }
}

static uint32_t samples_before(const odd_program *program, int step)
{
    uint32_t count = 0;
    for (int i = 0; i < step; i++)
        count += program->step[i].kind == ODD_LAYER_SLICE && program->step[i].set.sample;
    return count;
}

static odd_status add_loop(odd_maker *m, const odd_step *step,
                           void (*run)(const void *settings, float *const data[]), int values,
                           const int value[])
{
    sample_loop *loop;
    odd_status st;
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = (sample_loop){.work = &m->tape->work,
                          .values = odd_tensor_values(&m->p.graph->tensor[step->output]),
                          .layer = samples_before(&m->training->program, m->p.step)};
    ODD_TRY(odd_plan_loop(&m->p, run, loop, values, value));
done:
    return st;
}

odd_status odd_train_slice(odd_maker *m, const odd_step *step)
{
    odd_desc desc;
    dnnl_dims_t dims;
    odd_status st;
    int v[2], rank = odd_plan_dims(&m->p, step->output, dims);
    if (!step->set.sample) return odd_layer_plan(&m->p, step);
    ODD_TRY(odd_plan_plain(&m->p, step->input[0], &v[0]));
    ODD_TRY(odd_desc_plain(&desc, rank, dims, dnnl_f32));
    ODD_TRY(odd_plan_value(&m->p, &desc, &v[1]));
    ODD_TRY(add_loop(m, step, run_sample, 2, v));
    odd_plan_bind(&m->p, step->output, v[1]);
done:
    return st;
}

static odd_status back_sample(odd_maker *m, const odd_step *step, int gradient, int *result)
{
    odd_status st;
    int v[4] = {0, 0, gradient, 0};
    ODD_TRY(odd_plan_plain(&m->p, step->input[0], &v[0]));
    ODD_TRY(odd_plan_plain(&m->p, step->output, &v[1]));
    ODD_TRY(odd_plan_value(&m->p, odd_plan_desc(&m->p, v[0]), &v[3]));
    ODD_TRY(add_loop(m, step, run_back, 4, v));
    *result = v[3];
done:
    return st;
}

odd_status odd_back_slice(odd_maker *m, const odd_step *step)
{
    odd_status st;
    int gradient, result;
    ODD_TRY(odd_maker_output_plain(m, step, &gradient));
    ODD_TRY(step->set.sample ? back_sample(m, step, gradient, &result)
                             : odd_slice_back(&m->p, step, gradient, &result));
    ODD_TRY(odd_maker_add(m, step->input[0], result));
done:
    return st;
}
