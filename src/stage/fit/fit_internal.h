/**
 * Fit: the section `fit` of a job.
 */
#ifndef ODDLOT_STAGE_FIT_FIT_INTERNAL_H
#define ODDLOT_STAGE_FIT_FIT_INTERNAL_H

typedef struct {
    char *detector, *model;
    double calibration;
} odd_fit_options;

#endif
