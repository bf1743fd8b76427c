/**
 * Slabs: all rows of a slice of the features, on the rank that works on that slice.
 *
 * Rows are spread by rows; sums over features need them spread by features. One exchange
 * turns a window of features around: each rank then holds all n centred and scaled rows of its
 * slice of the window. Windows are narrow enough to bound the memory; rows that are read from a
 * file are read once a window.
 */
#ifndef ODDLOT_LINALG_SLABS_INTERNAL_H
#define ODDLOT_LINALG_SLABS_INTERNAL_H

#include "oddlot/par/rows.h"

typedef struct {
    int n;          /* rows, all of them */
    int first;      /* my slice begins at this feature */
    int width;      /* features of my slice; may be 0 */
    const float *y; /* (n, width) centred and scaled */
} odd_slab;

/** Work on my slice of one window; must not communicate. @local */
typedef odd_status (*odd_slab_function)(void *context, const odd_slab *slab);

/** Call f for my slice of each window, with all ranks in step. mean (d); factor scales what is
 * left.
 *  @collective */
odd_status odd_slabs_each(const odd_rows *rows, const double mean[], double factor,
                          odd_slab_function f, void *context);

/** Slices are whole pieces of so many features, which the number of ranks does not move: what is
 *  done piece by piece is the same on any number of them. */
int odd_slab_piece(int d);
/** Features of a slice at most. */
int odd_slab_width(int64_t n, int d, int ranks);
/** Windows, each of which takes one pass over the rows. */
int odd_slab_windows(int64_t n, int d, int ranks);
/** Memory of odd_slabs_each(), bytes per rank. */
int64_t odd_slab_bytes(int64_t n, int d, int ranks);

#endif
