/* The table of detectors. */
#include "oddlot/base/table.h"
#include "oddlot/detect/detector.h"

const odd_detector *const odd_detectors[] = {ODD_DETECTORS(ODD_TABLE_ENTRY) NULL};
