/* Contrastive divergence, with rows spread over ranks: each does its rows, then, with the rows of
 * all, its slice of the hidden units' weights. */
#include "energy/rbm_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/random.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <string.h>

enum { GROUP = ODD_RBM_GROUP, SLICE = 32 /* hidden units whose weights move together */ };
static const float memory_of_activity = 0.9F; /* section 11 of the guide */

struct odd_rbm_learner {
    MPI_Comm comm;
    odd_rbm *rbm;
    odd_rbm_options options;
    int64_t batch;
    uint64_t seed;
    int threads;
    float *data, *data_hidden;   /* (B, V), (B, H) of the rows */
    float *model, *model_hidden; /* the same of what the model makes of them */
    float *chain;                /* (B, H) states of hidden units; of persistent chains */
    float *error;                /* (B) squared error of a row */
    float *speed;                /* (H, V) last change of the weights; of my slices */
    float *visible_speed;        /* (V) */
    float *hidden_speed;         /* (H) */
    float *activity;             /* (H) mean of late */
    float *mean;                 /* (V) of rows; 0 while sparsity does not count */
    float *hidden_mean;          /* (H) */
    float *turned;               /* (threads, 2, SLICE, B) columns of hidden units as rows */
};

static odd_status allocate_learner(odd_rbm_learner *l)
{
    const int64_t b = l->batch, v = l->rbm->visible, h = l->rbm->hidden;
    odd_status st;
    ODD_TRY(ODD_NEW(l->data, b * v));
    ODD_TRY(ODD_NEW(l->data_hidden, b * h));
    ODD_TRY(ODD_NEW(l->model, b * v));
    ODD_TRY(ODD_NEW(l->model_hidden, b * h));
    ODD_TRY(ODD_NEW(l->chain, b * h));
    ODD_TRY(ODD_NEW(l->error, b));
    ODD_TRY(ODD_NEW(l->speed, h * v));
    ODD_TRY(ODD_NEW(l->visible_speed, v));
    ODD_TRY(ODD_NEW(l->hidden_speed, h));
    ODD_TRY(ODD_NEW(l->activity, h));
    ODD_TRY(ODD_NEW(l->mean, v));
    ODD_TRY(ODD_NEW(l->hidden_mean, h));
    ODD_TRY(ODD_NEW(l->turned, l->threads * 2 * SLICE * b));
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
    odd_free(l->data);
    odd_free(l->data_hidden);
    odd_free(l->model);
    odd_free(l->model_hidden);
    odd_free(l->chain);
    odd_free(l->error);
    odd_free(l->speed);
    odd_free(l->visible_speed);
    odd_free(l->hidden_speed);
    odd_free(l->activity);
    odd_free(l->mean);
    odd_free(l->hidden_mean);
    odd_free(l->turned);
    odd_free(l);
    *learner = NULL;
}

void odd_rbm_learner_momentum(odd_rbm_learner *l, double momentum)
{
    l->options.momentum = momentum;
}

static odd_rbm_range my_rows(const odd_rbm_learner *l, int64_t count)
{
    return odd_rbm_range_of(count, GROUP, odd_rank(l->comm), odd_size(l->comm));
}

float *odd_rbm_learner_rows(odd_rbm_learner *l, int64_t count, int64_t *first, int64_t *mine)
{
    const odd_rbm_range r = my_rows(l, count);
    *first = r.first;
    *mine = r.last - r.first;
    return l->data + r.first * l->rbm->visible;
}

/* ---- rows ---- */

typedef struct {
    odd_rbm_learner *l;
    const int64_t *row;
    uint64_t seed; /* of this step */
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

static void measure_errors(odd_rbm_learner *l, int64_t first, int count)
{
    const int64_t v = l->rbm->visible;
    for (int i = 0; i < count; i++)
        l->error[first + i] = row_error(v, l->data + (first + i) * v, l->model + (first + i) * v);
}

/* The rows of a group, and what the model makes of them, or where its chains have come to. */
static void sample_group(const step *s, int64_t first, int count)
{
    odd_rbm_learner *l = s->l;
    const odd_rbm *rbm = l->rbm;
    const int64_t v = rbm->visible, h = rbm->hidden;
    float *model = l->model + first * v, *model_hidden = l->model_hidden + first * h;
    const float *data_hidden = l->data_hidden + first * h;
    const bool persistent = l->options.persistent;
    odd_rbm_hidden(rbm, count, l->data + first * v, l->data_hidden + first * h);
    if (persistent) {
        odd_rbm_visible(rbm, count, data_hidden, model);
        measure_errors(l, first, count);
    } else {
        draw_hidden(s, first, count, 0, data_hidden);
    }
    for (int k = 0; k < l->options.steps; k++) {
        odd_rbm_visible(rbm, count, l->chain + first * h, model);
        if (k == 0 && !persistent) measure_errors(l, first, count);
        draw_visible(s, first, count, 2 * k + 1, model);
        odd_rbm_hidden(rbm, count, model, model_hidden);
        if (k + 1 < l->options.steps || persistent)
            draw_hidden(s, first, count, 2 * k + 2, model_hidden);
    }
}

/* My groups; then all rows are on every rank. @collective */
static void sample_rows(const step *s, int64_t count)
{
    odd_rbm_learner *l = s->l;
    const odd_rbm_range mine = my_rows(l, count);
    const int threads = l->threads;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads) default(none) shared(s, mine)
    for (int64_t first = mine.first; first < mine.last; first += GROUP)
        sample_group(s, first, (int)odd_min(GROUP, mine.last - first));
    odd_rbm_share(l->comm, count, GROUP, l->rbm->visible, l->data);
    odd_rbm_share(l->comm, count, GROUP, l->rbm->hidden, l->data_hidden);
    odd_rbm_share(l->comm, count, GROUP, l->rbm->visible, l->model);
    odd_rbm_share(l->comm, count, GROUP, l->rbm->hidden, l->model_hidden);
    odd_rbm_share(l->comm, count, GROUP, 1, l->error);
    if (l->options.persistent) odd_rbm_share(l->comm, count, GROUP, l->rbm->hidden, l->chain);
}

