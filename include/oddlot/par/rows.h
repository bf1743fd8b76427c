/**
 * Rows: an (n, d) float32 matrix spread by rows over ranks, in memory or read from its file block
 * by block, and the one loop in which everything over a catalogue is written.
 *
 * odd_rows_each() walks my blocks with all threads; odd_rows_sum() also adds up one vector per
 * block in the fixed order of oddlot/par/treesum.h. Mean, covariance, EM, k-means and scores are
 * block functions given to these two, so threads, streaming and reproducible sums live here only.
 */
#ifndef ODDLOT_PAR_ROWS_H
#define ODDLOT_PAR_ROWS_H

#include "oddlot/base/status.h"
#include "oddlot/par/partition.h"
#include "oddlot/par/passes.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

/** Read `count` of my rows from my row `local` on into x (count, d). Called by one thread at a
 * time, outside parallel regions; must not communicate. */
typedef odd_status (*odd_rows_reader)(void *context, int64_t local, int64_t count, float x[]);

typedef struct {
    MPI_Comm comm;
    odd_partition part;
    int d;
    const float *x;       /* my rows (n_local, d), borrowed; NULL: use the reader */
    odd_rows_reader read; /* used where x is NULL */
    void *reader;         /* its context, kept */
    int64_t panel; /* with a reader: rows read at a time, a multiple of part.block; 0: some blocks
                      a thread, about 32 MiB each */
    odd_passes *passes; /* borrowed: where odd_rows_pass() and others keep what they find; NULL:
                           they do not */
} odd_rows;

/** Rows that lie in memory. @local; @same n, d. x: (part.n_local, d), kept. */
odd_rows odd_rows_in_memory(MPI_Comm comm, int64_t n, int d, const float x[]);

typedef struct {
    int64_t row;   /* global number of the block's first row */
    int64_t local; /* its number among my rows */
    int count;     /* rows in the block */
    int d;
    const float *x; /* (count, d) */
    int thread;     /* 0 ... odd_threads() - 1, to pick a workspace */
} odd_block;

/** The rows of a block from its row `first` on, `most` of them at most: for work whose room should
 *  stay in cache. @local */
odd_block odd_block_part(const odd_block *block, int64_t first, int64_t most);

/** Work on one block; `sum` (length) is zeroed, NULL in odd_rows_each(). Must give the same bits
 *  whichever thread runs it; must not communicate. */
typedef odd_status (*odd_block_function)(void *context, const odd_block *block, double sum[]);

/** Call f on the parts of a block, `most` rows each, with the same sum, up to the first failure.
 * For block functions whose room grows with the rows. @local */
odd_status odd_block_parts_each(const odd_block *block, int64_t most, odd_block_function f,
                                void *context, double sum[]);

/** Call f on each of my blocks. @collective on rows->comm (agrees on failure at the end).
 *  Between two blocks a rank that was told to stop stops, so both may give ODD_STOPPED. */
odd_status odd_rows_each(const odd_rows *rows, odd_block_function f, void *context);

/** Call f on each block and give the sum of its vectors over all rows of all ranks, on every rank.
 *  The same bits on any number of ranks and threads. @collective; @same length. sum: (length).
 *  Memory: about 1 + log2(my blocks / threads) vectors a thread. */
odd_status odd_rows_sum(const odd_rows *rows, odd_block_function f, void *context, int64_t length,
                        double sum[]);

/** The same of an f that leaves nothing but its sum: what is kept in rows->passes is taken from
 * there, without a look at the rows. @collective; @same length. */
odd_status odd_rows_pass(const odd_rows *rows, odd_block_function f, void *context, int64_t length,
                         double sum[]);

#endif
