/**
 * Dataset images: one dataset of images, and which of its values are black and white.
 */
#ifndef ODDLOT_RUN_DATASET_IMAGES_INTERNAL_H
#define ODDLOT_RUN_DATASET_IMAGES_INTERNAL_H

#include "oddlot/image/image.h"
#include "oddlot/store/dataset.h"

/* dataset_images.c */

typedef enum {
    ODD_VALUES_BOOL,
    ODD_VALUES_BYTE,
    ODD_VALUES_INTEGER,
    ODD_VALUES_REAL,
    ODD_VALUES_KINDS
} odd_values;

typedef struct {
    odd_file *file;
    odd_dataset *dataset;
    odd_values values;
    int64_t n;
    int height, width, channels;
} odd_dataset_images;

/** Open (n, height, width) or (n, height, width, 1, 3 or 4) numbers of a foreign file. @local
 *  @return ODD_FORMAT naming file and dataset. */
odd_status odd_dataset_images_open(const char *path, const char *name, odd_dataset_images *out);
void odd_dataset_images_close(odd_dataset_images *images);

/** Values of one image. */
int64_t odd_dataset_image_values(const odd_dataset_images *images);

/* dataset_levels.c */

/* The brightest values of a sample of images, by kind of values. */
#define ODD_WHITES 7
typedef struct {
    struct {
        double largest;
        int64_t images;             /* with something above 0 in them */
        int64_t within[ODD_WHITES]; /* of those, the count within each possible white */
    } of[ODD_VALUES_KINDS];
    int64_t images, bytes; /* looked at */
} odd_brightness;

/** Look at images all over a dataset, unless enough was seen of its kind of values. What cannot be
 *  read is passed over: that shows when it is ingested. @local @return ODD_NOMEM. */
odd_status odd_brightness_look(const odd_dataset_images *images, odd_brightness *seen);

/** The value that is white: 1 for bool; else the lowest of 1, 255, 1023, 4095, 16383, 32767 and
 * 65535 that no image of the sample exceeds, for floats of 1, 255 and 65535 that most of them stay
 * within (one beyond is an odd one). 0: the sample goes beyond all. */
double odd_brightness_white(const odd_brightness *seen, odd_values values);

/** Values to grey levels. What is beyond black or white by half a level or more, or not a number,
 * goes into result. */
void odd_grey_levels(const odd_dataset_images *images, const double value[], double black,
                     double white, uint8_t pixels[], odd_read_result *result);

#endif
