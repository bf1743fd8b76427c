/* Category model: votes, discriminants and a classifier as one probability for each category.
 *
 * p = the weighted mean of (votes + a prior) / (all votes + a), and softmax(sharpness score) of the
 * others. Sharpness of each and weights are those that make the given categories most likely, of
 * rows that no kind of evidence has seen. */
#include "stage/categories/categories_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

enum {
    SHARPNESSES = 25,      /* that are tried: */
    SHARPEST_HALVINGS = 20 /* 2^-10 ... 2^2, by half an octave */
};
#define PRIOR          0.05      /* of all votes, that sizes of categories have */
#define MOST_FEATURES  2048      /* of a discriminant: 32 MiB for each fold */
#define MOST_WEIGHTS   (4 << 20) /* features x categories: as much */
#define SHARPNESS_WORK (1 << 26) /* rows x categories that sharpness is learnt from, about */
#define STEP_VALUES    (1 << 18) /* probabilities at a time: 2 MiB */

int64_t odd_category_step(const odd_category_model *m)
{
    return STEP_VALUES / m->of->count > 8 ? STEP_VALUES / m->of->count : 8;
}

/* -- the discriminants -- */

static bool discriminant_fits(const odd_category_rows *c, int d)
{
    return d <= MOST_FEATURES && (int64_t)d * c->count <= MOST_WEIGHTS;
}

/* Rows that do not differ within categories, or are all copies of one another, have none. */
static odd_status fit_discriminant(odd_category_model *m, int64_t folds)
{
    odd_status st;
    const odd_labelled_rows labelled = {.rows = m->rows,
                                        .label = m->of->mine,
                                        .fold = m->of->fold,
                                        .classes = m->of->count,
                                        .folds = (int)folds};
    if (!discriminant_fits(m->of, m->rows->d)) {
        odd_log(ODD_LOG_INFO,
                "categories: %d categories x %d features: judged by the nearest images alone",
                m->of->count, m->rows->d);
        return ODD_OK;
    }
    st = odd_discriminant_fit(&labelled, &m->discriminant);
    if (st != ODD_NUMERIC) return st;
    odd_log(ODD_LOG_INFO, "categories: %s: judged by the nearest images alone", odd_fail_reason());
    return ODD_OK;
}

/* -- sources -- */

static bool is_there(const odd_category_model *m, int source)
{
    if (source == ODD_CATEGORY_DISCRIMINANT) return m->discriminant.weight != NULL;
    return source == ODD_CATEGORY_VOTING || m->logits.score != NULL;
}

static bool knows(const odd_category_model *m, int source, int64_t local)
{
    return is_there(m, source) && (source != ODD_CATEGORY_CLASSIFIER || m->logits.known[local]);
}

/* Scores of a block's rows by a source that gives some: (count, k). Any thread. */
static odd_status score_block(const odd_category_model *m, int source, const odd_block *block,
                              float score[])
{
    const int64_t k = m->of->count;
    if (source == ODD_CATEGORY_DISCRIMINANT)
        return odd_discriminant_score(&m->discriminant, block, m->of->fold + block->local, score);
    memcpy(score, m->logits.score + block->local * k, (size_t)(block->count * k) * sizeof *score);
    return ODD_OK;
}

/* -- sharpness -- */

/* A source whose scores are to be sharpened. */
typedef struct {
    const odd_category_model *m;
    int source;
} sharpening;

static double sharpness_at(int i)
{
    return exp2(0.5 * (i - SHARPEST_HALVINGS));
}

/* sum (SHARPNESSES) += log softmax(sharpness s)[own] of scores s (k). Every second sharpness is
 * twice as much, and its exponential the square: two are computed for 25. */
static void add_log_chances(int32_t k, const float s[], int32_t own, double sum[])
{
    double most = -INFINITY, all[SHARPNESSES] = {0};
    for (int32_t c = 0; c < k; c++)
        most = fmax(most, (double)s[c]);
    for (int32_t c = 0; c < k; c++) {
        const double below = (double)s[c] - most;
        double e[2] = {exp(sharpness_at(0) * below), exp(sharpness_at(1) * below)};
        for (int t = 0; t < SHARPNESSES; t++) {
            all[t] += e[t % 2];
            e[t % 2] *= e[t % 2];
        }
    }
    for (int t = 0; t < SHARPNESSES; t++)
        sum[t] += sharpness_at(t) * ((double)s[own] - most) - log(all[t]);
}

