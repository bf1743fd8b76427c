/**
 * Core: the dense core of rows and how far others are from it, without the theme that the detector
 * `core` grows from it: what looks at a catalogue in several ways takes this (stage views).
 *
 * A theme grows into a group that lies near it. The core does not, so its distance tells best where
 * a group is odd as a whole. See src/detect/core_internal.h for the method and the papers.
 */
#ifndef ODDLOT_DETECT_CORE_H
#define ODDLOT_DETECT_CORE_H

#include "oddlot/base/bundle.h"
#include "oddlot/par/rows.h"

typedef struct {
    double share;      /* of the rows, the densest, that are the core: 0.5 ... 0.99 */
    int64_t axes;      /* directions with a variance of their own, at most; 0: all share one */
    double neighbours; /* a row is dense if so large a share of the rows is near; odd rows that are
                          alike should be fewer */
    int64_t sample;    /* rows to look for neighbours among, drawn by the seed */
} odd_core_shape;

/** Learn the core. verified: (n_local) ODD_VERIFIED_... of detector.h, NULL: none. The model is the
 *  same on every rank and on any number of ranks and threads. @collective on rows->comm; ODD_ARG,
 *  ODD_NUMERIC naming the row, ODD_NOMEM. Cost: five covariances and eigenproblems of d features.
 */
odd_status odd_core_learn(const odd_core_shape *shape, const odd_rows *rows,
                          const uint8_t verified[], uint64_t seed, odd_bundle *model);

/** Natural logarithm of the Mahalanobis distance of each row from the core: distance (n_local).
 *  @collective; ODD_ARG for rows of another width, ODD_FORMAT, ODD_NUMERIC */
odd_status odd_core_log_distances(const odd_bundle *model, const odd_rows *rows, double distance[]);

/** Where a column of values of which few may form a hill of their own, above the others, is to be
 *  cut: where a value is as likely of one as of the other of two normal distributions of equal
 *  width, fitted with a prior share of odd ones that weighs as `strength` pseudo-values for each
 *  value. *cut: INFINITY where there is no second hill. Values are counted in bins of 1 / 64. The
 *  same on every rank. @collective; ODD_NOMEM */
odd_status odd_core_cut(MPI_Comm comm, int64_t n_local, const double value[], double share,
                        double strength, double *cut);

#endif
