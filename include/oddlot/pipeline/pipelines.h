/**
 * Pipelines: the kinds of jobs that there are, in one table, and what follows from it.
 */
#ifndef ODDLOT_PIPELINE_PIPELINES_H
#define ODDLOT_PIPELINE_PIPELINES_H

#include "oddlot/base/job.h"
#include "oddlot/base/status.h"
#include "oddlot/run/stage.h"

#include <stdbool.h>

extern const odd_pipeline *const odd_pipelines[]; /* NULL-terminated; the last takes any job */

/** Every section that a job may have, the settings of all registered parts included, in the order
 *  of the data. Static. */
const odd_section *odd_job_sections(int *count);

/** Describe a run folder on stdout. @local */
odd_status odd_run_describe(const char *folder, bool verify);

#endif
