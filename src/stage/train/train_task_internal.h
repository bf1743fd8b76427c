/**
 * Task: what the networks of stage `train` are to learn. A task is one table of functions in one
 * file and one line in train_task.c; epochs, shards, checkpoints, curves and patience are the same
 * for all (train_fold.c).
 */
#ifndef ODDLOT_STAGE_TRAIN_TRAIN_TASK_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_TRAIN_TASK_INTERNAL_H

#include "stage/train/train_images_internal.h"

#include "oddlot/nn/train.h"

struct odd_training;
struct odd_training_options;

/* What a network does with an image. */
typedef enum {
    ODD_PART_SEEN,   /* learns from it */
    ODD_PART_HELD,   /* is judged by it, and judges it */
    ODD_PART_CHOICE, /* its best epoch is chosen by it */
    ODD_PARTS,
    ODD_PART_NONE = ODD_PARTS
} odd_train_part;

/* Images of one part. */
typedef struct {
    int64_t count, *row;
} odd_train_rows;

/* Results that grow while networks are trained: what a checkpoint keeps of them. */
typedef struct {
    const char *name;
    odd_type type;
    int64_t count;
    void *data;
} odd_train_kept;

enum { ODD_MOST_KEPT = 8 };

typedef struct {
    const odd_part *settings; /* named as the task: "damage", section "train.damage" */
    const char *summary;      /* what is learnt, in a few words */
    const char *product;      /* a file that it leaves, relative to RUN */
    const char *preset;       /* how levels are scaled: one of odd_input_presets */
    /** Settings that make no sense together. @local; ODD_USAGE */
    odd_status (*check)(const odd_job *job);
    /** How many networks are trained, one after the other. @local */
    int64_t (*networks)(const struct odd_training_options *options);
    /** A network of them before training, for images of shape (channels, height, width). @local;
     *  ODD_USAGE, ODD_NOMEM */
    odd_status (*network)(const odd_job *job, int64_t number, const int64_t shape[3],
                          odd_graph **out);
    /** The terms of its objective: how many. @local */
    int (*losses)(const odd_job *job, const odd_graph *graph, odd_loss loss[ODD_LOSSES]);
    /** The curve whose least value tells the best epoch; -1: the last one is kept. @local */
    int (*choice)(const odd_job *job);
    /** Room for results, after the images have been opened. @local; ODD_NOMEM, ODD_USAGE */
    odd_status (*begin)(struct odd_training *t);
    void (*end)(struct odd_training *t); /* @local */
    /** Fill kept[]: how many. @local */
    int (*kept)(const struct odd_training *t, odd_train_kept kept[ODD_MOST_KEPT]);
    /** What this network does with this image. @local */
    odd_train_part (*part)(const struct odd_training *t, int64_t number, int64_t row);
    /** How images are damaged while it learns; NULL: not at all. @local */
    const odd_damage_task *(*damage)(const struct odd_training *t);
    /** Room in `shown` for what its targets are made of; NULL: they need no more. @local;
     *  ODD_NOMEM */
    odd_status (*room)(const struct odd_training *t, odd_shown *shown);
    /** The targets of images from the at-th one shown on. @local */
    void (*aim)(const odd_shown *shown, const odd_train_images *images, int64_t at,
                odd_target target[ODD_LOSSES]);
    /** After an epoch, counted from 0: go on with the curves, and tell. @collective */
    odd_status (*examine)(struct odd_training *t, int64_t number, int64_t epoch,
                          const odd_graph *graph, const odd_train_rows part[ODD_PARTS]);
    /** The network is as good as it gets: judge by it, write it to networks/. @collective */
    odd_status (*finish)(struct odd_training *t, int64_t number, const odd_graph *graph,
                         const odd_train_rows *held);
    /** Write the results, with figures of merit, and tell these. @collective */
    odd_status (*write)(const struct odd_training *t, odd_file *file);
} odd_train_task;

extern const odd_train_task odd_task_damage, odd_task_autoencoder;

extern const char *const odd_train_tasks[]; /* their names; NULL ends */
/** The settings of the i-th task. @local */
odd_part odd_train_task_part(int i);
/** The task that the job names. @local */
const odd_train_task *odd_train_task_of(const odd_job *job);

#endif
