/**
 * A closer look: the aligned difference (aligned.h) of two pictures with as much detail as both
 * have, so that a changed sign in a small place tells, and drawings of one kind, which are alike at
 * a glance, are told apart.
 *
 * Letters: s side of a picture, ODD_ALIGNED_SIDE to ODD_CLOSE_SIDE.
 */
#ifndef ODDLOT_IMAGE_ALIGNED_CLOSE_H
#define ODDLOT_IMAGE_ALIGNED_CLOSE_H

#include "oddlot/base/status.h"
#include "oddlot/image/aligned.h"

#include <stdbool.h>

/* A picture as it is looked at: planes (3, s, s), not smoothed. s is no more than the picture has
 * detail for: one that was enlarged is compared as small as it was. */
typedef struct {
    int side;
    const float *planes;
} odd_close_view;

/** Make the planes (3, side, side) of a part of an image as odd_aligned_picture() does. @local */
void odd_close_picture(int size, int channels, const uint8_t *pixels, odd_aligned_part part,
                       int side, float planes[]);

/* What a thread works with: 3 MB. */
typedef struct odd_close_room odd_close_room;
/** @local; ODD_NOMEM */
odd_status odd_close_room_new(odd_close_room **out);
void odd_close_room_free(odd_close_room **room);

/** Compare two pictures, b mirrored if wished, at the smaller of their sides. The difference is
 *  the largest root mean square over windows of a tenth of the side, less where both have structure
 *  of their own there (edges never lie on each other quite). @local */
odd_aligned odd_look_closely(odd_close_room *room, odd_close_view a, odd_close_view b,
                             bool mirrored);

#endif
