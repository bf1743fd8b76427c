/* Study as a pipeline: its one stage does whole runs, each of a pipeline of its own. */
#include "oddlot/study/study.h"

#include "study/study_internal.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/stage_files.h"

#include <stdio.h>

static bool is_wanted(const odd_job *job)
{
    const odd_study_options *o = odd_job_section(job, "study");
    return o->rows.count > 0;
}

/* Seeds change nothing that is checked. */
static odd_status check_runs(const odd_study *s)
{
    odd_job *job = NULL;
    odd_status st = ODD_OK;
    for (int64_t cell = 0; cell < s->rows.count * s->columns.count; cell++) {
        const odd_study_key key = odd_study_run(s, cell);
        ODD_TRY(odd_study_job(s, &key, &job));
        st = odd_pipelines_check(s->pipelines, job);
        if (st == ODD_USAGE)
            odd_fail_prefix(st, "study, row '%s', column '%s': ", s->rows.variant[key.row].name,
                            s->columns.variant[key.column].name);
        if (st != ODD_OK) goto done;
        odd_job_free(&job);
    }
done:
    odd_job_free(&job);
    return st;
}

static odd_status check_study(const odd_pipeline *const pipelines[], const odd_job *job)
{
    odd_study *s = NULL;
    odd_status st;
    ODD_TRY(odd_study_new(pipelines, job, &s));
    ODD_TRY(check_runs(s));
done:
    odd_study_free(&s);
    return st;
}

/* @local: rank 0 */
static odd_status print_result(const odd_run *run)
{
    odd_study *study = NULL;
    odd_file *file = NULL;
    odd_study_results results = {0};
    odd_status st;
    ODD_TRY(odd_study_new(run->pipelines, run->job, &study));
    ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, "study", &file));
    ODD_TRY(odd_study_read(study, file, &results));
    putchar('\n');
    ODD_TRY(odd_study_print(&results));
    printf("\nreport  %s/report/index.html\nfigures %s/study.csv\ndata    %s/study.h5\n",
           run->folder, run->folder, run->folder);
done:
    odd_file_close(&file);
    odd_study_results_free(&results);
    odd_study_free(&study);
    return st;
}

static odd_status print_study(odd_run *run)
{
    return odd_agree(run->comm, odd_rank(run->comm) == 0 ? print_result(run) : ODD_OK);
}

static const odd_stage *const stages[] = {&odd_stage_study, NULL};

const odd_pipeline odd_pipeline_study = {
    .name = "a study",
    .counts = "images in a run at most",
    .stages = stages,
    .wanted = is_wanted,
    .check = check_study,
    .print = print_study,
};
