/* The principal subspace of rows, see subspace_internal.h. */
#include "detect/subspace_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

int odd_subspace_axes(int d, int64_t n, int64_t wish)
{
    const int64_t paper = d >= 2048 ? 1000 : d >= 768 ? 512 : d / 2;
    int64_t axes = wish > 0 ? wish : paper;
    axes = axes < d - 1 ? axes : d - 1;
    return (int)(axes < n - 1 ? axes : n - 1);
}

/* @local: rank 0 */
static odd_status find_axes(int d, double scatter[], int axes, double axis[])
{
    double *value = NULL, *vector = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(value, d));
    ODD_TRY(ODD_NEW(vector, (int64_t)d * d));
    ODD_TRY(odd_eigh_small(d, scatter, value, vector));
    memcpy(axis, vector, (size_t)axes * (size_t)d * sizeof *axis);
done:
    odd_free(value);
    odd_free(vector);
    return st;
}

odd_status odd_subspace_learn(MPI_Comm comm, int d, double scatter[], int axes, double axis[])
{
    odd_status st = ODD_OK;
    if (axes < 1) return ODD_OK;
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? find_axes(d, scatter, axes, axis) : ODD_OK);
    odd_broadcast(comm, 0, axis, (size_t)axes * (size_t)d * sizeof *axis);
done:
    return st;
}

void odd_subspace_residual(int count, int d, int axes, const double axis[], double z[],
                           double scratch[], double out[])
{
    if (axes > 0) {
        odd_dgemm(1, count, axes, d, 1, z, axis, 0, scratch);
        odd_dgemm(0, count, d, axes, -1, scratch, axis, 1, z);
    }
    for (int64_t i = 0; i < count; i++) {
        double square = 0;
        for (int64_t j = 0; j < d; j++)
            square += z[i * d + j] * z[i * d + j];
        out[i] = sqrt(square);
    }
}
