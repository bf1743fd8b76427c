/* Category judge: of each image which other categories it fits, and which one is confident of it;
 * of categories, which are taken for one another. Rank 0 has the pairs of categories, no images. */
#include "stage/categories/categories_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/route.h"

#include <math.h>
#include <stdlib.h>

#define LEAST_LIKENESS 0.05 /* of a pair of categories that is kept */

typedef struct {
    const odd_category_model *m;
    const double *threshold; /* (k) */
    odd_category_verdict *verdict;
} judging;

/* -- images -- */

/* p (k) -> the most probable ones but `own`; of equal ones the first. */
static void find_others(int32_t k, const double p[], int32_t own, odd_category_verdict *v)
{
    for (int o = 0; o < ODD_CATEGORY_OTHERS; o++)
        v->other[o] = -1;
    for (int32_t c = 0; c < k; c++) {
        int at = ODD_CATEGORY_OTHERS;
        if (c == own) continue;
        while (at > 0 && (v->other[at - 1] < 0 || p[v->other[at - 1]] < p[c]))
            at--;
        for (int o = ODD_CATEGORY_OTHERS - 1; o > at; o--)
            v->other[o] = v->other[o - 1];
        if (at < ODD_CATEGORY_OTHERS) v->other[at] = c;
    }
    for (int o = 0; o < ODD_CATEGORY_OTHERS; o++)
        v->chance[o] = v->other[o] < 0 ? 0 : (float)p[v->other[o]];
}

static odd_status judge_part(void *context, const odd_block *part, double sum[])
{
    const judging *j = context;
    const int32_t k = j->m->of->count;
    double *p = NULL;
    odd_status st;
    (void)sum;
    ODD_TRY(ODD_NEW(p, (int64_t)part->count * k));
    ODD_TRY(odd_category_probabilities(j->m, part, p));
    for (int64_t i = 0; i < part->count; i++) {
        const int32_t own = j->m->of->of[part->row + i];
        odd_category_verdict *v = &j->verdict[part->local + i];
        find_others(k, p + i * k, own, v);
        v->confident = odd_confident_class(k, p + i * k, j->threshold);
        v->own = own < 0 ? NAN : (float)p[i * k + own];
    }
done:
    odd_free(p);
    return st;
}

static odd_status judge_block(void *context, const odd_block *block, double sum[])
{
    const judging *j = context;
    return odd_block_parts_each(block, odd_category_step(j->m), judge_part, context, sum);
}

/* -- pairs of categories -- */

/* What images of one category are given to another one, in all. */
typedef struct {
    int32_t own, other;
    int64_t row; /* where sums begin: they are made in the order of the rows */
    double chance;
} leaning;

