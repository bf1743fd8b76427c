/**
 * Training: networks that learn a task from the catalogue (train_task_internal.h): one after the
 * other, epoch after epoch, resumable to the bit.
 */
#ifndef ODDLOT_STAGE_TRAIN_TRAINING_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_TRAINING_INTERNAL_H

#include "stage/train/train_images_internal.h"
#include "stage/train/train_task_internal.h"

#include "oddlot/nn/network.h"

/* Section `train`. */
typedef struct odd_training_options {
    char *task, *initial, *optimizer, *schedule, *precision;
    odd_list network;
    double momentum, weight_decay, clip, rate, last_rate, factor, warm_up;
    int64_t epochs, every, batch, shards, folds, patience;
} odd_training_options;

/* The curves of a network: (epochs) each, NaN where it stopped before. */
enum {
    ODD_CURVE_SEEN_LOSS,     /* of the images that it learns from, while it learns */
    ODD_CURVE_SEEN_ACCURACY, /* share that it tells right */
    ODD_CURVE_HELD_LOSS,     /* of those it does not see */
    ODD_CURVE_HELD_ACCURACY,
    ODD_CURVE_CHOICE_LOSS, /* of those that choose the best epoch */
    ODD_CURVES
};

/* What training gives: for each network its curves, and, where there is one for each fold of the
 * catalogue (task damage), what each says of the fold that it has not seen (cross-fitting). */
typedef struct {
    int64_t n, folds, epochs; /* images, networks, epochs */
    double *curve;            /* (ODD_CURVES, folds, epochs) */
    int32_t *best;            /* (folds) epoch whose network is kept, counted from 1 */
    double *as_is;            /* (n) log odds of damage of the image as it is; NaN: not readable */
    double *shown;            /* (n) of the image as the task shows it in turn 0 */
    int32_t *kind;            /* (n) what the task did to it, -1: nothing */
    uint8_t *altered;         /* (n) whether that changed a pixel */
    int32_t *fold;            /* (n) whose network has not seen it; -1: not readable */
    double seconds;           /* that this program has spent on epochs, */
    int64_t learnt;           /* in which networks were shown so many images */
} odd_cross_fit;

/* One training with everything that its networks share. */
typedef struct odd_training {
    odd_run *run;
    MPI_Comm comm;
    const odd_training_options *options;
    const odd_provenance *from;
    const odd_train_task *goal;
    odd_damage_task task; /* of task damage */
    odd_train_images images;
    odd_cross_fit result;
    double *error; /* (n) of task autoencoder: mean squared error of a pixel; NaN: not readable */
    double *likelihood; /* (n) where it is variational: the logarithm; NULL: it is not */
} odd_training;

/** True if the job trains networks. @local */
bool odd_trains(const odd_job *job);

/* -- train_network.c -- */

/** A network of a list of layers for images of shape (channels, height, width), or rows of `rank`
 *  1; faults name the setting `key`. @local; ODD_USAGE, ODD_NOMEM. */
odd_status odd_train_network(const odd_job *job, const char *key, int rank, const int64_t shape[],
                             int items, const char *const item[], uint64_t seed, odd_graph **out);
/** Weights of networks with other numbers have nothing in common. */
uint64_t odd_train_seed(const odd_job *job, int64_t number);
/** How it learns: options of the trainer, learning rates of a training of steps_per_epoch. @local;
 *  ODD_USAGE. */
odd_status odd_train_method(const odd_job *job, int64_t steps_per_epoch, odd_train_options *options,
                            odd_schedule *schedule);
/** Write it to networks/NAME.onnx. @local: rank 0 */
odd_status odd_train_save(const odd_training *t, const odd_graph *graph, const char *name);

/* -- damage_network.c -- */

/** A network of task damage from its file, which may have been put there by anyone. @local; ODD_IO,
 *  ODD_FORMAT (not for such images, or not of one or two values), ODD_NOMEM. */
odd_status odd_damage_network_read(const char *path, int height, int width, int channels,
                                   odd_graph **out);

