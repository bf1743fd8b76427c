/**
 * Low rank: a covariance of d features that is diagonal but for a part of small rank r, as in a
 * factor analysis: diag(noise) + loading' loading. It has d (r + 1) numbers instead of d d, can be
 * inverted however few rows it was learnt from, and whitens a row in 4 d r operations (Woodbury).
 *
 * `parts` is noise (d), then loading (r, d). A `factor` is as long: scale (d), then v (r, d), such
 * that y = w - (w v') v with w = z scale has |y|^2 = the squared Mahalanobis distance of z. @local
 */
#ifndef ODDLOT_DETECT_LOWRANK_INTERNAL_H
#define ODDLOT_DETECT_LOWRANK_INTERNAL_H

#include "oddlot/base/status.h"

/** The parts nearest to a dense a (d, d) in its correlations: their r first principal components,
 *  and for the noise their mean remaining variance (Tipping and Bishop, "Probabilistic principal
 *  component analysis", 1999), at least `least` (d) for each feature. */
odd_status odd_lowrank_start(int d, int r, const double a[], const double least[], double parts[]);

/** Some steps of EM for factor analysis (Rubin and Thayer, 1982) from the parts that are there:
 *  log|V| + tr(inverse(V) a) never grows. The noise stays at least `least`, as it must have been
 *  before. a (d, d) symmetric. */
odd_status odd_lowrank_improve(int d, int r, const double a[], const double least[], int steps,
                               double parts[]);

odd_status odd_lowrank_factor(int d, int r, const double parts[], double factor[], double *log_det);
/** y (n, d) whitens z (n, d); y may be z. scratch: (n, r). */
void odd_lowrank_whiten(int n, int d, int r, const double factor[], const double z[], double y[],
                        double scratch[]);
/** Trace of inverse(V) b from the factor of V; b (d, d). scratch: (2, d). */
double odd_lowrank_trace_solve(int d, int r, const double factor[], const double b[],
                               double scratch[]);
/** a (d, d) = the covariance itself. */
void odd_lowrank_expand(int d, int r, const double parts[], double a[]);
/** Multiply the covariance by `times`. */
void odd_lowrank_scale(int d, int r, double times, double parts[]);

#endif
