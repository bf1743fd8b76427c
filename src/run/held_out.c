/* Held out: images that are evaluated and never learnt from, so that what is measured on them is
 * what new images will meet. */
#include "run/contamination_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"

#include <math.h>

odd_status odd_hold_out_share(const odd_contamination_options *o, const odd_taken *rows)
{
    odd_row_pool pool = {NULL, 0};
    odd_status st;
    if (o->held_out == 0) return ODD_OK;
    ODD_TRY(odd_row_pool_learnt(rows, ODD_TRUTH_THEME, &pool));
    ODD_TRY(odd_row_pool_draw(&pool, llround((double)pool.count * o->held_out), (uint64_t)o->seed,
                              ODD_STREAM_HELD_OUT));
    for (int64_t i = 0; i < pool.count; i++)
        rows->row[pool.at[i]].held_out = 1;
    for (int64_t i = 0; i < rows->count; i++)
        if (rows->row[i].truth == ODD_TRUTH_ODD) rows->row[i].held_out = 1;
done:
    odd_free(pool.at);
    return st;
}

odd_status odd_held_out_allowed(const odd_job *job, const odd_contamination_options *o)
{
    if (o->held_out > 0 && o->theme.count == 0 && o->anomaly.count == 0)
        return odd_job_fail(job, "contamination.held_out",
                            "is a share of the theme: give contamination.theme "
                            "or contamination.anomaly");
    return ODD_OK;
}

int64_t odd_held_out_count(const odd_taken *rows)
{
    int64_t held = 0;
    for (int64_t i = 0; i < rows->count; i++)
        held += rows->row[i].held_out;
    return held;
}

odd_status odd_held_out_check(const odd_job *job, const odd_contamination_options *o, int64_t held,
                              int64_t rows)
{
    if (rows > 0 && held == rows)
        return odd_job_fail(
            job, o->held_out > 0 ? "contamination.held_out" : "contamination.held_out_split",
            "all %lld images are held out: nothing is left to learn from", (long long)held);
    if (held == 0 && *o->held_out_split)
        return odd_job_fail(job, "contamination.held_out_split", "no image has the split '%s'",
                            o->held_out_split);
    if (held > 0)
        odd_log(ODD_LOG_INFO, "%lld of %lld images are held out: judged, never learnt from",
                (long long)held, (long long)rows);
    return ODD_OK;
}
