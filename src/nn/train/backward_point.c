/* Layers in training that look at single values: activations and dropout. */
#include "nn/exec/layers_internal.h"
#include "nn/train/train_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/base/simd.h"

#include <string.h>

/* ---- Activations ---- */

static odd_status forward_pd(const odd_maker *m, const odd_post *post, const odd_desc *desc,
                             dnnl_primitive_desc_t *pd)
{
    const odd_primitive primitive = {.kind = dnnl_eltwise,
                                     .prop = dnnl_forward_training,
                                     .alg = post->alg,
                                     .source = desc,
                                     .result = desc,
                                     .alpha = post->alpha,
                                     .beta = post->beta};
    return odd_plan_pd(&m->p, &primitive, NULL, "activation", pd);
}

static odd_status forward_post(odd_maker *m, const odd_post *post, int source, int *result)
{
    dnnl_primitive_desc_t pd = NULL;
    odd_status st;
    odd_argument a[2] = {{DNNL_ARG_SRC, source}, {DNNL_ARG_DST, 0}};
    ODD_TRY(forward_pd(m, post, odd_plan_desc(&m->p, source), &pd));
    ODD_TRY(odd_plan_value(&m->p, odd_plan_desc(&m->p, source), result));
    a[1].value = *result;
    ODD_TRY(odd_plan_primitive(&m->p, pd, 2, a, "activation"));
done:
    dnnl_primitive_desc_destroy(pd);
    return st;
}

/* What an activation of its own is made of; where it is an Identity, its posts. */
static int own_posts(const odd_step *step, odd_post post[2])
{
    if (step->kind != ODD_LAYER_IDENTITY) return odd_posts_of_layer(step->kind, &step->set, post);
    ODD_CHECK(step->posts <= 2);
    memcpy(post, step->post, sizeof *post * (size_t)step->posts);
    return step->posts;
}

odd_status odd_train_point(odd_maker *m, const odd_step *step)
{
    odd_post post[2];
    odd_status st;
    int value, posts = own_posts(step, post);
    ODD_TRY(odd_plan_float(&m->p, step->input[0], &value));
    for (int i = 0; i < posts; i++) {
        m->kept[m->p.step].value[i] = value;
        ODD_TRY(forward_post(m, &post[i], value, &value));
    }
    odd_plan_bind(&m->p, step->output, value);
done:
    return st;
}

/* `data` is the activation's input, or its result where the algorithm uses that. */
static odd_status back_post(odd_maker *m, const odd_post *post, int data, int data_arg,
                            int *gradient)
{
    const char *what = "gradient of the activation";
    dnnl_primitive_desc_t forward = NULL, pd = NULL;
    odd_status st;
    const odd_desc desc = *odd_plan_desc(&m->p, data);
    odd_argument a[3] = {{data_arg, data}};
    ODD_TRY(forward_pd(m, post, &desc, &forward));
    const odd_primitive primitive = {.kind = dnnl_eltwise,
                                     .prop = dnnl_backward_data,
                                     .alg = post->alg,
                                     .source = &desc,
                                     .result = &desc,
                                     .data = &desc,
                                     .alpha = post->alpha,
                                     .beta = post->beta,
                                     .hint = forward};
    ODD_TRY(odd_plan_pd(&m->p, &primitive, NULL, what, &pd));
    ODD_TRY(odd_maker_argument(m, pd, DNNL_ARG_DIFF_DST, *gradient, &a[1]));
    ODD_TRY(odd_maker_result(m, pd, DNNL_ARG_DIFF_SRC, &a[2]));
    ODD_TRY(odd_plan_primitive(&m->p, pd, 3, a, what));
    *gradient = a[2].value;
done:
    dnnl_primitive_desc_destroy(forward);
    dnnl_primitive_desc_destroy(pd);
    return st;
}

odd_status odd_back_point(odd_maker *m, const odd_step *step)
{
    odd_post post[2];
    odd_status st = ODD_OK;
    int gradient = m->gradient[step->output];
    int posts = own_posts(step, post);
    for (int i = posts - 1; i >= 0; i--)
        ODD_TRY(back_post(m, &post[i], m->kept[m->p.step].value[i], DNNL_ARG_SRC, &gradient));
    ODD_TRY(odd_maker_add(m, step->input[0], gradient));
done:
    return st;
}

static dnnl_alg_kind_t from_result(dnnl_alg_kind_t alg)
{
    switch ((int)alg) {
    case dnnl_eltwise_relu:
        return dnnl_eltwise_relu_use_dst_for_bwd;
    case dnnl_eltwise_elu:
        return dnnl_eltwise_elu_use_dst_for_bwd;
    case dnnl_eltwise_tanh:
        return dnnl_eltwise_tanh_use_dst_for_bwd;
    default:
        ODD_CHECK(alg == dnnl_eltwise_logistic);
        return dnnl_eltwise_logistic_use_dst_for_bwd;
    }
}

