/**
 * Heat picture: colours that lie over an image and show where it is damaged.
 */
#ifndef ODDLOT_REPORT_HEAT_PICTURE_INTERNAL_H
#define ODDLOT_REPORT_HEAT_PICTURE_INTERNAL_H

#include "oddlot/report/report.h"

/** RGBA pixels (height, width, 4), nothing where it is cool. Owned by caller: odd_free().
 * ODD_NOMEM.
 */
odd_status odd_heat_picture_make(const odd_flagged *image, uint8_t **pixels);

#endif
