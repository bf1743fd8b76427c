/**
 * Power pass: one pass over the rows that multiplies a thin matrix by their scatter matrix.
 *
 * With y (n, d) the centred rows, scaled so that the sum of their squares is at most 1, and a thin
 * q (d, l) of columns no longer than 1: t = y q, then w = y' t or h = t' t. No entry of either is
 * larger than 1, so they are summed in fixed point, which is exact: the order of the additions, and
 * with it the number of ranks and threads, leaves no trace. Products of some rows at a time are
 * made in float32 (w) and float64 (h).
 */
#ifndef ODDLOT_LINALG_POWER_PASS_INTERNAL_H
#define ODDLOT_LINALG_POWER_PASS_INTERNAL_H

#include "oddlot/par/panels.h"

typedef struct {
    const odd_rows *rows; /* borrowed, as are mean and q */
    const double *mean;   /* (d) */
    double factor;        /* scales the rows */
    int l;
    const float *q; /* (d, l) */

    int piece;         /* rows of a product, a part of rows->part.block */
    int64_t panel;     /* rows at a time, whole pieces */
    odd_panels panels; /* of so many */
    float *part;       /* (groups of features, panel, l) shares of t */
    float *t;          /* (panel, l) */
    double *wide;      /* (panel, l) the same in float64 */
    float *y;          /* (threads, piece, tile) */
    void *product;     /* (threads, tile, l) floats or doubles */
    int64_t *sum;      /* (d, l) or (l, l), fixed point; and one more */
    int64_t squares;   /* of all values of y, fixed point; with h */
} odd_power_pass;

/** Allocate for passes over these rows. @local; free also after a failure. */
odd_status odd_power_pass_new(const odd_rows *rows, const double mean[], double factor, int l,
                              odd_power_pass *p);
void odd_power_pass_free(odd_power_pass *p);

/** p->sum := w (d, l), of all ranks' rows. @collective */
odd_status odd_power_pass_multiply(odd_power_pass *p);
/** p->sum := h (l, l), p->squares := the sum of squares of y, of all ranks' rows. @collective */
odd_status odd_power_pass_square(odd_power_pass *p);

/** The number that a sum stands for. */
double odd_power_pass_value(int64_t sum);

int64_t odd_power_pass_bytes(int64_t n, int d, int l, int threads);

#endif
