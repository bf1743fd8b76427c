/**
 * Stage meter: what a stage takes of the machine, counted from where it begins: processor seconds,
 * bytes read and written, the largest memory of a rank, and where its ranks were: at work, within
 * MPI, or within MPI's files. odd_stage_publish() notes it in the file.
 */
#ifndef ODDLOT_RUN_STAGE_METER_H
#define ODDLOT_RUN_STAGE_METER_H

#include "oddlot/base/usage.h"
#include "oddlot/par/mpi_meter.h"

#include <mpi.h>

typedef struct {
    odd_usage begun;   /* what there was when it began */
    odd_mpi_usage mpi; /* likewise */
    int64_t peak;      /* the largest memory of stages within this one */
} odd_stage_meter;

/** Begin to count for a stage, and give memory back that the one before has freed. Returns the
 * meter of the one around it (a study has runs within its stage), to be given to
 * odd_stage_meter_end(). @local */
odd_stage_meter odd_stage_meter_begin(void);
/** Count for the stage around it again. @local */
void odd_stage_meter_end(const odd_stage_meter *around);

/** What the stage at work has taken so far, and its peak. @local */
odd_usage odd_stage_meter_usage(int64_t *peak);
/** And what it gave to MPI. @local */
odd_mpi_usage odd_stage_meter_mpi(void);

/* Where a rank is: at work of its own, in calls of MPI, in calls of MPI that work on files; and the
 * seconds of processors of the first, which other work on the machine does not lengthen. */
enum { ODD_SPLIT_COMPUTE, ODD_SPLIT_MPI, ODD_SPLIT_MPI_FILE, ODD_SPLIT_COMPUTE_CPU, ODD_SPLITS };

/* Seconds, over ranks. */
typedef struct {
    double sum, max, min;
} odd_stage_split;

/** How the time of the stage at work so far is split, which has taken this rank `elapsed` seconds.
 *  The same on every rank. @collective */
void odd_stage_meter_split(MPI_Comm comm, double elapsed, odd_stage_split out[static ODD_SPLITS]);

#endif
