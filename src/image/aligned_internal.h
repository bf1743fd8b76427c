/**
 * The parts behind aligned.c: one picture brought onto another, and the step that brings it nearer.
 *
 * Letters: s side of the pictures, at most ODD_CLOSE_SIDE.
 */
#ifndef ODDLOT_IMAGE_ALIGNED_INTERNAL_H
#define ODDLOT_IMAGE_ALIGNED_INTERNAL_H

#include "oddlot/image/aligned.h"

#include <stdbool.h>

enum {
    ODD_WARP = 4, /* parameters: scale and shift across, scale and shift down */
    ODD_WARP_COLOURS = 3
};
/* Floats that pictures of a side want while one is brought onto another. */
#define ODD_WARP_ROOM(side) ((4 * ODD_WARP_COLOURS + 2) * (side) * (side))

/* Planes (ODD_WARP_COLOURS, s, s) of two pictures. */
typedef struct {
    int side;
    const float *a, *b;
} odd_picture_pair;

/* b as it is brought onto a: planes (ODD_WARP_COLOURS, s, s). */
typedef struct {
    float *value;
    float *across, *down; /* slopes, a pixel of b */
    float *error;         /* a less the value in the fitted colours; 0 outside */
    float *room;          /* (2, s, s) */
    float inside_x[ODD_CLOSE_SIDE], inside_y[ODD_CLOSE_SIDE]; /* 1 where b has something */
    float gain[ODD_WARP_COLOURS];                             /* fitted to a */
    float pixels;                                             /* inside */
} odd_warped;

/** For pictures of this side, in room (ODD_WARP_ROOM(side)), which is kept. @local */
void odd_warped_begin(odd_warped *w, int side, float room[]);

/** Bring b onto a by t, and fit its colours. @local */
void odd_warp(const odd_picture_pair *p, const double t[ODD_WARP], odd_warped *w);
/** The same by fewer fits, as on the way to a place. @local */
void odd_warp_quickly(const odd_picture_pair *p, const double t[ODD_WARP], odd_warped *w);

/** The root mean square of what is left, levels. @local */
double odd_warp_error(const odd_picture_pair *p, const odd_warped *w);

/** A step of Gauss and Newton from where w is: t is changed. @local */
void odd_warp_step(const odd_picture_pair *p, const odd_warped *w, double t[ODD_WARP]);

/* -- aligned_picture.c -- */

/** Planes (3, side, side) out of a part of an image, as odd_aligned_picture() but not smoothed.
 *  @local */
void odd_picture_of_part(int size, int channels, const uint8_t *pixels, odd_aligned_part part,
                         int side, float planes[]);
/** Less detail than pixels, so that between pixels nothing is lost. @local */
void odd_picture_smooth(int side, float planes[]);
void odd_picture_mirror(int side, const float from[], float to[]);
/** Planes (3, to, to) out of (3, from, from), to <= from: means over areas. room: (to, from).
 *  @local */
void odd_picture_shrink(int from, const float planes[], int to, float room[], float out[]);

/* -- aligned_search.c -- */

/* Two pictures in the order in which they are compared, and half as large. */
typedef struct {
    bool swapped;
    odd_picture_pair fine, coarse;
    float small[2][ODD_ALIGNED_VALUES / 4];
} odd_pair_of_sizes;

/** a and b are kept. @local */
void odd_pair_order(const float a[ODD_ALIGNED_VALUES], const float b[ODD_ALIGNED_VALUES],
                    odd_pair_of_sizes *out);
/** Where one is on the other: t, and w as it is there, which was begun for ODD_ALIGNED_SIDE. False
 *  where they are farther apart than give_up. @local */
bool odd_pair_search(const odd_pair_of_sizes *p, double give_up, double t[ODD_WARP], odd_warped *w);
/** Some steps from t; t becomes the best place on the way, w is room for them. Returns its error.
 *  @local */
double odd_descend(const odd_picture_pair *p, int steps, double t[ODD_WARP], odd_warped *w);

#endif
