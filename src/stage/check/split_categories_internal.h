/**
 * Split categories: findings of categories whose images are of two groups that are apart.
 */
#ifndef ODDLOT_STAGE_CHECK_SPLIT_CATEGORIES_INTERNAL_H
#define ODDLOT_STAGE_CHECK_SPLIT_CATEGORIES_INTERNAL_H

#include "stage/check/check_internal.h"

/** A finding, with a picture of both, of each category whose second group has at least this share
 *  of its pictures. The check reads groups.h5. @local: rank 0; ODD_FORMAT, ODD_NOMEM */
odd_status odd_split_categories_add(odd_check_context *context, double share);

#endif
