/**
 * Scatter: the sum of products of rows, y' y or y y', the same bits on any number of ranks and
 * threads.
 *
 * Terms are cut into pieces that depend on the shape of the whole table alone. Each piece is
 * multiplied by itself, tile by tile of the sum, in float32, or, `exact`, in float64; tiles of
 * products are added in fixed point, which is exact. See float32_error in pca_covariance.c and
 * pca_gram.c for what float32 is worth.
 */
#ifndef ODDLOT_LINALG_SCATTER_INTERNAL_H
#define ODDLOT_LINALG_SCATTER_INTERNAL_H

#include "oddlot/base/status.h"
#include "oddlot/par/passes.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int order, piece; /* piece: terms multiplied at once */
    double one;       /* what a product of 1 adds to a sum */
    bool exact;
    int64_t *fixed; /* (order, order), upper triangle, until odd_scatter_total(); then */
    double *sum;    /* the same memory, NULL before */
    void *product;  /* (threads, tile, tile) floats or doubles */
    double *wide;   /* (threads, 2, tile, piece) float64 copies of y; NULL if not exact */
} odd_scatter;

/** An empty sum, of numbers so scaled that no product of all terms is larger than 2^61 / one: by
 *  odd_fixed_factor(), one is ODD_FIXED_FINE. @local; free also after a failure. */
odd_status odd_scatter_new(int order, int piece, double one, bool exact, odd_scatter *s);
void odd_scatter_free(odd_scatter *s);
int64_t odd_scatter_bytes(int order, int piece, bool exact, int threads);

/** sum += y' y, y (terms, order). With all threads. @local */
void odd_scatter_rows(odd_scatter *s, int terms, const float *y);
/** sum += y y', y (order, terms) in rows `stride` apart. With all threads. @local */
void odd_scatter_columns(odd_scatter *s, int terms, const float *y, int stride);
/** The same of float64, where s is exact. */
void odd_scatter_wide_columns(odd_scatter *s, int terms, const double *y, int stride);

/** s->sum (order, order) := the sum of all ranks', its upper triangle, on every rank; what only
 *  adding needed is given back. It is kept where `passes` says so. @collective */
void odd_scatter_total(MPI_Comm comm, odd_passes *passes, odd_scatter *s);
/** The same of a sum that is known: nothing need be added. @collective */
bool odd_scatter_recall(odd_passes *passes, odd_scatter *s);
/** Of the total. @local */
double odd_scatter_trace(const odd_scatter *s);

#endif
