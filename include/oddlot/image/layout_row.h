/**
 * Layout row: a small picture as a row of numbers that is near that of another where the pictures
 * look alike at a glance: its light at 16 x 16 places and its colour at 8 x 8, less their means,
 * and of length 1 whatever the contrast (but for pictures that have hardly any, whose rows are
 * short).
 */
#ifndef ODDLOT_IMAGE_LAYOUT_ROW_H
#define ODDLOT_IMAGE_LAYOUT_ROW_H

#include "oddlot/image/aligned.h"

enum {
    ODD_LAYOUT_LIGHT = 16,
    ODD_LAYOUT_COLOUR = 8,
    ODD_LAYOUT_VALUES =
        ODD_LAYOUT_LIGHT * ODD_LAYOUT_LIGHT + 2 * ODD_LAYOUT_COLOUR * ODD_LAYOUT_COLOUR
};

/** The row of a picture (aligned.h), of its middle part of `scale` of each side: 1 is all. A copy
 *  whose margin was cut has the row of a part. @local */
void odd_layout_row(const float picture[ODD_ALIGNED_VALUES], double scale,
                    float row[ODD_LAYOUT_VALUES]);

#endif
