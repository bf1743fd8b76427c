/**
 * Neighbours: the rows of a reference that lie nearest to a row, exactly, by products of blocks of
 * rows and tiles of the reference: of a reference that every rank has, in double, or of one that is
 * spread over ranks, in float.
 *
 * Letters: n rows, m reference rows, d features.
 */
#ifndef ODDLOT_LINALG_NEIGHBOURS_H
#define ODDLOT_LINALG_NEIGHBOURS_H

#include "oddlot/base/status.h"
#include "oddlot/par/rows.h"

typedef struct {
    double key; /* rises with the distance; of odd_neighbours_between() its square */
    int64_t at; /* number of the reference row; -1: there are no more */
} odd_neighbour;

typedef struct odd_neighbours odd_neighbours;

/* What distance is. The last two are of rows of zeros and ones, which stand for sets. */
typedef enum {
    ODD_METRIC_EUCLIDEAN,
    ODD_METRIC_HAMMING, /* places that differ */
    ODD_METRIC_JACCARD, /* share of the places set in either that are not set in both; 0 of two
                           empty sets (Jaccard, 1912) */
    ODD_METRICS
} odd_metric;

extern const char *const odd_metric_names[]; /* "euclidean", ...; NULL-terminated */
/** The metric of one of these names. @local */
odd_metric odd_metric_of(const char *name);

/** Rows that others are compared with, x (m, d), finite, of zeros and ones where the metric is
 *  of sets; m, d >= 1. x is kept. @local; ODD_NOMEM */
odd_status odd_neighbours_new(int64_t m, int d, const float x[], odd_metric metric,
                              odd_neighbours **out);
void odd_neighbours_free(odd_neighbours **neighbours);

/** What is made of the neighbours of a block's rows: near (block->count, keep), nearest first; of
 *  equally near ones the first reference row comes first. A row meets itself where it is in the
 *  reference. On any thread; must not communicate. */
typedef odd_status (*odd_neighbours_function)(void *context, const odd_block *block,
                                              const odd_neighbour near[]);

/** The `keep` nearest reference rows of all rows. The same on any number of ranks and threads.
 *  @collective on rows->comm; @same keep. ODD_NUMERIC, naming the row, for a value that is not
 *  finite, or neither 0 nor 1 where the metric is of sets; ODD_NOMEM; what f returns. Cost: 2 n m d
 * / size flops. */
odd_status odd_neighbours_each(const odd_neighbours *neighbours, const odd_rows *rows, int keep,
                               odd_neighbours_function f, void *context);

/** The distance between x (d) and a reference row, from their differences, so that it is 0 between
 *  equal rows and not what rounding leaves. @local */
double odd_neighbours_distance(const odd_neighbours *neighbours, const float x[], int64_t at);

/* ---- neighbours_between.c ---- */

/* A search among rows that are spread over ranks. */
typedef struct {
    int keep;      /* nearest rows, 1 ... 100000 */
    double within; /* squared distance up to which rows count; INFINITY: any */
} odd_neighbours_options;

/**
 * The nearest rows of a reference for each of other rows, or of the same, as all ranks hold them.
 *
 * Exactly, by products of blocks of rows; the reference travels round in panels, so that memory
 * does not grow with the rows, in whichever place they lie. Where those that look for neighbours
 * are a few thousand in all, they travel, and the reference stays. One pass with the largest k has
 * the neighbours for all smaller ones.
 *
 * near[].key is the squared distance, near[].at the number of the reference row over all ranks. A
 * row meets itself where it is in the reference. For cosines give rows of length 1: their squared
 * distance is 2 - 2 cosine.
 *
 * @collective on queries->comm, which is that of the reference; @same options.
 * @return ODD_NUMERIC, naming the row, for a value that is not finite; ODD_ARG where the widths
 *         differ; ODD_STOPPED; ODD_NOMEM; what the readers and f return.
 *
 * Accuracy  products in float of rows less the mean of the reference: squared distances to about
 *           1e-6 of the squared lengths then, 0 not exactly. The same bits on any number of ranks
 *           and threads; of equally near rows the first comes first.
 * Cost      2 n m d / size flops. A rank has some thousand rows of each side and their lists in
 *           memory, about 40 MiB and 24 `keep` bytes a row, and with a reader no more; where
 *           those that look travel, the lists of all ranks for them, 32 MiB at most.
 */
odd_status odd_neighbours_between(const odd_rows *queries, const odd_rows *reference,
                                  odd_neighbours_options options, odd_neighbours_function f,
                                  void *context);

#endif
