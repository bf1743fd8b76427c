/* Communities by greedy modularity, see linalg/communities.h. */
#include "oddlot/linalg/communities.h"

#include "oddlot/base/memory.h"

#include <stdbool.h>
#include <stdlib.h>

enum { MOST_SWEEPS = 64 };

void odd_links_free(odd_links *links)
{
    odd_free(links->first);
    odd_free(links->to);
    odd_free(links->weight);
    *links = (odd_links){0};
}

static int by_number(const void *a, const void *b)
{
    const int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

/* -- links -- */

static bool has(const int32_t near[], int64_t keep, int32_t row)
{
    return bsearch(&row, near, (size_t)keep, sizeof row, by_number) != NULL;
}

odd_status odd_links_mutual(int64_t n, int64_t keep, int32_t near[], odd_links *out)
{
    odd_status st;
    int64_t at = 0;
    *out = (odd_links){.n = n};
    for (int64_t i = 0; i < n && keep > 0; i++)
        qsort(near + i * keep, (size_t)keep, sizeof *near, by_number);
    ODD_TRY(ODD_NEW(out->first, n + 1));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < keep; j++) {
            int32_t *to = &near[i * keep + j];
            if (*to >= 0 && *to != i && has(near + *to * keep, keep, (int32_t)i))
                out->first[i + 1]++;
        }
    for (int64_t i = 0; i < n; i++)
        out->first[i + 1] += out->first[i];
    ODD_TRY(ODD_NEW(out->to, out->first[n]));
    ODD_TRY(ODD_NEW(out->weight, out->first[n]));
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < keep; j++) {
            const int32_t to = near[i * keep + j];
            if (to < 0 || to == i || !has(near + to * keep, keep, (int32_t)i)) continue;
            out->weight[at] = 1;
            out->to[at++] = to;
        }
done:
    if (st != ODD_OK) odd_links_free(out);
    return st;
}

/* -- sums by community -- */

/* Sums of weights towards communities, of one thing at a time. */
typedef struct {
    double *sum; /* (n) 0 where untouched */
    bool *seen;  /* (n) */
    int32_t *touched;
    int32_t count;
} tally;

static odd_status tally_new(int64_t n, tally *t)
{
    odd_status st;
    ODD_TRY(ODD_NEW(t->sum, n));
    ODD_TRY(ODD_NEW(t->seen, n));
    ODD_TRY(ODD_NEW(t->touched, n));
done:
    return st;
}

static void tally_free(tally *t)
{
    odd_free(t->sum);
    odd_free(t->seen);
    odd_free(t->touched);
}

static void tally_add(tally *t, int32_t community, double weight)
{
    if (!t->seen[community]) t->touched[t->count++] = community;
    t->seen[community] = true;
    t->sum[community] += weight;
}

static void tally_clear(tally *t)
{
    for (int32_t i = 0; i < t->count; i++) {
        t->sum[t->touched[i]] = 0;
        t->seen[t->touched[i]] = false;
    }
    t->count = 0;
}

/* -- communities as things -- */

/* Things by their community: of community c thing[first[c]] ... */
static odd_status list_members(int64_t n, const int32_t community[], int32_t count, int64_t **first,
                               int32_t **thing)
{
    int64_t *at = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(*first, (int64_t)count + 1));
    ODD_TRY(ODD_NEW(*thing, n));
    ODD_TRY(ODD_NEW(at, count));
    for (int64_t i = 0; i < n; i++)
        (*first)[community[i] + 1]++;
    for (int32_t c = 0; c < count; c++) {
        (*first)[c + 1] += (*first)[c];
        at[c] = (*first)[c];
    }
    for (int64_t i = 0; i < n; i++)
        (*thing)[at[community[i]]++] = (int32_t)i;
done:
    odd_free(at);
    return st;
}

static void tally_members(const odd_links *l, const int32_t community[], const int32_t thing[],
                          int64_t things, tally *t)
{
    for (int64_t m = 0; m < things; m++)
        for (int64_t j = l->first[thing[m]]; j < l->first[thing[m] + 1]; j++)
            tally_add(t, community[l->to[j]], l->weight[j]);
    qsort(t->touched, (size_t)t->count, sizeof *t->touched, by_number);
}

/* There are no more links than before. */
odd_status odd_communities_links(const odd_links *l, const int32_t community[], int32_t count,
                                 odd_links *out)
{
    int64_t *member = NULL, at = 0;
    int32_t *thing = NULL;
    tally t = {0};
    odd_status st;
    *out = (odd_links){.n = count};
    ODD_TRY(list_members(l->n, community, count, &member, &thing));
    ODD_TRY(tally_new(count, &t));
    ODD_TRY(ODD_NEW(out->first, (int64_t)count + 1));
    ODD_TRY(ODD_NEW(out->to, l->first[l->n]));
    ODD_TRY(ODD_NEW(out->weight, l->first[l->n]));
    for (int32_t c = 0; c < count; c++) {
        tally_members(l, community, thing + member[c], member[c + 1] - member[c], &t);
        for (int32_t i = 0; i < t.count; i++) {
            out->to[at] = t.touched[i];
            out->weight[at++] = t.sum[t.touched[i]];
        }
        tally_clear(&t);
        out->first[c + 1] = at;
    }
done:
    odd_free(member);
    odd_free(thing);
    tally_free(&t);
    if (st != ODD_OK) odd_links_free(out);
    return st;
}

