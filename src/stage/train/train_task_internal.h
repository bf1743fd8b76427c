/**
 * Task: what the networks of stage `train` are to learn. A task is one table of functions in one
 * file and one line in ODD_TRAIN_TASKS; epochs, shards, checkpoints, curves and patience are the
 * same for all (train_fold.c).
 */
#ifndef ODDLOT_STAGE_TRAIN_TRAIN_TASK_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_TRAIN_TASK_INTERNAL_H

#include "stage/train/train_images_internal.h"

#include "oddlot/detect/detector.h"
#include "oddlot/nn/train.h"

struct odd_training;
struct odd_training_options;
struct odd_train_state;

/* Which of a network's sets an image is in. */
typedef enum {
    ODD_SPLIT_TRAINING,   /* it learns from these */
    ODD_SPLIT_HELD_OUT,   /* it is evaluated on these, and predicts them */
    ODD_SPLIT_VALIDATION, /* its best epoch is chosen by these */
    ODD_SPLITS,
    ODD_SPLIT_NONE = ODD_SPLITS
} odd_train_split;

/* Images of one set. */
typedef struct {
    int64_t count, *row;
} odd_train_rows;

/* An array of results that grows while networks are trained: part of checkpoints. */
typedef struct {
    const char *name;
    odd_type type;
    int64_t count;
    void *data;
} odd_train_array;

enum { ODD_MAX_TRAIN_ARRAYS = 8 };

/* A column of scores: predictions of a task's networks for each image. */
typedef struct odd_task_column {
    odd_score_column column;
    const char *dataset;  /* of train.h5: (images) */
    const char *evidence; /* where it is a probability of being odd: dataset of the log odds where
                             as many images are odd as not; NULL: it is none */
} odd_task_column;

/* Where the networks of a task see that an image is odd: each image by the one network that has not
 * learnt from it, which gives log odds or two values whose difference they are. */
typedef struct {
    const char *network;  /* dataset of train.h5: (images) its number, from 0; -1: none */
    const char *log_odds; /* dataset: (images) the log odds that it gave */
    /** Read network `number` of a run for images of such a shape. *path: its file, owned by caller.
     *  @local; ODD_IO, ODD_FORMAT, ODD_NOMEM */
    odd_status (*read)(const odd_run *run, int64_t number, int height, int width, int channels,
                       char **path, odd_graph **out);
} odd_task_heat;

/* A figure of merit that people look at. */
typedef struct {
    const char *name;
    const char *dataset; /* of train.h5, one number */
    bool share;          /* shown in per cent */
} odd_task_figure;

