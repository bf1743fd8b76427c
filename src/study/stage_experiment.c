/* Experiment: trials over a labelled catalogue in place of an audit, as a table.
 *
 * A finished trial is noted in RUN/checkpoints, so that a stopped or killed experiment goes on. */
#include "oddlot/run/columns.h"
#include "oddlot/run/labels.h"
#include "oddlot/run/run.h"
#include "oddlot/run/selection.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/stages.h"
#include "oddlot/stage/views.h"
#include "oddlot/study/study.h"

#include "study/experiment_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/progress.h"
#include "oddlot/par/signals.h"
#include "oddlot/store/checkpoint.h"

#include <stdio.h>
#include <string.h>

/* ---- before the work ---- */

/* The stages whose settings a technique may set. */
static const odd_stage *const of_technique[] = {&odd_stage_reduce, &odd_stage_fit,
                                                &odd_stage_score};
enum { OF_TECHNIQUES = sizeof of_technique / sizeof *of_technique };

/* A technique must be a job that makes sense, whatever the share of odd images. */
static odd_status check_technique(const odd_design *d, int64_t technique)
{
    odd_job *job = NULL;
    odd_status st;
    ODD_TRY(odd_technique_job(d, technique, 0.1, &job));
    for (int i = 0; i < OF_TECHNIQUES; i++)
        ODD_TRY(odd_stage_check_settings(of_technique[i], job));
done:
    odd_job_free(&job);
    return st;
}

static odd_status check_experiment(const odd_job *job)
{
    odd_design *d = NULL;
    odd_status st;
    if (odd_job_given(job, "contamination.theme") || odd_job_given(job, "contamination.anomaly"))
        return odd_job_fail(job, "contamination",
                            "an experiment draws its own mixtures, see `oddlot help job`");
    if (odd_job_given(job, "train.network"))
        return odd_job_fail(job, "train.network",
                            "an experiment trains no networks; take it out, or write a study of "
                            "audits");
    if (odd_has_views(job))
        return odd_job_fail(job, "views.use",
                            "an experiment compares techniques by one ranking each; take it out, "
                            "or write a study of audits");
    ODD_TRY(odd_design_new(job, &d));
    for (int64_t t = 0; t < d->techniques; t++)
        ODD_TRY(check_technique(d, t));
done:
    odd_design_free(&d);
    return st;
}

/* A trial depends on whatever a technique may set. @collective */
static odd_status settings_digest(odd_run *run, odd_hash *digest)
{
    *digest = ODD_HASH_START;
    for (int i = 0; i < OF_TECHNIQUES; i++)
        *digest = odd_stage_digest(of_technique[i], run->job, true, *digest);
    return ODD_OK;
}

/* ---- the work ---- */

/* Labels of the rows of the features. */
typedef struct {
    int64_t n, *row;
    const char **label;
    odd_labels of_images; /* what they are */
} labels;

static void labels_free(labels *l)
{
    odd_free(l->row);
    odd_free((void *)l->label);
    odd_labels_free(&l->of_images);
}

/* @local */
static odd_status label_rows(const odd_file *features, labels *out)
{
    const odd_labels *l = &out->of_images;
    odd_status st;
    ODD_TRY(odd_feature_images_read(features, l->rows, &out->row, &out->n));
    ODD_TRY(ODD_NEW(out->label, out->n));
    for (int64_t i = 0; i < out->n; i++) {
        const int64_t number = l->of[out->row[i]];
        out->label[i] = number < 0 ? "" : l->name[number];
    }
done:
    return st;
}

/* @collective */
static odd_status read_labels(const odd_run *run, int64_t images, const odd_file *features,
                              labels *out)
{
    const odd_partition part = odd_partition_rows(run->comm, images);
    odd_file *ingest = NULL;
    odd_image_facts *facts = NULL;
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &ingest));
    ODD_TRY_ALL(run->comm, odd_image_facts_open(ingest, images, &facts));
    ODD_TRY(odd_labels_read(run->comm, facts, part.row0, part.n_local, &out->of_images));
    ODD_TRY(odd_labels_share(run->comm, &out->of_images));
    ODD_TRY_ALL(run->comm, label_rows(features, out));
done:
    odd_image_facts_close(&facts);
    odd_file_close(&ingest);
    return st;
}

