/* The table of checks. */
#include "oddlot/base/table.h"
#include "stage/check/check_internal.h"

const odd_check *const odd_checks[] = {ODD_CHECKS(ODD_TABLE_ENTRY) NULL};
