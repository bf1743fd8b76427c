/**
 * Fetch: rows by their numbers, in any order, on any rank: from memory or from the file, of
 * this rank or another.
 *
 * Each rank names the rows that it wants; those who own them look them up or read them, one by one,
 * and send them. So a batch drawn at random costs the memory of a batch, wherever the rows are.
 */
#ifndef ODDLOT_PAR_FETCH_H
#define ODDLOT_PAR_FETCH_H

#include "oddlot/par/rows.h"

typedef struct odd_fetch odd_fetch;

/** @param rows  kept.
 *  @param most  rows that all ranks together request at a time, at most: on two ranks and more
 *               buffers for twice as many are allocated.
 *  @local; @same most. ODD_NOMEM. */
odd_status odd_fetch_new(const odd_rows *rows, int64_t most, odd_fetch **out);
void odd_fetch_free(odd_fetch **fetch);

/** The rows of these numbers, counted over all ranks: x (count, d). A rank may request none, and
 *  a row that others request too. @collective on rows->comm; returns what the reader returns. */
odd_status odd_fetch_rows(odd_fetch *fetch, int64_t count, const int64_t row[], float x[]);

#endif
