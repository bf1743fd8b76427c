/**
 * Run: a job at work in its folder, which nobody else writes meanwhile.
 */
#ifndef ODDLOT_RUN_RUN_H
#define ODDLOT_RUN_RUN_H

#include "oddlot/base/job.h"
#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

/* The top of a job file. */
typedef struct {
    char *name;
    int64_t seed;
    double checkpoint; /* least seconds between two checkpoints of ingest, reduce, fit */
    double memory;     /* GiB of rows that a rank keeps in memory; beyond it, it streams */
} odd_run_options;

typedef struct odd_selection odd_selection; /* the list of images, see selection.h */
typedef struct odd_pipeline odd_pipeline;   /* what is done with them, see stage.h */

typedef struct {
    MPI_Comm comm;
    const odd_job *job;                   /* kept */
    const odd_run_options *options;       /* its top */
    const odd_pipeline *const *pipelines; /* those that a job may want; NULL-terminated, kept */
    const odd_pipeline *pipeline;         /* the one that this job wants */
    char *folder;
    char *command;            /* as typed, for provenance */
    odd_selection *selection; /* the images of the run; listed when first asked for */
    int lock;                 /* file descriptor of the folder's lock on rank 0, -1: none */
} odd_run;

extern const odd_section odd_run_section; /* the top of a job file */

/** May a rank have so many bytes of rows at once, by the setting `memory`? @local: it may be true
 * on some ranks only */
bool odd_run_fits(const odd_run *run, double bytes);

/** Begin a run of the pipeline that the job wants; `folder` NULL: runs/<name>. Makes the folder
 *  unless `look_only`. Locks it against another program that writes the same run. @collective; job
 *  and pipelines kept. ODD_USAGE for settings that make no sense together, and where files of a
 *  user would be replaced; ODD_IO. Looks for the backbone (backbone.h). */
odd_status odd_run_open(MPI_Comm comm, const odd_pipeline *const pipelines[], const odd_job *job,
                        const char *folder, const char *command, bool look_only, odd_run **out);
void odd_run_close(odd_run **run); /* @collective */

/** RUN/name, owned by caller: odd_free(). @local; ODD_NOMEM */
odd_status odd_run_path(const odd_run *run, const char *name, char **out);

#endif
