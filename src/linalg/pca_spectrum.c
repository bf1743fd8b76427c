/* Tests of eigenvalues: the count of those above rounding, and whether float32 products were
 * enough. */
#include "linalg/pca_internal.h"

#include <float.h>
#include <math.h>

/* Agreed error of a singular value, of the largest. */
static const double sigma_error = 1e-5;

/* An error e of an eigenvalue moves its root s by e / 2s, which grows as s falls. */
bool odd_pca_is_sharp(int k, const double value[], double error)
{
    const double least = error / (2 * sigma_error);
    return value[k - 1] >= least * least * value[0];
}

bool odd_pca_are_unit(int k, const double value[], const double product[])
{
    const double most = sigma_error / 2 * sqrt(value[0]); /* half is for what lengths do not show */
    for (int64_t i = 0; i < k; i++)
        if (!(fabs(sqrt(product[i * k + i]) - 1) * sqrt(value[i]) <= most)) return false;
    return true;
}

double odd_pca_rounding(int order)
{
    return order * DBL_EPSILON;
}

int odd_pca_rank(double rounding, int k, double value[])
{
    const double least = rounding * value[0];
    int rank = 0;
    for (int i = 0; i < k; i++) {
        rank += value[i] > least;
        if (value[i] < 0) value[i] = 0;
    }
    return rank > 1 ? rank : 1;
}
