/**
 * Curve: the ROC curve of scores that lie on all ranks, each of which has a part of it
 * (eval/roc.h).
 */
#ifndef ODDLOT_EVAL_CURVE_H
#define ODDLOT_EVAL_CURVE_H

#include "oddlot/base/status.h"
#include "oddlot/eval/roc.h"

#include <mpi.h>
#include <stdint.h>

typedef struct {
    odd_roc roc;        /* counts and areas of the whole curve; the points are mine */
    int64_t first, all; /* the first of my points among all */
} odd_curve_part;

/**
 * As odd_roc_curve(), with its bits, on any number of ranks.
 * @param score  (n_local) of my rows, which follow those of the ranks before me.
 * @param truth  (n_local) 1 odd, 0 theme.
 * @param[out] out  owned by caller: odd_curve_part_free(); empty on failure.
 * @return ODD_ARG if one kind is missing on all ranks; ODD_NUMERIC for a NaN; ODD_NOMEM.
 * @collective. Memory: some 150 bytes for each of my rows.
 */
odd_status odd_curve_part_new(MPI_Comm comm, int64_t n_local, const double score[],
                              const uint8_t truth[], odd_curve_part *out);
void odd_curve_part_free(odd_curve_part *curve);

/** As odd_roc_false_share(). @collective */
double odd_curve_false_share(MPI_Comm comm, const odd_curve_part *curve, double sensitivity);

/** As odd_confusion_at(). @collective */
void odd_confusion_of_all(MPI_Comm comm, int64_t n_local, const double score[],
                          const uint8_t truth[], double threshold, odd_confusion *out);

#endif
