/* Contrastive divergence, with rows spread over ranks: each does its rows, then, with the rows of
 * all, its slice of the hidden units' weights. */
#include "energy/rbm_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/random.h"
#include "oddlot/base/simd.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <string.h>

enum { SLICE = 64 /* hidden units whose weights move together */ };
static const float memory_of_activity = 0.9F; /* section 11 of the guide */

struct odd_rbm_learner {
    MPI_Comm comm;
    odd_rbm *rbm;
    odd_rbm_options options;
    int64_t batch;
    uint64_t seed;
    int threads;
    float *visible;       /* (2, count, V) rows of the batch, then what the model makes of them */
    float *hidden;        /* (2, count, H) of these, of the model's with a minus in the end */
    float *chain;         /* (B, H) states of hidden units; of persistent chains */
    float *error;         /* (B) squared error of a row */
    float *speed;         /* (H, V) last change of the weights; of my slices */
    float *visible_speed; /* (V) */
    float *hidden_speed;  /* (H) */
    float *activity;      /* (H) mean of late */
    float *mean;          /* (V) of rows; 0 while sparsity does not count */
    float *hidden_mean;   /* (H) */
};

static odd_status allocate_learner(odd_rbm_learner *l)
{
    const int64_t b = l->batch, v = l->rbm->visible, h = l->rbm->hidden;
    odd_status st;
    ODD_TRY(ODD_NEW(l->visible, 2 * b * v));
    ODD_TRY(ODD_NEW(l->hidden, 2 * b * h));
    ODD_TRY(ODD_NEW(l->chain, b * h));
    ODD_TRY(ODD_NEW(l->error, b));
    ODD_TRY(ODD_NEW(l->speed, h * v));
    ODD_TRY(ODD_NEW(l->visible_speed, v));
    ODD_TRY(ODD_NEW(l->hidden_speed, h));
    ODD_TRY(ODD_NEW(l->activity, h));
    ODD_TRY(ODD_NEW(l->mean, v));
    ODD_TRY(ODD_NEW(l->hidden_mean, h));
done:
    return st;
}

odd_status odd_rbm_learner_new(MPI_Comm comm, odd_rbm *rbm, const odd_rbm_options *options,
                               int64_t batch, uint64_t seed, odd_rbm_learner **out)
{
    odd_rbm_learner *l = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY(ODD_NEW(l, 1));
    *l = (odd_rbm_learner){.comm = comm,
                           .rbm = rbm,
                           .options = *options,
                           .batch = batch,
                           .seed = seed,
                           .threads = odd_threads()};
    ODD_TRY(allocate_learner(l));
    for (int j = 0; j < rbm->hidden; j++)
        l->activity[j] = (float)options->sparsity;
    *out = l;
    l = NULL; /* handed over */
done:
    odd_rbm_learner_free(&l);
    return st;
}

void odd_rbm_learner_free(odd_rbm_learner **learner)
{
    odd_rbm_learner *l = *learner;
    if (!l) return;
    odd_free(l->visible);
    odd_free(l->hidden);
    odd_free(l->chain);
    odd_free(l->error);
    odd_free(l->speed);
    odd_free(l->visible_speed);
    odd_free(l->hidden_speed);
    odd_free(l->activity);
    odd_free(l->mean);
    odd_free(l->hidden_mean);
    odd_free(l);
    *learner = NULL;
}

void odd_rbm_learner_momentum(odd_rbm_learner *l, double momentum)
{
    l->options.momentum = momentum;
}

/* Rows of a batch that go through together. Products of more rows take less time a row, but there
 * should be something for two to do. It hangs on the size of the batch alone, so that sums do not
 * hang on ranks. */
static int64_t group_rows(int64_t count)
{
    enum { FEW = 32 };
    const int64_t pairs = (count + 2 * ODD_RBM_GROUP - 1) / (2 * ODD_RBM_GROUP);
    return count < FEW ? FEW : (count + 2 * pairs - 1) / (2 * pairs);
}

static odd_rbm_range my_rows(const odd_rbm_learner *l, int64_t count)
{
    return odd_rbm_range_of(count, group_rows(count), odd_rank(l->comm), odd_size(l->comm));
}

float *odd_rbm_learner_rows(odd_rbm_learner *l, int64_t count, int64_t *first, int64_t *mine)
{
    const odd_rbm_range r = my_rows(l, count);
    *first = r.first;
    *mine = r.last - r.first;
    return l->visible + r.first * l->rbm->visible;
}

/* ---- rows ---- */

typedef struct {
    odd_rbm_learner *l;
    const int64_t *row;
    int64_t count; /* rows of the batch */
    uint64_t seed; /* of this step */
    bool measure;  /* how well rows are given back */
} step;

/* Whose draws: a row's own, or those of its place, where chains stay. */
static odd_units_key key_of(const step *s, int64_t at, int stretch)
{
    const uint64_t row = s->l->options.persistent ? (uint64_t)at : (uint64_t)s->row[at];
    return (odd_units_key){s->seed, row, (uint32_t)stretch};
}

static void draw_hidden(const step *s, int64_t first, int count, int stretch, const float p[])
{
    const int64_t h = s->l->rbm->hidden;
    for (int i = 0; i < count; i++) {
        const odd_units_key key = key_of(s, first + i, stretch);
        odd_units_draw(&key, h, p + i * h, s->l->chain + (first + i) * h);
    }
}

