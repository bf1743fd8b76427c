/**
 * The work of stage `views`: which images are looked at, what comes of it, and how it is written.
 */
#ifndef ODDLOT_STAGE_VIEWS_VIEWS_WORK_INTERNAL_H
#define ODDLOT_STAGE_VIEWS_VIEWS_WORK_INTERNAL_H

#include "oddlot/base/hash.h"
#include "stage/views/view_internal.h"

typedef struct {
    odd_view_inputs inputs;
    odd_file *ingest, *features, *copies; /* copies NULL: they are not looked for */
    odd_file *train;                      /* NULL: no view reads it */
    odd_speakers speakers;                /* they are scored */
    bool *learns;                         /* (speakers.part.n_local) is it learnt from? */
    odd_looked_at *learnt;                /* (learnt_part.n_local) those that are, cut anew */
    odd_partition learnt_part;
    uint8_t *verified; /* (learnt_part.n_local) */
    int views;
    const odd_image_view *view[ODD_MOST_VIEWS];
    odd_view_ranking ranking[ODD_MOST_VIEWS];
    odd_views_join join;
    odd_views_joined joined;
} odd_views_work;

/** Does the job take what an earlier run learnt (views.model)? @local */
bool odd_views_are_taught(const odd_job *job);

/** The model that the job gives, into w->ranking and w->join (views_model.c). @collective;
 *  ODD_USAGE, ODD_FORMAT, ODD_IO: all name the file */
odd_status odd_views_model_read(odd_views_work *w);
/** Write what was learnt, or taken, as group `model`. @collective */
odd_status odd_views_model_write(odd_file *file, const odd_views_work *w);
/** For odd_stage.outside. @collective */
odd_status odd_views_model_digest(odd_run *run, odd_hash *digest);

/** Pick the rows that are learnt from and scored, which speaks for which, and what is verified;
 *  files are open (views_images.c). @collective; ODD_USAGE, ODD_FORMAT, ODD_NOMEM */
odd_status odd_views_pick(odd_views_work *work);

/** The datasets of views.h5 (views_output.c). @collective */
odd_status odd_views_write(odd_file *file, const odd_views_work *work);

#endif
