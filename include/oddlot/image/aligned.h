/**
 * Aligned difference: how far two small pictures differ after what copies of a picture suffer is
 * taken back: a little scale and shift each way (a margin was cut), a little gain and offset of
 * each colour (light, a colour cast).
 *
 * The scale and shift are found by Gauss-Newton steps on the squared difference, coarse before
 * fine (B. D. Lucas and T. Kanade, "An iterative image registration technique with an application
 * to stereo vision", IJCAI 1981), the colours by regression in between.
 *
 * Letters: s side of a picture.
 */
#ifndef ODDLOT_IMAGE_ALIGNED_H
#define ODDLOT_IMAGE_ALIGNED_H

#include <stdint.h>

enum {
    ODD_ALIGNED_SIDE = 32,
    ODD_ALIGNED_VALUES = 3 * ODD_ALIGNED_SIDE * ODD_ALIGNED_SIDE,
    ODD_CLOSE_SIDE = 96, /* at most, where they are looked at closely */
    ODD_CLOSE_VALUES = 3 * ODD_CLOSE_SIDE * ODD_CLOSE_SIDE
};

typedef struct {
    double difference; /* largest root mean square over windows of a sixth of the side, levels of
                          0 ... 255; INFINITY: far too much to look closer */
    double overall;    /* root mean square of all, levels */
    double contrast;   /* standard deviation of the light of the plainer picture, levels */
} odd_aligned;

/* Pixels [left, right) and [top, bottom) of an image. */
typedef struct {
    int left, top, right, bottom;
} odd_aligned_part;

/** Make a picture of the size that is compared out of a part of an image (size, size, channels), 1
 *  or 3 channels: planes (3, s, s), red, green and blue, slightly smoothed. The part is not empty.
 *  @local */
void odd_aligned_picture(int size, int channels, const uint8_t *pixels, odd_aligned_part part,
                         float picture[ODD_ALIGNED_VALUES]);
/** The same picture mirrored, left for right; not in place. @local */
void odd_aligned_mirror(const float from[ODD_ALIGNED_VALUES], float to[ODD_ALIGNED_VALUES]);

/** Compare two such pictures; the same whichever comes first. give_up: root mean square at half the
 *  size, in levels, beyond which they are not looked at closer. @local */
odd_aligned odd_align(const float a[ODD_ALIGNED_VALUES], const float b[ODD_ALIGNED_VALUES],
                      double give_up);

/** Where two such pictures differ once they are aligned: (s, s) levels, the largest of the colours.
 *  @local */
void odd_align_error(const float a[ODD_ALIGNED_VALUES], const float b[ODD_ALIGNED_VALUES],
                     float error[ODD_ALIGNED_SIDE * ODD_ALIGNED_SIDE]);

#endif
