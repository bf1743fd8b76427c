/* Losses: of images whose outputs are known, and with their gradient at the end of a tape. */
#include "nn/train/train_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ---- Names ---- */

static const char *const names[] = {[ODD_LOSS_CROSS_ENTROPY] = "cross-entropy",
                                    [ODD_LOSS_BINARY] = "binary",
                                    [ODD_LOSS_SQUARED] = "squared",
                                    [ODD_LOSS_CENTER] = "center",
                                    [ODD_LOSS_KL] = "kl"};
enum { KINDS = sizeof names / sizeof *names };

const char *odd_loss_name(odd_loss_kind kind)
{
    ODD_CHECK((unsigned)kind < KINDS);
    return names[kind];
}

odd_status odd_loss_find(const char *name, odd_loss_kind *kind)
{
    for (int i = 0; i < KINDS; i++) {
        *kind = (odd_loss_kind)i;
        if (strcmp(name, names[i]) == 0) return ODD_OK;
    }
    return odd_fail(ODD_ARG,
                    "there is no loss '%s'; known are cross-entropy, binary, squared, center and "
                    "kl",
                    name);
}

/* ---- One image: its loss; the gradient by x times `scale`, unless NULL ---- */

/* Of a target that is the label by 1 - smoothing, and all classes alike by the rest. */
static double cross_entropy_loss(int64_t n, const float x[], int32_t label, double smoothing,
                                 double scale, float gradient[], double *hits)
{
    const double each = smoothing / (double)n;
    int64_t top = 0;
    double sum = 0, mean = 0;
    if (label == ODD_NO_CLASS) {
        if (gradient) memset(gradient, 0, (size_t)n * sizeof *gradient);
        return 0;
    }
    for (int64_t i = 1; i < n; i++)
        if (x[i] > x[top]) top = i;
    for (int64_t i = 0; i < n; i++)
        sum += exp((double)x[i] - x[top]);
    for (int64_t i = 0; gradient && i < n; i++)
        gradient[i] = (float)(scale * (exp((double)x[i] - x[top]) / sum - each -
                                       (i == label ? 1 - smoothing : 0)));
    for (int64_t i = 0; smoothing > 0 && i < n; i++)
        mean += each * x[i];
    *hits += top == label;
    return log(sum) + x[top] - (1 - smoothing) * x[label] - mean;
}

/* log(1 + exp(x)) - t x, for any x without overflow. */
static double binary_loss(int64_t n, const float x[], const float t[], double scale,
                          float gradient[], double *hits)
{
    double loss = 0, right = 0;
    for (int64_t i = 0; i < n; i++) {
        double small = exp(-fabs((double)x[i])); /* at most 1 */
        double sigmoid = x[i] >= 0 ? 1 / (1 + small) : small / (1 + small);
        loss += log1p(small) + fmax(x[i], 0) - (double)t[i] * x[i];
        right += (x[i] > 0) == (t[i] > 0.5f);
        if (gradient) gradient[i] = (float)(scale * (sigmoid - t[i]) / (double)n);
    }
    *hits += right / (double)n;
    return loss / (double)n;
}

static double squared_loss(int64_t n, const float x[], const float t[], double scale,
                           float gradient[])
{
    double loss = 0;
    float by = (float)(2 * scale / (double)n);
    for (int64_t i = 0; i < n; i++) {
        float d = x[i] - t[i];
        loss += (double)d * d;
        if (gradient) gradient[i] = by * d;
    }
    return loss / (double)n;
}

/* Of n / 2 independent normal distributions from standard ones: their means, then the logarithms of
 * their variances. */
static double kl_loss(int64_t n, const float x[], double scale, float gradient[])
{
    double loss = 0;
    int64_t half = n / 2;
    for (int64_t i = 0; i < half; i++) {
        double mean = x[i], log_variance = x[half + i], variance = exp(log_variance);
        loss += (variance + mean * mean - 1 - log_variance) / 2;
        if (!gradient) continue;
        gradient[i] = (float)(scale * mean);
        gradient[half + i] = (float)(scale * (variance - 1) / 2);
    }
    return loss;
}

static double image_loss(odd_loss_kind kind, int64_t n, const float x[], const odd_target *target,
                         int64_t image, double smoothing, double scale, float gradient[],
                         double *hits)
{
    switch (kind) {
    case ODD_LOSS_CROSS_ENTROPY:
        return cross_entropy_loss(n, x, target->label[image], smoothing, scale, gradient, hits);
    case ODD_LOSS_CENTER:
        return (double)n / 2 * squared_loss(n, x, target->value + image * n, scale, NULL);
    case ODD_LOSS_BINARY:
        return binary_loss(n, x, target->value + image * n, scale, gradient, hits);
    case ODD_LOSS_KL:
        return kl_loss(n, x, scale, gradient);
    default:
        return squared_loss(n, x, target->value + image * n, scale, gradient);
    }
}

