/**
 * Subspace: the principal subspace of rows, and what of a row lies outside it.
 *
 * H. Wang, Li, Feng and Zhang, "ViM: out-of-distribution with virtual-logit matching", CVPR 2022.
 */
#ifndef ODDLOT_DETECT_SUBSPACE_INTERNAL_H
#define ODDLOT_DETECT_SUBSPACE_INTERNAL_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdint.h>

/** Axes of the subspace of n rows of d features, where `wish` are wanted; 0: as the paper takes
 *  them, 1000 of 2048 features and more, 512 of 768 and more, else half of them. Fewer than
 * features and rows. @local */
int odd_subspace_axes(int d, int64_t n, int64_t wish);

/** The first principal axes of a scatter (d, d): axis (axes, d), unit rows. scatter: overwritten.
 *  @collective; ODD_NUMERIC, ODD_NOMEM */
odd_status odd_subspace_learn(MPI_Comm comm, int d, double scatter[], int axes, double axis[]);

/** out (count) = the lengths of rows z (count, d), about the origin, outside the subspace.
 *  z: overwritten by what lies outside. scratch: (count, axes). @local */
void odd_subspace_residual(int count, int d, int axes, const double axis[], double z[],
                           double scratch[], double out[]);

#endif
