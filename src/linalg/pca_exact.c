/* PCA by a whole matrix of products: what the solvers by covariance and by gram have in common. */
#include "linalg/pca_internal.h"

#include "linalg/fixed_point_internal.h"
#include "oddlot/base/log.h"

static const double small_work = 1e9; /* products: below, float64 takes no time worth saving */

/* Traces of scaled rows, at most 1, below which the steps of fixed point would show. */
static const double faint = 0x1p-20;

/* Eigenvectors of a square matrix run at a twentieth of the speed of products (PDSYEVD of order
 * 1536 on 2 cores), mapping back from the gram matrix at half of it. */
double odd_pca_exact_work(double n, double d, double k)
{
    const double order = n < d ? n : d, back = n < d ? 4 * n * d * k : 0;
    return n * d * order + 20 * order * order * order + back;
}

bool odd_pca_is_faint(const odd_pca_precision *p, double trace, odd_pca *pca)
{
    pca->total_variance = trace / p->factor / p->factor;
    return !p->last && trace < faint;
}

void odd_pca_unscale(const odd_pca_precision *p, odd_pca *pca)
{
    for (int i = 0; i < pca->k; i++)
        pca->value[i] = pca->value[i] / p->factor / p->factor;
}

/* Of what the first one has found the trace is good: it tells how to scale the rows. */
static odd_pca_precision second_precision(const odd_pca *pca)
{
    const double squares = pca->total_variance * (1 + 1e-6);
    return (odd_pca_precision){.exact = true, .last = true, .factor = odd_fixed_factor(squares)};
}

/* First in float32, where that saves time; then, where that was not enough, in float64. */
odd_status odd_pca_fit_exactly(const odd_rows *rows, odd_pca_products by, odd_pca *pca,
                               int64_t *bad_row)
{
    odd_status st = ODD_OK;
    const double n = (double)rows->part.n, d = rows->d;
    odd_pca_precision p = {.exact = n * d * (n < d ? n : d) < small_work};
    double squares; /* of all values */
    ODD_TRY(odd_pca_mean(rows, pca->mean, &squares, bad_row));
    p.factor = odd_fixed_factor(odd_pca_bound_squares(pca, squares));
    ODD_TRY(by(rows, &p, pca));
    if (!p.blurred) goto done;
    odd_log(ODD_LOG_INFO, "PCA once more in float64: the variances reach too far down for %s",
            p.exact ? "the first scale" : "float32");
    p = second_precision(pca);
    ODD_TRY(by(rows, &p, pca));
done:
    return st;
}
