/* Annealed importance sampling of the normalising sum of a restricted Boltzmann machine.
 *
 * Between the units that know nothing of each other and the RBM lie the densities
 *   log p(v) = first term with the bias (1 - beta) base + beta b, + sum log(1 + exp(beta (c + Wv)))
 * for beta from 0 to 1. A chain moves through them by Gibbs sampling, and its weight is the product
 * of p of the next over p of this, at the place where it is. */
#include "energy/rbm_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <string.h>

enum { GROUP = 16 /* chains that go through together */ };

typedef struct {
    const odd_rbm *rbm;
    const float *base; /* (V) biases where it begins */
    int64_t chains, steps;
    uint64_t seed;
    int threads;
    float *visible, *input, *bias; /* (threads) of (GROUP, V), (GROUP, H), (V) */
    double *weight;                /* (chains) logarithms */
} annealing;

/* What a thread works on. */
typedef struct {
    float *visible, *input, *bias;
    double *weight; /* of the group's chains */
    int64_t first;  /* chain */
    int count;
} group;

static double beta_of(const annealing *a, int64_t step)
{
    return (double)step / (double)a->steps;
}

static void mix_bias(const annealing *a, double beta, float bias[])
{
    for (int j = 0; j < a->rbm->visible; j++)
        bias[j] = (float)((1 - beta) * (double)a->base[j] + beta * (double)a->rbm->visible_bias[j]);
}

/* The terms of log p at v that hang on the visible biases. */
static double visible_part(const annealing *a, double beta, const float v[])
{
    const odd_rbm *rbm = a->rbm;
    double sum = 0;
    for (int j = 0; j < rbm->visible; j++) {
        const double bias = (1 - beta) * (double)a->base[j] + beta * (double)rbm->visible_bias[j];
        const double x = (double)v[j];
        sum += rbm->kind == ODD_VISIBLE_GAUSSIAN ? -(x - bias) * (x - bias) / 2 : bias * x;
    }
    return sum;
}

/* log p of chain i, whose inputs of hidden units are known. */
static double log_density(const annealing *a, const group *g, int i, double beta)
{
    const int64_t v = a->rbm->visible, h = a->rbm->hidden;
    return visible_part(a, beta, g->visible + i * v) +
           odd_units_softplus(h, beta, g->input + i * h);
}

static void draw_visible(const annealing *a, const group *g, int64_t step)
{
    const int64_t v = a->rbm->visible;
    if (a->rbm->kind == ODD_VISIBLE_BERNOULLI) odd_units_sigmoid(g->count * v, g->visible);
    for (int i = 0; i < g->count; i++) {
        const odd_units_key key = {a->seed + (uint64_t)step, (uint64_t)(g->first + i), 0};
        float *x = g->visible + i * v;
        if (a->rbm->kind == ODD_VISIBLE_BERNOULLI)
            odd_units_draw(&key, v, x, x);
        else
            odd_units_add_noise(&key, v, x);
    }
}

static void draw_hidden(const annealing *a, const group *g, int64_t step, double beta)
{
    const int64_t h = a->rbm->hidden;
    for (int64_t i = 0; i < g->count * h; i++)
        g->input[i] *= (float)beta;
    odd_units_sigmoid(g->count * h, g->input);
    for (int i = 0; i < g->count; i++) {
        const odd_units_key key = {a->seed + (uint64_t)step, (uint64_t)(g->first + i), 1};
        odd_units_draw(&key, h, g->input + i * h, g->input + i * h);
    }
}

static void anneal_group(const annealing *a, const group *g)
{
    const int64_t v = a->rbm->visible;
    for (int i = 0; i < g->count; i++)
        memcpy(g->visible + i * v, a->base, (size_t)v * sizeof *a->base);
    draw_visible(a, g, 0);
    for (int64_t step = 1; step <= a->steps; step++) {
        const double last = beta_of(a, step - 1), beta = beta_of(a, step);
        odd_rbm_hidden_input(a->rbm, g->count, g->visible, g->input);
        for (int i = 0; i < g->count; i++)
            g->weight[i] += log_density(a, g, i, beta) - log_density(a, g, i, last);
        draw_hidden(a, g, step, beta);
        mix_bias(a, beta, g->bias);
        odd_rbm_visible_input(a->rbm, g->count, (float)beta, g->bias, g->input, g->visible);
        draw_visible(a, g, step);
    }
}

