/* Centers of classes: the loss that draws features to them, and how they follow.
 *
 * What moves them is a sum over images, so it goes the way of the statistics of batch norms: each
 * shard's vector carries its part, and the sum over shards has the same bits on any number of
 * ranks. */
#include "nn/train/train_internal.h"

#include "oddlot/base/simd.h"

#include <inttypes.h>
#include <string.h>

#define MOST_VALUES INT64_C(500000000) /* as of all weights that a list of layers may have */

static odd_status check_centers(const odd_center_options *o, int64_t values)
{
    if (o->classes < 1 || o->classes > INT32_MAX || o->classes > MOST_VALUES / values)
        return odd_fail(ODD_ARG, "centers of %" PRId64 " classes with %" PRId64 " features",
                        o->classes, values);
    if (!(o->rate >= 0 && o->rate <= 1))
        return odd_fail(ODD_ARG, "rate %g of centers is not in 0 ... 1", o->rate);
    return ODD_OK;
}

odd_status odd_centers_of(const odd_graph *g, int losses, const odd_loss loss[],
                          const odd_center_options *options, odd_centers *out)
{
    odd_status st = ODD_OK;
    *out = (odd_centers){0};
    for (int i = 0; i < losses && st == ODD_OK; i++) {
        if (loss[i].kind != ODD_LOSS_CENTER) continue;
        if (out->classes > 0) return odd_fail(ODD_ARG, "an objective of two center losses");
        const int64_t values = odd_tensor_values(&g->tensor[loss[i].tensor]);
        st = check_centers(options, values);
        *out = (odd_centers){options->classes, values, options->rate};
    }
    return st;
}

int64_t odd_centers_length(const odd_centers *c)
{
    return c->classes * (c->values + 1);
}

/* One image: half of the squared distance. moves (n) -= x - center. */
ODD_SIMD(static, double, image_distance,
         (int64_t n, const float *restrict x, const float *restrict center, float scale,
          float *restrict gradient, float *restrict moves),
         (n, x, center, scale, gradient, moves))
{
    double sum = 0;
    for (int64_t k = 0; k < n; k++) {
        const float d = x[k] - center[k];
        sum += (double)d * d;
        gradient[k] = scale * d;
        moves[k] -= d;
    }
    return sum / 2;
}

void odd_centers_loss(const odd_centers *c, const float center[], int64_t n, const float x[],
                      const int32_t label[], const float weight[], double share, double *loss,
                      float gradient[], float vector[])
{
    float *images = vector + c->classes * c->values;
    for (int64_t i = 0; i < n; i++) {
        if (label[i] == ODD_NO_CLASS) {
            memset(gradient + i * c->values, 0, (size_t)c->values * sizeof *gradient);
            continue;
        }
        const int64_t at = label[i] * c->values;
        const double w = weight ? (double)weight[i] : 1;
        *loss += w * image_distance(c->values, x + i * c->values, center + at, (float)(w * share),
                                    gradient + i * c->values, vector + at);
        images[label[i]]++;
    }
}

void odd_centers_move(const odd_centers *c, const double sum[], float center[])
{
    const double *images = sum + c->classes * c->values;
    for (int64_t j = 0; j < c->classes; j++) {
        const double by = c->rate / (1 + images[j]);
        if (images[j] == 0) continue;
        for (int64_t k = 0; k < c->values; k++)
            center[j * c->values + k] -= (float)(by * sum[j * c->values + k]);
    }
}