/* ---- Checks ---- */

static odd_status check_labels(int64_t images, int64_t classes, const int32_t label[])
{
    for (int64_t i = 0; i < images; i++)
        if (label[i] != ODD_NO_CLASS && (label[i] < 0 || label[i] >= classes))
            return odd_fail(ODD_ARG,
                            "label %" PRId32 " of image %" PRId64 " is none of %" PRId64 " classes",
                            label[i], i, classes);
    return ODD_OK;
}

odd_status odd_target_check(odd_loss_kind kind, int64_t images, int64_t values, int64_t classes,
                            const odd_target *target)
{
    if (kind == ODD_LOSS_CROSS_ENTROPY || kind == ODD_LOSS_CENTER) {
        if (!target->label) return odd_fail(ODD_ARG, "loss '%s' needs labels", odd_loss_name(kind));
        return check_labels(images, kind == ODD_LOSS_CENTER ? classes : values, target->label);
    }
    if (kind == ODD_LOSS_KL) return ODD_OK;
    if (!target->value) return odd_fail(ODD_ARG, "loss '%s' needs values", odd_loss_name(kind));
    return ODD_OK;
}

/* How many may be a hit. */
static double count_judged(odd_loss_kind kind, int64_t images, const odd_target *target)
{
    int64_t judged = images;
    for (int64_t i = 0; kind == ODD_LOSS_CROSS_ENTROPY && i < images; i++)
        judged -= target->label[i] == ODD_NO_CLASS;
    return (double)judged;
}

odd_status odd_loss_tally(odd_loss_kind kind, int64_t images, int64_t values, const float x[],
                          const odd_target *target, const float weight[], odd_tally *tally)
{
    *tally = (odd_tally){.images = (double)images};
    odd_status st =
        kind == ODD_LOSS_CENTER
            ? (target->value ? ODD_OK : odd_fail(ODD_ARG, "loss 'center' needs centers"))
            : odd_target_check(kind, images, values, 0, target);
    for (int64_t i = 0; st == ODD_OK && i < images; i++)
        tally->loss += (weight ? weight[i] : 1) * image_loss(kind, values, x + i * values, target,
                                                             i, 0, 0, NULL, &tally->hits);
    if (st == ODD_OK) tally->judged = count_judged(kind, images, target);
    return st;
}

/* ---- At the end of a tape ---- */

typedef struct {
    odd_work *work;
    const odd_train_setup *training;
    odd_loss loss;
    int64_t values; /* of one image */
    int term;
} loss_loop;

/* data: x, gradient. */
static void run_loss(const void *settings, float *const data[])
{
    const loss_loop *s = settings;
    odd_work *work = s->work;
    double hits = 0, sum = 0;
    for (int64_t i = 0; i < work->shard->images; i++) {
        int64_t at = i * s->values;
        double weight = s->loss.weight * (work->shard->weight ? work->shard->weight[i] : 1);
        sum += weight * image_loss(s->loss.kind, s->values, data[0] + at,
                                   &work->shard->target[s->term], i, s->training->smoothing,
                                   weight / (double)work->batch, data[1] + at, &hits);
    }
    work->tally.loss += sum;
    if (s->term > 0) return;
    work->tally.hits = hits;
    work->tally.judged =
        count_judged(s->loss.kind, work->shard->images, &work->shard->target[s->term]);
}

/* data: x, gradient. */
static void run_center_loss(const void *settings, float *const data[])
{
    const loss_loop *s = settings;
    const odd_parameters *p = &s->training->parameters;
    const odd_shard *shard = s->work->shard;
    double loss = 0;
    odd_centers_loss(&s->training->centers, p->value + p->averaged, shard->images, data[0],
                     shard->target[s->term].label, shard->weight,
                     s->loss.weight / (double)s->work->batch, &loss, data[1],
                     s->work->vector + p->averaged);
    s->work->tally.loss += s->loss.weight * loss;
    if (s->term == 0) s->work->tally.hits = 0;
}

odd_status odd_train_loss(odd_maker *m, int term)
{
    const odd_loss *loss = &m->training->loss[term];
    loss_loop *loop;
    odd_status st;
    int v[2];
    ODD_TRY(odd_plan_plain(&m->p, loss->tensor, &v[0]));
    ODD_TRY(odd_plan_value(&m->p, odd_plan_desc(&m->p, v[0]), &v[1]));
    ODD_TRY(ODD_NEW(loop, 1));
    *loop = (loss_loop){.work = &m->tape->work,
                        .training = m->training,
                        .loss = *loss,
                        .values = odd_tensor_values(&m->p.graph->tensor[loss->tensor]),
                        .term = term};
    ODD_TRY(odd_plan_loop(&m->p, loss->kind == ODD_LOSS_CENTER ? run_center_loss : run_loss, loop,
                          2, v));
    ODD_TRY(odd_maker_add(m, loss->tensor, v[1]));
done:
    return st;
}
