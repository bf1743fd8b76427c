/**
 * Calibration of the networks' log odds by images held out, which the program damaged or not.
 */
#ifndef ODDLOT_STAGE_TRAIN_DAMAGE_CALIBRATION_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_DAMAGE_CALIBRATION_INTERNAL_H

#include "stage/train/damage_training_internal.h"

#include "oddlot/eval/reliability.h"

typedef struct {
    int32_t *part; /* (n) of its fold, whose map is fitted to the others; -1: not readable */
    double *slope, *offset; /* (folds, parts) of the log odds, see damage_calibration.c */
    double *evidence;    /* (n) log odds of damage of the image as it is, where as many are damaged
                            as not; NaN: not readable */
    double *probability; /* (n) where `share` of the images are damaged */
    double share;        /* as the evidence suggests for this catalogue */
    odd_reliability before, after; /* of probabilities of damage in the images of the task */
    double auc;                    /* of evidence on them; NaN where it is not defined */
} odd_damage_calibration;

/** @local, the same on every rank; ODD_NOMEM, ODD_NUMERIC. */
odd_status odd_damage_calibrate(const odd_training *t, odd_damage_calibration *out);
void odd_damage_calibration_free(odd_damage_calibration *c);
/** Add it to the results, and log it. @local; ODD_NOMEM */
odd_status odd_damage_calibration_add(const odd_training *t, const odd_damage_calibration *c,
                                      odd_bundle *out);

#endif
