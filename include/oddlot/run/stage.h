/**
 * Stage: one arrow of catalogue -> ingest -> features -> reduce -> fit -> score -> evaluate ->
 * report. It reads the files of the stages before it, writes one of its own into RUN and publishes
 * it whole or not at all.
 *
 * Pipeline: the stages that a kind of job goes through. What a job file may say, what the commands
 * are and what help says of them all come from these records.
 */
#ifndef ODDLOT_RUN_STAGE_H
#define ODDLOT_RUN_STAGE_H

#include "oddlot/base/hash.h"
#include "oddlot/base/job.h"
#include "oddlot/base/status.h"
#include "oddlot/base/text.h"
#include "oddlot/par/exchange_cost.h"
#include "oddlot/run/run.h"
#include "oddlot/store/file.h"

#include <stdbool.h>
#include <stdint.h>

/* What a dry run says of a stage. Shapes flow from stage to stage. */
typedef struct {
    int ranks, threads; /* in: of the run that is planned; threads of each rank */
    int64_t images;     /* in: of the run that is planned; 0: those of this one */
    int64_t rows;       /* images in the run; set by ingest */
    int64_t features;   /* values per row of the features; set by that stage */
    int64_t width;      /* values per row that this stage hands on; in: of the stage before */
    int64_t held;       /* bytes of each rank through all stages: its part of the list of images */
    int64_t disk;       /* out: bytes that the stage writes */
    int64_t memory;     /* out: bytes that each rank needs at most, beside those held */
    odd_text what;      /* out: one sentence on what it will do and why */
} odd_stage_plan;

/* How the time of a stage grows. What it is on this machine is measured in a rehearsal with few of
 * the images (bench/rehearsal.h), but for what is known to grow otherwise. */
typedef struct {
    double amount; /* of work that time grows with: rows, images times epochs, trials, ... */
    double flops;  /* beside it, all ranks together: of float32 products of matrices, */
    double pairs;  /* of products that find neighbours (linalg/neighbours.h), */
    double cubes;  /* and of distributed eigenproblems: their orders to the third */
    struct {
        double times, bytes;   /* bytes: of all times */
    } exchange[ODD_EXCHANGES]; /* what all ranks wait for, see par/exchange_cost.h */
    int64_t batch; /* rows that are worked on at a time, however few there are; 0: any number */
    bool images;   /* they are dealt as such, in finer parts than rows (par/partition.h) */
    bool alone;    /* rank 0 does what grows with the amount, and the others wait */
} odd_stage_cost;

typedef struct {
    const char *name;                   /* "reduce" */
    const char *file;                   /* what it writes into RUN: "reduce.h5" */
    const char *summary;                /* one line for help and the log */
    int version;                        /* raise it when the same settings give another result */
    bool seeded;                        /* its result depends on the seed of the job */
    const char *const *inputs;          /* names of the stages it reads, NULL-terminated */
    const odd_section *const *sections; /* of the job that it depends on, NULL-terminated */
    bool resumes; /* work since its last checkpoint is worth waiting for when the run is asked
                     to stop */
    bool common;  /* runs of a study that want the same of it do it once */
    const char *product; /* a further file that must be there, relative to RUN; NULL. In a folder,
                            it stands for all files there */
    /** The same where it depends on the settings; NULL: it does not. @local */
    const char *(*product_of)(const odd_job *job);
    /** Do the settings make it read this one of its inputs? NULL: it reads all. @local */
    bool (*reads)(const odd_job *job, const char *input);
    /** Its i-th registered part, of which a job picks one. NULL: it has none. @local */
    odd_part (*parts)(int i);
    /** Which of them the settings pick: "mixture" for section "fit.mixture". NULL: it depends on
     * the settings of all. @local */
    const char *(*part)(const odd_job *job);
    /** Does this job have such a stage? NULL: every job of its pipeline has. @local */
    bool (*applies)(const odd_job *job);
    /** Check settings that tables cannot, before any work; NULL: nothing. @local; ODD_USAGE */
    odd_status (*check)(const odd_job *job);
    /** Digest of inputs from outside the run; NULL: there are none. @collective */
    odd_status (*outside)(odd_run *run, odd_hash *digest);
    /** What it would do. @collective */
    odd_status (*plan)(odd_run *run, odd_stage_plan *plan);
    /** How its time grows, for what plan() has left in `plan`. *cost: 0, but for the amount, which
     * is that of the rows. NULL: its time is not modelled. @local, the same on every rank */
    odd_status (*cost)(const odd_run *run, const odd_stage_plan *plan, odd_stage_cost *cost);
    /** A setting that makes its rehearsal short, "train.epochs=2"; NULL: few images do. */
    const char *rehearse;
    /** Do it. `from` goes into the file. @collective */
    odd_status (*run)(odd_run *run, const odd_provenance *from);
    /** Print its result on stdout, by rank 0; NULL: nothing. ODD_PROBLEM where it is one that the
     *  user wants to be told by the exit code. @collective */
    odd_status (*print)(odd_run *run);
} odd_stage;

