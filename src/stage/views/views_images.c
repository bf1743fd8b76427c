/* Which images the views look at: those that speak for themselves, see stage_views.c. */
#include "oddlot/run/columns.h"
#include "oddlot/run/copies.h"
#include "oddlot/stage/calibration.h"
#include "oddlot/store/dataset.h"
#include "stage/views/views_work_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"

#include <stdlib.h>

/* The row of features.h5 that an image has; -1: none, it could not be read. */
static int64_t row_of_image(const odd_views_work *w, int64_t image)
{
    const int64_t *at =
        bsearch(&image, w->image, (size_t)w->inputs.rows, sizeof image, odd_compare_i64);
    return at ? at - w->image : -1;
}

/* Which row speaks for each: *out (inputs.rows). @local */
static odd_status read_speakers(const odd_views_work *w, int64_t images, int64_t **out)
{
    odd_dataset *dataset = NULL;
    int64_t *representative = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(*out, w->inputs.rows));
    for (int64_t i = 0; i < w->inputs.rows; i++)
        (*out)[i] = i;
    if (!w->copies) goto done;
    ODD_TRY(ODD_NEW(representative, images));
    ODD_TRY(odd_representatives_open(w->copies, images, &dataset));
    ODD_TRY(odd_representatives_read(dataset, 0, images, representative));
    for (int64_t i = 0; i < w->inputs.rows; i++) {
        (*out)[i] = row_of_image(w, representative[w->image[i]]);
        if ((*out)[i] < 0)
            ODD_TRY(odd_fail(ODD_FORMAT, "copies.h5 and features.h5 are of other images"));
    }
done:
    odd_dataset_close(&dataset);
    odd_free(representative);
    return st;
}

/* Scored are those that speak for themselves; learnt from, of these, those that are not held out.
 * @local */
static odd_status pick_rows(const uint8_t held_out[], const int64_t speaker[], odd_views_work *w)
{
    const int64_t n = w->inputs.rows;
    odd_status st;
    ODD_TRY(ODD_NEW(w->learnt.row, n));
    ODD_TRY(ODD_NEW(w->scored.row, n));
    ODD_TRY(ODD_NEW(w->spoken, n));
    for (int64_t i = 0; i < n; i++) {
        if (speaker[i] != i) continue;
        w->spoken[i] = w->scored.count;
        w->scored.row[w->scored.count++] = i;
        if (!held_out[w->image[i]]) w->learnt.row[w->learnt.count++] = i;
    }
    for (int64_t i = 0; i < n; i++)
        w->spoken[i] = w->spoken[speaker[i]];
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
    int64_t *speaker = NULL, images;
    odd_status st;
    ODD_TRY(odd_image_marks_read(w->ingest, "held_out", &held_out, &images));
    ODD_TRY(odd_image_marks_read(w->ingest, "verified", &verified, &images));
    ODD_TRY(odd_feature_images_read(w->features, images, &w->image, &w->inputs.rows));
    w->inputs.image = w->image;
    ODD_TRY(read_speakers(w, images, &speaker));
    ODD_TRY(pick_rows(held_out, speaker, w));
    ODD_TRY(pick_verified(run->job, run->comm, images, verified, w));
done:
    odd_free(held_out);
    odd_free(speaker);
    odd_free(verified);
    return st;
}