static int by_own_other_and_row(const void *a, const void *b)
{
    const leaning *x = a, *y = b;
    if (x->own != y->own) return x->own < y->own ? -1 : 1;
    if (x->other != y->other) return x->other < y->other ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* Sorted ones of one pair become one. Returns the count. */
static int64_t merge_leanings(int64_t count, leaning l[])
{
    int64_t kept = 0;
    for (int64_t i = 0; i < count; i++)
        if (kept > 0 && l[kept - 1].own == l[i].own && l[kept - 1].other == l[i].other)
            l[kept - 1].chance += l[i].chance;
        else
            l[kept++] = l[i];
    return kept;
}

/* The rank that adds up a pair. */
static int owner_of_leaning(const void *size, const void *item)
{
    const leaning *l = item;
    return (int)(((uint64_t)l->own * 2654435761U + (uint64_t)l->other) % *(const uint64_t *)size);
}

/* Of my rows. @local */
static odd_status list_leanings(const odd_category_rows *c, const odd_category_verdict verdict[],
                                leaning **out, int64_t *count)
{
    odd_status st;
    *count = 0;
    ODD_TRY(ODD_NEW(*out, c->part.n_local * ODD_CATEGORY_OTHERS));
    for (int64_t i = 0; i < c->part.n_local; i++)
        for (int o = 0; o < ODD_CATEGORY_OTHERS && c->mine[i] >= 0; o++)
            if (verdict[i].other[o] >= 0)
                (*out)[(*count)++] = (leaning){c->mine[i], verdict[i].other[o], c->part.row0 + i,
                                               (double)verdict[i].chance[o]};
done:
    return st;
}

static void sort_leanings(leaning l[], int64_t *count)
{
    if (*count > 0) qsort(l, (size_t)*count, sizeof *l, by_own_other_and_row);
    *count = merge_leanings(*count, l);
}

/* Those of all rows, each pair once, on rank 0. Sums are in the order of the rows, by the rank that
 * owns the pair. @collective */
static odd_status find_leanings(MPI_Comm comm, const odd_category_rows *c,
                                const odd_category_verdict verdict[], leaning **out, int64_t *count)
{
    const uint64_t size = (uint64_t)odd_size(comm);
    leaning *mine = NULL, *part = NULL;
    int64_t n, parts;
    odd_status st;
    ODD_TRY_ALL(comm, list_leanings(c, verdict, &mine, &n));
    ODD_TRY(
        odd_route(comm, mine, n, sizeof *mine, owner_of_leaning, &size, (void **)&part, &parts));
    sort_leanings(part, &parts);
    ODD_TRY(odd_gather_rows(comm, 0, part, parts, sizeof *part, (void **)out, count));
    if (odd_rank(comm) != 0) *count = 0;
    sort_leanings(*out, count);
done:
    odd_free(mine);
    odd_free(part);
    return st;
}

/* How probable `other` is among images of `own`, as a share of how probable it is among its own. */
static double lean(const odd_category_rows *c, const double threshold[], const leaning *l)
{
    const double mean = l->chance / (double)c->size[l->own];
    return threshold[l->other] > 0 ? mean / threshold[l->other] : 0;
}

static int more_alike(const void *a, const void *b)
{
    const odd_category_pair *x = a, *y = b;
    if (x->likeness != y->likeness) return x->likeness > y->likeness ? -1 : 1;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    return (x->second > y->second) - (x->second < y->second);
}

/* l (count) is sorted. @local: rank 0 */
static odd_status find_pairs(const odd_category_rows *c, const leaning l[], int64_t count,
                             odd_category_judgement *j)
{
    odd_status st;
    ODD_TRY(ODD_NEW(j->pair, count));
    for (int64_t i = 0; i < count; i++) {
        const leaning back = {.own = l[i].other, .other = l[i].own, .row = -1};
        if (l[i].own > l[i].other) continue;
        /* the first that is not before `back`, which no row is */
        int64_t low = 0, high = count;
        while (low < high) {
            const int64_t middle = low + (high - low) / 2;
            if (by_own_other_and_row(&l[middle], &back) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == count || l[low].own != back.own || l[low].other != back.other) continue;
        const double likeness = sqrt(lean(c, j->threshold, &l[i]) * lean(c, j->threshold, &l[low]));
        if (likeness >= LEAST_LIKENESS)
            j->pair[j->pairs++] = (odd_category_pair){l[i].own, l[i].other, fmin(1, likeness)};
    }
    if (j->pairs > 0) qsort(j->pair, (size_t)j->pairs, sizeof *j->pair, more_alike);
done:
    return st;
}

/* -- all -- */

/* @collective */
static odd_status count_joint(MPI_Comm comm, const odd_category_rows *c, odd_category_judgement *j)
{
    const int64_t n = c->part.n_local;
    int32_t *confident = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(confident, n));
    for (int64_t i = 0; i < n; i++)
        confident[i] = j->mine[i].confident;
    ODD_TRY(odd_confident_joint_of(comm, n, c->count, c->mine, confident, &j->joint));
done:
    odd_free(confident);
    return st;
}

/* @collective */
static odd_status judge_categories(MPI_Comm comm, const odd_category_rows *c,
                                   odd_category_judgement *j)
{
    leaning *l = NULL;
    int64_t count;
    odd_status st;
    ODD_TRY(count_joint(comm, c, j));
    ODD_TRY(find_leanings(comm, c, j->mine, &l, &count));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? find_pairs(c, l, count, j) : ODD_OK);
done:
    odd_free(l);
    return st;
}

odd_status odd_category_judge(const odd_category_model *m, odd_category_judgement *out)
{
    const odd_category_rows *c = m->of;
    const MPI_Comm comm = m->rows->comm;
    const int64_t n_local = m->rows->part.n_local;
    judging j = {.m = m};
    odd_status st;
    *out = (odd_category_judgement){0};
    ODD_TRY_ALL(comm, ODD_NEW(out->threshold, c->count));
    ODD_TRY_ALL(comm, ODD_NEW(out->mine, n_local));
    ODD_TRY(odd_confident_thresholds(comm, n_local, c->count, c->mine, m->own, out->threshold));
    j.threshold = out->threshold;
    j.verdict = out->mine;
    ODD_TRY(odd_rows_each(m->rows, judge_block, &j));
    ODD_TRY(judge_categories(comm, c, out));
done:
    if (st != ODD_OK) odd_category_judgement_free(out);
    return st;
}

void odd_category_judgement_free(odd_category_judgement *j)
{
    odd_free(j->threshold);
    odd_free(j->mine);
    odd_free(j->pair);
    odd_confident_joint_free(&j->joint);
    *j = (odd_category_judgement){0};
}
