/**
 * Sparse PCA: directions of much variance, each of few features (Zou, Hastie and Tibshirani,
 * "Sparse principal component analysis", 2006, in the form of scikit-learn's SparsePCA).
 */
#ifndef ODDLOT_LINALG_SPARSE_PCA_INTERNAL_H
#define ODDLOT_LINALG_SPARSE_PCA_INTERNAL_H

#include "oddlot/par/rows.h"

typedef struct {
    int64_t components; /* k; fewer where the rows have no more */
    double alpha;       /* weight of the absolute loadings, in units of the features */
    double ridge;       /* added to the products of the axes to solve for scores */
    int64_t iterations; /* at most */
    double tolerance;   /* relative gain of the objective at which it stops */
    uint64_t seed;      /* of the PCA it starts from */
} odd_sparse_options;

typedef struct {
    int d, k;
    double *mean;      /* (d) */
    double *axis;      /* (k, d) unit rows with many zeros; a row is 0 where nothing was left */
    double *objective; /* (iterations) never rises */
    int iterations;
} odd_sparse_pca;

/**
 * Find loadings u (d, k) and v (n, k), columns of length at most 1, that minimize
 *     |y - v u'|^2 / 2 + alpha |u|_1
 * for centred rows y (n, d), in turns: u by coordinate descent, v column by column. Only y' v and
 * v' v are kept of v, which are sums over rows (the statistics of Mairal, Bach, Ponce and Sapiro,
 * "Online dictionary learning for sparse coding", 2009), so each turn is one pass over the rows.
 * Axes are the columns of u, at unit length.
 *
 * @collective on rows->comm. The same bits on every rank; across rank counts as those of the PCA it
 * starts from. @return as odd_pca_fit().
 */
odd_status odd_sparse_pca_fit(const odd_rows *rows, const odd_sparse_options *options,
                              odd_sparse_pca **out, int64_t *bad_row);
void odd_sparse_pca_free(odd_sparse_pca **s);

/** Memory beside the rows, bytes per rank. */
int64_t odd_sparse_pca_bytes(int64_t n, int d, int64_t k, int ranks, int threads);

#endif
