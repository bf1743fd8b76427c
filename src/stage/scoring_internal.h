/**
 * Scoring: the columns of scores that a detector gives, with the residual of the reduction as the
 * last one, and which of them ranks.
 */
#ifndef ODDLOT_STAGE_SCORING_INTERNAL_H
#define ODDLOT_STAGE_SCORING_INTERNAL_H

#include "oddlot/base/job.h"
#include "oddlot/detect/detector.h"

#define ODD_MOST_SCORE_COLUMNS 16

typedef struct {
    const odd_detector *detector;
    odd_score_column column[ODD_MOST_SCORE_COLUMNS]; /* the detector's, then the residual */
    int columns;
    int rank_by;     /* column that ranks */
    int probability; /* column that is a probability; -1: none */
} odd_scoring;

/** By the setting score.rank_by. @local; ODD_USAGE if there is no such column. */
odd_status odd_scoring_new(const odd_job *job, const odd_detector *detector, odd_scoring *out);

/** Scores of my rows (n_local, columns). residual: (n_local). Owned by caller: odd_free().
 *  @collective */
odd_status odd_scoring_do(const odd_scoring *s, const odd_bundle *model, const odd_rows *rows,
                          const double residual[], double **out);

#endif
