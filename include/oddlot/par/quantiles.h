/**
 * Quantiles of a column that is spread over ranks: values of the column itself, the same on any
 * number of ranks.
 */
#ifndef ODDLOT_PAR_QUANTILES_H
#define ODDLOT_PAR_QUANTILES_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdint.h>

/**
 * The values at these shares of the sorted column: that at number floor(share (n - 1)) of the n
 * that are not NaN, counted from 0, without interpolation.
 *
 * The bits of a float, taken as a number, sort as the float does: four counts of 256 digits each
 * narrow a value down to its last bit, whatever the values are.
 *
 * @collective; @same count, share. value may be NULL where n_local is 0.
 * @param share  (count) 0 ... 1
 * @param[out] at  (count), NaN where the column has no value
 * @param[out] n   values that are not NaN, of all ranks
 * Cost  four passes over my values for each share, 2 KB exchanged in each.
 */
void odd_quantiles(MPI_Comm comm, int64_t n_local, const float value[], int count,
                   const double share[], float at[], int64_t *n);

/* Where the middle of a column is, and how wide it is without its ends. */
typedef struct {
    int64_t n;    /* values that are not NaN */
    float median; /* NaN where there are none */
    float lower;  /* quartiles */
    float upper;
    double sigma; /* standard deviation that a Gaussian of this interquartile range has */
} odd_spread;

/** @collective; as odd_quantiles() */
odd_spread odd_spread_of(MPI_Comm comm, int64_t n_local, const float value[]);

#endif
