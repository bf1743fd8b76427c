/* Group columns: what later stages read of groups.h5. */
#include "oddlot/run/columns.h"
#include "oddlot/stage/groups.h"

#include <stdio.h>

const odd_group_view odd_group_views[ODD_GROUP_VIEWS] = {{"meaning", "what they show"},
                                                         {"layout", "how they are laid out"}};

odd_status odd_group_column_read(const odd_file *groups, const char *view, const char *what,
                                 odd_type type, void **data, int64_t *n)
{
    char name[64];
    snprintf(name, sizeof name, "%s/%s", view, what);
    return odd_column_read(groups, name, type, data, n);
}
