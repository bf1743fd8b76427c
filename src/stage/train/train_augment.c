/* Augmentation of images that a network learns from, as the section `train.augment` says. */
#include "stage/train/training_internal.h"

#include <stddef.h>

static const odd_option table[] = {
    {"flip", ODD_OPTION_BOOL, offsetof(odd_augment_options, flip), "false", 0, 0, NULL,
     "mirror half of the images, left and right; damage is judged both ways, and the mean counts"},
    {"shift", ODD_OPTION_INT, offsetof(odd_augment_options, shift), "0", 0, 4096, NULL,
     "move them by at most so many pixels, each way"},
    {"brightness", ODD_OPTION_REAL, offsetof(odd_augment_options, brightness), "0", 0, 1, NULL,
     "brighten or darken them by at most this share of white"},
    {"contrast", ODD_OPTION_REAL, offsetof(odd_augment_options, contrast), "0", 0, 1, NULL,
     "raise or lower contrast by at most this share"},
    {"rotate", ODD_OPTION_REAL, offsetof(odd_augment_options, rotate), "0", 0, 180, NULL,
     "turn them round their middle by at most so many degrees, each way; what comes in from "
     "outside continues the edge"},
    {"zoom", ODD_OPTION_REAL, offsetof(odd_augment_options, zoom), "0", 0, 0.9, NULL,
     "make them larger or smaller by at most this share"},
    {"slant", ODD_OPTION_REAL, offsetof(odd_augment_options, slant), "0", 0, 1, NULL,
     "slant them: rows are moved by at most this share of their distance from the middle"},
    ODD_OPTIONS_END,
};

const odd_section odd_train_augment_section = {
    "train.augment", "Changes of images while a network learns from them, anew in every epoch",
    table, sizeof(odd_augment_options)};

odd_augment_task odd_augment_task_of(const odd_job *job)
{
    const odd_run_options *run = odd_job_section(job, "");
    return (odd_augment_task){
        .how = *(const odd_augment_options *)odd_job_section(job, odd_train_augment_section.name),
        .seed = (uint64_t)run->seed};
}