odd_status odd_back_posts(odd_maker *m, const odd_step *step)
{
    odd_status st = ODD_OK;
    for (int i = step->posts - 1; i >= 0; i--) {
        odd_post post = step->post[i];
        post.alg = from_result(post.alg);
        ODD_TRY(back_post(m, &post, m->p.holds[step->output], DNNL_ARG_DST,
                          &m->gradient[step->output]));
    }
done:
    return st;
}

/* ---- Identity: an activation, or dropout, where a share is dropped ---- */

typedef struct {
    const odd_work *work;
    int64_t values; /* of one image */
    double share;
    bool whole;     /* all values of an image have one draw */
    uint32_t layer; /* so that no two share their draws */
} drop_loop;

/* The factors of one image: 0 or 1 / (1 - share). */
static void draw_mask(const drop_loop *s, uint64_t key, uint64_t id, float mask[])
{
    float keep = (float)(1 / (1 - s->share));
    uint32_t limit = (uint32_t)(s->share * 0x1p32), bits[4];
    for (int64_t i = 0; i < s->values; i++) {
        const int64_t draw = s->whole ? 0 : i;
        if (s->whole ? i == 0 : i % 4 == 0)
            odd_philox(key, ODD_STREAM_DROPOUT, id, (uint32_t)(draw / 4), bits);
        mask[i] = bits[draw % 4] < limit ? 0 : keep;
    }
}

ODD_SIMD(static, void, multiply, (int64_t n, const float *x, const float *mask, float *y),
         (n, x, mask, y))
{
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] * mask[i];
}

/* data: x, mask, y; the mask is drawn. */
static void run_drop(const void *settings, float *const data[])
{
    const drop_loop *s = settings;
    const odd_work *work = s->work;
    uint32_t bits[4];
    odd_philox(work->seed, ODD_STREAM_DROPOUT, (uint64_t)work->step, s->layer, bits);
    uint64_t key = (uint64_t)bits[0] << 32 | bits[1];
    for (int64_t i = 0; i < work->shard->images; i++)
        draw_mask(s, key, (uint64_t)work->shard->id[i], data[1] + i * s->values);
    multiply(work->shard->images * s->values, data[0], data[1], data[2]);
}

/* data: gradient by y, mask, gradient by x. */
static void run_drop_back(const void *settings, float *const data[])
{
    const drop_loop *s = settings;
    multiply(s->work->shard->images * s->values, data[0], data[1], data[2]);
}

static odd_status add_loop(odd_maker *m, const odd_step *step, bool back, const int value[3])
{
    drop_loop *loop;
    odd_status st;
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = (drop_loop){.work = &m->tape->work,
                        .values = odd_tensor_values(&m->p.graph->tensor[step->output]),
                        .share = step->set.value,
                        .whole = step->set.whole,
                        .layer = (uint32_t)m->p.step};
    ODD_TRY(odd_plan_loop(&m->p, back ? run_drop_back : run_drop, loop, 3, value));
done:
    return st;
}

odd_status odd_train_drop(odd_maker *m, const odd_step *step)
{
    odd_status st;
    int v[3];
    if (step->posts > 0) return odd_train_point(m, step);
    if (step->set.value == 0) return odd_layer_plan(&m->p, step);
    ODD_TRY(odd_plan_plain(&m->p, step->input[0], &v[0]));
    ODD_TRY(odd_plan_value(&m->p, odd_plan_desc(&m->p, v[0]), &v[1]));
    ODD_TRY(odd_plan_value(&m->p, odd_plan_desc(&m->p, v[0]), &v[2]));
    ODD_TRY(add_loop(m, step, false, v));
    m->kept[m->p.step].value[0] = v[1];
    odd_plan_bind(&m->p, step->output, v[2]);
done:
    return st;
}

odd_status odd_back_drop(odd_maker *m, const odd_step *step)
{
    odd_status st;
    int v[3] = {0, m->kept[m->p.step].value[0], 0};
    if (step->posts > 0) return odd_back_point(m, step);
    if (step->set.value == 0) return odd_maker_add(m, step->input[0], m->gradient[step->output]);
    ODD_TRY(odd_maker_output_plain(m, step, &v[0]));
    ODD_TRY(odd_plan_value(&m->p, odd_plan_desc(&m->p, v[0]), &v[2]));
    ODD_TRY(add_loop(m, step, true, v));
    ODD_TRY(odd_maker_add(m, step->input[0], v[2]));
done:
    return st;
}
