/* Stage `census`: how many of the images of each rank's part are flagged. */
#include "oddlot/run/columns.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

typedef struct {
    char *title;
} census_options;

static const odd_option table[] = {
    ODD_TEXT(census_options, title, "census", "heading of the count"),
    ODD_OPTIONS_END,
};

static const odd_section census_section = ODD_SECTION("census", "Counting", table, census_options);

static odd_status count_flagged(odd_run *run, int64_t *flagged)
{
    odd_file *scores = NULL;
    int64_t *row = NULL;
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, "score", &scores));
    ODD_TRY_ALL(run->comm, odd_column_read(scores, "flagged/row", ODD_I64, (void **)&row, flagged));
done:
    odd_file_close(&scores);
    odd_free(row);
    return st;
}

static odd_status run_census(odd_run *run, const odd_provenance *from)
{
    const census_options *options = odd_job_section(run->job, "census");
    const double started = odd_seconds();
    int64_t flagged = 0;
    odd_file *out = NULL;
    odd_status st;
    ODD_TRY(count_flagged(run, &flagged));
    ODD_TRY(odd_stage_create(run, run->comm, from, &out));
    ODD_TRY(odd_file_set_i64(out, "/", "flagged", flagged));
    ODD_TRY(odd_file_set_text(out, "/", "title", options->title));
    odd_log(ODD_LOG_STAGE, "census    %s: %lld flagged", options->title, (long long)flagged);
    ODD_TRY(odd_stage_publish(run->comm, &out, started));
done:
    odd_file_discard(&out);
    return st;
}

static odd_status plan_census(odd_run *run, odd_stage_plan *plan)
{
    (void)run;
    odd_text_add(&plan->what, "a number");
    return ODD_OK;
}

static const char *const inputs[] = {"score", NULL};
static const odd_section *const sections[] = {&census_section, NULL};

const odd_stage extra_stage = {
    .name = "census",
    .file = "census.h5",
    .summary = "count what is flagged",
    .version = 1,
    .inputs = inputs,
    .sections = sections,
    .plan = plan_census,
    .run = run_census,
};
