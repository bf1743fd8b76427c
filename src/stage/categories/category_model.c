/* Category model: votes and discriminants as one probability for each category.
 *
 * p = trust softmax(sharpness score) + (1 - trust) (votes + a prior) / (all votes + a), so two
 * numbers are left to be learnt. Both are those that make the given categories most likely, of rows
 * that neither kind of evidence has seen. */
#include "stage/categories/categories_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

enum {
    SHARPNESSES = 25,       /* that are tried: */
    SHARPEST_HALVINGS = 20, /* 2^-10 ... 2^2, by half an octave */
    TRUST_STEPS = 100       /* of EM */
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
    const int64_t row0 = m->rows->part.row0;
    const odd_labelled_rows labelled = {.rows = m->rows,
                                        .label = m->of->of + row0,
                                        .fold = m->of->fold + row0,
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

/* Scores of a block's rows: (count, k). Any thread. */
static odd_status score_block(const odd_category_model *m, const odd_block *block, float score[])
{
    return odd_discriminant_score(&m->discriminant, block, m->of->fold + block->row, score);
}

/* -- sharpness -- */

static double sharpness_at(int i)
{
    return exp2(0.5 * (i - SHARPEST_HALVINGS));
}

/* log softmax(sharpness s)[own] of scores s (k). */
static double log_chance(int32_t k, const float s[], int32_t own, double sharpness)
{
    double most = -INFINITY, sum = 0;
    for (int32_t c = 0; c < k; c++)
        most = fmax(most, (double)s[c]);
    for (int32_t c = 0; c < k; c++)
        sum += exp(sharpness * ((double)s[c] - most));
    return sharpness * ((double)s[own] - most) - log(sum);
}

static odd_status add_sharpness(void *context, const odd_block *part, double sum[])
{
    const odd_category_model *m = context;
    const int32_t k = m->of->count;
    const int64_t stride = odd_category_filed(m->of) * k / SHARPNESS_WORK + 1;
    float *score = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(score, (int64_t)part->count * k));
    ODD_TRY(score_block(m, part, score));
    for (int64_t i = 0; i < part->count; i++) {
        const int32_t own = m->of->of[part->row + i];
        const float *s = score + i * k;
        if (own < 0 || (part->row + i) % stride != 0 || !isfinite(s[own])) continue;
        for (int t = 0; t < SHARPNESSES; t++)
            sum[t] += log_chance(k, s, own, sharpness_at(t));
    }
done:
    odd_free(score);
    return st;
}

static odd_status sharpness_block(void *context, const odd_block *block, double sum[])
{
    const odd_category_model *m = context;
    return odd_block_parts_each(block, odd_category_step(m), add_sharpness, context, sum);
}

static odd_status find_sharpness(odd_category_model *m)
{
    double sum[SHARPNESSES];
    int best = 0;
    odd_status st;
    ODD_TRY(odd_rows_sum(m->rows, sharpness_block, m, SHARPNESSES, sum));
    for (int t = 1; t < SHARPNESSES; t++)
        if (sum[t] > sum[best]) best = t;
    m->sharpness = sharpness_at(best);
done:
    return st;
}

/* -- probabilities -- */

/* p (k) = votes, with the sizes of categories as what is known before them. */
static void vote_chances(const odd_category_model *m, const odd_category_votes *v, int32_t own,
                         double p[])
{
    const int32_t k = m->of->count;
    const double rows = (double)odd_category_filed(m->of);
    const double prior = v->all > 0 ? PRIOR * (double)v->all : 1, all = (double)v->all + prior;
    for (int32_t c = 0; c < k; c++)
        p[c] = prior * (double)m->of->size[c] / rows / all;
    for (int i = 0; i < ODD_CATEGORY_VOTES && v->category[i] >= 0; i++)
        if (v->category[i] != own) p[v->category[i]] += (double)v->weight[i] / all;
    if (own >= 0) p[own] += (double)v->own / all;
}

/* p (k) = trust softmax(sharpness s) + (1 - trust) p */
static void join_scores(int32_t k, const float s[], double sharpness, double trust, double p[])
{
    double most = -INFINITY, sum = 0;
    for (int32_t c = 0; c < k; c++)
        most = fmax(most, (double)s[c]);
    for (int32_t c = 0; c < k; c++)
        sum += exp(sharpness * ((double)s[c] - most));
    for (int32_t c = 0; c < k; c++)
        p[c] = trust * exp(sharpness * ((double)s[c] - most)) / sum + (1 - trust) * p[c];
}

odd_status odd_category_probabilities(const odd_category_model *m, const odd_block *block,
                                      double p[])
{
    const int32_t k = m->of->count;
    float *score = NULL;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < block->count; i++)
        vote_chances(m, &m->votes[block->local + i], m->of->of[block->row + i], p + i * k);
    if (m->trust <= 0) goto done;
    ODD_TRY(ODD_NEW(score, (int64_t)block->count * k));
    ODD_TRY(score_block(m, block, score));
    for (int64_t i = 0; i < block->count; i++)
        join_scores(k, score + i * k, m->sharpness, m->trust, p + i * k);
done:
    odd_free(score);
    return st;
}

