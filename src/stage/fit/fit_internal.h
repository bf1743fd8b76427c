/**
 * Fit: the section `fit` of a job; what is known of the rows that a detector learns from.
 */
#ifndef ODDLOT_STAGE_FIT_FIT_INTERNAL_H
#define ODDLOT_STAGE_FIT_FIT_INTERNAL_H

#include "oddlot/detect/detector.h"
#include "oddlot/run/filing.h"
#include "oddlot/run/stored_rows.h"

typedef struct {
    char *detector, *model, *classes_from;
    double calibration;
} odd_fit_options;

/* What is known of my rows, in arrays of its own. */
typedef struct {
    odd_known known;
    uint8_t *verified;
    int32_t *class_of;
    odd_filing filing;
} odd_known_rows;

/** What people verified, but for the rows that choose the threshold (fit.calibration); and where
 *  classes are wanted, what images are filed under (fit.classes_from): but for those that count as
 * odd, which are of no class. rows: of reduce.h5. @collective; ODD_FORMAT, ODD_NOMEM */
odd_status odd_known_rows_read(odd_run *run, const odd_stored_rows *rows, bool classes,
                               odd_known_rows *out);
void odd_known_rows_free(odd_known_rows *known);

#endif
