/**
 * Covariance: what a covariance of d features may look like, and the few operations that the
 * detectors need on it, so that full, diagonal and spherical ones share every other line of code.
 *
 * A covariance and its factor are held `dense`: (d, d) full, (d) diagonal, (1) spherical. Sums over
 * blocks of rows are held `packed`: the upper triangle by rows if full, else the same as dense.
 * The factor u is such that |(x - m) u|^2 is the squared Mahalanobis distance. All @local.
 */
#ifndef ODDLOT_DETECT_COVARIANCE_INTERNAL_H
#define ODDLOT_DETECT_COVARIANCE_INTERNAL_H

#include "oddlot/base/status.h"

#include <stdint.h>

typedef enum { ODD_FORM_FULL, ODD_FORM_DIAGONAL, ODD_FORM_SPHERICAL } odd_form;

int64_t odd_form_dense(odd_form form, int d);  /* numbers in a covariance or a factor */
int64_t odd_form_packed(odd_form form, int d); /* numbers in its sum */

void odd_form_pack(odd_form form, int d, const double dense[], double packed[]);
/** The lower triangle is filled as well. */
void odd_form_unpack(odd_form form, int d, const double packed[], double dense[]);

/** a += alpha (u v' + v u') / 2; of a spherical a, the mean of the diagonal is added. */
void odd_form_add_outer(odd_form form, int d, double alpha, const double u[], const double v[],
                        double a[]);
void odd_form_add_identity(odd_form form, int d, double alpha, double a[]);
double odd_form_trace(odd_form form, int d, const double a[]);

/** Factor and log determinant of a covariance; `factor` may not be `a`. ODD_NUMERIC if a is not
 *  positive definite. */
odd_status odd_form_factor(odd_form form, int d, const double a[], double factor[],
                           double *log_det);
/** Trace of inverse(a) b, from the factor of a. scratch: dense. */
double odd_form_trace_solve(odd_form form, int d, const double factor[], const double b[],
                            double scratch[]);

/** y (n, d) = z u for centred rows z (n, d); y may be z. */
void odd_form_whiten(odd_form form, int n, int d, const double factor[], const double z[],
                     double y[]);
/** out (n) = |y_i - shift|^2 for rows y (n, d). */
void odd_squared_distances(int n, int d, const double y[], const double shift[], double out[]);

/** A row of smaller weight changes a sum by less than the rounding of that sum. */
#define ODD_NEGLIGIBLE_WEIGHT 1e-15

/** dense (of which the lower triangle is not used) += sum of weight_i z_i z_i'. Rows that weigh
 *  nothing are left out of the product. scratch: (n, d). */
void odd_form_scatter(odd_form form, int n, int d, const double z[], const double weight[],
                      double scratch[], double dense[]);

#endif
