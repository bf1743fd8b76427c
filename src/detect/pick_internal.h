/**
 * Pick: the row with the largest key of all rows of all ranks.
 */
#ifndef ODDLOT_DETECT_PICK_INTERNAL_H
#define ODDLOT_DETECT_PICK_INTERNAL_H

#include "oddlot/par/rows.h"

/** Fill key (block->count) for the rows of a block; keys are at least 0. */
typedef void (*odd_key_function)(void *context, const odd_block *block, double key[]);

/**
 * The row of the largest key, the first of equal ones: the same whoever holds it.
 * @collective on rows->comm; there is at least one row.
 * @param[out] x    (d) the row, on every rank.
 * @param[out] key  its key.
 */
odd_status odd_pick_row(const odd_rows *rows, odd_key_function keys, void *context, double x[],
                        double *key);

#endif
