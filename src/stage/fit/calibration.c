/* Calibration: verified theme images that the fit does not see as verified, so that their scores
 * are like those of the theme images that nobody verified, and vouch for a threshold. */
#include "oddlot/stage/calibration.h"
#include "stage/fit/fit_internal.h"

#include "oddlot/run/columns.h"
#include "oddlot/run/run.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/detect/detector.h"

#include <math.h>

double odd_calibration_share(const odd_job *job)
{
    return ((const odd_fit_options *)odd_job_section(job, "fit"))->calibration;
}

odd_status odd_calibration_mark(const odd_job *job, int64_t n, const uint8_t verified[],
                                uint8_t **calibrates)
{
    const odd_run_options *run = odd_job_section(job, "");
    int64_t *theme = NULL, *chosen = NULL, count = 0;
    odd_status st;
    *calibrates = NULL;
    for (int64_t i = 0; i < n; i++)
        count += verified[i] == ODD_VERIFIED_THEME;
    ODD_TRY(ODD_NEW(theme, count));
    for (int64_t i = 0, at = 0; i < n; i++)
        if (verified[i] == ODD_VERIFIED_THEME) theme[at++] = i;
    const int64_t take = llround(odd_calibration_share(job) * (double)count);
    ODD_TRY(ODD_NEW(chosen, take));
    ODD_TRY(odd_choose(count, take, (uint64_t)run->seed, ODD_STREAM_CALIBRATION, chosen));
    ODD_TRY(ODD_NEW(*calibrates, n));
    for (int64_t i = 0; i < take; i++)
        (*calibrates)[theme[chosen[i]]] = 1;
done:
    odd_free(theme);
    odd_free(chosen);
    return st;
}

odd_status odd_calibration_hide(const odd_job *job, const odd_file *ingest, int64_t count,
                                const int64_t image[], uint8_t verified[])
{
    uint8_t *all = NULL, *hidden = NULL;
    int64_t images;
    odd_status st = ODD_OK;
    if (odd_calibration_share(job) == 0) return ODD_OK;
    ODD_TRY(odd_image_marks_read(ingest, "verified", &all, &images));
    ODD_TRY(odd_calibration_mark(job, images, all, &hidden));
    for (int64_t i = 0; i < count; i++)
        if (hidden[image[i]]) verified[i] = ODD_UNVERIFIED;
done:
    odd_free(hidden);
    odd_free(all);
    return st;
}
