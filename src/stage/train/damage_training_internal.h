/**
 * Task damage: a network for each fold of the catalogue learns from the other folds to tell images
 * that a program damaged from those as they are, and predicts how likely damage is in the images of
 * this fold, which it has not seen (cross-fitting).
 */
#ifndef ODDLOT_STAGE_TRAIN_DAMAGE_TRAINING_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_DAMAGE_TRAINING_INTERNAL_H

#include "stage/train/training_internal.h"

/* The task's own state in a training. */
typedef struct {
    odd_damage_task task;
    int64_t n;            /* images */
    double *odds_as_is;   /* (n) log odds of damage of the image as it is; NaN: not readable */
    double *odds_in_task; /* (n) of the image as the task damages it, or not, in turn 0 */
    int32_t *kind;        /* (n) what the task did to it, -1: nothing */
    uint8_t *altered;     /* (n) whether that changed a pixel */
    int32_t *fold;        /* (n) whose network has not seen it; -1: not readable */
} odd_damage_result;

/** The state of a training of this task. */
static inline odd_damage_result *odd_damage_of(const odd_training *t)
{
    return t->state;
}

/* -- damage_result.c -- */

/** Allocate the result, which is t->state, and draw the folds. @local; ODD_NOMEM, ODD_USAGE. */
odd_status odd_damage_result_new(odd_training *t);
void odd_damage_result_free(odd_training *t);
/** Write it, with figures of merit, and log these. @collective */
odd_status odd_damage_result_write(const odd_training *t, odd_file *file);

/* -- damage_network.c -- */

/** A network of the task from its file, which may have been put there by anyone. @local; ODD_IO,
 *  ODD_FORMAT (not for such images, or not of one or two values), ODD_NOMEM. */
odd_status odd_damage_network_read(const char *path, int height, int width, int channels,
                                   odd_graph **out);

/* -- damage_predict.c -- */

/** Log odds of damage by a network for some rows, as they are stored (`in_task` false) or as the
 *  task damages them in turn 0: odds[row], and altered[row] of the result where in_task. The same
 *  bits on any number of ranks. @collective */
odd_status odd_damage_predict(const odd_training *t, const odd_graph *graph, int64_t count,
                              const int64_t row[], bool in_task, double odds[]);
/** The same for damage that may be another than the learnt one, in any turn; task NULL: images as
 *  they are. odds, altered (0 or 1): (count), in the order of `row`. @collective */
odd_status odd_damage_predict_as(const odd_training *t, const odd_graph *graph,
                                 const odd_damage_task *task, uint32_t turn, int64_t count,
                                 const int64_t row[], double odds[], double altered[]);
/** Mean loss and accuracy of such log odds for rows as the task damages them. @local */
void odd_damage_evaluate(const odd_training *t, int64_t count, const int64_t row[],
                         const double odds[], double *loss, double *accuracy);

/* -- damage_trials.c -- */

/** Predict images held out with each kind of damage, learnt or not, and with other sizes of it, by
 *  the networks in networks/; log how well they detect it, and add that to the results. What is
 *  tried is set in train.damage. @collective */
odd_status odd_damage_trials_add(const odd_training *t, odd_bundle *out);

#endif
