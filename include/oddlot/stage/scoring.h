/**
 * Scoring: the columns of scores that a detector gives, with the residual of the reduction behind
 * them, what trained networks say where the job trains, and what the views say where it has some;
 * which of them ranks.
 */
#ifndef ODDLOT_STAGE_SCORING_H
#define ODDLOT_STAGE_SCORING_H

#include "oddlot/base/job.h"
#include "oddlot/detect/detector.h"
#include "oddlot/stage/views.h"
#include "oddlot/store/file.h"

#define ODD_MOST_SCORE_COLUMNS 24

typedef struct {
    const odd_detector *detector;
    odd_score_column column[ODD_MOST_SCORE_COLUMNS]; /* the detector's, residual, networks' */
    int columns;
    const struct odd_train_task *task;             /* whose networks are trained; NULL: none are */
    const struct odd_task_column *trained_columns; /* what they give; NULL: nothing */
    int residual;                                  /* column of the residual */
    int trained;     /* first column of what networks say; -1: the job trains none */
    int views;       /* first column of what views say, the joined one; -1: the job has none */
    int rank_by;     /* column that ranks */
    int probability; /* column that is a probability; -1: none */
    double share;    /* of odd images that probabilities by networks suppose; 0: as networks say */
} odd_scoring;

/** By the setting score.rank_by. @local; ODD_USAGE if there is no such column. */
odd_status odd_scoring_new(const odd_job *job, const odd_detector *detector, odd_scoring *out);

/** Scores of my rows (n_local, columns); those from `trained` and `views` on are the caller's to
 *  fill.
 * residual: (n_local). Owned by caller: odd_free(). @collective */
odd_status odd_scoring_do(const odd_scoring *s, const odd_bundle *model, const odd_rows *rows,
                          const double residual[], double **out);

/** Fill the columns from `trained` on: what the networks of train.h5 say of the images that are my
 *  rows of features.h5. @local; ODD_FORMAT, ODD_NOMEM. */
odd_status odd_scoring_add_trained(const odd_scoring *s, const odd_file *features,
                                   const odd_file *train, const odd_partition *part,
                                   double score[]);

/** Fill the columns from `views` on, of my rows of views.h5. @local; ODD_FORMAT, ODD_NOMEM. */
odd_status odd_scoring_add_views(const odd_scoring *s, const odd_job *job, const odd_file *views,
                                 const odd_partition *part, double score[]);

/** Is it the views that rank, not the detector of the job or a network? @local */
bool odd_ranks_by_views(const odd_scoring *s);

/** From which score on rows are odd by the detector's own rule; 0: it has none, or does not rank by
 *  its first column. @local */
double odd_scoring_cut(const odd_scoring *s);

/** The name of what ranks, the detector or a column of networks: "damage",
 *  "reconstruction". Static. @local */
const char *odd_scoring_name(const odd_scoring *s);

/* What sentences are made of. */
typedef struct {
    const odd_job *job;
    const odd_bundle *model; /* of the detector */
    const odd_file *views;   /* NULL where the job has none */
} odd_scoring_sources;

/** One sentence why an image is odd, from its scores; row: of features.h5. @local; ODD_FORMAT,
 *  ODD_IO, ODD_NOMEM */
odd_status odd_scoring_reason(const odd_scoring *s, const odd_scoring_sources *from, int64_t row,
                              const double score[], char *buffer, size_t size);

#endif
