/* Experiment as a pipeline: the features of a labelled catalogue, then trials over them. */
#include "oddlot/study/study.h"

#include "study/experiment_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/stage_files.h"
#include "oddlot/stage/stages.h"

#include <stdio.h>

static bool is_wanted(const odd_job *job)
{
    const odd_experiment_options *o = odd_job_section(job, "experiment");
    return o->mixtures.count > 0;
}

/* @local: rank 0 */
static odd_status print_result(const odd_run *run)
{
    odd_design *d = NULL;
    odd_file *file = NULL;
    odd_results results = {0};
    odd_status st;
    ODD_TRY(odd_design_new(run->job, &d));
    ODD_TRY(odd_stage_open(run, MPI_COMM_SELF, "experiment", &file));
    results.design = d;
    ODD_TRY(odd_results_read(d, file, &results.trial));
    putchar('\n');
    ODD_TRY(odd_results_print(&results));
    printf("\nreport  %s/report/index.html\ntrials  %s/experiment.csv\ndata    %s/audit.h5\n",
           run->folder, run->folder, run->folder);
done:
    odd_file_close(&file);
    odd_free(results.trial);
    odd_design_free(&d);
    return st;
}

static odd_status print_experiment(odd_run *run)
{
    return odd_agree(run->comm, odd_rank(run->comm) == 0 ? print_result(run) : ODD_OK);
}

static const odd_stage *const stages[] = {&odd_stage_ingest, &odd_stage_features,
                                          &odd_stage_experiment, NULL};

const odd_pipeline odd_pipeline_experiment = {
    .name = "an experiment",
    .counts = "images",
    .stages = stages,
    .wanted = is_wanted,
    .whole = true,
    .print = print_experiment,
};
