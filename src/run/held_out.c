/* Held out: images that are evaluated and never learnt from, so that what is measured on them is
 * what new images will meet. */
#include "run/contamination_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"

#include <math.h>
#include <string.h>

/* A share of the theme, drawn by the seed, and every odd image. */
static odd_status hold_out_share(const odd_contamination_options *o, odd_selection *s)
{
    odd_row_pool rows = {NULL, 0};
    odd_status st;
    if (o->held_out == 0) return ODD_OK;
    ODD_TRY(odd_row_pool_learnt(s, ODD_TRUTH_THEME, &rows));
    ODD_TRY(odd_row_pool_draw(&rows, llround((double)rows.count * o->held_out), (uint64_t)o->seed,
                              ODD_STREAM_HELD_OUT));
    for (int64_t i = 0; i < rows.count; i++)
        s->held_out[rows.item[i]] = 1;
    for (int64_t i = 0; i < s->rows; i++)
        if (s->truth[i] == ODD_TRUTH_ODD) s->held_out[i] = 1;
done:
    odd_free(rows.item);
    return st;
}

static void hold_out_split(const char *split, odd_selection *s)
{
    for (int64_t i = 0; *split && i < s->rows; i++)
        if (strcmp(odd_selection_split(s, i), split) == 0) s->held_out[i] = 1;
}

odd_status odd_hold_out(const odd_job *job, const odd_contamination_options *o, odd_selection *s)
{
    int64_t held = 0;
    odd_status st;
    if (o->held_out > 0 && o->theme.count == 0 && o->anomaly.count == 0)
        return odd_job_fail(job, "contamination.held_out",
                            "is a share of the theme: give contamination.theme "
                            "or contamination.anomaly");
    hold_out_split(o->held_out_split, s);
    ODD_TRY(hold_out_share(o, s));
    for (int64_t i = 0; i < s->rows; i++)
        held += s->held_out[i];
    if (s->rows > 0 && held == s->rows)
        ODD_TRY(odd_job_fail(
            job, o->held_out > 0 ? "contamination.held_out" : "contamination.held_out_split",
            "all %lld images are held out: nothing is left to learn from", (long long)held));
    if (held == 0 && *o->held_out_split)
        ODD_TRY(odd_job_fail(job, "contamination.held_out_split", "no image has the split '%s'",
                             o->held_out_split));
    if (held > 0)
        odd_log(ODD_LOG_INFO, "%lld of %lld images are held out: judged, never learnt from",
                (long long)held, (long long)s->rows);
done:
    return st;
}
