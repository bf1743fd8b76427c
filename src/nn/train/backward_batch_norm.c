/* BatchNormalization in training: statistics are those of the shard, summed by ourselves. */
#include "nn/train/train_internal.h"

#include "oddlot/base/memory.h"

enum { MEAN, VARIANCE }; /* what forward keeps */

/* Inputs: x, scale, shift, running mean, running variance. */
#define SCALE_SHIFT (dnnl_use_scale | dnnl_use_shift)

/* The share of this shard in the averages of the batch; the variance without bias, as PyTorch. */
typedef struct {
    const odd_work *work;
    int64_t channels;
    int64_t places; /* values of a channel in one image */
} batch_loop;

static void run_statistics(const void *settings, float *const data[])
{
    const batch_loop *s = settings;
    int64_t images = s->work->shard->images, seen = images * s->places;
    double share = (double)images / (double)s->work->batch;
    double unbiased = seen > 1 ? (double)seen / (double)(seen - 1) : 1;
    for (int64_t c = 0; c < s->channels; c++) {
        data[2][c] = (float)(share * data[0][c]);
        data[3][c] = (float)(share * unbiased * data[1][c]);
    }
}

static odd_status keep_statistics(odd_maker *m, const odd_step *step, const odd_kept *kept)
{
    odd_status st;
    batch_loop *loop;
    const odd_parameters *p = &m->training->parameters;
    const odd_tensor *x = &m->p.graph->tensor[step->input[0]];
    int v[4] = {kept->value[MEAN], kept->value[VARIANCE], 0, 0};
    for (int i = 0; i < 2; i++) {
        const odd_desc desc = *odd_plan_desc(&m->p, v[i]);
        ODD_TRY(odd_maker_slot(m, step->input[3 + i], &desc, &v[2 + i]));
        m->tape->filled[p->of_tensor[step->input[3 + i]]] = true;
    }
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = (batch_loop){&m->tape->work, x->shape[1], odd_tensor_values(x) / x->shape[1]};
    ODD_TRY(odd_plan_loop(&m->p, run_statistics, loop, 4, v));
done:
    return st;
}

odd_status odd_train_batch_norm(odd_maker *m, const odd_step *step)
{
    const char *what = "batch normalisation";
    odd_kept *kept = &m->kept[m->p.step];
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    odd_argument a[6];
    ODD_TRY(odd_plan_float(&m->p, step->input[0], &a[0].value));
    a[0].arg = DNNL_ARG_SRC;
    odd_primitive primitive = {.kind = dnnl_batch_normalization,
                               .prop = dnnl_forward_training,
                               .source = odd_plan_desc(&m->p, a[0].value),
                               .result = odd_plan_desc(&m->p, a[0].value),
                               .epsilon = step->set.epsilon,
                               .flags = SCALE_SHIFT};
    ODD_TRY(odd_plan_pd(&m->p, &primitive, NULL, what, &kept->forward)); /* for backward */
    primitive.flags |= dnnl_use_global_stats;
    ODD_TRY(odd_plan_pd(&m->p, &primitive, NULL, what, &pd));
    a[1] = (odd_argument){DNNL_ARG_SCALE, m->p.holds[step->input[1]]};
    a[2] = (odd_argument){DNNL_ARG_SHIFT, m->p.holds[step->input[2]]};
    ODD_TRY(odd_maker_result(m, kept->forward, DNNL_ARG_MEAN, &a[3]));
    ODD_TRY(odd_maker_result(m, kept->forward, DNNL_ARG_VARIANCE, &a[4]));
    ODD_TRY(odd_train_moments(m, a[0].value, a[3].value, a[4].value));
    ODD_TRY(odd_maker_result(m, pd, DNNL_ARG_DST, &a[5]));
    ODD_TRY(odd_plan_primitive(&m->p, pd, 6, a, what));
    kept->value[MEAN] = a[3].value;
    kept->value[VARIANCE] = a[4].value;
    ODD_TRY(keep_statistics(m, step, kept));
    odd_plan_bind(&m->p, step->output, a[5].value);
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

odd_status odd_back_batch_norm(odd_maker *m, const odd_step *step)
{
    const char *what = "gradient of the batch normalisation";
    const odd_kept *kept = &m->kept[m->p.step];
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    int source;
    odd_argument a[9];
    ODD_TRY(odd_plan_float(&m->p, step->input[0], &source));
    const odd_desc desc = *odd_plan_desc(&m->p, source);
    const odd_primitive primitive = {.kind = dnnl_batch_normalization,
                                     .prop = dnnl_backward,
                                     .source = &desc,
                                     .result = &desc,
                                     .data = &desc,
                                     .epsilon = step->set.epsilon,
                                     .flags = SCALE_SHIFT,
                                     .hint = kept->forward};
    ODD_TRY(odd_plan_pd(&m->p, &primitive, NULL, what, &pd));
    a[0] = (odd_argument){DNNL_ARG_SRC, source};
    a[1] = (odd_argument){DNNL_ARG_MEAN, kept->value[MEAN]};
    a[2] = (odd_argument){DNNL_ARG_VARIANCE, kept->value[VARIANCE]};
    a[3] = (odd_argument){DNNL_ARG_SCALE, m->p.holds[step->input[1]]};
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_DIFF_DST, m->gradient[step->output], &a[4]));
    ODD_TRY(odd_maker_result(m, pd, DNNL_ARG_DIFF_SRC, &a[5]));
    ODD_TRY(odd_maker_row_place(m, step->input[1], DNNL_ARG_DIFF_SCALE, &a[6]));
    ODD_TRY(odd_maker_row_place(m, step->input[2], DNNL_ARG_DIFF_SHIFT, &a[7]));
    a[8] = (odd_argument){DNNL_ARG_SHIFT, m->p.holds[step->input[2]]};
    const bool with_shift = odd_pd_inputs(pd) > 5; /* version 2 reads it for nothing */
    ODD_TRY(odd_plan_primitive(&m->p, pd, with_shift ? 9 : 8, a, what));
    ODD_TRY(odd_maker_learn_row(m, step->input[1], a[6].value));
    ODD_TRY(odd_maker_learn_row(m, step->input[2], a[7].value));
    if (odd_maker_wants(m, step->input[0])) ODD_TRY(odd_maker_add(m, step->input[0], a[5].value));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}
