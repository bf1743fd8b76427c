/**
 * Linear discriminants, cross-fitted: how well rows fit each of some classes, by discriminants that
 * have not seen the row (Fisher's, with one covariance within all classes).
 *
 * Rows are in folds. One pass adds up the sums and products of each fold; what a fold's rows are
 * scored by is learnt from those of the others. The covariance C within classes is shrunk towards a
 * multiple of the identity by d / (n + d), so that fewer rows than features will do.
 *
 * Letters: n rows, d features, k classes.
 */
#ifndef ODDLOT_LINALG_DISCRIMINANT_H
#define ODDLOT_LINALG_DISCRIMINANT_H

#include "oddlot/base/status.h"
#include "oddlot/par/rows.h"

#include <stdint.h>

/* Rows with what is known of them; borrowed. */
typedef struct {
    const odd_rows *rows;
    const int32_t *label; /* (n_local) 0 ... k - 1; -1: nothing is learnt from it */
    const uint8_t *fold;  /* (n_local) 0 ... folds - 1 */
    int classes, folds;
} odd_labelled_rows;

/* On every rank. */
typedef struct {
    int d, classes, folds;
    float *weight; /* (folds, k, d) C^-1 times the mean of the class */
    float *bias;   /* (folds, k) -INFINITY: the other folds have no row of this class */
} odd_discriminant;

/**
 * Learn them. @collective on rows->comm; @same classes, folds.
 * @param[out] out  owned by caller: odd_discriminant_free(); empty on failure
 * @return ODD_NUMERIC where values are too large, or all rows equal; ODD_NOMEM; what the reader
 *         returns. The same bits on any number of ranks and threads.
 * Cost      n d^2 flops, folds d^3 / 3 on every rank; 8 d (d + k) bytes for each fold, and some
 *           times as many for each thread.
 */
odd_status odd_discriminant_fit(const odd_labelled_rows *rows, odd_discriminant *out);
void odd_discriminant_free(odd_discriminant *discriminant);

/** Log-probabilities of the classes but for a constant: score (block->count, k), by what has not
 *  seen the row; of a class that could not be learnt -INFINITY. fold: of the block's rows. Any
 *  thread. @local; ODD_NOMEM */
odd_status odd_discriminant_score(const odd_discriminant *discriminant, const odd_block *block,
                                  const uint8_t fold[], float score[]);

#endif