struct odd_pipeline {
    const char *name;               /* "an audit" */
    const char *counts;             /* what a plan counts: "images" */
    const odd_stage *const *stages; /* in the order of the data; NULL-terminated */
    /** Is this what the job wants? NULL: where it wants no other. @local */
    bool (*wanted)(const odd_job *job);
    bool whole; /* few of the images are no rehearsal for it: it draws from them what it needs */
    /** Check settings that no stage can alone, of a job that may want any of these; NULL: nothing.
     *  @local; ODD_USAGE */
    odd_status (*check)(const odd_pipeline *const pipelines[], const odd_job *job);
    /** Print the result of a finished run on stdout, by rank 0, before what its stages print.
     *  @collective */
    odd_status (*print)(odd_run *run);
};

/** Add exchanges of so many bytes each. @local */
void odd_stage_cost_exchange(odd_stage_cost *cost, odd_exchange_kind kind, double times,
                             double bytes);

/** Add the search for neighbours of n rows of d values among one another (linalg/neighbours.h),
 * where the rows of all ranks come by for each batch of mine. @local */
void odd_stage_cost_neighbours(double n, double d, int ranks, odd_stage_cost *cost);

/** The first one that the job wants. @local */
const odd_pipeline *odd_pipeline_of(const odd_pipeline *const pipelines[], const odd_job *job);

/** Check the settings of a job before any work, by its pipeline and each of the stages. @local;
 *  ODD_USAGE */
odd_status odd_pipelines_check(const odd_pipeline *const pipelines[], const odd_job *job);

/** The i-th of the stages of all pipelines, each once, those of the last pipeline first; NULL:
 * there are no more. @local */
const odd_stage *odd_stage_number(const odd_pipeline *const pipelines[], int i);

/** A stage by its name; NULL: the pipeline has none such. */
const odd_stage *odd_stage_find(const odd_pipeline *pipeline, const char *name);

/** Check settings of a stage that tables cannot. @local; ODD_USAGE */
odd_status odd_stage_check_settings(const odd_stage *stage, const odd_job *job);

/** Does the job, one of the stage's pipeline, have this stage? @local */
bool odd_stage_applies(const odd_stage *stage, const odd_job *job);

/** Does one of `stages` that the job has read the file of this one? @local */
bool odd_stage_is_read(const odd_stage *const stages[], const odd_stage *stage, const odd_job *job);

/** The further file of the stage in runs of this job; NULL: none. @local */
const char *odd_stage_product(const odd_stage *stage, const odd_job *job);

/** Settings of the part that the job picks; borrowed from the job. @local */
const void *odd_stage_options(const odd_stage *stage, const odd_job *job);

/** `digest` with the settings that a stage depends on: its sections and those of the part that is
 *  picked, or of all. @local */
odd_hash odd_stage_digest(const odd_stage *stage, const odd_job *job, bool all_parts,
                          odd_hash digest);

#endif
