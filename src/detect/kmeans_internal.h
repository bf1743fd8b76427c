/**
 * K-means: the parts behind kmeans.h.
 */
#ifndef ODDLOT_DETECT_KMEANS_INTERNAL_H
#define ODDLOT_DETECT_KMEANS_INTERNAL_H

#include "oddlot/base/random.h"
#include "oddlot/detect/kmeans.h"

/* ---- kmeans_assign.c: the nearest centroid of each row of a block ---- */

/* Centroids in the form that the inner loop wants. */
typedef struct {
    int k, d;
    float *centre; /* (k, d) centroids less the origin */
    float *offset; /* (k) |centroid - origin|^2 + 2 origin . (centroid - origin) */
} odd_kmeans_table;

odd_status odd_kmeans_table_new(int k, int d, odd_kmeans_table *table);
void odd_kmeans_table_free(odd_kmeans_table *table);
/** Differences of distances do not depend on the origin; near the rows it saves digits. */
void odd_kmeans_table_set(odd_kmeans_table *table, const double centre[], const double origin[]);
/** cluster (n) for x (n, d); scratch (n, k). @local */
void odd_kmeans_assign(const odd_kmeans_table *table, int n, const float x[], float scratch[],
                       int32_t cluster[]);
/** The same by the definition, in double, for one row. @local */
int32_t odd_kmeans_assign_plain(int k, int d, const double centre[], const float x[]);
/** |x - centre|^2 in double. @local */
double odd_kmeans_square(int d, const float x[], const double centre[]);

/* ---- kmeans_start.c ---- */

/** k rows by k-means++: each as likely as its squared distance to the nearest one before it. Draws
 *  use the stream's `draw0`, ..., draw0 + k - 1. centre (k, d), on every rank. */
odd_status odd_kmeans_start(const odd_rows *rows, int k, uint64_t seed, odd_stream stream,
                            uint32_t draw0, double centre[]);

/** The row farthest from all k centroids, and how far (squared). row (d). */
odd_status odd_kmeans_farthest(const odd_rows *rows, int k, const double centre[], double row[],
                               double *square);

/* ---- kmeans.c ---- */

/** Lloyd's iterations from the centroids that stand in `km`. mean (d) and `spread`, the sum of
 *  squared distances to it, are those of all rows. */
odd_status odd_kmeans_refine(const odd_rows *rows, const odd_kmeans_options *options,
                             const double mean[], double spread, odd_kmeans *km);
odd_status odd_kmeans_new(int k, int d, odd_kmeans **out);

#endif
