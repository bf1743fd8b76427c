/**
 * Stage: one arrow of catalogue -> ingest -> features -> reduce -> fit -> score -> evaluate ->
 * report, or, where the job is an experiment, catalogue -> ingest -> features -> experiment. A
 * study is one stage, whose runs have the others.
 *
 * A stage reads the files of the stages before it, writes one of its own into RUN and publishes it
 * whole or not at all. It is one table of functions in one file and one line in stages.c.
 */
#ifndef ODDLOT_STAGE_STAGE_H
#define ODDLOT_STAGE_STAGE_H

#include "oddlot/base/job.h"
#include "oddlot/base/status.h"
#include "oddlot/stage/run.h"

#include <stdbool.h>
#include <stdint.h>

/* What a dry run says of a stage. Shapes flow from stage to stage. */
typedef struct {
    int64_t rows;   /* images in the run; set by ingest */
    int64_t width;  /* values per row that this stage hands on; in: of the stage before */
    int64_t disk;   /* out: bytes that the stage writes */
    int64_t memory; /* out: bytes that each rank needs at most */
    odd_text what;  /* out: one sentence on what it will do and why */
} odd_stage_plan;

typedef struct {
    const char *name;            /* "reduce" */
    const char *file;            /* what it writes into RUN: "reduce.h5" */
    const char *summary;         /* one line for help */
    int version;                 /* raise it when the same settings give another result */
    bool seeded;                 /* its result depends on the seed of the job */
    const char *const *inputs;   /* names of the stages it reads, NULL-terminated */
    const char *const *sections; /* sections of the job that it depends on, NULL-terminated */
    bool resumes;                /* work since its last checkpoint is worth waiting for when the
                                    run is told to stop */
    bool common;                 /* runs of a study that want the same of it do it once */
    const char *product;         /* a further file that must be there, relative to RUN; NULL. In a
                                    folder, it stands for all files there */
    /** The same where it depends on the settings; NULL: it does not. @local */
    const char *(*product_of)(const odd_run *run);
    /** Do the settings make it read this one of its inputs? NULL: it reads all. @local */
    bool (*reads)(const odd_run *run, const char *input);
    /** Which of its registered parts the settings pick: "mixture" for section "fit.mixture". NULL:
     *  it has none. @local */
    const char *(*part)(const odd_run *run);
    /** Does this job have such a stage? NULL: every job has. @local */
    bool (*applies)(const odd_run *run);
    /** Check settings that tables cannot, before any work; NULL: nothing. @local; ODD_USAGE */
    odd_status (*check)(const odd_run *run);
    /** Digest of inputs from outside the run; NULL: there are none. @collective */
    odd_status (*outside)(odd_run *run, odd_hash *digest);
    /** What it would do. @collective */
    odd_status (*plan)(odd_run *run, odd_stage_plan *plan);
    /** Do it. `from` goes into the file. @collective */
    odd_status (*run)(odd_run *run, const odd_provenance *from);
} odd_stage;

extern const odd_stage *const odd_stages[];        /* in the order of the data; NULL-terminated */
const odd_stage *odd_stage_find(const char *name); /* NULL if there is none */

/** Does this job have this stage? @local */
bool odd_stage_applies(const odd_stage *stage, const odd_run *run);

/** Every section that a job may have, the settings of all registered parts included. */
const odd_section *odd_job_sections(int *count);

#endif
