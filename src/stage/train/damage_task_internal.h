/**
 * Task damage: a network for each fold of the catalogue learns from the other folds to tell images
 * that a program damaged from those as they are, and says of the images of this one, which it has
 * not seen, how likely damage is (cross-fitting).
 */
#ifndef ODDLOT_STAGE_TRAIN_DAMAGE_TASK_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_DAMAGE_TASK_INTERNAL_H

#include "stage/train/training_internal.h"

/* The task's own state in a training. */
typedef struct {
    odd_damage_task task;
    int64_t n;        /* images */
    double *as_is;    /* (n) log odds of damage of the image as it is; NaN: not readable */
    double *shown;    /* (n) of the image as the task shows it in turn 0 */
    int32_t *kind;    /* (n) what the task did to it, -1: nothing */
    uint8_t *altered; /* (n) whether that changed a pixel */
    int32_t *fold;    /* (n) whose network has not seen it; -1: not readable */
} odd_damage_result;

/** The state of a training of this task. */
static inline odd_damage_result *odd_damage_of(const odd_training *t)
{
    return t->state;
}

/* -- damage_result.c -- */

/** Room for the result, kept in t->state; folds are drawn. @local; ODD_NOMEM, ODD_USAGE. */
odd_status odd_damage_result_new(odd_training *t);
void odd_damage_result_free(odd_training *t);
/** Write it, with figures of merit, and tell these. @collective */
odd_status odd_damage_result_write(const odd_training *t, odd_file *file);

/* -- damage_network.c -- */

/** A network of the task from its file, which may have been put there by anyone. @local; ODD_IO,
 *  ODD_FORMAT (not for such images, or not of one or two values), ODD_NOMEM. */
odd_status odd_damage_network_read(const char *path, int height, int width, int channels,
                                   odd_graph **out);

/* -- damage_predict.c -- */

/** Log odds of damage by a network for some rows, as they are (`shown` false) or as the task shows
 *  them in turn 0: odds[row], and altered[row] of the result where shown. The same bits on any
 *  number of ranks. @collective */
odd_status odd_damage_predict(const odd_training *t, const odd_graph *graph, int64_t count,
                              const int64_t row[], bool shown, double odds[]);
/** The same for damage that may be another than the learnt one, in any turn; task NULL: images as
 *  they are. odds, altered (0 or 1): (count), in the order of `row`. @collective */
odd_status odd_damage_predict_as(const odd_training *t, const odd_graph *graph,
                                 const odd_damage_task *task, uint32_t turn, int64_t count,
                                 const int64_t row[], double odds[], double altered[]);
/** Mean loss and share of right answers for rows as they are shown. @local */
void odd_damage_grade(const odd_training *t, int64_t count, const int64_t row[],
                      const double odds[], double *loss, double *accuracy);

/* -- damage_trials.c -- */

/** Show images held out with each kind of damage, learnt or not, and with other sizes of it, as
 *  train.damage says; tell and add how well the networks in networks/ see it. @collective */
odd_status odd_damage_trials_add(const odd_training *t, odd_bundle *out);

#endif
