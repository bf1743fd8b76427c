/* The table of feature sources. */
#include "oddlot/base/table.h"
#include "stage/features/feature_source_internal.h"

const odd_feature_source *const odd_feature_sources[] = {ODD_FEATURE_SOURCES(ODD_TABLE_ENTRY) NULL};
