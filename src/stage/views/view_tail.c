/* Tails: how surprising a score is among usual ones, so that scores of different views compare. */
#include "stage/views/view_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/quantiles.h"

#include <math.h>

/* Standard deviations from the median to the upper quartile of a Gaussian. */
#define UPPER_QUARTILE 0.6744897501960817

/* -log10 of the upper tail of a standard Gaussian. Beyond where erfc() is 0, by the first terms of
 * its asymptotic series: Abramowitz and Stegun, 7.1.23. */
static double tail_of(double z)
{
    const double far = 30;
    if (z < far) return -log10(0.5 * erfc(z / M_SQRT2));
    return (z * z / 2 + log(z) + 0.5 * log(2 * M_PI) - log1p(-1 / (z * z))) / M_LN10;
}

odd_status odd_view_tails(MPI_Comm comm, int64_t n_local, double value[], odd_bundle *model)
{
    float *score = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(score, n_local));
    for (int64_t i = 0; i < n_local; i++)
        score[i] = (float)value[i];
    const odd_spread spread = odd_spread_of(comm, n_local, score);
    const double median = (double)spread.median;
    const double sigma = ((double)spread.upper - median) / UPPER_QUARTILE;
    for (int64_t i = 0; i < n_local; i++)
        if (!isnan(value[i])) value[i] = sigma > 0 ? tail_of((value[i] - median) / sigma) : 0;
    ODD_TRY_ALL(comm, odd_bundle_add_f64(model, "tail/median", "middle of the scores", median));
    ODD_TRY_ALL(comm, odd_bundle_add_f64(model, "tail/sigma",
                                         "standard deviation of the usual scores", sigma));
done:
    odd_free(score);
    return st;
}

double odd_view_join(int views, const double value[])
{
    double most = NAN;
    for (int v = 0; v < views; v++)
        most = fmax(most, value[v]);
    return fmax(0, most - log10(views));
}