/* -- train_judge.c -- */

/** Log odds of damage by a network for some rows, as they are (`shown` false) or as the task shows
 *  them in turn 0: odds[row], and result.altered[row] where shown. The same bits on any number of
 *  ranks. @collective */
odd_status odd_train_judge(odd_training *t, const odd_graph *graph, int64_t count,
                           const int64_t row[], bool shown, double odds[]);
/** The same for damage that may be another than the learnt one, in any turn; task NULL: images as
 *  they are. odds, altered (0 or 1): (count), in the order of `row`. @collective */
odd_status odd_train_judge_as(const odd_training *t, const odd_graph *graph,
                              const odd_damage_task *task, uint32_t turn, int64_t count,
                              const int64_t row[], double odds[], double altered[]);
/** Mean loss and share of right answers for rows as they are shown. @local */
void odd_train_grade(const odd_training *t, int64_t count, const int64_t row[], const double odds[],
                     double *loss, double *accuracy);

/* -- train_portions.c -- */

/* Images that go through a network at a time, whoever has them: whole groups (nn/net.h), so that a
 * row has the same place in one on any number of ranks. */
enum { ODD_PORTION = 64 };

/** Work on at most ODD_PORTION rows: value (count, width), which is 0. @local */
typedef odd_status (*odd_portion)(void *context, int64_t count, const int64_t row[],
                                  double value[]);
/** The same for any number of rows, spread over ranks: value (count, width) on every rank, the same
 * bits on any number of them. @collective @same count, row */
odd_status odd_train_portions(MPI_Comm comm, int64_t count, const int64_t row[], int width,
                              odd_portion work, void *context, double value[]);

/* -- train_objective.c -- */

/** What each image, as it is, adds to the objective of these terms, weights and all: objective
 *  (count), in the order of `row`. The same bits on any number of ranks. @collective */
odd_status odd_train_objective(const odd_training *t, const odd_graph *graph, int terms,
                               const odd_loss loss[], int64_t count, const int64_t row[],
                               double objective[]);

/* -- train_checkpoint.c -- */

/* How far a network, the one of this fold, has come. */
typedef struct {
    int64_t fold, epochs; /* epochs done */
    odd_bundle trainer;   /* its state after them */
    odd_bundle best;      /* after the best one; empty: the last one is kept */
} odd_train_state;

void odd_train_state_free(odd_train_state *state);
/** Keep it, with the results so far, whole or not at all. @collective */
odd_status odd_train_keep(const odd_training *t, const odd_train_state *state);
/** Take it back, with the results; fold and epochs are 0 where there is none of this job.
 *  @collective */
odd_status odd_train_recall(odd_training *t, odd_train_state *state);
/** Remove it. @local: rank 0 */
void odd_train_forget(const odd_training *t);

/* -- train_fold.c -- */

/** Train the network of state->fold, from where the state is, and let the task make of it what it
 *  wants. Then the state is at the beginning of the next one. @collective; ODD_STOPPED, ODD_NUMERIC
 *  where the loss is no number, ODD_USAGE where nothing is left to learn from. */
odd_status odd_train_fold(odd_training *t, odd_train_state *state);

/* -- train_trials.c -- */

/** Show images held out with each kind of damage, learnt or not, and with other sizes of it, as
 *  train.damage says; tell and add how well the networks in networks/ see it. @collective */
odd_status odd_train_trials(const odd_training *t, odd_bundle *out);

/* -- train_result.c -- */

/** Room for the result; folds are drawn. @local; ODD_NOMEM. */
odd_status odd_cross_fit_new(odd_training *t);
void odd_cross_fit_free(odd_cross_fit *r);
/** The values of one curve of a fold (epochs). */
double *odd_curve(const odd_cross_fit *r, int curve, int64_t fold);
/** Write it, with figures of merit, and tell these. @collective */
odd_status odd_cross_fit_write(const odd_training *t, odd_file *file);

extern const odd_section odd_train_section;

#endif
