/* Views: the images ranked in several ways, and the rankings joined into one.
 *
 * On every rank: the image of each row of features.h5 and which rows are learnt from, 24 bytes for
 * each, and while a view is at work marks of all images. */
#include "oddlot/run/columns.h"
#include "oddlot/run/run.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/calibration.h"
#include "oddlot/stage/stages.h"
#include "oddlot/stage/views.h"
#include "stage/views/view_internal.h"

#include "oddlot/base/hash.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/signals.h"

#include <math.h>
#include <stdio.h>

typedef struct {
    odd_view_inputs inputs;
    odd_file *ingest, *features;
    int64_t *image;                 /* (inputs.rows) */
    odd_view_images learnt, scored; /* of the rows of features.h5 */
    uint8_t *verified;              /* of my part of those learnt from */
    odd_partition part;             /* of those scored */
    int views;
    const odd_image_view *view[ODD_MOST_VIEWS];
    odd_view_ranking ranking[ODD_MOST_VIEWS];
    double *joined; /* (part.n_local) */
} views_work;

static void free_work(views_work *w)
{
    for (int v = 0; v < w->views; v++)
        odd_view_ranking_free(&w->ranking[v]);
    odd_free(w->joined);
    odd_free(w->verified);
    odd_free(w->learnt.row);
    odd_free(w->scored.row);
    odd_free(w->image);
    odd_file_close(&w->features);
    odd_file_close(&w->ingest);
}

static void list_views(const odd_job *job, views_work *w)
{
    for (int i = 0; odd_views[i]; i++)
        if (odd_view_wanted(job, odd_views[i])) {
            ODD_CHECK(w->views < ODD_MOST_VIEWS);
            w->view[w->views++] = odd_views[i];
        }
}

/* All rows are scored; learnt from are those whose images are not held out. @local */
static odd_status pick_rows(const uint8_t held_out[], views_work *w)
{
    const int64_t n = w->inputs.rows;
    odd_status st;
    ODD_TRY(ODD_NEW(w->learnt.row, n));
    ODD_TRY(ODD_NEW(w->scored.row, n));
    for (int64_t i = 0; i < n; i++) {
        w->scored.row[w->scored.count++] = i;
        if (!held_out[w->image[i]]) w->learnt.row[w->learnt.count++] = i;
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
                                const uint8_t verified[], views_work *w)
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

/* @local */
static odd_status read_inputs(const odd_run *run, views_work *w)
{
    uint8_t *held_out = NULL, *verified = NULL;
    int64_t images;
    odd_status st;
    ODD_TRY(odd_image_marks_read(w->ingest, "held_out", &held_out, &images));
    ODD_TRY(odd_image_marks_read(w->ingest, "verified", &verified, &images));
    ODD_TRY(odd_feature_images_read(w->features, images, &w->image, &w->inputs.rows));
    w->inputs.image = w->image;
    ODD_TRY(pick_rows(held_out, w));
    ODD_TRY(pick_verified(run->job, run->comm, images, verified, w));
done:
    odd_free(held_out);
    odd_free(verified);
    return st;
}

static odd_status open_work(odd_run *run, views_work *w)
{
    odd_status st;
    list_views(run->job, w);
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &w->ingest));
    ODD_TRY(odd_stage_open(run, run->comm, "features", &w->features));
    w->inputs = (odd_view_inputs){.run = run, .ingest = w->ingest, .features = w->features};
    ODD_TRY_ALL(run->comm, read_inputs(run, w));
    w->part = odd_partition_rows(run->comm, w->scored.count);
done:
    return st;
}

/* @local */
static odd_status join_views(views_work *w)
{
    double value[ODD_MOST_VIEWS];
    odd_status st;
    ODD_TRY(ODD_NEW(w->joined, w->part.n_local));
    for (int64_t i = 0; i < w->part.n_local; i++) {
        for (int v = 0; v < w->views; v++)
            value[v] = w->ranking[v].value[i];
        w->joined[i] = odd_view_join(w->views, value);
    }
done:
    return st;
}

static odd_status rank_views(odd_run *run, views_work *w)
{
    char took[32];
    odd_status st = ODD_OK;
    for (int v = 0; v < w->views; v++) {
        const double started = odd_seconds();
        ODD_TRY(odd_signals_check(run->comm));
        ODD_TRY(odd_view_rank(w->view[v], &w->inputs, &w->learnt, &w->scored, w->verified,
                              &w->ranking[v]));
        odd_log(ODD_LOG_DEBUG, "views: %s took %s", w->view[v]->name,
                odd_human_seconds(odd_seconds() - started, took));
    }
    ODD_TRY_ALL(run->comm, join_views(w));
done:
    return st;
}