/* Fail before the first trial where a mixture has too few images. */
static odd_status check_draws(const odd_design *d, const labels *rows)
{
    odd_status st = ODD_OK;
    for (int64_t cell = 0; cell < d->mixtures * d->shares; cell++) {
        const odd_trial_key key = {.mixture = cell / d->shares, .share = cell % d->shares};
        odd_drawn drawn;
        ODD_TRY(odd_experiment_draw(d, rows->n, rows->label, &key, &drawn));
        odd_drawn_free(&drawn);
    }
done:
    return st;
}

/* Pictures are not saved in the checkpoint: their few trials are done again. */
static bool is_pictured(const odd_design *d, int64_t trial)
{
    const odd_trial_key key = odd_design_key(d, trial);
    return key.share == 0 && key.seed == 0 && key.technique == 0;
}

typedef struct {
    odd_trial_context context;
    odd_results results;
    odd_cloud *cloud; /* (mixtures) */
    odd_checkpoint *checkpoint;
} work;

static void work_free(work *w)
{
    for (int64_t m = 0; w->cloud && m < w->context.design->mixtures; m++)
        odd_free(w->cloud[m].point);
    odd_free(w->cloud);
    odd_free(w->results.trial);
    odd_trial_rows_free(&w->context.last);
}

/* @collective */
static odd_status save_trial(work *w, int64_t trial)
{
    const MPI_Comm comm = w->context.run->comm;
    const bool writes = odd_rank(comm) == 0;
    odd_status st;
    ODD_TRY_ALL(comm, writes
                          ? odd_checkpoint_write(w->checkpoint, trial, 1, &w->results.trial[trial])
                          : ODD_OK);
    ODD_TRY_ALL(comm, writes ? odd_checkpoint_settle(w->checkpoint) : ODD_OK);
done:
    return st;
}

/* Was it done before? Then it is read, by rank 0 for all; one that is damaged is done again.
 * @collective */
static bool recall_trial(work *w, int64_t trial)
{
    const MPI_Comm comm = w->context.run->comm;
    odd_trial *out = &w->results.trial[trial];
    char there = odd_rank(comm) == 0 && odd_checkpoint_has(w->checkpoint, trial) &&
                 odd_checkpoint_read(w->checkpoint, trial, out) == ODD_OK;
    odd_broadcast(comm, 0, &there, sizeof there);
    if (there) odd_broadcast(comm, 0, out, sizeof *out);
    return there != 0;
}

/* @collective */
static odd_status run_trial(work *w, int64_t trial)
{
    const odd_design *d = w->context.design;
    const MPI_Comm comm = w->context.run->comm;
    odd_cloud *cloud = is_pictured(d, trial) ? &w->cloud[odd_design_key(d, trial).mixture] : NULL;
    const bool known = recall_trial(w, trial);
    odd_status st;
    if (known && !cloud) return ODD_OK;
    ODD_TRY(odd_signals_check(comm));
    ODD_TRY_ALL(comm, odd_fault("experiment.trial"));
    ODD_TRY(odd_trial_run(&w->context, trial, &w->results.trial[trial],
                          cloud ? &cloud->point : NULL, cloud ? &cloud->count : NULL));
    if (!known) ODD_TRY(save_trial(w, trial));
done:
    return st;
}

/* Draw by draw; within one, what reduces alike comes together. @collective */
static odd_status run_trials(work *w)
{
    const MPI_Comm comm = w->context.run->comm;
    const int64_t techniques = w->context.design->techniques;
    const int64_t trials = odd_design_trials(w->context.design);
    odd_progress *progress = NULL;
    int64_t *order = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(order, techniques));
    ODD_TRY_ALL(comm, odd_trial_order(w->context.design, order));
    progress = odd_progress_start(comm, "experiment", "trials", trials);
    for (int64_t i = 0; i < trials; i++) {
        ODD_TRY(run_trial(w, i - i % techniques + order[i % techniques]));
        odd_progress_add(progress, odd_rank(comm) == 0);
    }
done:
    odd_progress_stop(&progress);
    odd_free(order);
    return st;
}

/* @local: rank 0 */
static odd_status write_files(const odd_run *run, const work *w)
{
    char *path = NULL;
    odd_status st;
    ODD_TRY(odd_run_path(run, "experiment.csv", &path));
    ODD_TRY(odd_results_csv(&w->results, path));
    ODD_TRY(odd_experiment_page(run, &w->results, w->cloud));
done:
    odd_free(path);
    return st;
}

