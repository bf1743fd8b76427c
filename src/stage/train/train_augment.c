/* Augmentation of images that a network learns from, as the section `train.augment` says. */
#include "stage/train/training_internal.h"

static const odd_option table[] = {
    ODD_BOOL(odd_augment_options, flip, "false",
             "mirror half of the images, left and right; damage is judged both ways, and the mean "
             "counts"),
    ODD_INT(odd_augment_options, shift, "0", 0, 4096,
            "move them by at most so many pixels, each way"),
    ODD_REAL(odd_augment_options, brightness, "0", 0, 1,
             "brighten or darken them by at most this share of white"),
    ODD_REAL(odd_augment_options, contrast, "0", 0, 1,
             "raise or lower contrast by at most this share"),
    ODD_REAL(odd_augment_options, rotate, "0", 0, 180,
             "turn them round their middle by at most so many degrees, each way; what comes in "
             "from outside continues the edge"),
    ODD_REAL(odd_augment_options, zoom, "0", 0, 0.9,
             "make them larger or smaller by at most this share"),
    ODD_REAL(odd_augment_options, slant, "0", 0, 1,
             "slant them: rows are moved by at most this share of their distance from the middle"),
    ODD_OPTIONS_END,
};

const odd_section odd_train_augment_section = ODD_SECTION(
    "train.augment", "Changes of images while a network learns from them, anew in every epoch",
    table, odd_augment_options);

odd_augment_task odd_augment_task_of(const odd_job *job)
{
    const odd_run_options *run = odd_job_section(job, "");
    return (odd_augment_task){
        .how = *(const odd_augment_options *)odd_job_section(job, odd_train_augment_section.name),
        .seed = (uint64_t)run->seed};
}
