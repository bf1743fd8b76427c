/**
 * K-means: k centroids such that rows lie near one of them (Lloyd, "Least squares quantization in
 * PCM", 1982), by distance or, spherical, by angle (Dhillon and Modha, "Concept decompositions for
 * large sparse text data using clustering", Machine Learning 42, 2001).
 *
 * Starts are drawn by k-means++ (Arthur and Vassilvitskii, SODA 2007), which passes the rows 2k
 * times, or k times where there is one candidate for each centroid, or by k-means|| (Bahmani et
 * al., "Scalable k-means++", VLDB 2012), which passes them some ten times whatever k is.
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
    char *start;            /* "k-means++" or "k-means||"; NULL: the first */
    int64_t candidates;     /* rows that k-means++ draws for each centroid, of which that one is
                               kept which leaves the least inertia; 0: 2 + log k */
    double oversampling;    /* k-means||: rows that a round draws, in multiples of k */
    int64_t rounds;         /* k-means||: of drawing; more where they find too few rows */
    bool spherical;         /* rows and centroids of unit length */
    int64_t max_clusters;   /* odd_kmeans_choose() tries none with more */
} odd_kmeans_options;

typedef struct {
    int k, d;
    bool spherical;
    int64_t n;      /* rows it was learnt from; spherical: that have a direction */
    double *centre; /* (k, d); spherical: of unit length */
    double *rows;   /* (k) rows nearest to each; 0 if there are fewer distinct rows than k */
    double inertia; /* sum of squared distances of rows to their centroid; spherical: of the rows
                       made of unit length, 2 - 2 cos each */
    int iterations; /* of the start that was kept */
    bool converged; /* that start stopped by itself */
} odd_kmeans;

/**
 * Learn. A cluster that loses all its rows starts anew from the row farthest from its centroid.
 * Spherical: rows of length zero have no direction and are left out; rows in memory are copied.
 * @param[out] out  whole on every rank. Owned by caller: odd_kmeans_free().
 * @return ODD_ARG (no rows, k < 1, spherical and all rows of length zero); ODD_NUMERIC naming the
 *         row with a value that is not finite; ODD_NOMEM; ODD_STOPPED on a signal.
 * Cost    about 2 n k d / size flops for each iteration, and 3 (1 + candidates) n k d / size for
 *         each start by k-means++.
 */
odd_status odd_kmeans_fit(const odd_rows *rows, const odd_kmeans_options *options, uint64_t seed,
                          odd_kmeans **out);
void odd_kmeans_free(odd_kmeans **kmeans); /* @local */

/* How well each number of clusters suits the rows. */
typedef struct {
    int count;          /* numbers tried */
    int64_t *clusters;  /* (count) rising from 2 */
    double *silhouette; /* (count) */
    int64_t best;       /* of the largest silhouette, the first of equal ones; 1: there are not two
                           rows that differ */
    int64_t rows;       /* on which they were tried */
} odd_kmeans_choice;

/**
 * Choose the number of clusters by the simplified silhouette: the mean over rows of 1 - a / b, a
 * and b the distances to the nearest and the next centroid (Hruschka, de Castro and Campello,
 * "Evolutionary algorithms for clustering gene-expression data", ICDM 2004). Tried are all numbers
 * from 2 to 20 and then every tenth more, up to options->max_clusters, on a sample of the rows that
 * depends on the seed alone. Rows whose groups do not lie apart tend to 2.
 * @param[out] out  whole on every rank. Owned by caller: odd_kmeans_choice_free().
 * @return as odd_kmeans_fit().
 */
odd_status odd_kmeans_choose(const odd_rows *rows, const odd_kmeans_options *options, uint64_t seed,
                             odd_kmeans_choice *out);
void odd_kmeans_choice_free(odd_kmeans_choice *choice); /* @local */

/** Number of the nearest of k centroids (k, d), the first of equal ones, and the distance to it,
 *  for each of my rows: cluster (n_local), distance (n_local). Each may be NULL. Spherical: of the
 *  rows made of unit length; one of length zero is in cluster 0, at distance 1. */
odd_status odd_kmeans_nearest(const odd_rows *rows, int k, const double centre[], bool spherical,
                              int32_t cluster[], double distance[]);

/** Normality: the largest cosine between each of my rows and one of k centroids (k, d); 0 for rows
 *  of length zero (Aytekin et al., "Clustering and unsupervised anomaly detection with l2
 *  normalized deep auto-encoder representations", IJCNN 2018). normality (n_local). */
odd_status odd_kmeans_normality(const odd_rows *rows, int k, const double centre[],
                                double normality[]);

#endif
