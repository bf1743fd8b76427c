/**
 * Contamination: what contamination.c (which images are theme, which odd), held_out.c (which of
 * them nothing is learnt from) and row_pool.c (how some are drawn) share. All functions are @local,
 * and rank 0 calls them.
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

/* Numbers of one kind, rising: of catalogue items, or of rows. */
typedef struct {
    int64_t *item, count;
} odd_row_pool;

/** Keep `take` of the pool, drawn by seed and stream, in rising order. ODD_NOMEM */
odd_status odd_row_pool_draw(odd_row_pool *p, int64_t take, uint64_t seed, odd_stream stream);
/** Rows of one truth that may be learnt from; out->item is owned by caller: odd_free(). ODD_NOMEM
 */
odd_status odd_row_pool_learnt(const odd_selection *s, int truth, odd_row_pool *out);

/** Mark the rows that the job holds out. ODD_USAGE where nothing is left to learn from. */
odd_status odd_hold_out(const odd_job *job, const odd_contamination_options *o, odd_selection *s);

#endif
