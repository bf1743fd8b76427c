/**
 * Neighbours: the rows of a reference that lie nearest to a row, exactly, by products of blocks of
 * rows and tiles of the reference.
 *
 * Letters: n rows, m reference rows, d features.
 */
#ifndef ODDLOT_LINALG_NEIGHBOURS_H
#define ODDLOT_LINALG_NEIGHBOURS_H

#include "oddlot/base/status.h"
#include "oddlot/par/rows.h"

typedef struct {
    double key; /* rises with the distance; for odd_neighbours_each() only */
    int64_t at; /* number of the reference row; -1: there are no more */
} odd_neighbour;

typedef struct odd_neighbours odd_neighbours;

/** Rows that others are compared with, x (m, d), finite; m, d >= 1. x is kept. @local; ODD_NOMEM */
odd_status odd_neighbours_new(int64_t m, int d, const float x[], odd_neighbours **out);
void odd_neighbours_free(odd_neighbours **neighbours);

/** What is made of the neighbours of a block's rows: near (block->count, keep), nearest first; of
 *  equally near ones the first reference row comes first. A row meets itself where it is in the
 *  reference. On any thread; must not communicate. */
typedef odd_status (*odd_neighbours_function)(void *context, const odd_block *block,
                                              const odd_neighbour near[]);

/** The `keep` nearest reference rows of all rows. The same on any number of ranks and threads.
 *  @collective on rows->comm; @same keep. ODD_NUMERIC, naming the row, for a value that is not
 *  finite; ODD_NOMEM; what f returns. Cost: 2 n m d / size flops. */
odd_status odd_neighbours_each(const odd_neighbours *neighbours, const odd_rows *rows, int keep,
                               odd_neighbours_function f, void *context);

/** The distance between x (d) and a reference row, from their differences, so that it is 0 between
 *  equal rows and not what rounding leaves. @local */
double odd_neighbours_distance(const odd_neighbours *neighbours, const float x[], int64_t at);

#endif
