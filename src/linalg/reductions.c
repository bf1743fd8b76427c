/* The table of reductions. */
#include "oddlot/base/table.h"
#include "oddlot/linalg/reduction.h"

const odd_reduction *const odd_reductions[] = {ODD_REDUCTIONS(ODD_TABLE_ENTRY) NULL};
