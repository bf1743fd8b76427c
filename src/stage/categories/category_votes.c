/* Category votes: the categories of the nearest images, nearer ones with more weight. A row and its
 * copies have no vote on it, so what is counted has not seen the row. */
#include "oddlot/linalg/neighbours.h"
#include "stage/categories/categories_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

enum { SPARE = 32 }; /* nearest rows beyond those that vote, where copies are among them */
#define DECAY 2.0    /* a vote is exp(-DECAY distance / distance of the last that votes), squared */

typedef struct {
    const odd_category_rows *c;
    int voters, keep;
    odd_category_votes *votes; /* (n_local) */
} voting;

/* A vote as it is counted. */
typedef struct {
    int32_t category;
    double weight;
} ballot;

/* Those of the nearest that may vote: at (voters). Returns the count. */
static int pick_voters(const voting *v, int64_t row, const odd_neighbour near[], odd_neighbour at[])
{
    const int64_t copies = odd_category_copies(v->c, row);
    int count = 0;
    for (int j = 0; j < v->keep && near[j].at >= 0 && count < v->voters; j++) {
        if (near[j].at == row) continue;
        if (copies >= 0 && odd_category_copies(v->c, near[j].at) == copies) continue;
        if (v->c->of[near[j].at] >= 0) at[count++] = near[j];
    }
    return count;
}

static void add_vote(ballot b[], int *count, int32_t category, double weight)
{
    int at = 0;
    while (at < *count && b[at].category != category)
        at++;
    if (at == *count) b[(*count)++] = (ballot){.category = category};
    b[at].weight += weight;
}

/* The most votes first; of equal ones the first category. Few are sorted: by insertion. */
static void sort_votes(ballot b[], int count)
{
    for (int i = 1; i < count; i++) {
        const ballot moved = b[i];
        int j = i;
        while (j > 0 && (b[j - 1].weight < moved.weight ||
                         (b[j - 1].weight == moved.weight && b[j - 1].category > moved.category))) {
            b[j] = b[j - 1];
            j--;
        }
        b[j] = moved;
    }
}

static void store_votes(const ballot b[], int count, int32_t own, odd_category_votes *out)
{
    *out = (odd_category_votes){0};
    for (int i = 0; i < ODD_CATEGORY_VOTES; i++) {
        out->category[i] = i < count ? b[i].category : -1;
        out->weight[i] = i < count ? (float)b[i].weight : 0;
    }
    for (int i = 0; i < count; i++) {
        out->all += (float)b[i].weight;
        if (b[i].category == own) out->own = (float)b[i].weight;
    }
}

static odd_status count_block(void *context, const odd_block *block, const odd_neighbour near[])
{
    const voting *v = context;
    odd_neighbour *voter = NULL;
    ballot *b = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(voter, v->voters));
    ODD_TRY(ODD_NEW(b, v->voters));
    for (int i = 0; i < block->count; i++) {
        const int64_t row = block->row + i;
        const int voters = pick_voters(v, row, near + (int64_t)i * v->keep, voter);
        const double last = voters > 0 ? voter[voters - 1].key : 0;
        int count = 0;
        memset(b, 0, (size_t)v->voters * sizeof *b);
        for (int j = 0; j < voters; j++)
            add_vote(b, &count, v->c->of[voter[j].at],
                     last > 0 ? exp(-DECAY * voter[j].key / last) : 1);
        sort_votes(b, count);
        store_votes(b, count, v->c->of[row], &v->votes[block->local + i]);
    }
done:
    odd_free(voter);
    odd_free(b);
    return st;
}

odd_status odd_category_votes_count(const odd_category_rows *c, const odd_rows *rows,
                                    int64_t neighbours, odd_category_votes votes[])
{
    const int64_t most = odd_min(c->part.n, neighbours + 1 + SPARE);
    voting v = {c, (int)neighbours, (int)most, votes};
    const odd_neighbours_options o = {.keep = v.keep, .within = INFINITY};
    return odd_neighbours_between(rows, rows, o, count_block, &v);
}
