/**
 * CSV: flagged.csv and errors.csv, whole or not at all. Fields are escaped for spreadsheets (see
 * odd_text_csv()); bytes of a name that are not UTF-8 stay as they are. @local
 */
#ifndef ODDLOT_REPORT_CSV_H
#define ODDLOT_REPORT_CSV_H

#include "oddlot/base/text.h"
#include "oddlot/report/report.h"

/* One image that could not be read. */
typedef struct {
    int64_t row;
    const char *name, *status, *reason;
} odd_unreadable;

/* The first line of flagged.csv. */
#define ODD_CSV_FLAGGED_HEAD "rank,row,path,score,probability,detector,reason,label,truth\n"

/** Add a line of flagged.csv; truth is "odd", "theme" or empty, and so is a probability that is
 * NaN. Scores with 17 digits, so that reading them back gives the same bits. */
void odd_csv_add_flagged(odd_text *csv, const odd_flagged *image, const char *detector);

/** Columns row, path, status, reason. */
odd_status odd_csv_errors(const char *path, const odd_unreadable rows[], int64_t count);

#endif
