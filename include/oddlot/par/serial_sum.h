/**
 * Serial sum: numbers of all ranks added one after the other, in rank order.
 */
#ifndef ODDLOT_PAR_SERIAL_SUM_H
#define ODDLOT_PAR_SERIAL_SUM_H

#include <mpi.h>
#include <stdint.h>

/**
 * The sum of those of the values that are not NaN, with the bits that one rank with all of them
 * would get; returns their count. Ranks work in turn, so this is for one pass over plain numbers
 * whose mean people have seen before: another sum (par/treesum.h) has other last bits.
 * @collective  value: (n_local)
 */
int64_t odd_serial_sum(MPI_Comm comm, int64_t n_local, const double value[], double *sum);

/** The same for values of several kinds, each for itself: sum (kinds), on every rank. kind:
 *  (n_local) 0 ... kinds - 1, or negative: the value does not count. @collective; @same kinds */
void odd_serial_sums(MPI_Comm comm, int64_t n_local, const int32_t kind[], const double value[],
                     int64_t kinds, double sum[]);

#endif
