/* What eigenvalues tell: how many are real, and whether float32 products were enough. */
#include "pca_internal.h"

#include "oddlot/par/comm.h"

#include <float.h>
#include <math.h>

/* Products in float32, rounded some hundred terms at a time and summed in float64, move an
 * eigenvalue by less than 1e-8 of the largest (measured: 1e-9), hence a singular value s by
 * 1e-8 / (2 s) of it. That is 1e-5 at s = 5e-4, an eigenvalue of 2.5e-7. */
static const double sharp = 2.5e-7;

/* Mean squares of float32 values that neither overflow, which shows, nor vanish. */
static const double least_square = 1e-24;

double odd_pca_trace(MPI_Comm comm, double mine)
{
    odd_sum_f64(comm, &mine, 1);
    odd_broadcast(comm, 0, &mine, sizeof mine);
    return mine;
}

bool odd_pca_in_range(double trace, double count)
{
    return isfinite(trace) && trace / count > least_square;
}

bool odd_pca_is_sharp(int k, const double value[])
{
    return value[k - 1] >= sharp * value[0];
}

int odd_pca_rank(int order, int k, double value[])
{
    const double rounding = order * DBL_EPSILON * value[0];
    int rank = 0;
    for (int i = 0; i < k; i++) {
        rank += value[i] > rounding;
        if (value[i] < 0) value[i] = 0;
    }
    return rank > 1 ? rank : 1;
}
