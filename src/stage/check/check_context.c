/* Check context: the rows of a rank, and the files of the stages before. */
#include "oddlot/run/measures.h"
#include "oddlot/run/stage.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/store/dataset.h"
#include "stage/check/check_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <string.h>

const char *const odd_check_stages[] = {"train", "features", "copies", "categories", "reduce",
                                        "fit",   "groups",   "score",  NULL};

enum { STAGES = sizeof odd_check_stages / sizeof *odd_check_stages - 1 };

struct odd_check_inputs {
    odd_file *ingest;
    odd_file *file[STAGES]; /* NULL: no check of the job reads it, or the job has none */
    uint8_t *status;
    bool *told;
    float *measures; /* NULL: nobody has asked for them yet */
};

static bool check_reads(const odd_check *check, const char *stage)
{
    for (int i = 0; check->reads && check->reads[i]; i++)
        if (strcmp(check->reads[i], stage) == 0) return true;
    return false;
}

bool odd_check_reads(const odd_job *job, const char *stage)
{
    if (strcmp(stage, "ingest") == 0) return true;
    for (int i = 0; odd_checks[i]; i++)
        if (odd_check_wanted(job, odd_checks[i]) && check_reads(odd_checks[i], stage)) return true;
    return false;
}

static odd_status open_inputs(odd_run *run, odd_check_inputs *inputs)
{
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &inputs->ingest));
    for (int i = 0; i < STAGES; i++) {
        const odd_stage *stage = odd_stage_find(run->pipeline, odd_check_stages[i]);
        if (!stage || !odd_stage_applies(stage, run->job)) continue;
        if (odd_check_reads(run->job, odd_check_stages[i]))
            ODD_TRY(odd_stage_open(run, run->comm, odd_check_stages[i], &inputs->file[i]));
    }
done:
    return st;
}

static const odd_file *input_of(const odd_check_inputs *inputs, const char *stage)
{
    int i = 0;
    while (strcmp(odd_check_stages[i], stage) != 0)
        i++;
    return inputs->file[i];
}

/* odd_image_status of my rows. @local */
static odd_status read_status(odd_check_inputs *inputs, const odd_partition *part)
{
    const odd_shape column = {.type = ODD_U8, .rank = 1, .shape = {part->n}};
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(inputs->status, part->n_local));
    ODD_TRY(odd_dataset_expect(inputs->ingest, "status", &column, &dataset));
    ODD_TRY(odd_dataset_read(dataset, part->row0, part->n_local, ODD_U8, inputs->status));
done:
    odd_dataset_close(&dataset);
    return st;
}

static odd_status read_ignored(odd_check_context *context)
{
    odd_run *run = context->run;
    char *path = NULL, lines[32];
    odd_status st;
    ODD_TRY(odd_check_ignore_path(run, &path));
    if (!path) goto done;
    ODD_TRY(odd_ignored_read(run->comm, path, &context->ignored));
    odd_findings_ignore(context->findings, context->ignored, context->facts);
    odd_log(ODD_LOG_INFO, "check: %s lines of '%s' say what to ignore",
            odd_human_count(odd_ignored_lines(context->ignored), lines), path);
done:
    odd_free(path);
    return st;
}

odd_status odd_check_open(odd_run *run, odd_check_context *out)
{
    const odd_check_options *options = odd_job_section(run->job, "check");
    const odd_selection *selection;
    odd_status st;
    *out = (odd_check_context){.run = run};
    ODD_TRY(odd_run_selection(run, &selection));
    out->part = odd_partition_rows(run->comm, odd_selection_rows(selection));
    ODD_TRY_ALL(run->comm, ODD_NEW(out->inputs, 1));
    ODD_TRY(open_inputs(run, out->inputs));
    ODD_TRY_ALL(run->comm, odd_image_facts_open(out->inputs->ingest, out->part.n, &out->facts));
    ODD_TRY_ALL(run->comm, read_status(out->inputs, &out->part));
    out->status = out->inputs->status;
    ODD_TRY_ALL(run->comm, ODD_NEW(out->inputs->told, out->part.n_local));
    out->told = out->inputs->told;
    ODD_TRY_ALL(run->comm, odd_findings_new(options->most, &out->findings));
    ODD_TRY(read_ignored(out));
done:
    return st;
}

void odd_check_close(odd_check_context *context)
{
    odd_check_inputs *inputs = context->inputs;
    odd_findings_free(&context->findings);
    odd_ignored_free(&context->ignored);
    odd_image_facts_close(&context->facts);
    if (!inputs) return;
    for (int i = STAGES; i-- > 0;)
        odd_file_close(&inputs->file[i]);
    odd_file_close(&inputs->ingest);
    odd_free(inputs->status);
    odd_free(inputs->told);
    odd_free(inputs->measures);
    odd_free(inputs);
    context->inputs = NULL;
}

const odd_file *odd_check_ingest(const odd_check_context *context)
{
    return context->inputs->ingest;
}

const odd_file *odd_check_input(const odd_check_context *context, const char *stage)
{
    ODD_CHECK(check_reads(context->check, stage));
    return input_of(context->inputs, stage);
}

/* @local */
static odd_status read_measures(const odd_check_inputs *inputs, const odd_partition *part,
                                float **out)
{
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(*out, part->n_local * ODD_MEASURE_COUNT));
    ODD_TRY(odd_measures_open(inputs->ingest, &dataset));
    ODD_TRY(odd_measures_read(dataset, part->row0, part->n_local, *out));
done:
    odd_dataset_close(&dataset);
    return st;
}

odd_status odd_check_measures(odd_check_context *context, const float **value)
{
    odd_check_inputs *inputs = context->inputs;
    odd_status st = ODD_OK;
    if (!inputs->measures)
        ODD_TRY_ALL(context->run->comm, read_measures(inputs, &context->part, &inputs->measures));
    *value = inputs->measures;
done:
    return st;
}
