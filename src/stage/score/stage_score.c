/* Score: how odd every image is, by the fitted detector; which are flagged, and why.
 *
 * Each rank scores its rows, learns their places among all, and writes their part of the columns.
 */
#include "oddlot/run/selection.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/run/stored_rows.h"
#include "oddlot/stage/calibration.h"
#include "oddlot/stage/stages.h"
#include "oddlot/store/dataset.h"
#include "stage/score/score_internal.h"
#include "stage/train/training_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/partition.h"

/* Files of the stages before; train and views are NULL where the job has none. */
typedef struct {
    odd_file *ingest, *features, *reduced, *fit, *train, *views;
} score_inputs;

/* @collective */
static odd_status open_inputs(const odd_run *run, score_inputs *in)
{
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &in->ingest));
    ODD_TRY(odd_stage_open(run, run->comm, "features", &in->features));
    ODD_TRY(odd_stage_open(run, run->comm, "reduce", &in->reduced));
    ODD_TRY(odd_stage_open(run, run->comm, "fit", &in->fit));
    if (odd_trains(run->job)) ODD_TRY(odd_stage_open(run, run->comm, "train", &in->train));
    if (odd_has_views(run->job)) ODD_TRY(odd_stage_open(run, run->comm, "views", &in->views));
done:
    return st;
}

static void close_inputs(score_inputs *in)
{
    odd_file_close(&in->views);
    odd_file_close(&in->train);
    odd_file_close(&in->fit);
    odd_file_close(&in->reduced);
    odd_file_close(&in->features);
    odd_file_close(&in->ingest);
}

/* Scores of my rows, s->value. @collective */
static odd_status score_rows(const odd_run *run, const score_inputs *in, const odd_bundle *model,
                             odd_scored *s)
{
    const odd_shape column = {.type = ODD_F64, .rank = 1, .shape = {-1}};
    const odd_scoring *by = &s->by;
    odd_stored_rows stored = {0};
    odd_dataset *dataset = NULL;
    double *residual = NULL;
    odd_status st;
    ODD_TRY(odd_stored_rows_open(run, in->reduced, "components", &stored));
    const odd_partition *part = &stored.rows.part;
    s->part = *part;
    ODD_TRY_ALL(run->comm, ODD_NEW(residual, part->n_local));
    ODD_TRY_ALL(run->comm, odd_dataset_expect(in->reduced, "residual", &column, &dataset));
    ODD_TRY_ALL(run->comm, odd_dataset_read(dataset, part->row0, part->n_local, ODD_F64, residual));
    ODD_TRY(odd_scoring_do(by, model, &stored.rows, residual, &s->value));
    ODD_TRY_ALL(run->comm,
                in->train ? odd_scoring_add_trained(by, in->features, in->train, part, s->value)
                          : ODD_OK);
    ODD_TRY_ALL(run->comm, in->views
                               ? odd_scoring_add_views(by, run->job, in->views, part, s->value)
                               : ODD_OK);
done:
    odd_dataset_close(&dataset);
    odd_stored_rows_close(&stored);
    odd_free(residual);
    return st;
}

/* The detector that fitted the model, which is in the file. */
static odd_status read_model(const odd_run *run, const odd_file *file, odd_bundle *model,
                             odd_scoring *by)
{
    char *name = NULL;
    odd_status st;
    ODD_TRY(odd_file_get_text(file, "/model", "detector", &name));
    const odd_detector *detector = odd_detector_find(name);
    if (!detector)
        ODD_TRY(odd_fail(ODD_FORMAT,
                         "model.h5 was made by a detector '%s' that this oddlot does not have",
                         name));
    ODD_TRY(odd_bundle_read(file, "model", model));
    ODD_TRY(odd_scoring_new(run->job, detector, by));
done:
    odd_free(name);
    return st;
}

static odd_status run_score(odd_run *run, const odd_provenance *from)
{
    const odd_selection *selection;
    score_inputs in = {0};
    odd_file *out = NULL;
    odd_bundle model = ODD_BUNDLE_EMPTY;
    const double started = odd_seconds();
    odd_scored s = {0};
    odd_status st;
    ODD_TRY(odd_run_selection(run, &selection));
    s.n = odd_selection_rows(selection);
    ODD_TRY(open_inputs(run, &in));
    ODD_TRY_ALL(run->comm, read_model(run, in.fit, &model, &s.by));
    ODD_TRY(score_rows(run, &in, &model, &s));
    const odd_scoring_sources sources = {run->job, &model, in.views};
    ODD_TRY(odd_score_rank(run, in.ingest, in.features, &sources, &s));
    ODD_TRY(odd_score_nearest(run, in.features, &s));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(odd_score_write(run, out, &s));
    ODD_TRY(odd_score_write_csv(run, in.ingest, &s));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_file_discard(&out);
    close_inputs(&in);
    odd_bundle_free(&model);
    odd_scored_free(&s);
    return st;
}

/* Before the hours that the stages before may take. */
static odd_status check_score(const odd_job *job)
{
    odd_scoring by;
    odd_status st = odd_scoring_new(job, odd_detector_find(odd_stage_fit.part(job)), &by);
    return st == ODD_OK ? odd_flagging_check(job, by.probability >= 0, odd_ranks_by_views(&by),
                                             odd_scoring_cut(&by) > 0)
                        : st;
}

static odd_status plan_score(odd_run *run, odd_stage_plan *plan)
{
    const int columns = 6;
    const int64_t mine = odd_partition_of(plan->rows, 0, plan->ranks).n_local;
    plan->disk = plan->rows * (columns + 2) * 8;
    plan->memory = mine * (columns * 8 + 96); /* scores, and what is sorted */
    if (odd_calibration_share(run->job) > 0) plan->memory += plan->rows; /* who calibrates */
    odd_text_add(&plan->what, "a score and a rank for every image, flagged.csv");
    return ODD_OK;
}

/* Passes over the rows; scores are sorted over all ranks, and places go back. */
static odd_status cost_score(const odd_run *run, const odd_stage_plan *plan, odd_stage_cost *cost)
{
    (void)run;
    const double rows = (double)plan->rows;
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_ROUTE, 1, rows * 24); /* scores to their order */
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_ROUTE, 1, rows * 8);  /* and ranks back */
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_ROUTE, 1, rows * 16); /* numbers of usual rows */
    return ODD_OK;
}

static const char *const inputs[] = {"ingest", "train", "features", "reduce", "fit", "views", NULL};
static const odd_section *const sections[] = {&odd_score_section, NULL};

const odd_stage odd_stage_score = {
    .name = "score",
    .file = "scores.h5",
    .summary = "rank every image by how odd it is, and flag the odd ones",
    .version = 2,
    .inputs = inputs,
    .sections = sections,
    .product = "flagged.csv",
    .check = check_score,
    .plan = plan_score,
    .cost = cost_score,
    .run = run_score,
};