/* A reconstruction is the mean (section 3.2 of the guide); chains that stay draw. */
static void draw_visible(const step *s, int64_t first, int count, int stretch, float visible[])
{
    const odd_rbm *rbm = s->l->rbm;
    const int64_t v = rbm->visible;
    for (int i = 0; i < count && s->l->options.persistent; i++) {
        const odd_units_key key = key_of(s, first + i, stretch);
        if (rbm->kind == ODD_VISIBLE_BERNOULLI)
            odd_units_draw(&key, v, visible + i * v, visible + i * v);
        else
            odd_units_add_noise(&key, v, visible + i * v);
    }
}

/* Squared error of rows that are given back at once, by their probabilities. */
static float row_error(int64_t v, const float row[], const float back[])
{
    enum { LANES = 16 };
    float sum[LANES] = {0}, all = 0;
    int64_t j = 0;
    for (; j + LANES <= v; j += LANES)
        for (int i = 0; i < LANES; i++)
            sum[i] += (row[j + i] - back[j + i]) * (row[j + i] - back[j + i]);
    for (; j < v; j++)
        all += (row[j] - back[j]) * (row[j] - back[j]);
    for (int i = 0; i < LANES; i++)
        all += sum[i];
    return all;
}

static void measure_errors(const step *s, int64_t first, int count)
{
    const int64_t v = s->l->rbm->visible;
    const float *row = s->l->visible + first * v, *back = row + s->count * v;
    for (int64_t i = 0; i < count && s->measure; i++)
        s->l->error[first + i] = row_error(v, row + i * v, back + i * v);
}

ODD_SIMD(static, void, negate, (int64_t count, float x[]), (count, x))
{
    for (int64_t i = 0; i < count; i++)
        x[i] = -x[i];
}

/* The rows of a group, and what the model makes of them, or where its chains have come to. */
static void sample_group(const step *s, int64_t first, int count)
{
    odd_rbm_learner *l = s->l;
    const odd_rbm *rbm = l->rbm;
    const int64_t v = rbm->visible, h = rbm->hidden;
    float *data = l->visible + first * v, *model = data + s->count * v;
    float *data_hidden = l->hidden + first * h, *model_hidden = data_hidden + s->count * h;
    const bool persistent = l->options.persistent;
    odd_rbm_hidden(rbm, count, data, data_hidden);
    if (persistent && s->measure) {
        odd_rbm_visible(rbm, count, data_hidden, model);
        measure_errors(s, first, count);
    } else if (!persistent) {
        draw_hidden(s, first, count, 0, data_hidden);
    }
    for (int k = 0; k < l->options.steps; k++) {
        odd_rbm_visible(rbm, count, l->chain + first * h, model);
        if (k == 0 && !persistent) measure_errors(s, first, count);
        draw_visible(s, first, count, 2 * k + 1, model);
        odd_rbm_hidden(rbm, count, model, model_hidden);
        if (k + 1 < l->options.steps || persistent)
            draw_hidden(s, first, count, 2 * k + 2, model_hidden);
    }
    negate(count * h, model_hidden);
}

/* My groups; then all rows are on every rank. @collective */
static void sample_rows(const step *s)
{
    odd_rbm_learner *l = s->l;
    const int64_t count = s->count, group = group_rows(count);
    const int64_t v = l->rbm->visible, h = l->rbm->hidden;
    const odd_rbm_range mine = my_rows(l, count);
    const int threads = l->threads;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads) default(none)                   \
    shared(s, mine, group)
    for (int64_t first = mine.first; first < mine.last; first += group)
        sample_group(s, first, (int)odd_min(group, mine.last - first));
    for (int side = 0; side < 2; side++) {
        odd_rbm_share(l->comm, count, group, v, l->visible + side * count * v);
        odd_rbm_share(l->comm, count, group, h, l->hidden + side * count * h);
    }
    if (s->measure) odd_rbm_share(l->comm, count, group, 1, l->error);
    if (l->options.persistent) odd_rbm_share(l->comm, count, group, h, l->chain);
}

/* ---- weights ---- */

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

void odd_rbm_learner_step(odd_rbm_learner *l, int64_t count, const int64_t row[], uint64_t turn,
                          double *error)
{
    uint32_t bits[4];
    odd_philox(l->seed, ODD_STREAM_GIBBS, turn, UINT32_MAX, bits);
    const step s = {.l = l,
                    .row = row,
                    .count = count,
                    .seed = (uint64_t)bits[1] << 32 | bits[0],
                    .measure = error != NULL};
    sample_rows(&s);
    if (l->options.sparsity_cost > 0) follow_activity(l, count);
    learn_weights(l, count);
    learn_biases(l, count);
    if (!error) return;
    *error = 0;
    for (int64_t i = 0; i < count; i++)
        *error += (double)l->error[i];
}

/* ---- state ---- */

int64_t odd_rbm_learner_state_size(const odd_rbm_learner *l)
{
    const int64_t v = l->rbm->visible, h = l->rbm->hidden;
    return h * v + v + 2 * h + l->batch * h;
}

/* Each array in turn, to the state or from it. */
static void copy_state(const odd_rbm_learner *l, bool save, float state[])
{
    const int64_t v = l->rbm->visible, h = l->rbm->hidden;
    float *const array[] = {l->speed, l->visible_speed, l->hidden_speed, l->activity, l->chain};
    const int64_t count[] = {h * v, v, h, h, l->batch * h};
    for (int i = 0; i < 5; i++) {
        float *to = save ? state : array[i];
        memcpy(to, save ? array[i] : state, (size_t)count[i] * sizeof *to);
        state += count[i];
    }
}

void odd_rbm_learner_save(odd_rbm_learner *l, float state[])
{
    odd_rbm_share(l->comm, l->rbm->hidden, SLICE, l->rbm->visible, l->speed);
    copy_state(l, true, state);
}

void odd_rbm_learner_load(odd_rbm_learner *l, const float state[])
{
    copy_state(l, false, (float *)state);
}
