/**
 * K-means: k centroids such that rows lie near one of them (Lloyd, "Least squares quantization in
 * PCM", 1982; started by k-means++, Arthur and Vassilvitskii, SODA 2007).
 *
 * All functions are @collective on rows->comm unless marked @local, and give the same bits on any
 * number of ranks and threads. Distances are compared in float32, all sums are float64.
 */
#ifndef ODDLOT_DETECT_KMEANS_H
#define ODDLOT_DETECT_KMEANS_H

#include "oddlot/base/status.h"
#include "oddlot/par/rows.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int64_t clusters;       /* k */
    int64_t max_iterations; /* of one start */
    double tolerance;       /* stop when the centroids' squared moves sum to less than this part of
                               the mean variance of a feature */
    int64_t restarts;       /* starts; the one of least inertia is kept */
} odd_kmeans_options;

typedef struct {
    int k, d;
    int64_t n;      /* rows it was learnt from */
    double *centre; /* (k, d) */
    double *rows;   /* (k) rows nearest to each; 0 if there are fewer distinct rows than k */
    double inertia; /* sum of squared distances of rows to their centroid */
    int iterations; /* of the start that was kept */
    bool converged; /* that start stopped by itself */
} odd_kmeans;

/**
 * Learn. A cluster that loses all its rows starts anew from the row farthest from its centroid.
 * @param[out] out  whole on every rank. Owned by caller: odd_kmeans_free().
 * @return ODD_ARG (no rows, k < 1); ODD_NUMERIC naming the row with a value that is not finite;
 *         ODD_NOMEM; ODD_STOPPED on a signal.
 * Cost    about 2 n k d / size flops for each iteration and for each start.
 */
odd_status odd_kmeans_fit(const odd_rows *rows, const odd_kmeans_options *options, uint64_t seed,
                          odd_kmeans **out);
void odd_kmeans_free(odd_kmeans **kmeans); /* @local */

/** Number of the nearest of k centroids (k, d), the first of equal ones, and the distance to it,
 *  for each of my rows: cluster (n_local), distance (n_local). Each may be NULL. */
odd_status odd_kmeans_nearest(const odd_rows *rows, int k, const double centre[], int32_t cluster[],
                              double distance[]);

#endif