static void anneal_chains(const annealing *a, odd_rbm_range mine)
{
    const int64_t v = a->rbm->visible, h = a->rbm->hidden;
    const int threads = a->threads;
#pragma omp parallel for schedule(static, 1) num_threads(threads) default(none)                    \
    shared(a, mine, threads, v, h)
    for (int t = 0; t < threads; t++)
        for (int64_t first = mine.first + t * GROUP; first < mine.last; first += threads * GROUP) {
            const group g = {.visible = a->visible + t * GROUP * v,
                             .input = a->input + t * GROUP * h,
                             .bias = a->bias + t * v,
                             .weight = a->weight + first,
                             .first = first,
                             .count = (int)odd_min(GROUP, mine.last - first)};
            anneal_group(a, &g);
        }
}

/* Where it begins nothing is hidden: H units of two states each, and visible ones alone. */
static double base_log_z(const annealing *a)
{
    const odd_rbm *rbm = a->rbm;
    const double hidden = rbm->hidden * log(2.);
    if (rbm->kind == ODD_VISIBLE_GAUSSIAN)
        return hidden + rbm->visible * log(2 * 3.14159265358979323846) / 2;
    return hidden + odd_units_softplus(rbm->visible, 1, a->base);
}

/* log of the mean of the weights, and of it less and plus three standard errors. */
static void sum_up(const annealing *a, odd_rbm_partition *out)
{
    const double n = (double)a->chains, base = base_log_z(a);
    double most = a->weight[0], sum = 0, square = 0;
    for (int64_t i = 0; i < a->chains; i++)
        most = fmax(most, a->weight[i]);
    for (int64_t i = 0; i < a->chains; i++) {
        const double w = exp(a->weight[i] - most);
        sum += w;
        square += w * w;
    }
    const double mean = sum / n, error = sqrt(fmax(square / n - mean * mean, 0) / n);
    *out = (odd_rbm_partition){.log_z = base + most + log(mean),
                               .low = base + most + log(fmax(mean - 3 * error, 1e-300)),
                               .high = base + most + log(mean + 3 * error)};
}

static odd_status start_annealing(annealing *a)
{
    const int64_t v = a->rbm->visible, h = a->rbm->hidden;
    odd_status st;
    ODD_TRY(ODD_NEW(a->visible, a->threads * GROUP * v));
    ODD_TRY(ODD_NEW(a->input, a->threads * GROUP * h));
    ODD_TRY(ODD_NEW(a->bias, a->threads * v));
    ODD_TRY(ODD_NEW(a->weight, a->chains));
done:
    return st;
}

/* Of all chains on every rank. @collective */
static void share_weights(MPI_Comm comm, const annealing *a)
{
    const int size = odd_size(comm);
    for (int rank = 0; rank < size; rank++) {
        const odd_rbm_range part = odd_rbm_range_of(a->chains, GROUP, rank, size);
        odd_broadcast(comm, rank, a->weight + part.first,
                      (size_t)(part.last - part.first) * sizeof *a->weight);
    }
}

odd_status odd_rbm_anneal(MPI_Comm comm, const odd_rbm *rbm, const float base_bias[],
                          int64_t chains, int64_t steps, uint64_t seed, odd_rbm_partition *out)
{
    annealing a = {.rbm = rbm,
                   .base = base_bias,
                   .chains = chains,
                   .steps = steps,
                   .seed = seed,
                   .threads = odd_threads()};
    odd_status st;
    ODD_TRY_ALL(comm, start_annealing(&a));
    anneal_chains(&a, odd_rbm_range_of(chains, GROUP, odd_rank(comm), odd_size(comm)));
    share_weights(comm, &a);
    sum_up(&a, out);
done:
    odd_free(a.visible);
    odd_free(a.input);
    odd_free(a.bias);
    odd_free(a.weight);
    return st;
}
