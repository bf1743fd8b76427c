/**
 * Choose: the choice of odd_choose() among items that lie on all ranks, of which each learns which
 * of its own are chosen.
 */
#ifndef ODDLOT_PAR_CHOOSE_H
#define ODDLOT_PAR_CHOOSE_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdint.h>

/**
 * Choose k of the items of all ranks: those that odd_choose() takes of as many.
 *
 * The k-th smallest key is found by its digits, as quantiles are (par/quantiles.h).
 *
 * @collective on comm; @same k, seed, stream.
 * @param mine    my items; their numbers follow those of the ranks before me.
 * @param chosen  (mine) those of mine that are chosen, counted from my first, rising; the first
 *                *count are filled.
 * @return ODD_ARG if k < 0, or more than there are; ODD_NOMEM; on every rank.
 * Cost  8 bytes and 8 looks for each of my items, 2 KB exchanged 8 times.
 */
odd_status odd_choose_mine(MPI_Comm comm, int64_t mine, int64_t k, uint64_t seed, uint32_t stream,
                           int64_t chosen[], int64_t *count);

#endif
