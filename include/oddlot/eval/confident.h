/**
 * Confident learning: which labels are likely wrong, from probabilities of classes that were
 * predicted out of sample (Northcutt, Jiang and Chuang, "Confident learning: estimating uncertainty
 * in dataset labels", JAIR 70, 2021).
 *
 * A class is confident of a row where it gives it at least the probability that it gives its own
 * rows on average: so a class that is hard to tell needs less than one that is easy. A row whose
 * confident class is not its label is likely wrong, and how often each label is taken for each
 * class is the confident joint.
 *
 * Letters: n rows of all ranks, n_local mine, k classes.
 */
#ifndef ODDLOT_EVAL_CONFIDENT_H
#define ODDLOT_EVAL_CONFIDENT_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdint.h>

/** The mean of own[i], the probability of the label of each row, by label: threshold (k), on every
 *  rank; NaN for a class without rows. label (n_local): 0 ... k - 1, or -1: such rows do not count.
 *  Summed in the order of the rows of all ranks. @collective; @same k; ODD_NOMEM */
odd_status odd_confident_thresholds(MPI_Comm comm, int64_t n_local, int64_t k,
                                    const int32_t label[], const double own[], double threshold[]);

/** The most probable of the classes whose probability reaches their threshold; -1: none does. Of
 *  equal ones the first. probability, threshold: (k). @local */
int32_t odd_confident_class(int64_t k, const double probability[], const double threshold[]);

/* One entry of the joint that is not 0. */
typedef struct {
    int32_t label, other; /* rows labelled so, of which `other` is the confident class */
    int64_t rows;         /* that were counted */
    double estimated;     /* rows of the catalogue that are so, as the count says: of each label all
                             rows are shared out as those with a confident class are */
} odd_confident_entry;

typedef struct {
    odd_confident_entry *entry; /* (count) by label, then by other */
    int64_t count;
} odd_confident_joint;

/**
 * Count labels against confident classes. Entries of 0 are left out, so that many classes cost no
 * more than rows do.
 * @param label, confident  (n_local) 0 ... k - 1, or -1; rows with label -1 do not count
 * @param[out] out  on rank 0, empty elsewhere; owned by caller: odd_confident_joint_free()
 * @collective; @same k; ODD_NOMEM
 */
odd_status odd_confident_joint_of(MPI_Comm comm, int64_t n_local, int64_t k, const int32_t label[],
                                  const int32_t confident[], odd_confident_joint *out);
void odd_confident_joint_free(odd_confident_joint *joint);

#endif
