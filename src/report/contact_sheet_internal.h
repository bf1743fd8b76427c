/**
 * Contact sheet: the oddest images in one picture, row by row in their order.
 */
#ifndef ODDLOT_REPORT_CONTACT_SHEET_INTERNAL_H
#define ODDLOT_REPORT_CONTACT_SHEET_INTERNAL_H

#include "oddlot/report/report.h"

/** An RGB picture of the first images that can be shown; all outs are 0 if there is none. Owned by
 *  caller: odd_free(). ODD_NOMEM. */
odd_status odd_contact_sheet_make(const odd_flagged images[], int64_t count, int *width,
                                  int *height, uint8_t **pixels);

#endif
