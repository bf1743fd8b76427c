/**
 * Pick: the rows with the largest keys of all rows of all ranks.
 */
#ifndef ODDLOT_DETECT_PICK_INTERNAL_H
#define ODDLOT_DETECT_PICK_INTERNAL_H

#include "oddlot/par/rows.h"

/** Fill key (count, block->count) for the rows of a block; keys are at least 0. */
typedef void (*odd_key_function)(void *context, const odd_block *block, double key[]);

/**
 * For each of `count` keys the row of the largest, the first of equal ones: the same whoever holds
 * it. One pass.
 * @collective on rows->comm; there is at least one row.
 * @param[out] x    (count, d) the rows, on every rank.
 * @param[out] key  (count) their keys.
 */
odd_status odd_pick_rows(const odd_rows *rows, int count, odd_key_function keys, void *context,
                         double x[], double key[]);

#endif
