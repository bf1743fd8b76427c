/**
 * UMAP: the parts behind the reduction in reduction_umap.c (McInnes, Healy and Melville, "UMAP:
 * uniform manifold approximation and projection for dimension reduction", arXiv:1802.03426).
 *
 * Letters: m rows that are laid out, d features, k neighbours, e coordinates of the layout.
 */
#ifndef ODDLOT_LINALG_UMAP_INTERNAL_H
#define ODDLOT_LINALG_UMAP_INTERNAL_H

#include "oddlot/base/status.h"
#include "oddlot/linalg/neighbours.h"

#include <mpi.h>

/* ---- umap_curve.c: how near rows are that lie so far apart in the layout ---- */

/* Nearness 1 / (1 + a x^(2 b)) at distance x. */
typedef struct {
    double a, b;
} odd_umap_curve;

/** The curve nearest, in the squares at 300 points of 0 ... 3, to one that is 1 up to the distance
 *  `apart` (0 ... 1) and then falls as exp(apart - x). @local */
odd_umap_curve odd_umap_curve_for(double apart);

/* ---- umap_graph.c: how near rows are, in the features ---- */

/** How near a row's neighbours are, from their distances, rising, the row itself left out:
 *  exp(-(distance - nearest) / scale), nearest the first distance above 0, scale so that they add
 *  up to log2(k) (section 3.1). @local */
void odd_umap_nearness(int k, const double distance[], double nearness[]);

/* A symmetric matrix of nearness, by rows; the diagonal is empty. */
typedef struct {
    int64_t m;
    int64_t *begin; /* (m + 1) */
    int32_t *to;    /* (begin[m]) rising in a row */
    float *nearness;
} odd_umap_graph;

/** Of rows that all ranks have: x (m, d), with the k nearest of each, k < m. Whole and the same on
 *  every rank. Free with odd_umap_graph_free(). @collective; as odd_neighbours_each() */
odd_status odd_umap_graph_new(MPI_Comm comm, const odd_neighbours *neighbours, int64_t m, int d,
                              const float x[], int k, odd_umap_graph *out);
/** The same from directed nearness: to, nearness (m, k), to -1: none. The chance that one of two is
 *  near to the other: p + q - p q (section 3.1). @local; ODD_NOMEM */
odd_status odd_umap_join(int64_t m, int k, const int32_t to[], const float nearness[],
                         odd_umap_graph *out);
void odd_umap_graph_free(odd_umap_graph *g);

/* ---- umap_layout.c ---- */

/** Move rows y (m, e), the same on every rank, to where near ones are together and others apart:
 *  gradient descent on the cross-entropy of nearness (section 4), with samples of rows to keep
 *  away from. All rows move at once, each by sums in one order: the same bits on any number of
 *  ranks and threads. @collective; ODD_STOPPED, ODD_NOMEM */
odd_status odd_umap_layout(MPI_Comm comm, const odd_umap_graph *graph, odd_umap_curve curve,
                           int64_t epochs, uint64_t seed, int e, double y[]);

#endif
