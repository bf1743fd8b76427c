/**
 * Nearest: running lists of the nearest that were met so far, one for each of some rows; what every
 * search of neighbours keeps.
 *
 * A list takes more than are wanted, and is cut to these when it is full, so that what comes costs
 * the same whether few or thousands are wanted.
 */
#ifndef ODDLOT_LINALG_NEAREST_INTERNAL_H
#define ODDLOT_LINALG_NEAREST_INTERNAL_H

#include "oddlot/base/status.h"
#include "oddlot/linalg/neighbours.h"

typedef struct {
    int keep;             /* entries that are wanted */
    int room;             /* of a list */
    odd_neighbour *entry; /* (lists, room) */
    int *count;           /* (lists) */
    double *limit;        /* (lists) keys from here on are too far */
} odd_nearest;

/** Lists of the `keep` nearest, keep >= 1. @local ODD_NOMEM; free also after a failure. */
odd_status odd_nearest_new(int64_t lists, int keep, odd_nearest *out);
void odd_nearest_free(odd_nearest *n);

/** Empty a list; keys from `limit` on are too far for it. @local */
void odd_nearest_begin(odd_nearest *n, int64_t list, double limit);

/** Cut a full list to what is wanted. @local */
void odd_nearest_cut(odd_nearest *n, int64_t list);

/** One more, whose number is larger than those before it: of equally near ones the first stays. */
static inline void odd_nearest_push(odd_nearest *n, int64_t list, double key, int64_t at)
{
    if (!(key < n->limit[list])) return;
    n->entry[list * n->room + n->count[list]++] = (odd_neighbour){key, at};
    if (n->count[list] == n->room) odd_nearest_cut(n, list);
}

/** The list in order, into near (keep); behind its last one, at = -1. @local */
void odd_nearest_end(odd_nearest *n, int64_t list, odd_neighbour near[]);

/* ---- neighbours.c ---- */

/** ODD_NUMERIC, naming the row, for a value that is not finite. @local */
odd_status odd_neighbours_check_rows(const odd_block *block);

#endif
