/**
 * Trials: images held out, shown with damage of each kind and size, and what networks say of them.
 */
#ifndef ODDLOT_STAGE_TRAIN_DAMAGE_TRIALS_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_DAMAGE_TRIALS_INTERNAL_H

#include "stage/train/damage_task_internal.h"

/* One damage that images are shown with. */
typedef struct {
    odd_damage_task task;
    uint32_t turn;
    const char *name; /* of the kind; "any" of those that are learnt and have a size */
    bool learnt;      /* whether networks were shown this kind in this size */
    bool sized;       /* it is done to a region */
} odd_damage_trial;

typedef struct {
    const odd_training *t;
    int trials, *sized_kind; /* kinds of the trials of sizes */
    odd_damage_trial *trial; /* (trials) */
    int64_t count, *row;     /* (count) images on trial, those of a fold together */
    double *as_is;           /* (count) log odds of damage */
    double *said, *altered;  /* (trials, count) the same as damaged; whether that alters a pixel */
} odd_damage_trials;

/** What is told and kept of trials that were done. @local; ODD_NOMEM. */
odd_status odd_trials_conclude(const odd_damage_trials *c, odd_bundle *out);

#endif
