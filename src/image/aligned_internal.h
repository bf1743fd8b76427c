/**
 * The parts behind aligned.c: one picture brought onto another, and the step that brings it nearer.
 *
 * Letters: s side of the pictures, at most ODD_ALIGNED_SIDE.
 */
#ifndef ODDLOT_IMAGE_ALIGNED_INTERNAL_H
#define ODDLOT_IMAGE_ALIGNED_INTERNAL_H

#include "oddlot/image/aligned.h"

enum {
    ODD_WARP = 4, /* parameters: scale and shift across, scale and shift down */
    ODD_WARP_COLOURS = 3,
    ODD_WARP_PIXELS = ODD_ALIGNED_SIDE * ODD_ALIGNED_SIDE
};

/* Planes (ODD_WARP_COLOURS, s, s) of two pictures. */
typedef struct {
    int side;
    const float *a, *b;
} odd_picture_pair;

/* b as it is brought onto a: planes (ODD_WARP_COLOURS, s, s). */
typedef struct {
    float value[ODD_ALIGNED_VALUES];
    float across[ODD_ALIGNED_VALUES], down[ODD_ALIGNED_VALUES];   /* slopes, a pixel of b */
    float inside_x[ODD_ALIGNED_SIDE], inside_y[ODD_ALIGNED_SIDE]; /* 1 where b has something */
    float gain[ODD_WARP_COLOURS];                                 /* fitted to a */
    float error[ODD_ALIGNED_VALUES]; /* a less the value in these colours; 0 outside */
    float pixels;                    /* inside */
} odd_warped;

/** Bring b onto a by t, and fit its colours. @local */
void odd_warp(const odd_picture_pair *p, const double t[ODD_WARP], odd_warped *w);
/** The same by fewer fits, as on the way to a place. @local */
void odd_warp_quickly(const odd_picture_pair *p, const double t[ODD_WARP], odd_warped *w);

/** The root mean square of what is left, levels. @local */
double odd_warp_error(const odd_picture_pair *p, const odd_warped *w);

/** A step of Gauss and Newton from where w is: t is changed. @local */
void odd_warp_step(const odd_picture_pair *p, const odd_warped *w, double t[ODD_WARP]);

#endif
