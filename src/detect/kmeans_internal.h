/**
 * K-means: the parts behind kmeans.h.
 */
#ifndef ODDLOT_DETECT_KMEANS_INTERNAL_H
#define ODDLOT_DETECT_KMEANS_INTERNAL_H

#include "detect/unit_rows_internal.h"
#include "oddlot/base/random.h"
#include "oddlot/detect/kmeans.h"

/* ---- kmeans_assign.c: the nearest centroid of each row of a block ---- */

/* Centroids in the layout of the inner loop. */
typedef struct {
    int k, d;
    bool directions; /* rows and centroids of unit length: the largest product is the nearest */
    float *centre;   /* (k, d) centroids less the origin, times the scale */
    float *offset;   /* (k) |centroid - origin|^2 + 2 origin . (centroid - origin); directions: 0 */
    double *origin;  /* (d) */
    bool shifted;    /* float32 would lose the differences of such rows or centroids: rows too are
                        taken less the origin and times the scale, offsets are |centre|^2 */
    double scale;    /* a power of two; 1 where nothing is shifted */
} odd_kmeans_table;

odd_status odd_kmeans_table_new(int k, int d, bool directions, odd_kmeans_table *table);
void odd_kmeans_table_free(odd_kmeans_table *table);
/** Differences of distances do not depend on the origin; near the rows it saves digits. */
void odd_kmeans_table_set(odd_kmeans_table *table, const double centre[], const double origin[]);
/** Rows of d features that are shifted at a time. */
int odd_kmeans_panel(int d);
/** cluster (n) for x (n, d); scratch (n, k) gets the squared distances less |x - origin|^2 and
 *  less the offsets, where rows are shifted times scale^2. z: room (panel, d). @local */
void odd_kmeans_assign(const odd_kmeans_table *table, int n, const float x[], float z[],
                       float scratch[], int32_t cluster[]);
/** The same by the definition, in double, for one row. @local */
int32_t odd_kmeans_assign_plain(int k, int d, const double centre[], const float x[]);
/** |x - centre|^2 in double. @local */
double odd_kmeans_square(int d, const float x[], const double centre[]);

/* A table with room for the blocks that threads work on. */
typedef struct {
    odd_kmeans_table table;
    int64_t block;    /* rows of a block */
    float *z;         /* (threads, panel, d) */
    float *scratch;   /* (threads, block, k) */
    int32_t *cluster; /* (threads, block) */
} odd_kmeans_work;

odd_status odd_kmeans_work_new(const odd_rows *rows, int k, bool directions, odd_kmeans_work *work);
void odd_kmeans_work_free(odd_kmeans_work *work);
/** The nearest centroids of the rows of a block, in the thread's own room. @local */
const int32_t *odd_kmeans_work_assign(const odd_kmeans_work *work, const odd_block *block);
/** What odd_kmeans_assign() left in the scratch for row i of the block: (k). @local */
const float *odd_kmeans_work_scratch(const odd_kmeans_work *work, const odd_block *block, int i);

/* ---- kmeans_start.c, kmeans_oversample.c ---- */

enum { ODD_KMEANS_CANDIDATES = 100 }; /* for a centroid, at most */

/* Where draws come from. */
typedef struct {
    uint64_t seed;
    odd_stream stream;
    uint32_t draw0;       /* the first draw of the stream that is used */
    int candidates;       /* rows drawn for each centroid; the best is kept. Below 2: one */
    bool directions;      /* rows of length zero are never drawn */
    const double *weight; /* (n_local) count of rows that each represents; NULL: one */
} odd_kmeans_draws;

/** k rows by k-means++: each as likely as its squared distance to the nearest one before it; of
 *  several candidates that one is kept after which these distances sum to the least (greedy
 *  k-means++). Uses k draws for each candidate. centre (k, d), on every rank. */
odd_status odd_kmeans_start(const odd_rows *rows, int k, const odd_kmeans_draws *draws,
                            double centre[]);

enum { ODD_KMEANS_ROUNDS = 64 }; /* of k-means||, at most */

/** k rows by k-means||: in each of some rounds each row is drawn with a chance in proportion to its
 *  squared distance to the nearest one drawn before, `each_round` rows as expected; k-means++
 *  among those drawn, each standing for the rows nearest to it, leaves k. Uses
 *  1 + ODD_KMEANS_ROUNDS draws and those of k-means++; draws->weight is not used. */
odd_status odd_kmeans_oversample(const odd_rows *rows, int k, double each_round, int64_t rounds,
                                 const odd_kmeans_draws *draws, double centre[]);

/** The row farthest from all k centroids, and its squared distance; directions: of those that have
 *  one. row (d). */
odd_status odd_kmeans_farthest(const odd_rows *rows, int k, const double centre[], bool directions,
                               double row[], double *square);

/* ---- kmeans_lloyd.c ---- */

/** Lloyd's iterations from the centroids that stand in `km`. mean (d) is that of all rows and
 *  `spread` the sum of squared distances to it of those that count: all, or, spherical, those that
 *  have a direction. Rows are of unit length if km->spherical. */
odd_status odd_kmeans_refine(const odd_rows *rows, const odd_kmeans_options *options,
                             const double mean[], double spread, odd_kmeans *km);

/* ---- kmeans.c ---- */

odd_status odd_kmeans_new(int k, int d, odd_kmeans **out);
/** odd_kmeans_fit() for rows that are of unit length, `zeros` of them zero, if
 *  options->spherical. */
odd_status odd_kmeans_learn(const odd_rows *rows, int64_t zeros, const odd_kmeans_options *options,
                            uint64_t seed, odd_kmeans **out);

#endif
