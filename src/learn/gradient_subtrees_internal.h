/**
 * Subtrees: how the sums of whole subtrees become that of all shards, in the tree of par/treesum.h.
 */
#ifndef ODDLOT_LEARN_GRADIENT_SUBTREES_INTERNAL_H
#define ODDLOT_LEARN_GRADIENT_SUBTREES_INTERNAL_H

#include <stdint.h>

/* Shards index * 2^level ... (index + 1) * 2^level - 1. */
typedef struct {
    int level, index;
} odd_subtree;

/** The whole subtrees of shards first ... first + count - 1, from left to right: tree (at most
 *  count). How many. @local */
int odd_subtrees_list(int64_t first, int64_t count, odd_subtree tree[]);

/** The sum of neighbours that together hold all shards, in parallel: sum (n) of part (trees, n),
 *  which is used up. @local */
void odd_subtrees_add(int64_t n, const odd_subtree tree[], int trees, double part[], double sum[]);

#endif
