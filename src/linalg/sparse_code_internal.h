/**
 * Sparse code: the loadings of a sparse PCA, one lasso problem a feature.
 */
#ifndef ODDLOT_LINALG_SPARSE_CODE_INTERNAL_H
#define ODDLOT_LINALG_SPARSE_CODE_INTERNAL_H

#include "oddlot/base/status.h"

/** For each feature j the u minimizing u a u' / 2 - b u' + alpha |u|_1, by coordinate descent from
 *  what u (d, k) holds; a (k, k) positive semidefinite, b (d, k). All threads; the same bits on any
 *  number of them. @local; ODD_NOMEM. */
odd_status odd_sparse_code(int d, int k, const double *a, const double *b, double alpha, double *u);

#endif
