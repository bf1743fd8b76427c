/**
 * Report folder: written beside its place, put there whole, and never in the place of anything
 * that is not a report.
 */
#ifndef ODDLOT_REPORT_REPORT_FOLDER_INTERNAL_H
#define ODDLOT_REPORT_REPORT_FOLDER_INTERNAL_H

#include "oddlot/base/status.h"

#include <limits.h>

typedef struct {
    char place[PATH_MAX];   /* where the report shall be */
    char partial[PATH_MAX]; /* where it is written: PLACE.partial */
} odd_report_folder;

/** Make an empty PLACE.partial/img. ODD_IO naming the path, also when PLACE holds other files. */
odd_status odd_report_folder_begin(const char *place, odd_report_folder *folder);

/** Put the report in its place at once, then remove the old one. */
odd_status odd_report_folder_publish(const odd_report_folder *folder);

/** Remove what was written; the status of the failure is passed through. */
odd_status odd_report_folder_abandon(const odd_report_folder *folder, odd_status st);

#endif
