/**
 * Trial: the parts of one trial of an experiment. Rows are drawn and read (experiment_trial.c),
 * reduced (experiment_reduce.c), scored and evaluated (experiment_evaluate.c).
 */
#ifndef ODDLOT_STUDY_EXPERIMENT_TRIAL_INTERNAL_H
#define ODDLOT_STUDY_EXPERIMENT_TRIAL_INTERNAL_H

#include "oddlot/stage/flagging.h"
#include "oddlot/stage/scoring.h"
#include "study/experiment_internal.h"

/* A sample read and reduced, my rows of each. */
typedef struct {
    odd_rows wide, narrow;
    float *x, *score;
    double *residual;
} odd_reduced;

struct odd_trial_rows {
    int64_t draw;       /* number of the trial without its technique */
    odd_hash reduction; /* digest of the settings that reduced */
    bool is_reduced;
    odd_drawn drawn;
    odd_reduced fit, test;
    int k;
};

void odd_reduced_free(odd_reduced *r);

/** Reduce the rows as the job says; nothing where they are so already. seconds: what it took.
 *  @collective */
odd_status odd_trial_reduce(const odd_job *job, uint64_t seed, odd_trial_rows *rows,
                            double *seconds);

/* Scores of a whole sample, on rank 0. */
typedef struct {
    int64_t n;
    double *all;         /* (n, columns) */
    double *rank;        /* (n) larger is odder */
    double *probability; /* (n) or NULL */
} odd_trial_scores;

void odd_trial_scores_free(odd_trial_scores *s);

/** Score a sample; nothing where it is empty. @collective: the scores come together on rank 0. */
odd_status odd_trial_score(const odd_scoring *by, const odd_bundle *model, const odd_reduced *r,
                           odd_trial_scores *out);

/** The threshold is chosen on the fitted rows and evaluated on the test, where there is one; cut:
 * of the detector's own rule, 0: it has none. @local, on rank 0 */
odd_status odd_trial_evaluate(const odd_design *d, const odd_job *job, const odd_trial_rows *rows,
                              const uint8_t calibrates[], double cut, const odd_trial_scores *fit,
                              const odd_trial_scores *test, odd_flagging *flagging, odd_trial *out);

/** The first two components of all fitted rows, on rank 0, with what was said of each. Owned by
 *  caller: odd_free(). @collective */
odd_status odd_trial_points(const odd_trial_rows *rows, const odd_flagging *flagging,
                            const odd_trial_scores *fit, odd_scatter_point **points,
                            int64_t *count);

#endif
