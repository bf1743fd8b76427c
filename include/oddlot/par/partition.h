/**
 * Partition: which rows are whose.
 *
 * Rows are cut into blocks of a size that depends on n alone, and each rank owns a contiguous run
 * of whole blocks. Sums made block by block and combined in one order (oddlot/par/treesum.h)
 * therefore have the same bits on any number of ranks. Ranks may own no row.
 */
#ifndef ODDLOT_PAR_PARTITION_H
#define ODDLOT_PAR_PARTITION_H

#include <mpi.h>
#include <stdint.h>

typedef struct {
    int64_t n;       /* rows in all */
    int64_t block;   /* rows of a block; the last block may be shorter */
    int64_t blocks;  /* number of blocks */
    int64_t block0;  /* my first block */
    int64_t row0;    /* my first row */
    int64_t n_local; /* my rows */
} odd_partition;

/** Rows of a block for n rows: a power of two in 8 ... 1024, about n / 64. */
int64_t odd_block_rows(int64_t n);

/** My part of n rows. @local (no communication); @same n. */
odd_partition odd_partition_rows(MPI_Comm comm, int64_t n);

/** The same as if I were `rank` of `size`. */
odd_partition odd_partition_of(int64_t n, int rank, int size);

/** My part of n rows where nothing is summed and no product is made of the rows of a block: images
 *  that are read, or go through a network. Dealt in grains of 16 rows at most, so that 131,784
 * images are work for thousands of ranks; the grain is the `block` of the partition. As many images
 * are a group of a network's (nn/net.h), which no two ranks share. @local; @same n. */
odd_partition odd_partition_images(MPI_Comm comm, int64_t n);
odd_partition odd_partition_images_of(int64_t n, int rank, int size);

/** The count of batches of `size` rows that the rank with most rows needs: all make as many.
 *  @collective */
int64_t odd_batches(MPI_Comm comm, int64_t n_local, int64_t size);

/** Rows of a batch: my rows [first, first + count) of batch b, count 0 when I have none left. */
typedef struct {
    int64_t first, count;
} odd_batch;
odd_batch odd_batch_of(int64_t b, int64_t size, int64_t n_local);

#endif
