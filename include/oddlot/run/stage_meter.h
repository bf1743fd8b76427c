/**
 * Stage meter: what a stage takes of the machine, counted from where it begins: processor seconds,
 * bytes read and written, the largest memory of a rank. odd_stage_publish() notes it in the file.
 */
#ifndef ODDLOT_RUN_STAGE_METER_H
#define ODDLOT_RUN_STAGE_METER_H

#include "oddlot/base/usage.h"

typedef struct {
    odd_usage begun; /* what there was when it began */
    int64_t peak;    /* the largest memory of stages within this one */
} odd_stage_meter;

/** Begin to count for a stage, and give memory back that the one before has freed. Returns the
 * meter of the one around it (a study has runs within its stage), to be given to
 * odd_stage_meter_end(). @local */
odd_stage_meter odd_stage_meter_begin(void);
/** Count for the stage around it again. @local */
void odd_stage_meter_end(const odd_stage_meter *around);

/** What the stage at work has taken so far, and its peak. @local */
odd_usage odd_stage_meter_usage(int64_t *peak);

#endif
