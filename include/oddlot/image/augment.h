/**
 * Augment: small changes that leave an image what it is, so that a network which learns from it
 * sees more than there is: mirrored, moved, turned, larger or smaller, slanted, brighter or darker,
 * with more or less contrast.
 *
 * Every draw is keyed by (seed, image, turn), so an image is changed in the same way everywhere.
 * @local, thread-safe.
 */
#ifndef ODDLOT_IMAGE_AUGMENT_H
#define ODDLOT_IMAGE_AUGMENT_H

#include "oddlot/image/image.h"

#include <stdbool.h>
#include <stdint.h>

/* All 0: images stay as they are. */
typedef struct {
    bool flip;         /* half of the images are mirrored, left and right */
    int64_t shift;     /* most pixels that they move, each way; the pixels at the edge spread */
    double brightness; /* most of the range 0 ... 255 that is added or taken, as a share; 0 ... 1 */
    double contrast;   /* distances from the mean level times 1 - contrast ... 1 + contrast;
                          0 ... 1 */
    double rotate;     /* most degrees that they turn round their middle, each way; 0 ... 180 */
    double zoom;       /* sizes times 1 - zoom ... 1 + zoom, from the middle; 0 ... 0.9 */
    double slant;      /* rows are moved by at most this share of their distance from the middle,
                          each way; 0 ... 1 */
} odd_augment_options;

bool odd_augment_is_off(const odd_augment_options *options);

/** Change the image of this number in this turn (below 2^29), in place. ODD_NOMEM, then nothing has
 *  changed. */
odd_status odd_augment(const odd_augment_options *options, uint64_t seed, int64_t number,
                       uint32_t turn, odd_image *image);

#endif
