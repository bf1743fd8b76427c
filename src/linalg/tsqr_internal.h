/**
 * TSQR: orthonormal columns with the span of a tall matrix, whose rows are spread over ranks
 * (Demmel, Grigori, Hoemmen and Langou, "Communication-optimal parallel and sequential QR and LU
 * factorizations", 2012; here with one level).
 *
 * Rows are cut into blocks that depend on the shape alone, each has a QR of its own, and so has the
 * pile of their triangles: no bit depends on ranks or threads.
 */
#ifndef ODDLOT_LINALG_TSQR_INTERNAL_H
#define ODDLOT_LINALG_TSQR_INTERNAL_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdint.h>

typedef struct {
    MPI_Comm comm;       /* borrowed */
    int d, l;            /* rows and columns; l <= d */
    int blocks;          /* of rows, all ranks' */
    int block0, mine;    /* my first block, my blocks */
    int64_t row0, count; /* my rows */
    double *a;           /* (count, l) my rows: fill them */
    double *q;           /* (count, l) my rows of the result */
    double *scale;       /* (mine, l) of the reflectors of each block */
    double *triangle;    /* (blocks, l, l) */
} odd_tsqr;

/** @local; the same d and l on all ranks. Free also after a failure. */
odd_status odd_tsqr_new(MPI_Comm comm, int d, int l, odd_tsqr *t);
void odd_tsqr_free(odd_tsqr *t);

/** q := orthonormal columns that span those of a, also where a is short of rank (then some of them
 *  are arbitrary); a is lost. @collective; ODD_NOMEM. */
odd_status odd_tsqr_orthonormalise(odd_tsqr *t);

/** Rows of rank r: from *row0 on. */
int64_t odd_tsqr_rows(int d, int l, int rank, int size, int64_t *row0);

/** Of my blocks number b: its first row, counted over all ranks, and *rows. */
int64_t odd_tsqr_block(const odd_tsqr *t, int b, int *rows);

int64_t odd_tsqr_bytes(int d, int l, int ranks, int threads);

#endif
