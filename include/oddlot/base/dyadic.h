/**
 * Dyadic tree: the one order in which sums are made that must have the same bits on any number of
 * ranks and threads.
 *
 * Its leaves are numbered: blocks of rows, shards of a batch. Leaf 2i is added to leaf 2i + 1,
 * their sum to that of the next pair, and so on (pairwise summation, error growing with log n). A
 * run of leaves is known by its largest whole subtrees, at most two of each level, whatever pieces
 * the run was made of; what is left of all leaves at the end is added from right to left.
 *
 * Here are the shape, and sums of vectors that lie in memory; par/treesum.h sums blocks that come
 * one by one, par/sum_exchange.h vectors that ranks hold.
 */
#ifndef ODDLOT_BASE_DYADIC_H
#define ODDLOT_BASE_DYADIC_H

#include <stdbool.h>
#include <stdint.h>

/* The leaves index * 2^level ... (index + 1) * 2^level - 1. */
typedef struct {
    int level;
    int64_t index;
} odd_subtree;

enum { ODD_SUBTREES = 128 }; /* of a run, at most: two of each level of 64 bits */

/** The largest subtree that begins at leaf `first` and does not pass `end`; first < end. */
odd_subtree odd_subtree_from(int64_t first, int64_t end);
/** The leaf behind its last one. */
int64_t odd_subtree_end(odd_subtree tree);
/** True for the halves of one larger subtree, from left to right. */
bool odd_subtrees_pair(odd_subtree left, odd_subtree right);
/** The subtree that it is a half of. */
odd_subtree odd_subtree_parent(odd_subtree tree);

/** The whole subtrees of the leaves first ... end - 1, from left to right: tree (at most
 *  ODD_SUBTREES, and at most end - first). Returns the count. */
int odd_subtrees_of_run(int64_t first, int64_t end, odd_subtree tree[]);

/** Part number `part` of `count` things cut into `parts` runs, the first of which may be longer by
 *  one: where it begins, and its length (maybe 0). */
void odd_shard_range(int64_t count, int parts, int part, int64_t *first, int64_t *length);

/** a (n) += b (n). */
void odd_dyadic_add(int64_t n, double *restrict a, const double *restrict b);

/** sum (n) of the leaves 0 ... leaves - 1, leaf[i] (n), in double. All threads. */
void odd_dyadic_sum(int64_t n, int leaves, const float *const leaf[], double sum[]);

/** sum (n) of neighbouring subtrees from leaf 0 on, part[t] (n) that of tree[t]; the parts are used
 *  up. All threads. */
void odd_dyadic_sum_subtrees(int64_t n, int trees, const odd_subtree tree[], double *const part[],
                             double sum[]);

#endif
