/**
 * Tree sum: the sum of one vector per block of rows, with the same bits however the blocks are
 * spread over threads and ranks.
 *
 * The additions form the tree of base/dyadic.h over the global block numbers. Whoever holds a
 * contiguous run of blocks keeps only the whole subtrees of that run, at most 2 log2(blocks)
 * vectors; two neighbouring runs join into one.
 */
#ifndef ODDLOT_PAR_TREESUM_H
#define ODDLOT_PAR_TREESUM_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdint.h>

typedef struct odd_treesum odd_treesum;

/** An empty run that will begin at global block `first`; vectors of `length` doubles. @local */
odd_status odd_treesum_new(int64_t length, int64_t first, odd_treesum **out);
void odd_treesum_free(odd_treesum **t);

/** Empty a run and let it begin again at global block `first`; its memory is kept. @local */
void odd_treesum_begin(odd_treesum *t, int64_t first);

/** The zeroed vector to be filled for the next block of the run; then odd_treesum_push(). NULL when
 *  memory is short. Borrowed until the push. @local */
double *odd_treesum_next(odd_treesum *t);
void odd_treesum_push(odd_treesum *t);

/** Append the run `right`, which begins where `left` ends; empties `right`. @local */
odd_status odd_treesum_join(odd_treesum *left, odd_treesum *right);

/** The sum over all ranks' runs, which lie in rank order, on every rank: sum (length).
 *  log2(size) rounds of at most 2 log2(blocks) vectors. Empties t. @collective @same length. */
odd_status odd_treesum_total(MPI_Comm comm, odd_treesum *t, double sum[]);

#endif
