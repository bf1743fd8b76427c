/**
 * Groups: groups.h5 as later stages read it: VIEW/... for each of some views.
 */
#ifndef ODDLOT_STAGE_GROUPS_H
#define ODDLOT_STAGE_GROUPS_H

#include "oddlot/base/status.h"
#include "oddlot/store/file.h"

#include <stdint.h>

/* The views that groups are found by, in the order in which they are believed; a job may lack
 * some. */
typedef struct {
    const char *name; /* of the view, and of its group in the file */
    const char *seen; /* "by what they show" */
} odd_group_view;

enum { ODD_GROUP_VIEWS = 2 };
extern const odd_group_view odd_group_views[ODD_GROUP_VIEWS];

/** The column VIEW/what, such as "of_kind/images"; n: its rows. *data: odd_free(). @local;
 *  ODD_FORMAT, ODD_NOMEM */
odd_status odd_group_column_read(const odd_file *groups, const char *view, const char *what,
                                 odd_type type, void **data, int64_t *n);

#endif
