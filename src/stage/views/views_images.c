/* Which images the views look at: those that speak for themselves, see stage_views.c. */
#include "oddlot/run/columns.h"
#include "oddlot/stage/calibration.h"
#include "stage/views/views_work_internal.h"

#include "oddlot/base/memory.h"

/* Learnt from are, of those that speak, those that are not held out. @local */
static odd_status pick_learnt(const uint8_t held_out[], odd_views_work *w)
{
    odd_status st;
    ODD_TRY(ODD_NEW(w->learnt.row, w->speakers.count));
    for (int64_t i = 0; i < w->speakers.count; i++) {
        const int64_t row = w->speakers.row[i];
        if (!held_out[w->image[row]]) w->learnt.row[w->learnt.count++] = row;
    }
    if (w->learnt.count == 0)
        ODD_TRY(odd_fail(ODD_USAGE, "every image that could be read is held out: nothing is left "
                                    "to learn from, see contamination.held_out"));
done:
    return st;
}

/* What people verified of my part of the rows that are learnt from, but for those that choose the
 * threshold. @local */
static odd_status pick_verified(const odd_job *job, MPI_Comm comm, int64_t images,
                                const uint8_t verified[], odd_views_work *w)
{
    const odd_partition part = odd_partition_rows(comm, w->learnt.count);
    uint8_t *hidden = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(w->verified, part.n_local));
    ODD_TRY(odd_calibration_mark(job, images, verified, &hidden));
    for (int64_t i = 0; i < part.n_local; i++) {
        const int64_t image = w->image[w->learnt.row[part.row0 + i]];
        w->verified[i] = hidden[image] ? ODD_UNVERIFIED : verified[image];
    }
done:
    odd_free(hidden);
    return st;
}

odd_status odd_views_pick(odd_views_work *w)
{
    const odd_run *run = w->inputs.run;
    uint8_t *held_out = NULL, *verified = NULL;
    int64_t images;
    odd_status st;
    ODD_TRY(odd_image_marks_read(w->ingest, "held_out", &held_out, &images));
    ODD_TRY(odd_image_marks_read(w->ingest, "verified", &verified, &images));
    ODD_TRY(odd_feature_images_read(w->features, images, &w->image, &w->inputs.rows));
    w->inputs.image = w->image;
    ODD_TRY(odd_speakers_read(w->copies, images, w->inputs.rows, w->image, &w->speakers));
    if (!odd_views_are_taught(run->job)) {
        ODD_TRY(pick_learnt(held_out, w));
        ODD_TRY(pick_verified(run->job, run->comm, images, verified, w));
    }
done:
    odd_free(held_out);
    odd_free(verified);
    return st;
}
