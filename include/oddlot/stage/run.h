/**
 * Run: a job, its folder, and the runner that does what is not up to date.
 *
 * A stage is up to date when its file in RUN is published and carries the fingerprint that its
 * settings, its version and the fingerprints of its inputs give.
 */
#ifndef ODDLOT_STAGE_RUN_H
#define ODDLOT_STAGE_RUN_H

#include "oddlot/base/job.h"
#include "oddlot/base/status.h"
#include "oddlot/store/file.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

/* The top of a job file. */
typedef struct {
    char *name;
    int64_t seed;
    double memory; /* GiB of rows that a rank keeps in memory; beyond it, it streams */
} odd_run_options;

typedef struct odd_audited odd_audited; /* the list of images, see audited_internal.h */

typedef struct {
    MPI_Comm comm;
    const odd_job *job;             /* kept */
    const odd_run_options *options; /* its top */
    char *folder;
    char *command;        /* as typed, for provenance */
    odd_audited *audited; /* what is audited; listed when first asked for */
    int lock;             /* file descriptor of the folder's lock on rank 0, -1: none */
} odd_run;

/** Begin a run; `folder` NULL: runs/<name>. Makes the folder unless `look_only`. Locks it against
 *  another program that writes the same run. @collective; job kept. ODD_USAGE for settings that
 *  make no sense together, and where files of a user would be replaced; ODD_IO. */
odd_status odd_run_open(MPI_Comm comm, const odd_job *job, const char *folder, const char *command,
                        bool look_only, odd_run **out);
void odd_run_close(odd_run **run); /* @collective */

/** Do the stages from the first to the last, leaving those that are up to date; `only` names one
 *  stage (its inputs must be up to date), NULL: all. Writes job.yaml and audit.h5. @collective.
 *  ODD_STOPPED when a signal asked for it: what is published stays. */
odd_status odd_run_do(odd_run *run, const char *only);

/** Print what odd_run_do() would do, on stdout. @collective */
odd_status odd_run_plan(odd_run *run);

/** Print the result of a finished run on stdout: metrics, the oddest images, where the report is.
 *  Rank 0 prints. @collective */
odd_status odd_run_summary(odd_run *run);

/** Describe a run folder on stdout. @local */
odd_status odd_run_describe(const char *folder, bool verify);

#endif
