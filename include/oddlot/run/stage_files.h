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

/** Note in the file what the stage took, and publish it: seconds since `started` (odd_seconds());
 *  processor seconds and bytes read and written by all ranks, and the largest memory of a rank
 *  (stage_meter.h). Frees *file also on failure. @collective on comm */
odd_status odd_stage_publish(MPI_Comm comm, odd_file **file, double started);

#endif
