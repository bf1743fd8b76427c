/**
 * Scored: the scores of all images, which are flagged, and why; each rank has its part.
 */
#ifndef ODDLOT_STAGE_SCORE_SCORE_INTERNAL_H
#define ODDLOT_STAGE_SCORE_SCORE_INTERNAL_H

#include "oddlot/par/partition.h"
#include "oddlot/run/run.h"
#include "oddlot/stage/flagging.h"
#include "oddlot/stage/scoring.h"

#define ODD_SCORE_REASON 256 /* bytes */

enum {
    ODD_SCORE_NEAREST = 4, /* usual images that are told of a flagged one, */
    ODD_SCORE_SHOWN = 256  /* and of how many of these: people look at the first */
};

/* A flagged image. */
typedef struct {
    int64_t place; /* 0: the oddest */
    int64_t image;
    double score, probability; /* NaN: the detector gives none */
    char reason[ODD_SCORE_REASON];
} odd_flagged_image;

typedef struct {
    odd_scoring by;
    int64_t n; /* images of the run */

    odd_partition part;  /* the rows of features.h5, which are the images that could be read */
    int64_t *image;      /* (part.n_local) of each of my rows, rising */
    double *value;       /* (part.n_local, columns) their scores */
    double *score;       /* (part.n_local) what ranks, larger is odder */
    int64_t *place;      /* (part.n_local) by it, 0 the oddest */
    int64_t first, span; /* images that I write, which my rows are of, and those between that could
                            not be read */

    odd_flagging flagging;
    odd_partition flagged;       /* flagged images by their place: mine to write */
    odd_flagged_image *to_write; /* (flagged.n_local) */

    int64_t shown;    /* of the flagged ones */
    int64_t *nearest; /* on rank 0: (shown, ODD_SCORE_NEAREST) usual images near each; -1: no more;
                         NULL elsewhere */
} odd_scored;

void odd_scored_free(odd_scored *s);

/** Rank the images by the scores of my rows, flag the oddest and say why (score_ranking.c); n, by,
 *  part and value are there. ingest: asked for what is verified where that chooses the threshold.
 *  @collective; ODD_USAGE, ODD_FORMAT, ODD_NOMEM */
odd_status odd_score_rank(const odd_run *run, const odd_file *ingest, const odd_file *features,
                          const odd_scoring_sources *from, odd_scored *s);

/** The usual images nearest to the oddest ones, by their features (score_nearest.c). @collective */
odd_status odd_score_nearest(const odd_run *run, const odd_file *features, odd_scored *s);

/** The datasets of scores.h5 (score_output.c). @collective */
odd_status odd_score_write(const odd_run *run, odd_file *file, const odd_scored *s);
/** RUN/flagged.csv, with names and labels of ingest.h5 (score_output.c), by all ranks. @collective
 */
odd_status odd_score_write_csv(const odd_run *run, const odd_file *ingest, const odd_scored *s);

#endif
