/**
 * Communicator: collective operations with 64-bit counts, so that nobody else casts to int.
 *
 * All functions here are collective on `comm` unless marked @local. MPI's own errors are fatal.
 */
#ifndef ODDLOT_PAR_COMM_H
#define ODDLOT_PAR_COMM_H

#include "oddlot/base/bundle.h"
#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int odd_rank(MPI_Comm comm); /* @local */
int odd_size(MPI_Comm comm); /* @local */

/** Did mpirun, srun or their like start this process? Known before MPI starts. @local */
bool odd_par_launched(void);
/** Is it this process that prints: rank 0 of all, or one that has not started MPI? @local */
bool odd_par_speaks(void);

/** Start MPI (FUNNELED, verified), the log's rank, and MPI_Abort as the end of a broken promise.
 *  Call once in main; odd_par_stop() before its end. */
odd_status odd_par_start(int *argc, char ***argv);
void odd_par_stop(void);

void odd_broadcast(MPI_Comm comm, int root, void *data, size_t bytes);

/* A run of bytes in a buffer. */
typedef struct {
    size_t at, bytes;
} odd_extent;

/** From each rank to each: send[r] of `out` becomes, on rank r, receive[mine] of its `in`, which is
 *  as long. send, receive: (size). */
void odd_all_to_all(MPI_Comm comm, const void *out, const odd_extent send[], void *in,
                    const odd_extent receive[]);

void odd_sum_i64(MPI_Comm comm, int64_t value[], int64_t count); /* in place */
/** In place; the order of summation is MPI's: for counters and timings, not for models. */
void odd_sum_f64(MPI_Comm comm, double value[], int64_t count);
void odd_max_f64(MPI_Comm comm, double value[], int64_t count);
void odd_max_i64(MPI_Comm comm, int64_t value[], int64_t count);
/** Sum of the values of the ranks before me; 0 on rank 0. */
int64_t odd_sum_before(MPI_Comm comm, int64_t value);

/**
 * Rows of all ranks, in rank order, on the root.
 * @param mine, n_local  my rows; `width` bytes each, the same on all ranks (@same width, root).
 * @param[out] all       on the root: all rows, owned by caller: odd_free(). NULL elsewhere.
 * @param[out] n         rows in all, on every rank.
 */
odd_status odd_gather_rows(MPI_Comm comm, int root, const void *mine, int64_t n_local, size_t width,
                           void **all, int64_t *n);

/** Bytes of any size from root to all: allocates on the others. Owned by caller: odd_free(). */
odd_status odd_share_bytes(MPI_Comm comm, int root, char **bytes, int64_t *size);

/** As odd_gather_rows(), on every rank. Rows of no bytes in all: *all is NULL or empty. */
odd_status odd_share_rows(MPI_Comm comm, const void *mine, int64_t n_local, size_t width,
                          void **all, int64_t *n);

/** A bundle from root to all; on the other ranks `b` must be empty before. */
odd_status odd_share_bundle(MPI_Comm comm, int root, odd_bundle *b);

#endif
