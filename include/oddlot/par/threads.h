/**
 * Threads: the one place where their number is set.
 *
 * At a time, either our loops have the threads (and each calls BLAS with one), or BLAS has them.
 */
#ifndef ODDLOT_PAR_THREADS_H
#define ODDLOT_PAR_THREADS_H

#include <mpi.h>

/** The count of ranks of my node that are bound to CPUs that are mine too, me included. @collective
 */
int odd_threads_ranks_sharing(MPI_Comm comm);

/** Set the number of OpenMP threads of this rank; 0: OMP_NUM_THREADS if set, else the CPUs this
 *  rank is bound to divided by the ranks that share them. BLAS gets 1. Not thread-safe; call at
 * start. @local */
void odd_threads_setup(int threads, int ranks_sharing);
int odd_threads(void);

/** Lend all threads to BLAS for a serial stretch (true), or take them back (false). */
void odd_threads_to_blas(int yes);

#endif
