/**
 * Files of stages: how they are opened, begun and published.
 */
#ifndef ODDLOT_RUN_STAGE_FILES_H
#define ODDLOT_RUN_STAGE_FILES_H

#include "oddlot/base/status.h"
#include "oddlot/run/run.h"
#include "oddlot/store/file.h"

#include <mpi.h>

/** Open the file of a stage of the run's pipeline for reading on these ranks. @collective on comm
 */
odd_status odd_stage_open(const odd_run *run, MPI_Comm comm, const char *stage, odd_file **out);

/** Begin the file of stage from->stage. @collective on comm */
odd_status odd_stage_create(const odd_run *run, MPI_Comm comm, const odd_provenance *from,
                            odd_file **out);

/** Note the seconds since `started` (odd_seconds()) and the largest memory of a rank in the file
 * and publish it. Frees *file also on failure. @collective on comm */
odd_status odd_stage_publish(MPI_Comm comm, odd_file **file, double started);

#endif
