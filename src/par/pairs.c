/* Pairs of rows: lists that grow, and pairs on their way to the ranks that own their rows. */
#include "oddlot/par/pairs.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/route.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256 };

odd_status odd_pairs_add(odd_pairs *pairs, int64_t a, int64_t b, double value, uint64_t marks)
{
    if (a == b) return ODD_OK;
    if (pairs->count == pairs->room) {
        const int64_t room = pairs->room > 0 ? 2 * pairs->room : FIRST_ROOM;
        odd_pair *more = odd_alloc(room, sizeof *more);
        if (!more) return ODD_NOMEM;
        if (pairs->count > 0) memcpy(more, pairs->pair, (size_t)pairs->count * sizeof *more);
        odd_free(pairs->pair);
        pairs->pair = more;
        pairs->room = room;
    }
    pairs->pair[pairs->count++] =
        a < b ? (odd_pair){a, b, value, marks} : (odd_pair){b, a, value, marks};
    return ODD_OK;
}

void odd_pairs_free(odd_pairs *pairs)
{
    odd_free(pairs->pair);
    *pairs = (odd_pairs){0};
}

static int by_rows(const void *a, const void *b)
{
    const odd_pair *x = a, *y = b;
    if (x->first != y->first) return x->first < y->first ? -1 : 1;
    return (x->second > y->second) - (x->second < y->second);
}

/* Sort, and join pairs of the same rows. */
static void sort_pairs(odd_pairs *pairs)
{
    int64_t left = 0;
    if (pairs->count > 0) qsort(pairs->pair, (size_t)pairs->count, sizeof *pairs->pair, by_rows);
    for (int64_t i = 0; i < pairs->count; i++) {
        const odd_pair *p = &pairs->pair[i];
        odd_pair *last = left > 0 ? &pairs->pair[left - 1] : NULL;
        if (last && by_rows(last, p) == 0) {
            last->marks |= p->marks;
            last->value = fmin(last->value, p->value);
        } else
            pairs->pair[left++] = *p;
    }
    pairs->count = left;
}

static int owner_of_pair(const void *context, const void *pair)
{
    return odd_partition_owner(context, ((const odd_pair *)pair)->first);
}

odd_status odd_pairs_settle(MPI_Comm comm, const odd_partition *part, odd_pairs *pairs)
{
    odd_owners owners = {0};
    odd_pairs mine = {0};
    odd_status st;
    ODD_TRY_ALL(comm, odd_owners_new(comm, part->n, &owners));
    sort_pairs(pairs); /* fewer to send */
    ODD_TRY(odd_route(comm, pairs->pair, pairs->count, sizeof *pairs->pair, owner_of_pair, &owners,
                      (void **)&mine.pair, &mine.count));
    mine.room = mine.count;
    sort_pairs(&mine);
    odd_pairs_free(pairs);
    *pairs = mine;
    mine = (odd_pairs){0}; /* handed over */
done:
    odd_owners_free(&owners);
    odd_pairs_free(&mine);
    return st;
}

odd_status odd_pairs_share(MPI_Comm comm, odd_pairs *pairs)
{
    odd_pairs all = {0};
    const odd_status st = odd_share_rows(comm, pairs->pair, pairs->count, sizeof *pairs->pair,
                                         (void **)&all.pair, &all.count);
    if (st != ODD_OK) return st;
    odd_pairs_free(pairs);
    all.room = all.count;
    sort_pairs(&all);
    *pairs = all;
    return ODD_OK;
}

/* -- equal digests -- */

typedef struct {
    odd_hash digest;
    int64_t row;
} digested;

static int by_digest(const void *a, const void *b)
{
    const digested *x = a, *y = b;
    const int order = odd_hash_compare(x->digest, y->digest);
    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

static int owner_of_digest(const void *context, const void *item)
{
    return (int)(((const digested *)item)->digest.low % *(const uint64_t *)context);
}

static odd_status collect_digests(const odd_partition *part, const odd_hash digest[],
                                  digested **out, int64_t *count)
{
    odd_status st;
    *count = 0;
    ODD_TRY(ODD_NEW(*out, part->n_local));
    for (int64_t i = 0; i < part->n_local; i++)
        if (digest[i].low != 0 || digest[i].high != 0)
            (*out)[(*count)++] = (digested){digest[i], part->row0 + i};
done:
    return st;
}

static odd_status pair_equals(int64_t count, digested d[], odd_pairs *out)
{
    odd_status st = ODD_OK;
    if (count > 0) qsort(d, (size_t)count, sizeof *d, by_digest);
    for (int64_t i = 1, first = 0; i < count; i++) {
        if (d[i].digest.low == d[first].digest.low && d[i].digest.high == d[first].digest.high)
            ODD_TRY(odd_pairs_add(out, d[first].row, d[i].row, 0, 0));
        else
            first = i;
    }
done:
    return st;
}

odd_status odd_pairs_of_equals(MPI_Comm comm, const odd_partition *part, const odd_hash digest[],
                               odd_pairs *out)
{
    const uint64_t size = (uint64_t)odd_size(comm);
    digested *mine = NULL, *come = NULL;
    int64_t count = 0, n = 0;
    odd_status st;
    ODD_TRY_ALL(comm, collect_digests(part, digest, &mine, &count));
    ODD_TRY(odd_route(comm, mine, count, sizeof *mine, owner_of_digest, &size, (void **)&come, &n));
    ODD_TRY_ALL(comm, pair_equals(n, come, out));
done:
    odd_free(mine);
    odd_free(come);
    return st;
}
