/* Report: gather what people want to look at and hand it to the report room. Rank 0 writes; heat
 * maps, and what is shown of columns as long as the catalogue, all ranks make together. */
#include "oddlot/run/columns.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/scoring.h"
#include "oddlot/stage/stages.h"
#include "stage/report/report_page_internal.h"
#include "stage/train/training_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/image/prepare.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdio.h>
#include <string.h>

static const odd_option report_table[] = {
    ODD_INT(odd_report_options, top, "200", 0, 100000,
            "flagged images shown in the gallery, oddest first"),
    ODD_INT(odd_report_options, findings, "24", 0, 10000,
            "findings of each check that are shown, the most severe first"),
    ODD_INT(odd_report_options, scatter, "5000", 0, 1000000, "images drawn in the scatter plot"),
    ODD_BOOL(odd_report_options, heat_maps, "true",
             "show where trained networks see damage, where the job trains some for task damage"),
    ODD_INT(odd_report_options, heat_most, "500", 0, 100000,
            "images of the gallery that are shown so, at most, oddest first"),
    ODD_TEXT(odd_report_options, title, "", "heading of the page; empty: the name of the job"),
    ODD_OPTIONS_END,
};

static const odd_section report_section =
    ODD_SECTION("report", "The page to look at", report_table, odd_report_options);

static void page_close(odd_page *p)
{
    odd_image_facts_close(&p->facts);
    odd_file_close(&p->ingest);
    odd_file_close(&p->train);
    odd_file_close(&p->features);
    odd_file_close(&p->reduce);
    odd_file_close(&p->model);
    odd_file_close(&p->scores);
    odd_file_close(&p->evaluate);
    odd_page_findings_free(&p->findings);
    odd_file_close(&p->check);
    odd_file_close(&p->groups);
    odd_table_free(&p->texts);
    odd_free(p->map.kind);
    odd_free(p->score);
    odd_free(p->probability);
    odd_free(p->flagged_reason);
    odd_free(p->pixels);
    odd_free(p->flagged);
    odd_free(p->roc);
    odd_free(p->objective);
    odd_free(p->error);
    odd_free(p->error_text);
    odd_text_free(&p->settings);
    odd_page_training_free(&p->training);
}

static odd_status page_open(odd_page *p)
{
    odd_status st;
    ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "ingest", &p->ingest));
    ODD_TRY(odd_image_facts_open(p->ingest, odd_selection_rows(p->selection), &p->facts));
    if (odd_trains(p->run->job)) ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "train", &p->train));
    ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "features", &p->features));
    ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "reduce", &p->reduce));
    ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "fit", &p->model));
    ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "score", &p->scores));
    ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "evaluate", &p->evaluate));
    if (odd_stage_applies(&odd_stage_check, p->run->job))
        ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "check", &p->check));
    if (odd_stage_applies(&odd_stage_groups, p->run->job))
        ODD_TRY(odd_stage_open(p->run, MPI_COMM_SELF, "groups", &p->groups));
done:
    return st;
}

static odd_status read_training(odd_page *p)
{
    if (!p->train) return ODD_OK;
    p->data.training = &p->training.data;
    return odd_page_training_read(odd_train_task_of(p->run->job), p->train, &p->training);
}

/* What was taken from whole columns. */
static void show_columns(odd_page *p)
{
    const odd_page_columns *c = p->columns;
    p->data.histogram = c->histogram;
    p->data.threshold = c->threshold;
    p->data.scatter = c->point;
    p->data.scatter_count = c->points;
    p->data.scatter_total = c->drawn_from;
    p->data.score_name = "score";
}

/* @local: rank 0 */
static odd_status write_page(odd_run *run, const odd_heat_maps *heat,
                             const odd_page_columns *columns)
{
    odd_page p = {.run = run, .selection = run->selection, .heat = heat, .columns = columns};
    char *folder = NULL;
    odd_status st;
    ODD_TRY(page_open(&p));
    show_columns(&p);
    ODD_TRY(odd_page_gallery(&p));
    if (p.check) ODD_TRY(odd_page_findings_read(&p));
    if (p.check && p.groups) ODD_TRY(odd_page_map_read(&p));
    ODD_TRY(odd_page_plots(&p));
    ODD_TRY(read_training(&p));
    ODD_TRY(odd_page_words(&p));
    ODD_TRY(odd_run_path(run, "report", &folder));
    ODD_TRY(odd_report_write(folder, &p.data));
done:
    odd_free(folder);
    page_close(&p);
    return st;
}

static odd_status run_report(odd_run *run, const odd_provenance *from)
{
    const odd_selection *selection;
    odd_heat_maps heat = {0};
    odd_page_columns columns = {0};
    odd_file *out = NULL;
    double started = odd_seconds();
    odd_status st;
    ODD_TRY(odd_run_selection(run, &selection));
    ODD_TRY(odd_heat_make(run, &heat));
    ODD_TRY(odd_page_columns_take(run, &columns));
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? write_page(run, &heat, &columns) : ODD_OK);
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(odd_heat_write(run, &heat, out));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_file_discard(&out);
    odd_page_columns_free(&columns);
    odd_heat_free(&heat);
    return st;
}

/* Of all maps. */
static int64_t heat_bytes(const odd_run *run, const odd_report_options *options)
{
    const odd_prepare_options *prepare = odd_job_section(run->job, "image");
    if (!options->heat_maps || !odd_trains(run->job) || !odd_train_task_of(run->job)->heat)
        return 0;
    const int64_t maps = options->top < options->heat_most ? options->top : options->heat_most;
    return maps * prepare->size * prepare->size * (int64_t)sizeof(float);
}

static odd_status plan_report(odd_run *run, odd_stage_plan *plan)
{
    const odd_report_options *options = odd_job_section(run->job, "report");
    const int64_t heat = heat_bytes(run, options);
    plan->disk = options->top * 8192 + heat;
    plan->memory = plan->rows / plan->ranks * 56 + options->top * 65536 + 2 * heat;
    odd_text_format(&plan->what, "report/index.html with the %lld oddest flagged images",
                    (long long)options->top);
    return ODD_OK;
}

/* Of each image that is shown as much. */
static odd_status cost_report(const odd_run *run, const odd_stage_plan *plan, odd_stage_cost *cost)
{
    const odd_report_options *options = odd_job_section(run->job, "report");
    cost->amount = (double)odd_min(plan->rows, options->top);
    cost->alone = true;
    return ODD_OK;
}

/* The map of groups is shown where a check tells of them. */
static bool reads_input(const odd_job *job, const char *input)
{
    if (strcmp(input, odd_stage_groups.name) != 0) return true;
    return odd_stage_applies(&odd_stage_check, job) && odd_stage_check.reads(job, input);
}

static const char *const inputs[] = {"ingest", "train", "features", "reduce",   "fit",
                                     "groups", "score", "check",    "evaluate", NULL};
static const odd_section *const sections[] = {&report_section, NULL};

const odd_stage odd_stage_report = {
    .name = "report",
    .file = "report.h5",
    .summary = "make the page to look at",
    .version = 3,
    .inputs = inputs,
    .sections = sections,
    .product = "report/index.html",
    .reads = reads_input,
    .plan = plan_report,
    .cost = cost_report,
    .run = run_report,
};
