/**
 * Many in place of one: experiments, many trials over one catalogue, and studies, many whole runs,
 * each as one table.
 */
#ifndef ODDLOT_STUDY_STUDY_H
#define ODDLOT_STUDY_STUDY_H

#include "oddlot/run/stage.h"

extern const odd_stage odd_stage_experiment, odd_stage_study;
extern const odd_pipeline odd_pipeline_experiment, odd_pipeline_study;

#endif
