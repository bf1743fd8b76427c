/**
 * On demand: stages that a job has because another one reads their file, and what these read.
 */
#ifndef ODDLOT_STAGE_COPIES_ON_DEMAND_INTERNAL_H
#define ODDLOT_STAGE_COPIES_ON_DEMAND_INTERNAL_H

#include "oddlot/run/stage.h"

#include <stdbool.h>

/** Does another stage of the job read the file of this one? For odd_stage.applies. @local */
bool odd_is_on_demand(const odd_stage *stage, const odd_job *job);

/** For odd_stage.reads of stages that count a picture once: all inputs, copies.h5 where images are
 *  measured, without which no copies are known. @local */
bool odd_reads_known_copies(const odd_job *job, const char *input);

/** copies.h5 where there is one; else *out is NULL. @collective on run->comm */
odd_status odd_known_copies_open(const odd_run *run, odd_file **out);

#endif