/* -- trust -- */

/* Probabilities of the own category of my rows by the model as it is. */
typedef struct {
    const odd_category_model *m;
    double *own; /* (n_local); of a row without category 0 */
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
        o->own[part->local + i] = own < 0 ? 0 : p[i * k + own];
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

/* all (n) on rank 0: of all rows, where only the discriminant (trust 1) or the votes (0) count. */
static odd_status gather_own(odd_category_model *m, double trust, double **all)
{
    const MPI_Comm comm = m->rows->comm;
    const int64_t n_local = m->rows->part.n_local;
    owning o = {.m = m};
    int64_t n;
    odd_status st;
    m->trust = trust;
    ODD_TRY_ALL(comm, ODD_NEW(o.own, n_local));
    ODD_TRY(odd_rows_each(m->rows, own_block, &o));
    ODD_TRY(odd_gather_rows(comm, 0, o.own, n_local, sizeof *o.own, (void **)all, &n));
done:
    odd_free(o.own);
    return st;
}

/* EM of a mixture of two whose parts are known: what part of the rows is the first one's. */
static double find_trust(const odd_category_rows *c, const double first[], const double second[])
{
    const double rows = (double)odd_category_filed(c);
    double trust = 0.5;
    for (int step = 0; step < TRUST_STEPS; step++) {
        double sum = 0;
        for (int64_t i = 0; i < c->n; i++) {
            if (c->of[i] < 0) continue;
            const double a = trust * first[i], b = (1 - trust) * second[i];
            sum += a + b > 0 ? a / (a + b) : trust;
        }
        trust = sum / rows;
    }
    return trust;
}

/* own = trust first + (1 - trust) second, first NULL: there is none; and how much better than by
 * sizes alone that is: 1 - the mean -log p, of that of the sizes. @local: rank 0 */
static void join_own(odd_category_model *m, const double first[], const double second[])
{
    const odd_category_rows *c = m->of;
    const double rows = (double)odd_category_filed(c);
    double surprise = 0, blind = 0;
    m->trust = first ? find_trust(c, first, second) : 0;
    for (int64_t i = 0; i < c->n; i++) {
        if (c->of[i] < 0) continue;
        m->own[i] = (first ? m->trust * first[i] : 0) + (1 - m->trust) * second[i];
        surprise -= log(m->own[i] + 1e-300);
        blind -= log((double)c->size[c->of[i]] / rows);
    }
    m->skill = blind > 0 ? 1 - surprise / blind : 0;
}

static odd_status find_own(odd_category_model *m)
{
    const MPI_Comm comm = m->rows->comm;
    const bool root = odd_rank(comm) == 0, alone = !m->discriminant.weight;
    double *first = NULL, *second = NULL;
    odd_status st;
    ODD_TRY(gather_own(m, 0, &second));
    if (!alone) ODD_TRY(gather_own(m, 1, &first));
    ODD_TRY_ALL(comm, ODD_NEW(m->own, root ? m->of->n : 0));
    if (root) join_own(m, alone ? NULL : first, second);
    odd_broadcast(comm, 0, &m->trust, sizeof m->trust);
    odd_broadcast(comm, 0, &m->skill, sizeof m->skill);
done:
    odd_free(first);
    odd_free(second);
    return st;
}

/* -- all -- */

odd_status odd_category_model_fit(const odd_category_rows *c, const odd_rows *rows,
                                  const odd_categories_options *options, odd_category_model *out)
{
    odd_status st;
    *out = (odd_category_model){.of = c, .rows = rows, .sharpness = 1};
    ODD_TRY_ALL(rows->comm, ODD_NEW(out->votes, rows->part.n_local));
    ODD_TRY(odd_category_votes_count(c, rows, options->neighbours, out->votes));
    ODD_TRY(fit_discriminant(out, options->folds));
    if (out->discriminant.weight) ODD_TRY(find_sharpness(out));
    ODD_TRY(find_own(out));
done:
    if (st != ODD_OK) odd_category_model_free(out);
    return st;
}

void odd_category_model_free(odd_category_model *model)
{
    odd_free(model->votes);
    odd_free(model->own);
    odd_discriminant_free(&model->discriminant);
    *model = (odd_category_model){0};
}
