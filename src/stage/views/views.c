/* The table of views. */
#include "oddlot/base/table.h"
#include "stage/views/view_internal.h"

const odd_image_view *const odd_views[] = {ODD_VIEWS(ODD_TABLE_ENTRY) NULL};
