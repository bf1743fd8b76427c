/* Fit: learn what is usual in the catalogue, by a registered detector, or take what an earlier run
 * learnt. */
#include "oddlot/run/run.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/run/stored_model.h"
#include "oddlot/run/stored_rows.h"
#include "oddlot/run/work_journal.h"
#include "oddlot/stage/stages.h"
#include "oddlot/store/dataset.h"
#include "stage/fit/fit_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/detect/detector.h"
#include "oddlot/nn/networks.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

static odd_part detector_part(int i)
{
    const odd_detector *d = odd_detectors[i];
    return d ? (odd_part){d->name, d->summary, d->options, d->options_size} : (odd_part){0};
}

static const odd_option fit_table[] = {
    ODD_PART(odd_fit_options, detector, "core", "detector", detector_part,
             "what learns from the rows"),
    ODD_REAL(odd_fit_options, calibration, "0", 0, 1,
             "share of the verified theme images that the fit is not told of: they choose the "
             "threshold of score.flag_by false_alarm"),
    ODD_CHOICE(odd_fit_options, classes_from, "auto", odd_filing_sources,
               "what a detector that learns from classes takes for the class of an image: its "
               "label, or the folder that it lies in; auto: labels, or folders where no image has "
               "a label"),
    ODD_PATH(odd_fit_options, model, "",
             "run folder or model.h5 whose model is used; empty: learn one from these rows"),
    ODD_OPTIONS_END,
};

static const odd_section fit_section =
    ODD_SECTION("fit", "Learning what is usual", fit_table, odd_fit_options);

static const odd_detector *detector_of(const odd_job *job)
{
    const odd_fit_options *options = odd_job_section(job, "fit");
    return odd_detector_find(options->detector);
}

static const char *fit_part(const odd_job *job)
{
    return detector_of(job)->name;
}

static odd_model_source model_source(const odd_run *run)
{
    const odd_fit_options *options = odd_job_section(run->job, "fit");
    return (odd_model_source){&odd_stage_fit, options->model, "detector", fit_part(run->job)};
}

/* @collective */
static odd_status fit_detector(odd_run *run, const odd_file *reduced, odd_passes *passes,
                               odd_bundle *model)
{
    const odd_detector *detector = detector_of(run->job);
    odd_stored_rows learnt = {0};
    odd_known_rows known = {0};
    odd_status st;
    ODD_TRY(odd_learnt_rows_open(run, reduced, "components", &learnt));
    ODD_TRY(odd_known_rows_read(run, &learnt, detector->by_class, &known));
    learnt.rows.passes = passes;
    ODD_TRY(detector->fit(odd_stage_options(&odd_stage_fit, run->job), &learnt.rows, &known.known,
                          (uint64_t)run->options->seed, model));
done:
    odd_stored_rows_close(&learnt);
    odd_known_rows_free(&known);
    return st;
}

/* A model of an earlier run; scoring no rows shows whether it fits these. @collective */
static odd_status read_stored_model(const odd_run *run, const odd_file *reduced, odd_bundle *model)
{
    const odd_model_source from = model_source(run);
    const float nothing = 0;
    odd_matrix *components = NULL;
    double score;
    odd_status st;
    ODD_TRY_ALL(run->comm, odd_matrix_open(reduced, "components", &components));
    const int d = (int)odd_matrix_width(components);
    const odd_rows none = odd_rows_in_memory(run->comm, 0, d, &nothing);
    ODD_TRY(odd_stored_model_read(run, &from, model));
    st = detector_of(run->job)->score(model, &none, &score);
    if (st != ODD_OK) st = odd_fail_prefix(st, "%s: ", from.given);
done:
    odd_matrix_close(&components);
    return st;
}

static odd_status run_fit(odd_run *run, const odd_provenance *from)
{
    odd_file *in = NULL, *out = NULL;
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_journal *journal = NULL;
    double started = odd_seconds();
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, "reduce", &in));
    ODD_TRY(odd_work_journal_open(run, from, &journal));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    if (*model_source(run).given)
        ODD_TRY(read_stored_model(run, in, &model));
    else
        ODD_TRY(fit_detector(run, in, odd_journal_passes(journal), &model));
    ODD_TRY(odd_bundle_write(out, "model", &model));
    ODD_TRY(odd_file_set_text(out, "/model", "detector", detector_of(run->job)->name));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_journal_close(&journal, st == ODD_OK);
    odd_file_discard(&out);
    odd_file_close(&in);
    odd_bundle_free(&model);
    return st;
}

/* Before the hours that the stages before may take. */
static odd_status check_fit(const odd_job *job)
{
    const odd_fit_options *o = odd_job_section(job, "fit");
    return detector_of(job)->supervised && !*o->model ? odd_networks_check(job, "fit.detector")
                                                      : ODD_OK;
}

static odd_status plan_fit(odd_run *run, odd_stage_plan *plan)
{
    const odd_detector *detector = detector_of(run->job);
    int64_t k = plan->width;
    plan->disk = 8 * k * k * 4;
    plan->memory = plan->rows / plan->ranks * (k * (int64_t)sizeof(float) + 64) + 64 * k * k * 8;
    odd_text_format(&plan->what, "%s: %s", detector->name, detector->summary);
    return ODD_OK;
}

/* Passes over rows, whose number is that of the rehearsal. */
static odd_status cost_fit(const odd_run *run, const odd_stage_plan *plan, odd_stage_cost *cost)
{
    const double passes = 100, width = (double)plan->width;
    (void)run;
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_SUM, passes, width * width * sizeof(double));
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_AGREE, 3 * passes, 0); /* before and after */
    return ODD_OK;
}

static odd_status model_digest(odd_run *run, odd_hash *digest)
{
    const odd_model_source from = model_source(run);
    return odd_stored_model_digest(run, &from, digest);
}

static const char *const inputs[] = {"ingest", "features", "reduce", NULL};
static const odd_section *const sections[] = {&fit_section, NULL};

const odd_stage odd_stage_fit = {
    .name = "fit",
    .file = "model.h5",
    .summary = "learn what is usual",
    .seeded = true,
    .version = 1,
    .common = true,
    .inputs = inputs,
    .sections = sections,
    .parts = detector_part,
    .part = fit_part,
    .outside = model_digest,
    .check = check_fit,
    .plan = plan_fit,
    .cost = cost_fit,
    .run = run_fit,
};
