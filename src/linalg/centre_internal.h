/**
 * Panels: my rows some thousand at a time, in memory or read, for products that want more rows at
 * once than a block has.
 */
#ifndef ODDLOT_LINALG_PANELS_INTERNAL_H
#define ODDLOT_LINALG_PANELS_INTERNAL_H

#include "oddlot/par/rows.h"

typedef struct {
    const odd_rows *rows; /* kept */
    int64_t step;         /* rows of a panel, the same on every rank; the last may be shorter */
    float *buffer;        /* (step, d) where rows are read, else NULL */
} odd_panels;

/** Rows of a panel of n rows of d features: about 32 MiB, at most 4096. */
int64_t odd_panel_rows(int64_t n, int d);

odd_status odd_panels_new(const odd_rows *rows, odd_panels *p);
void odd_panels_free(odd_panels *p);

/** Lend my rows local ... local + count - 1, count <= step, until the next read. @local */
odd_status odd_panels_read(const odd_panels *p, int64_t local, int64_t count, const float **x);

/** y (count, width) = columns first ... first + width - 1 of x (count, d) less their mean (d), in
 *  float64 and rounded once, so that no bias of the rounded mean is left. */
void odd_centre(int64_t count, int d, const float *x, const double mean[], int first, int width,
                float *y);

#endif
