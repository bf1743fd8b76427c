/**
 * Pixels: settings of the source of that name, for others who look at images by their pixels.
 */
#ifndef ODDLOT_STAGE_FEATURES_FEATURE_PIXELS_INTERNAL_H
#define ODDLOT_STAGE_FEATURES_FEATURE_PIXELS_INTERNAL_H

#include "oddlot/base/job.h"

typedef struct {
    int64_t side;
    char *curve;
    double scale;
} odd_pixels_options;

extern const odd_option odd_pixels_option_table[];

#endif
