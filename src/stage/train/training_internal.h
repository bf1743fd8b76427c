/**
 * Training: networks that learn a task from the catalogue (train_task_internal.h): one after the
 * other, epoch after epoch, resumable to the bit.
 */
#ifndef ODDLOT_STAGE_TRAIN_TRAINING_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_TRAINING_INTERNAL_H

#include "stage/train/train_images_internal.h"
#include "stage/train/train_task_internal.h"

#include "oddlot/nn/network.h"
#include "oddlot/run/labels.h"

/* Section `train`. */
typedef struct odd_training_options {
    char *task, *start, *initial, *optimizer, *schedule, *precision;
    odd_list network;
    double momentum, weight_decay, clip, rate, last_rate, factor, warm_up, drop_path;
    int64_t epochs, every, batch, shards, folds, patience;
    bool freeze;
} odd_training_options;

/* The learning curves of a network: (epochs) each, NaN where it stopped before. */
enum {
    ODD_CURVE_TRAINING_LOSS,     /* of the images that it learns from, while it learns */
    ODD_CURVE_TRAINING_ACCURACY, /* share that it classifies right */
    ODD_CURVE_HELD_OUT_LOSS,     /* of those that are held out */
    ODD_CURVE_HELD_OUT_ACCURACY,
    ODD_CURVE_VALIDATION_LOSS, /* of those that choose the best epoch */
    ODD_CURVES
};

/* The curves of all networks. */
typedef struct {
    int64_t networks, epochs;
    double *curve;  /* (ODD_CURVES, networks, epochs) */
    int32_t *best;  /* (networks) epoch whose network is kept, counted from 1 */
    double seconds; /* that this program has spent on epochs, */
    int64_t learnt; /* in which networks learnt from so many images */
} odd_train_curves;

/* One training with everything that its networks share. */
typedef struct odd_training {
    odd_run *run;
    MPI_Comm comm;
    const odd_training_options *options;
    const odd_provenance *from;
    const odd_train_task *task;
    odd_train_images images;
    odd_labels labels; /* of all images, where the task is labelled, */
    uint8_t *verified; /* and ODD_VERIFIED_... of each; else NULL */
    odd_train_curves curves;
    void *state; /* the task's own */
} odd_training;

/** True if the job trains networks. @local */
bool odd_trains(const odd_job *job);

/* -- train_depth.c -- */

/* A list of layers with others between. */
typedef struct {
    int count;
    char **item; /* (count) */
} odd_layer_list;

/** A list of layers in which a branch is dropped before each `add`, the l-th of L with probability
 * most l / L: stochastic depth with linear decay (Huang and others, ECCV 2016). Owned by caller:
 *  odd_layer_list_free(). @local; ODD_ARG where there is no `add`, ODD_NOMEM */
odd_status odd_train_drop_paths(int items, const char *const item[], double most,
                                odd_layer_list *out);
void odd_layer_list_free(odd_layer_list *list);

/* -- train_network.c -- */

/** A network of a list of layers for images of shape (channels, height, width), or rows of `rank`
 *  1; faults name the setting `key`. @local; ODD_USAGE, ODD_NOMEM. */
odd_status odd_train_network(const odd_job *job, const char *key, int rank, const int64_t shape[],
                             int items, const char *const item[], uint64_t seed, odd_graph **out);
/** More layers behind a network of the training; faults name the setting `key`. @local; ODD_USAGE,
 *  ODD_NOMEM. */
odd_status odd_train_network_extend(const odd_job *job, const char *key, int items,
                                    const char *const item[], uint64_t seed, odd_graph *graph);
/** Weights of networks with other numbers have nothing in common. */
uint64_t odd_train_seed(const odd_job *job, int64_t number);
/** How it learns: options of the trainer, learning rates of a training of steps_per_epoch. @local;
 *  ODD_USAGE. */
odd_status odd_train_method(const odd_job *job, int64_t steps_per_epoch, odd_train_options *options,
                            odd_schedule *schedule);
/** Write it to networks/NAME.onnx. @local: rank 0 */
odd_status odd_train_network_write(const odd_training *t, const odd_graph *graph, const char *name);

