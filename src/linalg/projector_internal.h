/**
 * Projector: coordinates of rows along axes, and the length of what the axes do not hold.
 */
#ifndef ODDLOT_LINALG_PROJECTOR_INTERNAL_H
#define ODDLOT_LINALG_PROJECTOR_INTERNAL_H

#include "oddlot/par/rows.h"

typedef struct {
    int d, k;
    const double *mean;  /* (d); all borrowed */
    const double *axis;  /* (k, d) */
    const double *scale; /* (k) of each score; NULL: 1 */
    /* Axes that are not orthonormal have products of their own: coordinates are s = t mix, with
     * t the products of the centred row with the axes. NULL: orthonormal, s = t. */
    const double *mix;  /* (k, k) */
    const double *gram; /* (k, k) products of the axes; with mix */
} odd_projector;

/** score (n_local, k) = s times scale, residual (n_local) the length of the centred row less s
 *  axis; each may be NULL. @collective (agrees on failure). Row by row: the same bits on any number
 *  of ranks and threads. */
odd_status odd_project(const odd_projector *p, const odd_rows *rows, float score[],
                       double residual[]);

#endif
