/* The table of pipelines: adding one is one file and one line here. */
#include "oddlot/pipeline/pipelines.h"
#include "pipeline/pipelines_internal.h"

#include "oddlot/study/study.h"

const odd_pipeline *const odd_pipelines[] = {
    &odd_pipeline_study,
    &odd_pipeline_experiment,
    &odd_pipeline_audit,
    NULL,
};
