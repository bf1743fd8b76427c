/**
 * Runner: does the stages of a run that are not up to date, in the order of the data.
 *
 * A stage is up to date when its file in RUN is published and carries the fingerprint that its
 * settings, its version and the fingerprints of its inputs give.
 */
#ifndef ODDLOT_RUN_RUNNER_H
#define ODDLOT_RUN_RUNNER_H

#include "oddlot/base/hash.h"
#include "oddlot/run/run.h"
#include "oddlot/run/stage.h"

#include <stdbool.h>

#define ODD_MOST_STAGES 16

/** Do the stages from the first to the last, leaving those that are up to date; `only` names one
 *  stage (its inputs must be up to date), NULL: all. Writes job.yaml and audit.h5. @collective.
 *  ODD_STOPPED when a signal asked for it: what is published stays. */
odd_status odd_run_do(odd_run *run, const char *only);

/** What a stage would do; plans of stages in their order, as shapes flow: *plan is 0 before the
 *  first but for its `in` fields, those of this run where they are 0. Free plan->what. @collective
 */
odd_status odd_run_plan_stage(odd_run *run, const odd_stage *stage, odd_stage_plan *plan);

/** Print what odd_run_do() would do, on stdout. @collective */
odd_status odd_run_plan(odd_run *run);

/** Print the result of a finished run on stdout: metrics, the oddest images, where the report is,
 *  and what the stages have to say; `only` names one stage, which alone is asked. Rank 0 prints.
 *  @collective; ODD_PROBLEM: see odd_stage.print */
odd_status odd_run_summary(odd_run *run, const char *only);

/** A finished run as one line of JSON on rank 0: its folder, job and images, what stages counted
 *  (unreadable, flagged, findings), ranks, and what all stages took, as their files say.
 * @collective; ODD_IO where a stage has no file. */
odd_status odd_run_line(odd_run *run, odd_text *out);

/* What a run should be, and how much of that is there. Stages as in its pipeline; of those that do
 * not apply nothing is said. */
typedef struct {
    char wanted[ODD_MOST_STAGES][ODD_HASH_TEXT]; /* fingerprints */
    bool current[ODD_MOST_STAGES];               /* the file of the stage has it */
    char all[ODD_HASH_TEXT];                     /* digest of what is wanted */
    int to_do;                                   /* stages that are not up to date */
} odd_run_look;

/** @collective; fails as the listing of the catalogue does */
odd_status odd_run_examine(odd_run *run, odd_run_look *look);

/** Add what the stages would write to plan->disk, and raise memory and rows to what this run needs.
 *  @collective */
odd_status odd_run_estimate(odd_run *run, odd_stage_plan *plan);

#endif