/* ---- weights ---- */

/* Columns first ... first + units - 1 of (count, width) as rows. */
static void turn_columns(int64_t count, int64_t width, const float x[], int64_t first, int units,
                         float turned[])
{
    for (int64_t i = 0; i < count; i++)
        for (int j = 0; j < units; j++)
            turned[j * count + i] = x[i * width + first + j];
}

/* How much more active unit j should be. */
static float want_of(const odd_rbm_learner *l, int64_t j)
{
    const odd_rbm_options *o = &l->options;
    return (float)(o->sparsity_cost * (o->sparsity - (double)l->activity[j]));
}

static void move_units(odd_rbm_learner *l, int64_t first, int units)
{
    const odd_rbm_options *o = &l->options;
    const int64_t v = l->rbm->visible;
    const float decay = (float)(o->rate * o->weight_decay);
    for (int64_t j = first; j < first + units; j++) {
        const float want = (float)o->rate * want_of(l, j);
        float *speed = l->speed + j * v, *weight = l->rbm->weight + j * v;
        for (int64_t i = 0; i < v; i++) {
            speed[i] += want * l->mean[i] - decay * weight[i];
            weight[i] += speed[i];
        }
    }
}

/* The weights of a slice of hidden units. */
static void learn_slice(odd_rbm_learner *l, int64_t count, int64_t first, int units, float turned[])
{
    const int64_t v = l->rbm->visible, h = l->rbm->hidden;
    const float rate = (float)(l->options.rate / (double)count);
    float *speed = l->speed + first * v, *other = turned + SLICE * l->batch;
    turn_columns(count, h, l->data_hidden, first, units, turned);
    turn_columns(count, h, l->model_hidden, first, units, other);
    odd_sgemm(0, units, (int)v, (int)count, rate, turned, l->data, (float)l->options.momentum,
              speed);
    odd_sgemm(0, units, (int)v, (int)count, -rate, other, l->model, 1, speed);
    move_units(l, first, units);
}

/* mean (width) of rows, added in their order; and of rows less others. */
static void mean_rows(int64_t count, int64_t width, const float x[], const float less[],
                      float mean[])
{
    memset(mean, 0, (size_t)width * sizeof *mean);
    for (int64_t i = 0; i < count; i++)
        for (int64_t j = 0; j < width; j++)
            mean[j] += x[i * width + j] - (less ? less[i * width + j] : 0);
    for (int64_t j = 0; j < width; j++)
        mean[j] /= (float)count;
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
    mean_rows(count, rbm->visible, l->data, l->model, l->mean);
    move_bias(l, rbm->visible, l->mean, false, l->visible_speed, rbm->visible_bias);
    mean_rows(count, rbm->hidden, l->data_hidden, l->model_hidden, l->hidden_mean);
    move_bias(l, rbm->hidden, l->hidden_mean, true, l->hidden_speed, rbm->hidden_bias);
}

static void follow_activity(odd_rbm_learner *l, int64_t count)
{
    mean_rows(count, l->rbm->hidden, l->data_hidden, NULL, l->hidden_mean);
    for (int64_t j = 0; j < l->rbm->hidden; j++)
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
            learn_slice(l, count, first, (int)odd_min(SLICE, mine.last - first),
                        l->turned + t * 2 * SLICE * l->batch);
    odd_rbm_share(l->comm, rbm->hidden, SLICE, rbm->visible, rbm->weight);
}

void odd_rbm_learner_step(odd_rbm_learner *l, int64_t count, const int64_t row[], uint64_t turn,
                          double *error)
{
    uint32_t bits[4];
    odd_philox(l->seed, ODD_STREAM_GIBBS, turn, UINT32_MAX, bits);
    const step s = {l, row, (uint64_t)bits[1] << 32 | bits[0]};
    sample_rows(&s, count);
    if (l->options.sparsity_cost > 0) {
        follow_activity(l, count);
        mean_rows(count, l->rbm->visible, l->data, NULL, l->mean);
    }
    learn_weights(l, count);
    learn_biases(l, count);
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