static odd_status add_sharpness(void *context, const odd_block *part, double sum[])
{
    const sharpening *a = context;
    const odd_category_model *m = a->m;
    const int32_t k = m->of->count;
    const int64_t stride = odd_category_filed(m->of) * k / SHARPNESS_WORK + 1;
    float *score = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(score, (int64_t)part->count * k));
    ODD_TRY(score_block(m, a->source, part, score));
    for (int64_t i = 0; i < part->count; i++) {
        const int32_t own = m->of->of[part->row + i];
        const float *s = score + i * k;
        if (own < 0 || (part->row + i) % stride != 0 || !knows(m, a->source, part->local + i) ||
            !isfinite(s[own]))
            continue;
        add_log_chances(k, s, own, sum);
    }
done:
    odd_free(score);
    return st;
}

static odd_status sharpness_block(void *context, const odd_block *block, double sum[])
{
    const sharpening *a = context;
    return odd_block_parts_each(block, odd_category_step(a->m), add_sharpness, context, sum);
}

static odd_status find_sharpness(odd_category_model *m, int source)
{
    sharpening a = {m, source};
    double sum[SHARPNESSES];
    int best = 0;
    odd_status st;
    ODD_TRY(odd_rows_sum(m->rows, sharpness_block, &a, SHARPNESSES, sum));
    for (int t = 1; t < SHARPNESSES; t++)
        if (sum[t] > sum[best]) best = t;
    m->sharpness[source] = sharpness_at(best);
done:
    return st;
}

/* -- probabilities -- */

/* p (k) = weight x votes, with the sizes of categories as what is known before them. */
static void vote_chances(const odd_category_model *m, const odd_category_votes *v, int32_t own,
                         double weight, double p[])
{
    const int32_t k = m->of->count;
    const double rows = (double)odd_category_filed(m->of);
    const double prior = v->all > 0 ? PRIOR * (double)v->all : 1, all = (double)v->all + prior;
    for (int32_t c = 0; c < k; c++)
        p[c] = weight * prior * (double)m->of->size[c] / rows / all;
    for (int i = 0; i < ODD_CATEGORY_VOTES && v->category[i] >= 0; i++)
        if (v->category[i] != own) p[v->category[i]] += weight * (double)v->weight[i] / all;
    if (own >= 0) p[own] += weight * (double)v->own / all;
}

/* p (k) += weight softmax(sharpness s); nothing where no score is known. */
static void add_scores(int32_t k, const float s[], double sharpness, double weight, double p[])
{
    double most = -INFINITY, sum = 0;
    for (int32_t c = 0; c < k; c++)
        most = fmax(most, (double)s[c]);
    if (!isfinite(most)) return;
    for (int32_t c = 0; c < k; c++)
        sum += exp(sharpness * ((double)s[c] - most));
    for (int32_t c = 0; c < k; c++)
        p[c] += weight * exp(sharpness * ((double)s[c] - most)) / sum;
}

/* Of a source for a row: what it does not know others have. */
static double weight_of(const odd_category_model *m, int source, int64_t local)
{
    double known = 0;
    for (int s = 0; s < ODD_CATEGORY_SOURCES; s++)
        known += knows(m, s, local) ? m->weight[s] : 0;
    return known > 0 && knows(m, source, local) ? m->weight[source] / known : 0;
}

static odd_status add_source(const odd_category_model *m, int source, const odd_block *block,
                             float score[], double p[])
{
    const int32_t k = m->of->count;
    const odd_status st = score_block(m, source, block, score);
    for (int64_t i = 0; i < block->count && st == ODD_OK; i++) {
        const double weight = weight_of(m, source, block->local + i);
        if (weight > 0) add_scores(k, score + i * k, m->sharpness[source], weight, p + i * k);
    }
    return st;
}

