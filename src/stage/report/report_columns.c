/* What the page shows of columns that are as long as the catalogue: all ranks look at their part.
 */
#include "oddlot/run/columns.h"
#include "oddlot/run/stage_files.h"
#include "stage/report/report_page_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"

#include <math.h>

#define UNFLAGGED_SHOWN 24

/* @local */
static odd_status read_flags(const odd_run *run, const odd_file *scores, odd_page_columns *out)
{
    const odd_report_options *options = odd_job_section(run->job, "report");
    const int64_t images = odd_selection_rows(run->selection);
    int64_t last;
    odd_status st;
    ODD_TRY(odd_image_count(scores, "flagged/row", &out->flagged));
    ODD_TRY(odd_flagged_read(scores, images, options->top, &out->shown, &out->cards));
    ODD_TRY(odd_flagged_last(scores, images, &last));
    out->threshold = NAN;
    if (last >= 0)
        ODD_TRY(odd_image_column_of(scores, "scores.h5", "score", ODD_F64, images, 1, &last,
                                    &out->threshold));
done:
    return st;
}

/* A page without a picture helps nobody: those that come nearest to being flagged. @collective */
static odd_status read_oddest(const odd_run *run, const odd_file *scores, odd_page_columns *out)
{
    const odd_report_options *options = odd_job_section(run->job, "report");
    odd_free(out->shown);
    return odd_oddest_read(run->comm, scores, odd_selection_rows(run->selection),
                           odd_min(options->top, UNFLAGGED_SHOWN), &out->shown, &out->cards);
}

odd_status odd_page_columns_take(const odd_run *run, odd_page_columns *out)
{
    odd_file *ingest = NULL, *scores = NULL;
    odd_status st;
    *out = (odd_page_columns){0};
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &ingest));
    ODD_TRY(odd_stage_open(run, run->comm, "score", &scores));
    ODD_TRY_ALL(run->comm, read_flags(run, scores, out));
    if (out->flagged == 0) ODD_TRY(read_oddest(run, scores, out));
    ODD_TRY(odd_page_histogram(run, ingest, scores, out));
    ODD_TRY(odd_page_scatter(run, ingest, scores, out));
done:
    odd_file_close(&scores);
    odd_file_close(&ingest);
    return st;
}

void odd_page_columns_free(odd_page_columns *columns)
{
    odd_free(columns->shown);
    odd_free(columns->point);
    *columns = (odd_page_columns){0};
}
