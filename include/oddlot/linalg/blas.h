/**
 * BLAS: the few row-major products that the program needs, over the standard's Fortran BLAS.
 *
 * Single-threaded unless odd_threads_to_blas(); safe to call from parallel regions. @local
 */
#ifndef ODDLOT_LINALG_BLAS_H
#define ODDLOT_LINALG_BLAS_H

#include "oddlot/base/status.h"

/** c (m, n) = alpha a (m, k) op(b) + beta c, row-major; b is (k, n), or (n, k) if `b_transposed`.
 */
void odd_sgemm(int b_transposed, int m, int n, int k, float alpha, const float *a, const float *b,
               float beta, float *c);
/** c (m, n) = alpha a' b + beta c for m columns of rows a (k, a_width), from the one that a points
 * to, and b (k, n), row-major. */
void odd_sgemm_columns(int m, int n, int k, float alpha, const float *a, int a_width,
                       const float *b, float beta, float *c);
void odd_dgemm(int b_transposed, int m, int n, int k, double alpha, const double *a,
               const double *b, double beta, double *c);

/** z (n, d) = x - centre, in double. */
void odd_centre_rows(int n, int d, const float x[], const double centre[], double z[]);

/** Upper triangle of c (d, d) += alpha x' x for rows x (n, d), row-major. */
void odd_ssyrk(int n, int d, float alpha, const float *x, float beta, float *c);
void odd_dsyrk(int n, int d, double alpha, const double *x, double beta, double *c);

/** x (n, d) := x u for an upper triangular u (d, d), row-major. */
void odd_strmm_upper(int n, int d, const float *u, float *x);
void odd_dtrmm_upper(int n, int d, const double *u, double *x);

/** Cholesky factor of a symmetric positive definite a (d, d), upper triangle in: a = l l', l lower
 *  in place (row-major; the rest zeroed). ODD_NUMERIC if a is not positive definite. */
odd_status odd_cholesky(int d, double *a);
/** u = inverse of l', upper triangular (d, d), from the lower factor l: |(x - m) u|^2 is the
 * squared Mahalanobis distance. The rest of u is zeroed. */
odd_status odd_cholesky_inverse(int d, const double *l, double *u);
/** All eigenvalues (falling) and unit eigenvectors (rows, signs as in grid.h) of a small symmetric
 *  a (d, d), of which the upper triangle is read and all is overwritten. Serial. ODD_NUMERIC if it
 *  does not converge; ODD_NOMEM. */
odd_status odd_eigh_small(int d, double *a, double value[], double vector[]);

#endif
