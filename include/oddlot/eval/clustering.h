/**
 * Clustering: how well clusters that nobody named agree with the labels of the same rows. @local
 */
#ifndef ODDLOT_EVAL_CLUSTERING_H
#define ODDLOT_EVAL_CLUSTERING_H

#include "oddlot/base/status.h"

#include <stdint.h>

/* Rows by label and by cluster. */
typedef struct {
    int64_t labels, clusters;
    int64_t rows;   /* in all cells */
    int64_t *count; /* (labels, clusters) */
} odd_contingency;

#define ODD_CONTINGENCY_MOST 16777216 /* cells */

/** The largest of clusters, which are whole numbers from 0 on, as score columns hold them; NaN: a
 * row is in none. -1 where no row is in any. cluster (n); first: the number of the first row.
 *  @return ODD_NUMERIC naming the row of a cluster that is not such a number. */
odd_status odd_contingency_largest(int64_t first, int64_t n, const double cluster[],
                                   double *largest);

/** An empty table. There are as many clusters as the largest says; some may stay empty. Owned by
 *  caller: odd_contingency_free(); empty on failure.
 *  @return ODD_ARG for more than ODD_CONTINGENCY_MOST cells; ODD_NOMEM. */
odd_status odd_contingency_new(int64_t labels, double largest, odd_contingency *out);

/** Count the rows that have both: label (n) 0 ... labels - 1, negative for none; cluster (n) of
 * which none is larger than the largest. */
void odd_contingency_add(odd_contingency *table, int64_t n, const int64_t label[],
                         const double cluster[]);
void odd_contingency_free(odd_contingency *table);

/* All are 1 where clusters are labels by another name. */
typedef struct {
    double accuracy; /* share of the rows in the cluster that stands for their label, where each
                        label has one cluster of its own at most, chosen for the largest share */
    double nmi;      /* mutual information over the mean of the two entropies; 0 is by chance for
                        many rows and few clusters (Strehl and Ghosh, JMLR 3, 2002) */
    double ari;      /* pairs of rows that both keep together or apart, less those by chance: 0 is
                        by chance (Hubert and Arabie, "Comparing partitions", 1985) */
} odd_agreement;

/**
 * Compare. The values are those of scikit-learn (normalized_mutual_info_score with the arithmetic
 * mean, adjusted_rand_score); labels and clusters may differ in number.
 * @param[out] cluster_of  (labels) the cluster that stands for each label; -1: none is left.
 * @return ODD_ARG if the table has no rows; ODD_NOMEM.
 */
odd_status odd_agreement_of(const odd_contingency *table, int64_t cluster_of[], odd_agreement *out);

#endif