/* @collective */
static odd_status open_checkpoint(odd_run *run, const odd_provenance *from, work *w)
{
    const int64_t trials = odd_design_trials(w->context.design);
    const odd_checkpoint_work kept = {.fingerprint = from->fingerprint,
                                      .records = trials,
                                      .record_bytes = sizeof(odd_trial),
                                      .count = odd_rank(run->comm) == 0 ? trials : 0};
    char *path = NULL;
    int64_t found;
    odd_status st;
    ODD_TRY_ALL(run->comm, odd_run_path(run, "checkpoints/experiment", &path));
    ODD_TRY(odd_checkpoint_open(run->comm, path, &kept, &w->checkpoint, &found));
    if (found > 0) odd_log(ODD_LOG_INFO, "%lld trials were done before", (long long)found);
done:
    odd_free(path);
    return st;
}

/* @collective */
static odd_status compute_experiment(odd_run *run, const odd_provenance *from,
                                     const odd_file *features, const labels *rows,
                                     const odd_design *d, odd_file *out)
{
    work w = {.context = {.run = run, .design = d, .n = rows->n, .label = rows->label},
              .results = {.design = d}};
    odd_matrix *matrix = NULL;
    bool done = false;
    odd_status st;
    ODD_TRY_ALL(run->comm, ODD_NEW(w.results.trial, odd_design_trials(d)));
    ODD_TRY_ALL(run->comm, ODD_NEW(w.cloud, d->mixtures));
    ODD_TRY_ALL(run->comm, odd_matrix_open(features, "features", &matrix));
    w.context.features = matrix;
    ODD_TRY(open_checkpoint(run, from, &w));
    ODD_TRY(run_trials(&w));
    ODD_TRY(odd_results_write(&w.results, run->comm, out));
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? write_files(run, &w) : ODD_OK);
    done = true;
done:
    odd_checkpoint_close(&w.checkpoint, done);
    odd_matrix_close(&matrix);
    work_free(&w);
    return st;
}

static odd_status run_experiment(odd_run *run, const odd_provenance *from)
{
    const odd_selection *selection;
    odd_file *features = NULL, *out = NULL;
    odd_design *d = NULL;
    labels rows = {0};
    const double started = odd_seconds();
    odd_status st;
    ODD_TRY(odd_run_selection(run, &selection));
    ODD_TRY_ALL(run->comm, odd_design_new(run->job, &d));
    ODD_TRY(odd_stage_open(run, run->comm, "features", &features));
    ODD_TRY(read_labels(run, odd_selection_rows(selection), features, &rows));
    ODD_TRY_ALL(run->comm, check_draws(d, &rows));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(compute_experiment(run, from, features, &rows, d, out));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_file_discard(&out);
    odd_file_close(&features);
    labels_free(&rows);
    odd_design_free(&d);
    return st;
}

static odd_status plan_experiment(odd_run *run, odd_stage_plan *plan)
{
    odd_design *d = NULL;
    odd_status st;
    ODD_TRY_ALL(run->comm, odd_design_new(run->job, &d));
    const int64_t trials = odd_design_trials(d);
    plan->disk = trials * (int64_t)sizeof(odd_trial);
    plan->memory = plan->rows / plan->ranks * plan->width * 4;
    odd_text_format(&plan->what,
                    "%lld trials: %lld techniques on %lld mixtures, %lld shares, %lld seeds",
                    (long long)trials, (long long)d->techniques, (long long)d->mixtures,
                    (long long)d->shares, (long long)d->seeds);
done:
    odd_design_free(&d);
    return st;
}

/* Every draw of a mixture is worked on in the same ways. */
static odd_status cost_experiment(const odd_run *run, const odd_stage_plan *plan,
                                  odd_stage_cost *cost)
{
    odd_design *d = NULL;
    odd_status st;
    (void)plan;
    ODD_TRY(odd_design_new(run->job, &d));
    cost->amount = (double)odd_design_trials(d);
done:
    odd_design_free(&d);
    return st;
}

static const char *const inputs[] = {"ingest", "features", NULL};
static const odd_section *const sections[] = {&odd_experiment_section, NULL};

const odd_stage odd_stage_experiment = {
    .name = "experiment",
    .file = "experiment.h5",
    .summary = "draw, reduce, fit and judge many mixtures by many techniques",
    .seeded = true,
    .version = 1,
    .inputs = inputs,
    .sections = sections,
    .product = "experiment.csv",
    .check = check_experiment,
    .outside = settings_digest,
    .plan = plan_experiment,
    .cost = cost_experiment,
    .rehearse = "experiment.seeds=1",
    .run = run_experiment,
};
