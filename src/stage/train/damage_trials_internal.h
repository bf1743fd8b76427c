/**
 * Trials: images held out, damaged by each kind and size, and the networks' predictions for them.
 */
#ifndef ODDLOT_STAGE_TRAIN_DAMAGE_TRIALS_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_DAMAGE_TRIALS_INTERNAL_H

#include "stage/train/damage_training_internal.h"

/* One kind and size of damage. */
typedef struct {
    odd_damage_task task;
    uint32_t turn;
    const char *name; /* of the kind; "any" of those that are learnt and have a size */
    bool learnt;      /* whether networks learnt from this kind in this size */
    bool sized;       /* it is done to a region */
} odd_damage_trial;

typedef struct {
    const odd_training *t;
    int trials, *sized_kind; /* kinds of the trials of sizes */
    odd_damage_trial *trial; /* (trials) */
    int64_t count, *row;     /* (count) images on trial, those of a fold together */
    double *odds_as_is;      /* (count) log odds of damage */
    double *odds_in_trial,
        *altered; /* (trials, count) the same as damaged; whether that alters a pixel */
} odd_damage_trials;

/** Assess trials that were done: log how well damage was detected, and add it to the results.
 *  @local; ODD_NOMEM. */
odd_status odd_damage_trials_summarize(const odd_damage_trials *c, odd_bundle *out);

#endif
