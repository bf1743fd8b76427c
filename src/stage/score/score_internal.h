/**
 * Scored: the scores of all images on rank 0, in the order of the catalogue; which are flagged.
 */
#ifndef ODDLOT_STAGE_SCORE_SCORE_INTERNAL_H
#define ODDLOT_STAGE_SCORE_SCORE_INTERNAL_H

#include "oddlot/run/run.h"
#include "oddlot/stage/flagging.h"
#include "oddlot/stage/scoring.h"

#define ODD_SCORE_REASON 256 /* bytes */

enum {
    ODD_SCORE_NEAREST = 4, /* usual images that are told of a flagged one, */
    ODD_SCORE_SHOWN = 256  /* and of how many of these: people look at the first */
};

/* Rank 0 has it all; the others know n, by, flagged and flagging. */
typedef struct {
    odd_scoring by;
    int64_t n;      /* images */
    double *value;  /* (columns, n), NaN for unreadable images */
    double *score;  /* (n) what ranks, larger is odder, NaN for unreadable images */
    int64_t *order; /* (readable) rows, oddest first */
    int64_t readable;
    uint8_t *calibrates; /* (n) verified images that vouch for the threshold */
    odd_flagging flagging;
    int64_t flagged;                  /* the first ones of the order */
    char (*reason)[ODD_SCORE_REASON]; /* (flagged) */
    int64_t shown;                    /* of the flagged ones; on every rank */
    int64_t *nearest; /* (shown, ODD_SCORE_NEAREST) usual images near each; -1: no more */
} odd_scored;

void odd_scored_free(odd_scored *s);

/** Rank the images by given (scored, columns), a row for each of features.h5, flag the oddest and
 *  say why (score_ranking.c); n and by are there. @local, on rank 0; ODD_USAGE, ODD_FORMAT,
 *  ODD_NOMEM */
odd_status odd_score_rank(const odd_run *run, const odd_file *features,
                          const odd_scoring_sources *from, int64_t scored, const double given[],
                          odd_scored *s);

/** The usual images nearest to the oddest ones, by their features (score_nearest.c). @collective */
odd_status odd_score_nearest(const odd_run *run, const odd_file *features, odd_scored *s);

/** The datasets of scores.h5 (score_output.c). @collective */
odd_status odd_score_write(const odd_run *run, odd_file *file, const odd_scored *s);
/** RUN/flagged.csv (score_output.c). @local, on rank 0 */
odd_status odd_score_write_csv(const odd_run *run, const odd_scored *s);

#endif
