/* What a step of contrastive divergence looks at: the rows of a batch, spread over ranks, and what
 * the model makes of them. */
#include "energy/rbm_learner_internal.h"

#include "oddlot/base/minmax.h"
#include "oddlot/base/simd.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

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

/* Whose draws: a row's own, or those of its place, where chains stay. */
static odd_units_key key_of(const odd_rbm_step *s, int64_t at, int stretch)
{
    const uint64_t row = s->l->options.persistent ? (uint64_t)at : (uint64_t)s->row[at];
    return (odd_units_key){s->seed, row, (uint32_t)stretch};
}

static void draw_hidden(const odd_rbm_step *s, int64_t first, int count, int stretch,
                        const float p[])
{
    const int64_t h = s->l->rbm->hidden;
    for (int i = 0; i < count; i++) {
        const odd_units_key key = key_of(s, first + i, stretch);
        odd_units_draw(&key, h, p + i * h, s->l->chain + (first + i) * h);
    }
}

/* A reconstruction is the mean (section 3.2 of the guide); chains that stay draw. */
static void draw_visible(const odd_rbm_step *s, int64_t first, int count, int stretch,
                         float visible[])
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

static void measure_errors(const odd_rbm_step *s, int64_t first, int count)
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
static void sample_group(const odd_rbm_step *s, int64_t first, int count)
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
void odd_rbm_sample(const odd_rbm_step *s)
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
