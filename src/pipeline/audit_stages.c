/* The table of the stages of an audit. */
#include "oddlot/base/table.h"
#include "oddlot/stage/stages.h"
#include "pipeline/pipelines_internal.h"

const odd_stage *const odd_audit_stages[] = {ODD_STAGES(ODD_TABLE_ENTRY) NULL};
