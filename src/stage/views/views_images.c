/* Which images the views look at: those that speak for themselves, see stage_views.c. */
#include "oddlot/run/columns.h"
#include "oddlot/stage/calibration.h"
#include "stage/views/views_work_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/deal.h"

/* Marks of ingest.h5 of these images: mark (count). @local */
static odd_status read_marks(const odd_views_work *w, const char *name, int64_t count,
                             const odd_looked_at at[], uint8_t mark[])
{
    int64_t *image = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(image, count));
    for (int64_t i = 0; i < count; i++)
        image[i] = at[i].image;
    ODD_TRY(odd_image_column_of(w->ingest, "ingest.h5", name, ODD_U8, w->speakers.images.n, count,
                                image, mark));
done:
    odd_free(image);
    return st;
}

/* Learnt from are, of those that speak, those that are not held out: *mine (*count). @local */
static odd_status list_learnt(odd_views_work *w, odd_looked_at **mine, int64_t *count)
{
    const int64_t n = w->speakers.part.n_local;
    uint8_t *held_out = NULL;
    odd_status st;
    *count = 0;
    ODD_TRY(ODD_NEW(held_out, n));
    ODD_TRY(ODD_NEW(*mine, n));
    ODD_TRY(ODD_NEW(w->learns, n));
    ODD_TRY(read_marks(w, "held_out", n, w->speakers.looked_at, held_out));
    for (int64_t i = 0; i < n; i++) {
        w->learns[i] = !held_out[i];
        if (w->learns[i]) (*mine)[(*count)++] = w->speakers.looked_at[i];
    }
done:
    odd_free(held_out);
    return st;
}

/* @collective */
static odd_status pick_learnt(MPI_Comm comm, odd_views_work *w)
{
    odd_looked_at *mine = NULL;
    int64_t count;
    odd_status st;
    ODD_TRY_ALL(comm, list_learnt(w, &mine, &count));
    ODD_TRY(odd_deal(comm, mine, count, sizeof *mine, (void **)&w->learnt, &w->learnt_part));
    if (w->learnt_part.n == 0)
        ODD_TRY(odd_fail(ODD_USAGE, "every image that could be read is held out: nothing is left "
                                    "to learn from, see contamination.held_out"));
done:
    odd_free(mine);
    return st;
}

/* What people verified of my part of the rows that are learnt from, but for those that choose the
 * threshold. @local */
static odd_status pick_verified(const odd_job *job, odd_views_work *w)
{
    const int64_t n = w->learnt_part.n_local;
    int64_t *image = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(w->verified, n));
    ODD_TRY(read_marks(w, "verified", n, w->learnt, w->verified));
    ODD_TRY(ODD_NEW(image, n));
    for (int64_t i = 0; i < n; i++)
        image[i] = w->learnt[i].image;
    ODD_TRY(odd_calibration_hide(job, w->ingest, n, image, w->verified));
done:
    odd_free(image);
    return st;
}

odd_status odd_views_pick(odd_views_work *w)
{
    const odd_run *run = w->inputs.run;
    int64_t images = 0;
    odd_status st;
    ODD_TRY_ALL(run->comm, odd_image_count(w->ingest, "held_out", &images));
    ODD_TRY(odd_speakers_read(run->comm, w->copies, w->features, images, &w->speakers));
    if (!odd_views_are_taught(run->job)) {
        ODD_TRY(pick_learnt(run->comm, w));
        ODD_TRY_ALL(run->comm, pick_verified(run->job, w));
    }
done:
    return st;
}
