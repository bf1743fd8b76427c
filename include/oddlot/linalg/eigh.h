/**
 * Eigh: the leading eigenvectors of a symmetric matrix that every rank has.
 *
 * Matrices up to ODD_EIGH_ALONE are solved by LAPACK on one rank and one thread, so that the result
 * does not show how many there are; larger ones by ScaLAPACK on all ranks, whose bits depend on the
 * process grid.
 */
#ifndef ODDLOT_LINALG_EIGH_H
#define ODDLOT_LINALG_EIGH_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdint.h>

/** Order up to which the same bits are worth one rank's time. Measured with 500 vectors: 0.7 s of
 *  order 1536, 4 s of 3072, 10 to 27 s of 4096, two minutes of 8192. */
#define ODD_EIGH_ALONE 4096

/**
 * The k leading eigenvalues and eigenvectors of a symmetric matrix, in float64.
 *
 * @collective on comm.  @same d, k, and every bit of a.
 * @shapes  a (d, d) of which the upper triangle (row-major) is read
 *          value (k) falling; vector (k, d) unit rows, the same bits on every rank
 *
 * The entry of each vector that is largest in magnitude is positive (of those equal within a
 * relative 1e-9, the first). The same bits on any number of ranks and threads for d up to
 * ODD_EIGH_ALONE.
 *
 * @return ODD_ARG unless 1 <= k <= d; ODD_DIFFER; ODD_NUMERIC if the routine did not converge, or
 *         what it found are not eigenvectors; ODD_NOMEM.
 */
odd_status odd_eigh(MPI_Comm comm, int d, const double *a, int k, double value[], double vector[]);

/** What odd_eigh() takes beside its arguments, bytes per rank at most. @local */
int64_t odd_eigh_bytes(int d, int ranks);

#endif
