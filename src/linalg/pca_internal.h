/**
 * PCA, the parts: the mean, the solvers and what they share.
 */
#ifndef ODDLOT_LINALG_PCA_INTERNAL_H
#define ODDLOT_LINALG_PCA_INTERNAL_H

#include "oddlot/linalg/pca.h"

/* pca.c */

/** A zeroed model. Owned by caller: odd_pca_free(). @local */
odd_status odd_pca_new(int d, int k, odd_pca **out);

/* pca_mean.c */

/** Column means, in float64; *squares (where not NULL): the sum of the squares of all values;
 *  *bad_row: the first row with a value that is not finite, else -1. @collective, the same bits on
 * any number of ranks. @return ODD_NUMERIC naming that row. */
odd_status odd_pca_mean(const odd_rows *rows, double mean[], double *squares, int64_t *bad_row);

/* pca_covariance.c, pca_gram.c */

/**
 * A solver takes pca->d, k, n and mean, and fills value (k) with the falling eigenvalues of the
 * scatter matrix (variance times n - 1), axis (k, d), total_variance (likewise times n - 1), and
 * lowers k to the components that have variance. @collective; the same bits on every rank.
 *
 * @param[in]  exact    products in float64 instead of float32.
 * @param[out] blurred  float32 was not enough: nothing is filled, ask again with `exact`.
 */
typedef odd_status (*odd_pca_solver)(const odd_rows *rows, bool exact, odd_pca *pca, bool *blurred);
odd_status odd_pca_by_covariance(const odd_rows *rows, bool exact, odd_pca *pca, bool *blurred);
odd_status odd_pca_by_gram(const odd_rows *rows, bool exact, odd_pca *pca, bool *blurred);

/** Memory of a solver beside rows and model, bytes per rank. @local */
int64_t odd_pca_covariance_bytes(int64_t n, int d, int ranks);
int64_t odd_pca_gram_bytes(int64_t n, int d, int64_t k, int ranks, int threads);

/* pca_random.c */

/** A solver that needs the sum of squares of all values; products are float32 where that is
 *  harmless, so there is no `exact`. @collective; the same bits on any number of ranks and threads.
 */
odd_status odd_pca_by_random(const odd_rows *rows, const odd_pca_options *options, double squares,
                             odd_pca *pca);
/** Columns that it works on for k components. */
int odd_pca_columns(int64_t n, int d, int64_t k, int64_t oversampling);
int64_t odd_pca_random_bytes(int64_t n, int d, int l, int ranks, int threads);

/* pca_spectrum.c */

/** Trace of the sum of all ranks' matrices, the same bits on every rank. @collective */
double odd_pca_trace(MPI_Comm comm, double mine);
/** True if float32 squares of `count` values that sum up to `trace` kept clear of the ends of their
 *  range. */
bool odd_pca_in_range(double trace, double count);
/** True if the roots of k falling eigenvalues, each off by `error` of the largest, are off by at
 * most 1e-5 of the largest root. */
bool odd_pca_is_sharp(int k, const double value[], double error);
/** True if the lengths of k axes, roots of the diagonal of their products (k, k), are so close to 1
 *  that the roots of value (k), which scaled them, are off by at most half of that. */
bool odd_pca_are_unit(int k, const double value[], const double product[]);
/** How many of the k falling eigenvalues are more than `rounding` of the first; at least 1.
 *  Those below 0 become 0. */
int odd_pca_rank(double rounding, int k, double value[]);
/** What rounding leaves of the zero eigenvalues of a float64 matrix, of the first. */
double odd_pca_rounding(int order);

/* pca_bundle.c */

/** A view of a saved model: its arrays stay the bundle's. Do not free. */
odd_status odd_pca_borrow(const odd_bundle *b, odd_pca *view);

#endif
