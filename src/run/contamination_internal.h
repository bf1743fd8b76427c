/**
 * Contamination: what contamination.c (which images are theme, which odd), held_out.c (which of
 * them nothing is learnt from) and row_pool.c (how some are drawn) share.
 */
#ifndef ODDLOT_RUN_CONTAMINATION_INTERNAL_H
#define ODDLOT_RUN_CONTAMINATION_INTERNAL_H

#include "run/selection_internal.h"

#include "oddlot/base/random.h"

/* Section `contamination`. */
typedef struct {
    odd_list theme, anomaly;
    int64_t theme_count, anomaly_count;
    double anomaly_share;
    double held_out;
    char *held_out_split;
    int64_t verified_theme, verified_odd;
    int64_t seed;
} odd_contamination_options;

/* Rows, or images that may become some, in the order of the catalogue. */
typedef struct {
    odd_selected *row;
    int64_t count;
} odd_taken;

/* Places among some, rising. */
typedef struct {
    int64_t *at, count;
} odd_row_pool;

/** Keep `take` of the pool, drawn by seed and stream, in rising order. @local; ODD_NOMEM */
odd_status odd_row_pool_draw(odd_row_pool *p, int64_t take, uint64_t seed, odd_stream stream);
/** Rows of one truth that may be learnt from; out->at is owned by caller: odd_free(). @local;
 *  ODD_NOMEM */
odd_status odd_row_pool_learnt(const odd_taken *rows, int truth, odd_row_pool *out);

/** Hold out a share of the theme, drawn by the seed, and every odd row, where the job says so.
 *  @local; ODD_NOMEM */
odd_status odd_hold_out_share(const odd_contamination_options *o, const odd_taken *rows);
/** ODD_USAGE where a share is held out of a theme that the job does not tell. @local */
odd_status odd_held_out_allowed(const odd_job *job, const odd_contamination_options *o);
/** Say how many of all rows are held out. @local; ODD_USAGE where nothing is left to learn from, or
 *  no image has the split */
odd_status odd_held_out_check(const odd_job *job, const odd_contamination_options *o, int64_t held,
                              int64_t rows);
/** Those of these that are held out. @local */
int64_t odd_held_out_count(const odd_taken *rows);

#endif
