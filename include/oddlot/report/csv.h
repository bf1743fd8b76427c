/**
 * CSV: flagged.csv and errors.csv, whole or not at all. Fields are escaped for spreadsheets (see
 * odd_text_csv()); bytes of a name that are not UTF-8 stay as they are. @local
 */
#ifndef ODDLOT_REPORT_CSV_H
#define ODDLOT_REPORT_CSV_H

#include "oddlot/report/report.h"

/* One image that could not be read. */
typedef struct {
    int64_t row;
    const char *name, *status, *reason;
} odd_unreadable;

/** Columns rank, row, path, score, probability, detector, reason, label, truth ("odd", "theme" or
 *  empty); an empty probability where it is NaN. Scores with 17 digits, so that reading them back
 * gives the same bits. ODD_IO naming path, ODD_NOMEM. */
odd_status odd_csv_flagged(const char *path, const odd_flagged rows[], int64_t count,
                           const char *detector);

/** Columns row, path, status, reason. */
odd_status odd_csv_errors(const char *path, const odd_unreadable rows[], int64_t count);

#endif
