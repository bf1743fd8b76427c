/* Copies: which images show one picture, for the stages that tell of them or count each once. It is
 * a stage of jobs in which another one reads it. */
#include "oddlot/image/aligned.h"
#include "oddlot/image/layout_row.h"
#include "oddlot/run/selection.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/stages.h"
#include "oddlot/store/dataset.h"
#include "stage/copies/copies_internal.h"
#include "stage/copies/on_demand_internal.h"
#include "stage/ingest/ingest_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <string.h>

#define ROW_BYTES 1024 /* candidates of a row */

/* Rows that are at work at a time: of the search on both sides, as they are and centred, with lists
 * of their nearest; pictures on their way, as they come and as numbers. */
#define AT_WORK 4096
#define WORK_BYTES(near)                                                                           \
    (4 * ODD_LAYOUT_VALUES * (int64_t)sizeof(float) + 48 * (near) +                                \
     ODD_ALIGNED_VALUES * (1 + (int64_t)sizeof(float)))

static const odd_option copies_table[] = {
    ODD_BOOL(odd_copies_options, near, "true",
             "also copies that were re-encoded, resized, cut or tinted a little; false: pixel for "
             "pixel alone"),
    ODD_BOOL(odd_copies_options, mirrored, "true", "also mirrored ones"),
    ODD_REAL(odd_copies_options, difference, "10", 0.1, 100,
             "levels of 0 ... 255 by which the worst part of a near copy may differ, once it is "
             "aligned; less in a crowd of pictures much alike, where a copy is what is set apart"),
    ODD_REAL(
        odd_copies_options, unlike, "0.25", 0.001, 10,
        "share of the plainer picture's own contrast by which near copies may differ all over: "
        "thin drawings on white are alike in levels, whatever they show"),
    ODD_INT(odd_copies_options, neighbours, "32", 1, 1000,
            "images that look most alike, of each, that are compared closely"),
    ODD_OPTIONS_END,
};

static const odd_section copies_section = {
    .name = "copies",
    .was = "check.duplicate",
    .help = "Which images show one picture, exactly or nearly",
    .options = copies_table,
    .size = sizeof(odd_copies_options),
};

const odd_copies_options *odd_copies_settings(const odd_job *job)
{
    return odd_job_section(job, copies_section.name);
}

/* Pixels are looked at anyway; a backbone's features find what they do not. */
static bool reads_input(const odd_job *job, const char *input)
{
    if (strcmp(input, "features") != 0) return true;
    return odd_copies_settings(job)->near && strcmp(odd_stage_features.part(job), "pixels") != 0;
}

/* @local */
static odd_status read_status(const odd_file *ingest, const odd_partition *part, uint8_t status[])
{
    const odd_shape column = {.type = ODD_U8, .rank = 1, .shape = {part->n}};
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_expect(ingest, "status", &column, &dataset));
    ODD_TRY(odd_dataset_read(dataset, part->row0, part->n_local, ODD_U8, status));
done:
    odd_dataset_close(&dataset);
    return st;
}

static void log_groups(const odd_groups *g)
{
    char groups[32], images[32];
    odd_log(ODD_LOG_INFO, "copies: %s images are %s pictures", odd_human_count(g->members, images),
            odd_human_count(g->groups, groups));
}

static odd_status run_copies(odd_run *run, const odd_provenance *from)
{
    const double started = odd_seconds();
    const odd_selection *selection;
    odd_file *ingest = NULL, *features = NULL, *out = NULL;
    uint8_t *status = NULL;
    odd_copies copies = {0};
    odd_status st;
    ODD_TRY(odd_run_selection(run, &selection));
    const odd_partition part = odd_partition_rows(run->comm, odd_selection_rows(selection));
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &ingest));
    if (reads_input(run->job, "features"))
        ODD_TRY(odd_stage_open(run, run->comm, "features", &features));
    ODD_TRY_ALL(run->comm, ODD_NEW(status, part.n_local));
    ODD_TRY_ALL(run->comm, read_status(ingest, &part, status));
    const odd_copies_search search = {run,   odd_copies_settings(run->job), part, ingest, features,
                                      status};
    ODD_TRY(odd_copies_find(&search, &copies));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(odd_copies_write(run->comm, out, &part, &copies));
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
    log_groups(&copies.groups);
done:
    odd_file_discard(&out);
    odd_file_close(&features);
    odd_file_close(&ingest);
    odd_copies_free(&copies);
    odd_free(status);
    return st;
}

static odd_status plan_copies(odd_run *run, odd_stage_plan *plan)
{
    const bool near = odd_copies_settings(run->job)->near;
    const int64_t mine = plan->rows / plan->ranks;
    const int64_t row_bytes = (near ? ODD_ALIGNED_VALUES + ROW_BYTES : 0) + 64;
    plan->disk = plan->rows * 8;
    const int64_t neighbours = odd_copies_settings(run->job)->neighbours;
    plan->memory = mine * row_bytes;
    if (near) plan->memory += odd_min(plan->rows, AT_WORK) * WORK_BYTES(neighbours);
    odd_text_add(&plan->what, near ? "exact copies by their digests, near ones by their looks"
                                   : "exact copies by their digests");
    return ODD_OK;
}

/* Each image against all, in the searches of odd_copies_candidates(). All rows come by for each
 * batch of mine. */
static odd_status cost_copies(const odd_run *run, const odd_stage_plan *plan, odd_stage_cost *cost)
{
    const odd_copies_options *o = odd_copies_settings(run->job);
    const double values = (2 + o->mirrored) * (double)ODD_LAYOUT_VALUES +
                          (reads_input(run->job, "features") ? (double)plan->features : 0);
    if (o->near) odd_stage_cost_neighbours((double)plan->rows, values, plan->ranks, cost);
    return ODD_OK;
}

/* Is it one of the job's that another reads? Where nothing is measured, no copies are known. */
static bool is_read(const odd_job *job)
{
    return odd_ingest_is_measured(job) && odd_is_on_demand(&odd_stage_copies, job);
}

static const char *const inputs[] = {"ingest", "features", NULL};
static const odd_section *const sections[] = {&copies_section, NULL};

const odd_stage odd_stage_copies = {
    .name = "copies",
    .file = "copies.h5",
    .summary = "find images that show one picture",
    .version = 3,
    .common = true,
    .inputs = inputs,
    .sections = sections,
    .reads = reads_input,
    .applies = is_read,
    .plan = plan_copies,
    .cost = cost_copies,
    .run = run_copies,
};
