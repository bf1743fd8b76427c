/**
 * Report folder: written beside its place, put there whole, and never in the place of anything
 * that is not a report.
 */
#ifndef ODDLOT_REPORT_REPORT_FOLDER_INTERNAL_H
#define ODDLOT_REPORT_REPORT_FOLDER_INTERNAL_H

#include "oddlot/base/text.h"

#include <limits.h>

typedef struct {
    char place[PATH_MAX];   /* where the report shall be */
    char partial[PATH_MAX]; /* where it is written: PLACE.partial */
} odd_report_folder;

/** Make an empty PLACE.partial/img. ODD_IO naming the path, also when PLACE holds other files. */
odd_status odd_report_folder_begin(const char *place, odd_report_folder *folder);

/** Where a file of the report is written. ODD_IO. */
odd_status odd_report_folder_path(const odd_report_folder *folder, const char *file,
                                  char path[static PATH_MAX]);

/** Write index.html. ODD_IO. */
odd_status odd_report_folder_page(const odd_report_folder *folder, const odd_text *html);

/** Put the report in its place at once, then remove the old one. */
odd_status odd_report_folder_publish(const odd_report_folder *folder);

/** Remove what was written; the status of the failure is passed through. */
odd_status odd_report_folder_abandon(const odd_report_folder *folder, odd_status st);

/* Writes a page of some kind of data. */
typedef odd_status odd_page_writer(const void *data, odd_text *html);

/** All of the above for a report of one page without pictures. */
odd_status odd_report_folder_put(const char *place, odd_page_writer *write, const void *data);

#endif
