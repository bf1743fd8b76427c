/**
 * Samples: numbers of a pixel as files have them, of more bits and in greater number than we keep.
 */
#ifndef ODDLOT_IMAGE_SAMPLES_INTERNAL_H
#define ODDLOT_IMAGE_SAMPLES_INTERNAL_H

#include "image/decode_internal.h"

typedef enum { ODD_SAMPLE_U8, ODD_SAMPLE_U16, ODD_SAMPLE_FLOAT } odd_sample_type;

/* What the samples of one pixel are. */
typedef struct {
    odd_sample_type type;
    int count;          /* of a pixel */
    int colours;        /* the first of them: 1 grey, 3 RGB, 4 inks */
    int alpha;          /* number of the one that is alpha, -1 none; others are left out */
    bool white_is_zero; /* of one colour in floating point */
} odd_sample_form;

/** Channels of an image that keeps them: the colours, and alpha if there is one. */
int odd_sample_channels(const odd_sample_form *form);

/** Row y of an image from its samples: 16 bits lose their lower half, as in Pillow; floating point
 * is 0 (black) ... 1 (white), as in catalogues of HDF5. False, saying where, for a value that is
 * not. */
bool odd_samples_store(const odd_source *source, const odd_sample_form *form, const void *row,
                       int y, odd_image *out, odd_read_result *result);

#endif
