/**
 * Grid: ranks as a 2-D process grid, and block-cyclic matrices on it, for ScaLAPACK.
 *
 * ScaLAPACK is column-major and Fortran; the rest of the program is row-major C. The two meet in
 * grid.c only.
 */
#ifndef ODDLOT_LINALG_GRID_H
#define ODDLOT_LINALG_GRID_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdint.h>

typedef struct odd_grid odd_grid;

/** A grid as square as the number of ranks allows; duplicates comm. Few enough ranks take part that
 *  each has work for a matrix of order `order`; the others stand by. @collective @same order. */
odd_status odd_grid_new(MPI_Comm comm, int order, odd_grid **out);
void odd_grid_free(odd_grid **grid); /* @collective */
/** "2 x 2 of 4 ranks, blocks of 64". Borrowed. */
const char *odd_grid_text(const odd_grid *grid);

/**
 * The k leading eigenvalues and eigenvectors of a symmetric matrix that every rank has, by PDSYEVD
 * in float64 on the grid. odd_eigh() calls it where the matrix is large.
 *
 * @collective on the grid's communicator.  @same d, k, and every bit of a.
 * @shapes  a (d, d) of which the upper triangle (row-major) is read
 *          value (k) falling; vector (k, d) unit rows, the same bits on every rank
 *
 * The entry of each vector that is largest in magnitude is positive (of those equal within a
 * relative 1e-9, the first).
 *
 * @return ODD_ARG unless 1 <= k <= d; ODD_DIFFER; ODD_NUMERIC if the routine did not converge, or
 *         what it found are not eigenvectors (one product tells); ODD_NOMEM.
 *
 * The last bits of the result depend on the number of ranks.
 */
odd_status odd_grid_eigh(odd_grid *grid, int d, const double *a, int k, double value[],
                         double vector[]);

/** What odd_grid_eigh() takes beside its arguments, bytes per rank. @local */
int64_t odd_grid_bytes(int d, int ranks);

#endif
