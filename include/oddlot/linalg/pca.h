/**
 * PCA: the k directions that keep the most variance of rows spread over ranks.
 *
 * Three solvers, picked by shape or by the job (a solver is one file and one line in
 * linalg/pca_internal.h):
 * - covariance: the (d, d) covariance, summed over ranks, and its eigenvectors (eigh.h); d up to
 * some 20,000.
 * - gram: the (n, n) matrix of inner products of centred rows, for n < d; its eigenvectors are
 * mapped back through the rows.
 * - randomized: a range finder with power iterations (Halko, Martinsson and Tropp 2011), for rows
 * that are many and wide; not exact.
 */
#ifndef ODDLOT_LINALG_PCA_H
#define ODDLOT_LINALG_PCA_H

#include "oddlot/base/bundle.h"
#include "oddlot/base/job.h"
#include "oddlot/par/rows.h"

typedef struct {
    int64_t components; /* k; at most min(n - 1, d): fewer are kept, with a note in the log */
    char *solver;       /* "auto", "covariance", "gram", "randomized" */
    bool whiten;        /* scale each score to unit variance */
    /* The randomized solver's: */
    int64_t oversampling; /* columns beside the k */
    int64_t iterations;   /* passes that sharpen its range, at least 1 */
    uint64_t seed;        /* of the columns it begins with */
} odd_pca_options;

typedef struct {
    int d, k;
    int64_t n;             /* rows it was learnt from */
    double *mean;          /* (d) in the units of the features */
    double *axis;          /* (k, d) unit rows, largest entry positive */
    double *value;         /* (k) variance along each axis, falling, denominator n - 1 */
    double total_variance; /* of all d features */
    bool whiten;
    const char *solver; /* which one was used; static */
} odd_pca;

/** The name of the solver for this shape, "covariance" or another, with a sentence why. @local */
const char *odd_pca_choose(int64_t n, int d, const odd_pca_options *options, const char **why);

/** Flops of products that fitting takes beside passes over the rows, and the orders of its
 *  eigenproblems to the third. @local */
void odd_pca_work(int64_t n, int d, const odd_pca_options *options, double *flops, double *cubes);

/** Bytes per rank that fitting takes beside the rows. @local */
int64_t odd_pca_bytes(int64_t n, int d, const odd_pca_options *options, const char *solver,
                      int ranks, int threads);

/**
 * Learn. @collective on rows->comm; rows may be empty on some ranks.
 * @param[out] out  whole on every rank, bitwise the same on every rank. Owned: odd_pca_free().
 *
 * Components without variance (below rounding: the order of the matrix times 2e-16 of the largest)
 * are left out; of rows that are all the same one direction is kept, with value 0.
 *
 * Accuracy  products in float32, summed in float64; for small problems and wherever the kept
 *           variances reach too far down in float64 (one more pass, which is logged): singular
 *           values to 1e-5 of the largest. Randomized: the leading components likewise, the last
 *           ones lose some variance to directions beyond k (with 4 iterations well below 1 % of
 *           what all k keep, of spectra that do not fall at all).
 * Bits      the same on any number of ranks and threads; but where the matrix has a higher order
 *           than ODD_EIGH_ALONE (d by covariance, n by gram), on the same number of ranks alone,
 *           and to the accuracy above on others.
 * Cost      rows are read twice by covariance, once and twice a window of features by gram; n d^2
 *           or n^2 d products, and order^3 for the eigenvectors, over all ranks; by randomized
 *           iterations + 2 times, 4 n d (k + oversampling) flops each but the first. Memory:
 *           odd_pca_bytes(); ODD_NOMEM where the machine has less.
 *
 * @return ODD_ARG (fewer than 2 rows, k < 1); ODD_NUMERIC (a value that is not finite, naming the
 *         global row in the reason as "row %lld"; *bad_row is set to it, -1 otherwise), ODD_NOMEM.
 */
odd_status odd_pca_fit(const odd_rows *rows, const odd_pca_options *options, odd_pca **out,
                       int64_t *bad_row);
void odd_pca_free(odd_pca **pca);

/**
 * Project: score (n_local, k) = (x - mean) axis', divided by sqrt(value) if whitened; residual
 * (n_local) = root of the squared length of (x - mean) outside the k axes (the reconstruction
 * error, in the units of the features; good to 1e-8 of the row's distance from the mean). Each may
 * be NULL. Scores of an axis without variance are 0 when whitened. @collective (agrees on failure).
 * Row by row: the same bits on any number of ranks and threads.
 */
odd_status odd_pca_apply(const odd_pca *pca, const odd_rows *rows, float score[],
                         double residual[]);

/** To and from named arrays: "mean", "axis", "value", ... */
odd_status odd_pca_save(const odd_pca *pca, odd_bundle *b);
odd_status odd_pca_load(const odd_bundle *b, odd_pca **out);

#endif
