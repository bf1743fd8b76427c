/* What a step of contrastive divergence changes: each rank its slices of the hidden units' weights,
 * by the rows of all. */
#include "energy/rbm_learner_internal.h"

#include "oddlot/base/minmax.h"
#include "oddlot/base/simd.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <string.h>

enum { SLICE = ODD_RBM_SLICE };
static const float memory_of_activity = 0.9F; /* section 11 of the guide */

/* How much more active unit j should be. */
static float want_of(const odd_rbm_learner *l, int64_t j)
{
    const odd_rbm_options *o = &l->options;
    return (float)(o->sparsity_cost * (o->sparsity - (double)l->activity[j]));
}

/* speed += want mean - decay weight, weight += speed; all (V). */
ODD_SIMD(static, void, move_weights,
         (int64_t v, float want, const float mean[], float decay, float speed[], float weight[]),
         (v, want, mean, decay, speed, weight))
{
    for (int64_t i = 0; i < v; i++) {
        speed[i] += want * mean[i] - decay * weight[i];
        weight[i] += speed[i];
    }
}

/* The weights of a slice of hidden units. Rows and what the model makes of them count at once. */
static void learn_slice(odd_rbm_learner *l, int64_t count, int64_t first, int units)
{
    const odd_rbm_options *o = &l->options;
    const int v = l->rbm->visible, h = l->rbm->hidden;
    float *speed = l->speed + first * v, *weight = l->rbm->weight + first * v;
    odd_sgemm_columns(units, v, (int)(2 * count), (float)(o->rate / (double)count),
                      l->hidden + first, h, l->visible, (float)o->momentum, speed);
    for (int64_t j = 0; j < units; j++)
        move_weights(v, (float)o->rate * want_of(l, first + j), l->mean,
                     (float)(o->rate * o->weight_decay), speed + j * v, weight + j * v);
}

/* sum (width) += scale times each of the rows, in their order. */
ODD_SIMD(static, void, add_rows,
         (int64_t count, int64_t width, float scale, const float x[], float sum[]),
         (count, width, scale, x, sum))
{
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < width; j++)
            sum[j] += scale * x[i * width + j];
}

/* bias := bias + speed, speed := momentum speed + rate (slope + want). */
static void move_bias(const odd_rbm_learner *l, int64_t width, const float slope[], bool hidden,
                      float speed[], float bias[])
{
    const odd_rbm_options *o = &l->options;
    for (int64_t j = 0; j < width; j++) {
        const float want = hidden ? want_of(l, j) : 0;
        speed[j] = (float)o->momentum * speed[j] + (float)o->rate * (slope[j] + want);
        bias[j] += speed[j];
    }
}

/* Every rank does all of it. */
static void learn_biases(odd_rbm_learner *l, int64_t count)
{
    odd_rbm *rbm = l->rbm;
    const int64_t v = rbm->visible, h = rbm->hidden;
    const float part = 1 / (float)count;
    memset(l->mean, 0, (size_t)v * sizeof *l->mean);
    add_rows(count, v, part, l->visible, l->mean);
    add_rows(count, v, -part, l->visible + count * v, l->mean);
    move_bias(l, v, l->mean, false, l->visible_speed, rbm->visible_bias);
    memset(l->hidden_mean, 0, (size_t)h * sizeof *l->hidden_mean);
    add_rows(2 * count, h, part, l->hidden, l->hidden_mean);
    move_bias(l, h, l->hidden_mean, true, l->hidden_speed, rbm->hidden_bias);
}

/* Where sparsity counts: how active hidden units are of late, and the mean of the rows. */
static void follow_activity(odd_rbm_learner *l, int64_t count)
{
    const int64_t v = l->rbm->visible, h = l->rbm->hidden;
    const float part = 1 / (float)count;
    memset(l->mean, 0, (size_t)v * sizeof *l->mean);
    add_rows(count, v, part, l->visible, l->mean);
    memset(l->hidden_mean, 0, (size_t)h * sizeof *l->hidden_mean);
    add_rows(count, h, part, l->hidden, l->hidden_mean);
    for (int64_t j = 0; j < h; j++)
        l->activity[j] =
            memory_of_activity * l->activity[j] + (1 - memory_of_activity) * l->hidden_mean[j];
}

/* @collective */
static void learn_weights(odd_rbm_learner *l, int64_t count)
{
    const odd_rbm *rbm = l->rbm;
    const odd_rbm_range mine =
        odd_rbm_range_of(rbm->hidden, SLICE, odd_rank(l->comm), odd_size(l->comm));
    const int threads = l->threads;
#pragma omp parallel for schedule(static, 1) num_threads(threads) default(none)                    \
    shared(l, count, mine, threads)
    for (int t = 0; t < threads; t++)
        for (int64_t first = mine.first + t * SLICE; first < mine.last; first += threads * SLICE)
            learn_slice(l, count, first, (int)odd_min(SLICE, mine.last - first));
    odd_rbm_share(l->comm, rbm->hidden, SLICE, rbm->visible, rbm->weight);
}

void odd_rbm_learn(odd_rbm_learner *l, int64_t count)
{
    if (l->options.sparsity_cost > 0) follow_activity(l, count);
    learn_weights(l, count);
    learn_biases(l, count);
}