odd_status odd_category_probabilities(const odd_category_model *m, const odd_block *block,
                                      double p[])
{
    const int32_t k = m->of->count;
    float *score = NULL;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < block->count; i++) {
        const int64_t local = block->local + i;
        vote_chances(m, &m->votes[local], m->of->of[block->row + i],
                     weight_of(m, ODD_CATEGORY_VOTING, local), p + i * k);
    }
    for (int s = ODD_CATEGORY_DISCRIMINANT; s < ODD_CATEGORY_SOURCES; s++) {
        if (m->weight[s] <= 0) continue;
        if (!score) ODD_TRY(ODD_NEW(score, (int64_t)block->count * k));
        ODD_TRY(add_source(m, s, block, score, p));
    }
done:
    odd_free(score);
    return st;
}

/* -- weights -- */

/* Probabilities of the own category of my rows by one source. */
typedef struct {
    const odd_category_model *m;
    int source;
    double *own; /* (n_local) NaN: not known to it */
} owning;

static odd_status own_part(void *context, const odd_block *part, double sum[])
{
    const owning *o = context;
    const int32_t k = o->m->of->count;
    double *p = NULL;
    odd_status st;
    (void)sum;
    ODD_TRY(ODD_NEW(p, (int64_t)part->count * k));
    ODD_TRY(odd_category_probabilities(o->m, part, p));
    for (int64_t i = 0; i < part->count; i++) {
        const int32_t own = o->m->of->of[part->row + i];
        const bool known = own >= 0 && knows(o->m, o->source, part->local + i);
        o->own[part->local + i] = known ? p[i * k + own] : NAN;
    }
done:
    odd_free(p);
    return st;
}

static odd_status own_block(void *context, const odd_block *block, double sum[])
{
    const owning *o = context;
    return odd_block_parts_each(block, odd_category_step(o->m), own_part, context, sum);
}

/* *own (n_local): of my rows, where this source alone counts. @collective */
static odd_status find_own(odd_category_model *m, int source, double **own)
{
    const MPI_Comm comm = m->rows->comm;
    owning o = {.m = m, .source = source};
    odd_status st;
    memset(m->weight, 0, sizeof m->weight);
    m->weight[source] = 1;
    ODD_TRY_ALL(comm, ODD_NEW(*own, m->rows->part.n_local));
    o.own = *own;
    ODD_TRY(odd_rows_each(m->rows, own_block, &o));
done:
    return st;
}

static odd_status find_weights(odd_category_model *m)
{
    const MPI_Comm comm = m->rows->comm;
    double *own[ODD_CATEGORY_SOURCES] = {NULL};
    odd_status st = ODD_OK;
    for (int s = 0; s < ODD_CATEGORY_SOURCES; s++)
        if (is_there(m, s)) ODD_TRY(find_own(m, s, &own[s]));
    ODD_TRY_ALL(comm, ODD_NEW(m->own, m->rows->part.n_local));
    ODD_TRY(odd_category_weigh(m, (const double *const *)own));
done:
    for (int s = 0; s < ODD_CATEGORY_SOURCES; s++)
        odd_free(own[s]);
    return st;
}

/* -- all -- */

odd_status odd_category_model_fit(const odd_run *run, const odd_category_rows *c,
                                  const odd_rows *rows, const odd_file *train,
                                  const odd_categories_options *options, odd_category_model *out)
{
    odd_status st;
    *out = (odd_category_model){.of = c, .rows = rows};
    for (int s = 0; s < ODD_CATEGORY_SOURCES; s++)
        out->sharpness[s] = 1;
    ODD_TRY_ALL(rows->comm, ODD_NEW(out->votes, rows->part.n_local));
    ODD_TRY(odd_category_votes_count(c, rows, options->neighbours, out->votes));
    ODD_TRY(fit_discriminant(out, options->folds));
    if (train) ODD_TRY(odd_category_logits_read(run, train, c, &out->logits));
    for (int s = ODD_CATEGORY_DISCRIMINANT; s < ODD_CATEGORY_SOURCES; s++)
        if (is_there(out, s)) ODD_TRY(find_sharpness(out, s));
    ODD_TRY(find_weights(out));
done:
    if (st != ODD_OK) odd_category_model_free(out);
    return st;
}

void odd_category_model_free(odd_category_model *model)
{
    odd_free(model->votes);
    odd_free(model->own);
    odd_discriminant_free(&model->discriminant);
    odd_category_logits_free(&model->logits);
    *model = (odd_category_model){0};
}
