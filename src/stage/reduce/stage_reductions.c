/* The table of reductions that jobs may name. */
#include "oddlot/base/table.h"
#include "oddlot/stage/reductions.h"

const odd_reduction *const odd_stage_reductions[] = {ODD_STAGE_REDUCTIONS(ODD_TABLE_ENTRY) NULL};
