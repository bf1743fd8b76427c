/**
 * Core: the theme as what lies together, grown from the densest rows; the parts behind the detector
 * in core.c, in the order in which a fit uses them.
 *
 * 1. A row is the denser the nearer its neighbours are. A neighbour is far down the list, a tenth
 * of the rows away, so that odd rows that form small clusters of their own are not dense.
 * 2. The densest part of the rows (60 %) gets one Gaussian, and the rows nearest to it by its
 *    Mahalanobis distance are the next part: the concentration steps of the minimum covariance
 *    determinant (Rousseeuw and Van Driessen, "A fast algorithm for the minimum covariance
 *    determinant estimator", Technometrics 41, 1999). The result is the core. It holds no odd
 *    row, but it also leaves out what is rare in the theme.
 * 3. So it is grown, some rows at a time, as in a forward search (Atkinson, Riani and Cerioli,
 *    "Exploring Multivariate Data with the Forward Search", 2004), until what is left out is no
 * more than the share of odd rows by the distances themselves: those of theme rows and of
 * odd rows are two log-normal distributions of equal width. The result is the theme.
 * 4. Rows are ranked by both distances, from the core and from the theme: where the odd rows cannot
 *    be told apart and are grown into the theme, the distance from the core still is large.
 *
 * The Gaussian keeps the variances of a few axes and one for all the rest (Tipping and Bishop,
 * "Probabilistic principal component analysis", 1999), so that a few rows in many features will do.
 */
#ifndef ODDLOT_DETECT_CORE_INTERNAL_H
#define ODDLOT_DETECT_CORE_INTERNAL_H

#include "detect/moments_internal.h"
#include "oddlot/base/bundle.h"
#include "oddlot/detect/detector.h"
#include "oddlot/par/rows.h"

/* ---- core_gaussian.c ---- */

/* A Gaussian in a bundle, whose arrays it borrows. */
typedef struct {
    int d;
    int axes;         /* 0 ... d - 1 */
    double *mean;     /* (d) */
    double *axis;     /* (axes, d) unit rows; of models of before more, which do not count */
    double *variance; /* (d) falling; from `axes` on all are the mean of the rest */
} odd_core_gaussian;

/** Add the arrays of a Gaussian to a bundle, as PART/mean ..., and lend them. @local */
odd_status odd_core_gaussian_add(odd_bundle *b, const char *part, int d, int axes,
                                 odd_core_gaussian *g);
odd_status odd_core_gaussian_find(const odd_bundle *b, const char *part, odd_core_gaussian *g);
/** Learn from the selected rows, of which there is at least one. @collective */
odd_status odd_core_gaussian_fit(const odd_rows *rows, odd_row_filter filter, odd_core_gaussian *g);
/** distance (n_local): natural logarithm of the squared Mahalanobis distance of each row.
 *  @collective; ODD_NUMERIC naming a row with a value that is not finite. */
odd_status odd_core_gaussian_distances(const odd_rows *rows, const odd_core_gaussian *g,
                                       double distance[]);

/* ---- core_histogram.c: log distances of all rows in bins, so that no rank holds them all ---- */

typedef struct {
    int64_t *count; /* (ODD_CORE_BINS) rows of all ranks */
    int64_t n;
    int first, last; /* bins that hold something */
} odd_core_histogram;

enum { ODD_CORE_BINS = 16384 };

odd_status odd_core_histogram_new(odd_core_histogram *h); /* @local */
void odd_core_histogram_free(odd_core_histogram *h);      /* @local */
/** Count value (n_local) of each rank. @collective */
void odd_core_histogram_fill(MPI_Comm comm, int64_t n_local, const double value[],
                             odd_core_histogram *h);
int odd_core_bin(double value);      /* @local; values off the ends are in the bins there */
double odd_core_bin_centre(int bin); /* @local */
/** The first bin up to which there is a part `share` of the rows. @local */
int odd_core_quantile(const odd_core_histogram *h, double share);

/* ---- core_split.c: theme and odd rows in the histogram ---- */

/* Two normal distributions of equal width, that of the odd rows on the right. */
typedef struct {
    double share; /* of the odd rows: the mean of their probability */
    double theme, odd, width;
} odd_core_split;

typedef struct {
    double share;    /* prior share of odd rows */
    double strength; /* pseudo-rows behind it, in multiples of the rows */
} odd_core_prior;

/** What ranks a row, from its log squared distances from core and theme: the log distance that the
 *  histogram is of. @local */
double odd_core_score(double core, double theme);

/** Fit by EM. @local */
odd_core_split odd_core_split_fit(const odd_core_histogram *h, odd_core_prior prior);
/** Log odds of an odd row at log distance u: a + b u with b > 0. b is that of the split, a such
 * that the probabilities of all rows have its share as their mean. @local */
void odd_core_split_odds(const odd_core_histogram *h, const odd_core_split *split, double *a,
                         double *b);

/* ---- core_fit.c ---- */

/* Settings, explained in core.c. */
typedef struct {
    double core_share, growth;
    int64_t axes, sample;
    double neighbours, odd_share, share_strength;
} odd_core_options;

/* Columns of the scores. */
enum { ODD_CORE_LOG_ODDS, ODD_CORE_POSTERIOR, ODD_CORE_CORE, ODD_CORE_THEME, ODD_CORE_COLUMNS };

odd_status odd_core_fit(const void *options, const odd_rows *rows, const odd_known *known,
                        uint64_t seed, odd_bundle *model);

#endif
