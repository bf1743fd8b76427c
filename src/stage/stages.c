/* The table of stages, in the order of the data: adding one is one file and one line here. */
#include "stage/stage_internal.h"

#include <string.h>

const odd_stage *const odd_stages[] = {
    &odd_stage_ingest,
    &odd_stage_train,
    &odd_stage_features,
    &odd_stage_reduce,
    &odd_stage_fit,
    &odd_stage_score,
    &odd_stage_evaluate,
    &odd_stage_report,
    &odd_stage_experiment,
    &odd_stage_study,
    NULL,
};

bool odd_stage_applies(const odd_stage *stage, const odd_run *run)
{
    if (odd_is_study(run)) return stage == &odd_stage_study; /* its runs have the others */
    return !stage->applies || stage->applies(run);
}

const odd_stage *odd_stage_find(const char *name)
{
    for (int i = 0; odd_stages[i]; i++)
        if (strcmp(odd_stages[i]->name, name) == 0) return odd_stages[i];
    return NULL;
}
