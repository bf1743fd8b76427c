/* Stages on demand, and the copies that they read. */
#include "stage/copies/on_demand_internal.h"

#include "oddlot/base/table.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/stages.h"
#include "stage/ingest/ingest_internal.h"

#include <string.h>

bool odd_is_on_demand(const odd_stage *stage, const odd_job *job)
{
    static const odd_stage *const all[] = {ODD_STAGES(ODD_TABLE_ENTRY) NULL};
    return odd_stage_is_read(all, stage, job);
}

bool odd_reads_known_copies(const odd_job *job, const char *input)
{
    return strcmp(input, odd_stage_copies.name) != 0 || odd_ingest_is_measured(job);
}

odd_status odd_known_copies_open(const odd_run *run, odd_file **out)
{
    *out = NULL;
    if (!odd_ingest_is_measured(run->job)) return ODD_OK;
    return odd_stage_open(run, run->comm, odd_stage_copies.name, out);
}
