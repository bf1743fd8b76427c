/**
 * The pipeline of an audit.
 */
#ifndef ODDLOT_PIPELINE_PIPELINES_INTERNAL_H
#define ODDLOT_PIPELINE_PIPELINES_INTERNAL_H

#include "oddlot/run/stage.h"

extern const odd_pipeline odd_pipeline_audit;
extern const odd_stage *const odd_audit_stages[]; /* NULL-terminated, in the order of the data */

#endif
