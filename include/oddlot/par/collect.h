/**
 * Collect: some rows of all ranks brought together on every rank, in the order of the catalogue.
 */
#ifndef ODDLOT_PAR_COLLECT_H
#define ODDLOT_PAR_COLLECT_H

#include "oddlot/par/rows.h"

/* Rows that my threads have met, in any order. Begins as {.d = d}. */
typedef struct {
    int d;
    int64_t count, room;
    int64_t *row; /* (count) their global numbers */
    float *x;     /* (count, d) copies: a streamed block does not stay */
} odd_collected;

/** Add one; any thread may. @local */
odd_status odd_collect_row(odd_collected *c, int64_t row, const float x[]);

/** The rows of all ranks by rising number: *all (*count, d), on every rank. Owned by caller:
 *  odd_free(). @collective */
odd_status odd_collect_share(MPI_Comm comm, const odd_collected *mine, float **all, int64_t *count);
void odd_collected_free(odd_collected *c);

/** The rows of these numbers, which rise, of all ranks: x (count, d), on every rank. Owned by
 *  caller: odd_free(). @collective on rows->comm; @same count, row. */
odd_status odd_collect_rows(const odd_rows *rows, int64_t count, const int64_t row[], float **x);

#endif
