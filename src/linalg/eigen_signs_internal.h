/**
 * Eigen signs: the one convention for the sign of eigenvectors.
 */
#ifndef ODDLOT_LINALG_EIGEN_SIGNS_INTERNAL_H
#define ODDLOT_LINALG_EIGEN_SIGNS_INTERNAL_H

/** Turn each row of vector (k, d) so that its entry of largest magnitude is positive; of those
 *  equal within a relative 1e-9, which rounding may order either way, the first decides. */
void odd_eigen_signs(int k, int d, double vector[]);

#endif
