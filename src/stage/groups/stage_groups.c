/* Groups: what the catalogue is made of, and what is apart from all else, in what images mean and
 * in how they are laid out. It is a stage of jobs in which another one reads it. */
#include "oddlot/run/selection.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/stages.h"
#include "stage/categories/categories_internal.h"
#include "stage/copies/on_demand_internal.h"
#include "stage/groups/groups_internal.h"
#include "stage/ingest/ingest_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

static const odd_option groups_table[] = {
    ODD_INT(odd_groups_options, neighbours, "512", 8, 99999,
            "nearest images that are looked at, but no more than a 16th of all"),
    ODD_INT(odd_groups_options, least, "5", 2, 1e9, "images that a group must have"),
    ODD_REAL(odd_groups_options, apart, "0.03", 0.0001, 0.9,
             "groups are apart that have less than this share of the links that chance would make"),
    ODD_OPTIONS_END,
};

static const odd_section groups_section =
    ODD_SECTION("groups", "What the catalogue is made of, and what is apart from all else",
                groups_table, odd_groups_options);

/* Measures are no space in which images are near one another. */
static const odd_image_view *const views[] = {&odd_view_meaning, &odd_view_layout};
enum { VIEWS = sizeof views / sizeof *views };

static bool has_view(const odd_job *job, const odd_image_view *view)
{
    return !view->applies || view->applies(job);
}

static void log_groups(const char *view, int64_t keep, const odd_view_groups *g)
{
    odd_log(ODD_LOG_INFO, "groups: by %s %d kinds, %d parts (%lld nearest images of each)", view,
            g->kinds, g->parts, (long long)keep);
}

static odd_status group_view(const odd_run *run, const odd_image_view *view,
                             const odd_group_rows *rows, odd_file *out, odd_text *csv)
{
    const odd_groups_options *o = odd_job_section(run->job, groups_section.name);
    const int64_t keep = odd_group_neighbours(o, rows->count);
    const bool root = odd_rank(run->comm) == 0;
    odd_view_groups groups = {0};
    int32_t *near = NULL;
    odd_status st;
    if (keep > 0) ODD_TRY(odd_group_nearest(view, rows, keep, &near));
    ODD_TRY_ALL(run->comm, root ? odd_groups_find(o, rows, keep, near, &groups) : ODD_OK);
    ODD_TRY(odd_groups_spread(run->comm, rows, &groups));
    ODD_TRY(odd_groups_table_add(run, rows, view->name, &groups, csv));
    ODD_TRY(odd_groups_write(run->comm, out, view->name, &rows->speakers.images, &groups));
    log_groups(view->name, keep, &groups);
done:
    odd_free(near);
    odd_view_groups_free(&groups);
    return st;
}

/* In plain levels: on the curve that tells outlines, near white and white are as far apart as
 * pictures are. `seen` is the run with a job that says so. @local */
static odd_status see_plainly(const odd_run *run, odd_run *seen, odd_job **job)
{
    const char *const sets[] = {"views.layout.curve=linear"};
    odd_status st;
    *seen = *run;
    ODD_TRY(odd_job_vary(run->job, sets, 1, job));
    seen->job = *job;
done:
    return st;
}

static odd_status run_groups(odd_run *run, const odd_provenance *from)
{
    const double started = odd_seconds();
    odd_run seen;
    odd_job *job = NULL;
    const odd_selection *selection;
    odd_file *ingest = NULL, *features = NULL, *copies = NULL, *out = NULL;
    odd_group_rows rows = {0};
    odd_text csv = ODD_TEXT_EMPTY;
    odd_status st;
    odd_groups_table_begin(&csv);
    ODD_TRY(odd_run_selection(run, &selection));
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &ingest));
    ODD_TRY(odd_stage_open(run, run->comm, "features", &features));
    ODD_TRY(odd_known_copies_open(run, &copies));
    ODD_TRY_ALL(run->comm, see_plainly(run, &seen, &job));
    rows.inputs = (odd_view_inputs){.run = &seen, .ingest = ingest, .features = features};
    ODD_TRY(odd_group_rows_pick(copies, odd_selection_rows(selection), &rows));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    for (int v = 0; v < VIEWS; v++)
        if (has_view(run->job, views[v])) ODD_TRY(group_view(run, views[v], &rows, out, &csv));
    ODD_TRY_ALL(run->comm, odd_rank(run->comm) == 0 ? odd_groups_table_write(run, &csv) : ODD_OK);
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_file_discard(&out);
    odd_text_free(&csv);
    odd_group_rows_free(&rows);
    odd_job_free(&job);
    odd_file_close(&copies);
    odd_file_close(&features);
    odd_file_close(&ingest);
    return st;
}

/* Values of a row of its views: of the widest, or of all. */
static int64_t values_of_views(const odd_job *job, int64_t features, bool widest)
{
    int64_t sum = 0, most = 0;
    for (int v = 0; v < VIEWS; v++) {
        const int64_t width = has_view(job, views[v]) ? odd_view_width(job, views[v], features) : 0;
        sum += width;
        if (width > most) most = width;
    }
    return widest ? most : sum;
}

static odd_status plan_groups(odd_run *run, odd_stage_plan *plan)
{
    const odd_groups_options *o = odd_job_section(run->job, groups_section.name);
    const int64_t keep = odd_group_neighbours(o, plan->rows);
    const int64_t values = values_of_views(run->job, plan->features, true);
    const int64_t mine = plan->rows / plan->ranks + 1, panels = (int64_t)80 << 20;
    plan->disk = plan->rows * 16;
    plan->memory = panels + mine * (values * (int64_t)sizeof(float) + 4 * keep) +
                   plan->rows * (64 + 4 * keep + 12 * keep);
    odd_text_format(&plan->what, "links between each image and its %lld nearest", (long long)keep);
    return ODD_OK;
}

/* Each image against all, in each view; and links, which rank 0 works on. */
static odd_status cost_groups(const odd_run *run, const odd_stage_plan *plan, odd_stage_cost *cost)
{
    const odd_groups_options *o = odd_job_section(run->job, groups_section.name);
    const int64_t keep = odd_group_neighbours(o, plan->rows);
    const int64_t values = values_of_views(run->job, plan->features, false);
    odd_stage_cost_neighbours((double)plan->rows, (double)values, plan->ranks, cost);
    cost->amount = (double)(plan->rows * keep);
    odd_stage_cost_exchange(cost, ODD_EXCHANGE_GATHER, 1, cost->amount * sizeof(int32_t));
    cost->alone = true;
    return ODD_OK;
}

/* Is it one of the job's that another reads? */
static bool is_read(const odd_job *job)
{
    return odd_is_on_demand(&odd_stage_groups, job);
}

static const char *const inputs[] = {"ingest", "features", "copies", NULL};
static const odd_section *const sections[] = {&groups_section, &odd_categories_section, NULL};

const odd_stage odd_stage_groups = {
    .name = "groups",
    .file = "groups.h5",
    .summary = "find what the catalogue is made of, and what is apart from all else",
    .version = 2,
    .common = true,
    .inputs = inputs,
    .sections = sections,
    .reads = odd_reads_known_copies,
    .product = "groups.csv",
    .applies = is_read,
    .plan = plan_groups,
    .cost = cost_groups,
    .run = run_groups,
};