typedef struct odd_train_task {
    const odd_part *settings;       /* named as the task: "damage", section "train.damage" */
    const char *summary;            /* what is learnt, in a few words */
    const char *product;            /* a file that it leaves, relative to RUN */
    const char *preset;             /* how levels are scaled: one of odd_input_presets */
    const odd_task_heat *heat;      /* NULL: it cannot be seen where images are odd */
    const odd_task_figure *figures; /* a NULL name ends; NULL: there are none */
    bool starts;                    /* its networks may begin with layers of train.start */
    bool labelled;                  /* it learns from labels: begin() finds them in t->labels */
    /** Columns of scores, a NULL dataset ends; the first may rank. @local */
    const odd_task_column *(*columns)(const odd_job *job);
    /** One sentence why an image is odd by that column of them; score: of each column. @local */
    void (*reason)(const odd_task_column *column, int c, const double score[], char *buffer,
                   size_t size);
    /** What in the file `product` turns images of shape (channels, height, width) into features, as
     *  it will be. NULL: nothing does, there are several networks. @local; ODD_USAGE, ODD_NOMEM */
    odd_status (*features)(const odd_job *job, const int64_t shape[3], odd_graph **out);
    /** Settings that make no sense together. @local; ODD_USAGE */
    odd_status (*check)(const odd_job *job);
    /** How many networks are trained, one after the other. @local */
    int64_t (*networks)(const struct odd_training_options *options);
    /** A network of them before training, for images of shape (channels, height, width). @local;
     *  ODD_USAGE, ODD_NOMEM */
    odd_status (*network)(const odd_job *job, int64_t number, const int64_t shape[3],
                          odd_graph **out);
    /** Put behind such a network what depends on the images, as an output for each class does.
     * NULL: nothing. @local; ODD_USAGE, ODD_NOMEM */
    odd_status (*complete)(const struct odd_training *t, int64_t number, odd_graph *graph);
    /** Train network state->fold from the epoch where the state is, keep its state after each, and
     *  predict: in a way of its own, in place of what follows up to finish(). NULL: by gradients
     *  (train_fold.c). @collective; ODD_STOPPED, ODD_NUMERIC, ODD_USAGE as odd_train_fold() */
    odd_status (*train)(struct odd_training *t, struct odd_train_state *state);
    /** Fill the terms of its objective, loss[]; returns the count. @local */
    int (*losses)(const odd_job *job, const odd_graph *graph, odd_loss loss[ODD_LOSSES]);
    /** Set what else the objective needs. NULL: nothing. @local */
    void (*objective)(const struct odd_training *t, odd_train_options *options);
    /** The curve whose minimum is at the best epoch; -1: the last epoch is kept. @local */
    int (*monitor)(const odd_job *job);
    /** Allocate results in t->state, after the images have been opened. NULL: it needs none.
     *  @local; ODD_NOMEM, ODD_USAGE */
    odd_status (*begin)(struct odd_training *t);
    void (*end)(struct odd_training *t); /* also where it began in part. @local */
    /** List the arrays that checkpoints hold; returns the count. NULL: none. @local */
    int (*checkpoint_arrays)(const struct odd_training *t,
                             odd_train_array array[ODD_MAX_TRAIN_ARRAYS]);
    /** The set of this network that this image is in. @local */
    odd_train_split (*split)(const struct odd_training *t, int64_t number, int64_t row);
    /** How images are damaged while it learns; NULL: not at all. @local */
    const odd_damage_task *(*damage)(const struct odd_training *t);
    /** Allocate in `batch` what its targets are made of; NULL: they need no more. @local;
     *  ODD_NOMEM */
    odd_status (*reserve)(const struct odd_training *t, odd_train_batch *batch);
    /** Set the targets of images from the at-th one of the batch on. @local */
    void (*set_targets)(const odd_train_batch *batch, const odd_train_images *images, int64_t at,
                        odd_target target[ODD_LOSSES]);
    /** After an epoch, counted from 0: extend the curves, and log them. @collective */
    odd_status (*evaluate)(struct odd_training *t, int64_t number, int64_t epoch,
                           const odd_graph *graph, const odd_train_rows rows[ODD_SPLITS]);
    /** Take into t->state what is wanted of the trainer of the network that is kept, beside the
     *  network. NULL: nothing. @local */
    void (*keep)(struct odd_training *t, int64_t number, const odd_trainer *trainer);
    /** Predict by the network that is kept, and write it to networks/. @collective */
    odd_status (*finish)(struct odd_training *t, int64_t number, const odd_graph *graph,
                         const odd_train_rows *held);
    /** Write the results, with figures of merit, and log these. @collective */
    odd_status (*write)(const struct odd_training *t, odd_file *file);
} odd_train_task;

#define ODD_TRAIN_TASKS(X)                                                                         \
    X(odd_task_damage)                                                                             \
    X(odd_task_autoencoder)                                                                        \
    X(odd_task_belief)                                                                             \
    X(odd_task_classify)

#define ODD_DECLARE(record) extern const odd_train_task record;
ODD_TRAIN_TASKS(ODD_DECLARE)
#undef ODD_DECLARE

extern const odd_train_task *const odd_train_tasks[]; /* NULL-terminated */
/** The settings of the i-th task. @local */
odd_part odd_train_task_part(int i);
/** The task that the job names. @local */
const odd_train_task *odd_train_task_of(const odd_job *job);

#endif