/* -- output -- */

static odd_status write_leading(odd_file *file, const char *name, const odd_partition *part,
                                const odd_view_ranking *r)
{
    const odd_shape numbers = {.type = ODD_I32, .rank = 2, .shape = {part->n, ODD_VIEW_LEADING}};
    const odd_shape values = {.type = ODD_F32, .rank = 2, .shape = {part->n, ODD_VIEW_LEADING}};
    odd_dataset *leading = NULL, *measured = NULL;
    char path[64];
    odd_status st;
    snprintf(path, sizeof path, "%s/leading", name);
    ODD_TRY(odd_dataset_create(file, path, &numbers, "measures that are least usual, by number", "",
                               &leading));
    ODD_TRY(odd_dataset_write(leading, part->row0, part->n_local, r->leading));
    snprintf(path, sizeof path, "%s/measured", name);
    ODD_TRY(odd_dataset_create(file, path, &values, "what they are, within the limits of the scale",
                               "", &measured));
    ODD_TRY(odd_dataset_write(measured, part->row0, part->n_local, r->measured));
done:
    odd_dataset_close(&leading);
    odd_dataset_close(&measured);
    return st;
}

static odd_status write_view(odd_file *file, const odd_image_view *view, const odd_partition *part,
                             const odd_view_ranking *r)
{
    char path[64];
    odd_status st;
    snprintf(path, sizeof path, "%s/value", view->name);
    ODD_TRY(odd_column_write(file, path, ODD_F64, part->n, part->row0, part->n_local, r->value,
                             "-log10 of the share of usual images that are as odd", ""));
    snprintf(path, sizeof path, "%s/model", view->name);
    ODD_TRY(odd_bundle_write(file, path, &r->model));
    snprintf(path, sizeof path, "%s/detector", view->name);
    ODD_TRY(odd_bundle_write(file, path, &r->detector));
    if (r->leading) ODD_TRY(write_leading(file, view->name, part, r));
done:
    return st;
}

static odd_status write_views(odd_file *file, const views_work *w)
{
    odd_status st = ODD_OK;
    for (int v = 0; v < w->views; v++)
        ODD_TRY(write_view(file, w->view[v], &w->part, &w->ranking[v]));
    ODD_TRY(odd_column_write(
        file, "joined", ODD_F64, w->part.n, w->part.row0, w->part.n_local, w->joined,
        "-log10 of the share of usual images that are as odd in any view", ""));
done:
    return st;
}

static odd_status run_views(odd_run *run, const odd_provenance *from)
{
    const double started = odd_seconds();
    views_work w = {0};
    odd_file *out = NULL;
    odd_status st;
    ODD_TRY(open_work(run, &w));
    ODD_TRY(rank_views(run, &w));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(write_views(out, &w));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_file_discard(&out);
    free_work(&w);
    return st;
}

/* The settings of the detector are those of stage fit. */
static odd_status detector_digest(odd_run *run, odd_hash *digest)
{
    const odd_views_options *options = odd_job_section(run->job, "views");
    char section[64];
    snprintf(section, sizeof section, "fit.%s", options->detector);
    *digest = odd_job_digest(run->job, section);
    return ODD_OK;
}

static odd_status plan_views(odd_run *run, odd_stage_plan *plan)
{
    const int64_t values = 2048; /* of a row of the widest view, about */
    const int64_t mine = plan->rows / odd_size(run->comm) + 1;
    const char *between = "";
    plan->disk = plan->rows * 8 * (ODD_MOST_VIEWS + 1);
    plan->memory = plan->rows * 24 + mine * values * (int64_t)sizeof(float);
    for (int i = 0; odd_views[i]; i++)
        if (odd_view_wanted(run->job, odd_views[i])) {
            odd_text_format(&plan->what, "%s%s", between, odd_views[i]->name);
            between = ", ";
        }
    odd_text_add(&plan->what, ": a ranking of each, joined");
    return ODD_OK;
}

static const char *const inputs[] = {"ingest", "features", NULL};
static const odd_section *const sections[] = {&odd_views_section, NULL};

const odd_stage odd_stage_views = {
    .name = "views",
    .file = "views.h5",
    .summary = "rank images in several ways, and join the rankings",
    .seeded = true,
    .version = 1,
    .inputs = inputs,
    .sections = sections,
    .parts = odd_views_part,
    .applies = odd_has_views,
    .check = odd_views_check,
    .outside = detector_digest,
    .plan = plan_views,
    .run = run_views,
};
