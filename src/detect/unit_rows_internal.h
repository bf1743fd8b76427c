/**
 * Unit rows: rows as directions, the same ones, each of unit length.
 */
#ifndef ODDLOT_DETECT_UNIT_ROWS_INTERNAL_H
#define ODDLOT_DETECT_UNIT_ROWS_INTERNAL_H

#include "oddlot/par/rows.h"

#include <stdbool.h>

typedef struct {
    odd_rows rows;
    const odd_rows *from;
    float *x;      /* my rows, where those they come from are in memory and these are kept */
    int64_t zeros; /* rows of length zero on all ranks: they stay so */
} odd_unit_rows;

/** For several passes. from: kept. @return ODD_ARG where no row has a direction. @collective */
odd_status odd_unit_rows_open(const odd_rows *from, odd_unit_rows *out);
void odd_unit_rows_close(odd_unit_rows *unit);

/** For one pass: made as they are read, block by block; nothing is counted, nothing to close. from
 *  and out: kept as long as out->rows are read. @local */
void odd_unit_rows_stream(const odd_rows *from, odd_unit_rows *out);

/** False for a row of length zero. @local */
bool odd_has_direction(int d, const float x[]);

#endif
