/* The program's own tables with one line more each. They stand in the place of those in src, whose
 * files hold nothing else. */
#include "oddlot/base/table.h"
#include "oddlot/detect/detector.h"
#include "oddlot/stage/reductions.h"
#include "oddlot/stage/stages.h"
#include "pipeline/pipelines_internal.h"
#include "stage/check/check_internal.h"
#include "stage/features/feature_source_internal.h"
#include "stage/train/train_task_internal.h"

#define EXTEND(type, table, LIST, extra)                                                           \
    extern const type extra;                                                                       \
    const type *const table[] = {LIST(ODD_TABLE_ENTRY) ODD_TABLE_ENTRY(extra) NULL};

EXTEND(odd_detector, odd_detectors, ODD_DETECTORS, extra_detector)
EXTEND(odd_reduction, odd_stage_reductions, ODD_STAGE_REDUCTIONS, extra_reduction)
EXTEND(odd_feature_source, odd_feature_sources, ODD_FEATURE_SOURCES, extra_source)
EXTEND(odd_train_task, odd_train_tasks, ODD_TRAIN_TASKS, extra_task)
EXTEND(odd_check, odd_checks, ODD_CHECKS, extra_check)
EXTEND(odd_stage, odd_audit_stages, ODD_STAGES, extra_stage)