/* -- moving things -- */

typedef struct {
    const odd_links *links;
    double resolution;
    double all;     /* weight of all ends */
    double *degree; /* (n) of the ends of each thing */
    double *total;  /* (n) of each community */
    int32_t *of;    /* (n) */
    tally t;
} moving;

static void moving_free(moving *m)
{
    odd_free(m->degree);
    odd_free(m->total);
    odd_free(m->of);
    tally_free(&m->t);
}

/* Each thing alone. */
static odd_status moving_new(const odd_links *l, double resolution, moving *m)
{
    odd_status st;
    *m = (moving){.links = l, .resolution = resolution};
    ODD_TRY(ODD_NEW(m->degree, l->n));
    ODD_TRY(ODD_NEW(m->total, l->n));
    ODD_TRY(ODD_NEW(m->of, l->n));
    ODD_TRY(tally_new(l->n, &m->t));
    for (int64_t i = 0; i < l->n; i++) {
        for (int64_t j = l->first[i]; j < l->first[i + 1]; j++)
            m->degree[i] += l->weight[j];
        m->total[i] = m->degree[i];
        m->all += m->degree[i];
        m->of[i] = (int32_t)i;
    }
done:
    return st;
}

/* What modularity gains by thing i in community c, but for a constant; i is in none. */
static double gain(const moving *m, int64_t i, int32_t c)
{
    return m->t.sum[c] - m->resolution * m->degree[i] * m->total[c] / m->all;
}

/* To where it gains most; where that is no more than where it is, it stays. */
static bool move_thing(moving *m, int64_t i)
{
    const odd_links *l = m->links;
    const int32_t from = m->of[i];
    for (int64_t j = l->first[i]; j < l->first[i + 1]; j++)
        if (l->to[j] != i) tally_add(&m->t, m->of[l->to[j]], l->weight[j]);
    m->total[from] -= m->degree[i];
    int32_t best = from;
    double most = gain(m, i, from) + 1e-9 * m->degree[i];
    for (int32_t k = 0; k < m->t.count; k++) {
        const int32_t c = m->t.touched[k];
        const double g = gain(m, i, c);
        if (c == from || g < most || (g == most && c > best)) continue;
        best = c;
        most = g;
    }
    tally_clear(&m->t);
    m->total[best] += m->degree[i];
    m->of[i] = best;
    return best != from;
}

static bool move_all(moving *m)
{
    bool any = false;
    for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
        bool moved = false;
        for (int64_t i = 0; i < m->links->n; i++)
            moved |= move_thing(m, i);
        any |= moved;
        if (!moved) break;
    }
    return any;
}

/* -- levels -- */

/* Numbers from 0 on in the order of the first thing of each. */
static odd_status renumber(int64_t n, int32_t community[], int32_t *count)
{
    int32_t *number = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(number, n));
    *count = 0;
    for (int64_t i = 0; i < n; i++) {
        if (number[community[i]] == 0) number[community[i]] = ++*count;
        community[i] = number[community[i]] - 1;
    }
done:
    odd_free(number);
    return st;
}

/* One level: communities as things, moved and joined. */
static odd_status join_level(const odd_links *l, double resolution, int32_t community[],
                             int32_t *count, bool *joined)
{
    odd_links things = {0};
    moving m = {0};
    odd_status st;
    ODD_TRY(odd_communities_links(l, community, *count, &things));
    ODD_TRY(moving_new(&things, resolution, &m));
    *joined = m.all > 0 && move_all(&m);
    for (int64_t i = 0; i < l->n; i++)
        community[i] = m.of[community[i]];
    ODD_TRY(renumber(l->n, community, count));
done:
    moving_free(&m);
    odd_links_free(&things);
    return st;
}

odd_status odd_communities_join(const odd_links *l, double resolution, int32_t community[],
                                int32_t *count)
{
    bool joined = true;
    odd_status st;
    ODD_TRY(renumber(l->n, community, count));
    while (joined)
        ODD_TRY(join_level(l, resolution, community, count, &joined));
done:
    return st;
}

static double links_within(const odd_links *links, const int32_t community[], int64_t i)
{
    double sum = 0;
    for (int64_t j = links->first[i]; j < links->first[i + 1]; j++)
        sum += community[links->to[j]] == community[i] ? links->weight[j] : 0;
    return sum;
}

odd_status odd_communities_medoids(const odd_links *links, const int32_t community[], int32_t count,
                                   int64_t medoid[])
{
    double *most = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(most, count));
    for (int32_t c = 0; c < count; c++)
        medoid[c] = -1, most[c] = -1;
    for (int64_t i = 0; i < links->n; i++) {
        const double within = links_within(links, community, i);
        if (within <= most[community[i]]) continue;
        most[community[i]] = within;
        medoid[community[i]] = i;
    }
done:
    odd_free(most);
    return st;
}
