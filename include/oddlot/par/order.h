/**
 * Order: values of all ranks sorted, the largest first, without any rank holding more than its
 * share.
 *
 * Each rank sorts its own. Then the values at which the order is cut into one part for each rank
 * are found by narrowing the range of their bits and counting, so that parts are as long as those
 * of odd_partition_rows() whatever the values are, all equal or not (a sample sort whose splitters
 * are exact; compare Siebert and Wolf, "Parallel sorting with minimal data", EuroMPI 2011).
 */
#ifndef ODDLOT_PAR_ORDER_H
#define ODDLOT_PAR_ORDER_H

#include "oddlot/base/status.h"
#include "oddlot/par/partition.h"

#include <mpi.h>
#include <stdint.h>

typedef struct {
    double value;
    int64_t row;
    int64_t from; /* used while sorting */
} odd_ordered;

/* The order of all values; I have those at the places [part.row0, part.row0 + part.n_local). */
typedef struct {
    MPI_Comm comm; /* kept */
    odd_partition part;
    odd_ordered *at; /* (part.n_local) */
} odd_order;

/**
 * Sort by falling value; equal ones, as 0 and -0 are, by rising row; NaN at the end. So the order
 * is the same on any number of ranks.
 *
 * @collective on comm.
 * @param value, row  (n_local) mine, in any order; no row, 0 or more, comes twice among all.
 * @param[out] place  (n_local) where each of mine is in the order, 0 the first; NULL: not wanted.
 * @param[out] out    owned by caller: odd_order_free(). Empty on failure.
 * @return ODD_OK or ODD_NOMEM, on every rank.
 * Cost  n / size log n comparisons, 24 bytes of each of my values sent, some 90 bytes for each in
 *       memory; some 32 sums of 120 bytes a rank.
 */
odd_status odd_order_falling(MPI_Comm comm, int64_t n_local, const double value[],
                             const int64_t row[], int64_t place[], odd_order *out);
void odd_order_free(odd_order *order);

/** The value at a place, on every rank. @collective; @same place, which the order has. */
double odd_order_value(const odd_order *order, int64_t place);

#endif