/* -- train_start.c -- */

/** Do the networks of the job begin with the layers of a file? @local */
bool odd_train_starts(const odd_job *job);
/** These layers, down to what the classifier of the file reads, or all where it has none; for
 * images of shape (channels, height, width). Frozen if the job says so. @local; ODD_USAGE: it is
 * not for such images; ODD_IO, ODD_FORMAT, ODD_NOMEM */
odd_status odd_train_start(const odd_job *job, const int64_t shape[3], odd_graph **out);
/** How its images are scaled. @local; ODD_FORMAT and the same */
odd_status odd_train_start_levels(const odd_job *job, const int64_t shape[3], odd_input *levels);
/** Its digest. @collective */
odd_status odd_train_start_digest(odd_run *run, odd_hash *digest);

/* -- train_chunks.c -- */

/* Images that go through a network at a time, on any rank: whole groups (nn/net.h), so that a row
 * has the same place in a group on any number of ranks. */
enum { ODD_CHUNK = 64 };

/** Work on at most ODD_CHUNK rows: value (count, width), which is 0. @local */
typedef odd_status (*odd_chunk_work)(void *context, int64_t count, const int64_t row[],
                                     double value[]);
/** The same for any number of rows, spread over ranks: value (count, width) on every rank, the same
 * bits on any number of them. @collective @same count, row */
odd_status odd_train_chunks(MPI_Comm comm, int64_t count, const int64_t row[], int width,
                            odd_chunk_work work, void *context, double value[]);

/* -- train_objective.c -- */

/** The weighted objective of these terms for each image, as it is stored: objective (count), in the
 *  order of `row`. The same bits on any number of ranks. @collective */
odd_status odd_train_objective(const odd_training *t, const odd_graph *graph, int terms,
                               const odd_loss loss[], int64_t count, const int64_t row[],
                               double objective[]);

/* -- train_checkpoint.c -- */

/* The state of the network at work, that of this fold. */
typedef struct odd_train_state {
    int64_t fold, epochs; /* epochs done */
    odd_bundle trainer;   /* its state after them */
    odd_bundle best;      /* after the best one; empty: the last one is kept */
} odd_train_state;

void odd_train_state_free(odd_train_state *state);
/** Save it with the results so far, atomically. @collective */
odd_status odd_train_checkpoint_save(const odd_training *t, const odd_train_state *state);
/** Load it with the results; fold and epochs are 0 where there is no checkpoint of this job.
 *  @collective; damaged, or of another shape: as odd_train_checkpoint_broken() */
odd_status odd_train_checkpoint_load(odd_training *t, odd_train_state *state);
/** Fail with what was just said to be wrong with it, its name, and what to do; a want of memory,
 * which is no fault of its, is handed on. @local */
odd_status odd_train_checkpoint_broken(const odd_training *t, odd_status why);
/** Remove it. @local: rank 0 */
void odd_train_checkpoint_remove(const odd_training *t);

/* -- train_fold.c -- */

/** Train the network of state->fold, from the epoch where the state is, and call the task's
 *  finish(). Then the state is at the beginning of the next fold. @collective; ODD_STOPPED,
 *  ODD_NUMERIC where the loss is no number, ODD_USAGE where nothing is left to learn from. */
odd_status odd_train_fold(odd_training *t, odd_train_state *state);

/* -- train_curves.c -- */

/** Allocate the curves of so many networks, all NaN. @local; ODD_NOMEM. */
odd_status odd_train_curves_new(int64_t networks, int64_t epochs, odd_train_curves *out);
void odd_train_curves_free(odd_train_curves *c);
/** The values of one curve of a network (epochs). */
double *odd_train_curve(const odd_train_curves *c, int curve, int64_t network);
/** Add some of them, which: (curves) ODD_CURVE_..., and the best epochs, in group `curves`. @local;
 *  ODD_NOMEM */
odd_status odd_train_curves_add(const odd_train_curves *c, int curves, const int which[],
                                odd_bundle *out);

extern const odd_section odd_train_section;

#endif
