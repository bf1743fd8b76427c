/**
 * Training images: the readable images of the ingest, in memory where they fit, and batches of
 * them, augmented and damaged, as input of a network.
 */
#ifndef ODDLOT_STAGE_TRAIN_TRAIN_IMAGES_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_TRAIN_IMAGES_INTERNAL_H

#include "oddlot/base/job.h"
#include "oddlot/learn/network_input.h"
#include "oddlot/run/run.h"
#include "oddlot/store/dataset.h"
#include "oddlot/store/file.h"

#include "oddlot/image/augment.h"
#include "oddlot/image/damage.h"

/* Further damage that networks are evaluated with. */
typedef struct {
    int kinds, *kind; /* (kinds) that are not learnt */
    int sizes;
    double *size;   /* (sizes) of regions, as a share of a side, for learnt kinds that have one */
    int64_t images; /* that it is tried on, at most */
} odd_damage_evaluation;

/* Damage made by program: which, how often, when anew. */
typedef struct {
    odd_damage_options size;
    uint64_t seed;
    double probability; /* that an image is damaged */
    bool fresh;         /* drawn anew in every epoch */
    int kinds, *kind;   /* (kinds) of odd_damage_kinds */
    odd_damage_evaluation evaluation;
} odd_damage_task;

/** By the section train.damage. @local; ODD_USAGE. */
odd_status odd_damage_task_new(const odd_job *job, odd_damage_task *task);
void odd_damage_task_free(odd_damage_task *task);
/** The kind of damage that the image of this row gets in this turn: an epoch, or any other number
 *  that tells draws apart; -1: none. @local */
int odd_damage_task_kind(const odd_damage_task *task, int64_t row, uint32_t turn);

/* Augmentation of images that are learnt from. */
typedef struct {
    odd_augment_options how;
    uint64_t seed;
} odd_augment_task;

/** By the section train.augment. @local */
odd_augment_task odd_augment_task_of(const odd_job *job);

extern const odd_section odd_train_augment_section;
extern const odd_part odd_damage_part; /* task damage, its settings */

/* Every rank may ask for any image. */
typedef struct {
    odd_dataset *stored; /* (n, height, width, channels) */
    uint8_t *all;        /* the same in memory; NULL: read one by one */
    int64_t n, bytes;    /* rows; bytes of an image */
    int width, height, channels;
    int64_t readable, *row;    /* (readable) rows that have an image, rising */
    uint8_t *held_out;         /* (n) 1: no network learns from it */
    int64_t *copy_of;          /* (n) the first of the readable images with the same pixels; NULL:
                                  nobody has asked, see odd_train_copies_find() */
    const int32_t *label;      /* (n) class of each image, which batches have for label; -1: none.
                                  NULL: there are no classes. The task's */
    const float *class_weight; /* (classes) of each one's images; NULL: 1. The task's */
    const uint8_t *odd;        /* (n) 1: the image is odd, which batches have for value, and weighs
                                  odd_weight; NULL: their value is the label. The task's */
    float odd_weight;
    odd_input levels; /* how they are scaled */
} odd_train_images;

/** preset: how levels are scaled, one of odd_input_presets. @collective; `ingest` stays open.
 *  ODD_FORMAT, ODD_NOMEM; ODD_USAGE where no image is readable. */
odd_status odd_train_images_open(const odd_run *run, const odd_file *ingest, const char *preset,
                                 odd_train_images *images);
void odd_train_images_close(odd_train_images *images); /* @local */
/** Find copies, pixel for pixel: images->copy_of; each for itself where images are not measured. 40
 *  bytes an image while it is made. @local; ODD_FORMAT, ODD_NOMEM (train_copies.c) */
odd_status odd_train_copies_find(const odd_job *job, const odd_file *ingest,
                                 odd_train_images *images);
/** Of which the side of a white square is a share. @local */
int odd_shorter_side(const odd_train_images *images);

/* A batch of images as input of a network. */
typedef struct {
    int64_t capacity;         /* images */
    uint8_t *pixels;          /* (capacity, bytes) */
    float *input;             /* (capacity, channels, height, width) scaled levels */
    float *clean;             /* the same before augmentation and damage; NULL: not kept */
    int32_t *label;           /* (capacity) 1: damaged; or the class */
    float *value;             /* (capacity) the same, or 1: the image is odd */
    float *weight;            /* (capacity) of each image's loss */
    uint8_t *altered;         /* (capacity) 1: damage has changed some pixel */
    odd_augment_task augment; /* before the damage; as made by odd_train_batch_new(): none */
} odd_train_batch;

odd_status odd_train_batch_new(const odd_train_images *images, int64_t capacity,
                               odd_train_batch *batch);
/** From now on keep the clean images, too. @local; ODD_NOMEM */
odd_status odd_train_batch_keep_clean(const odd_train_images *images, odd_train_batch *batch);
void odd_train_batch_free(odd_train_batch *batch);

/** Read the images of some rows, augment them by batch->augment, and damage them by the task for
 * this turn; task NULL: they are not damaged. All threads. @local; ODD_FORMAT, ODD_NOMEM. */
odd_status odd_train_batch_load(const odd_train_images *images, const odd_damage_task *task,
                                int64_t count, const int64_t row[], uint32_t turn,
                                odd_train_batch *batch);

#endif
