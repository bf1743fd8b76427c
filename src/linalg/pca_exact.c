/* PCA by a whole matrix of products: what the solvers by covariance and by gram have in common. */
#include "linalg/pca_internal.h"
#include "oddlot/base/log.h"

static const double small_work = 1e9; /* products: below, float64 takes no time worth saving */

/* Eigenvectors of a square matrix run at a twentieth of the speed of products (PDSYEVD of order
 * 1536 on 2 cores), mapping back from the gram matrix at half of it. */
double odd_pca_exact_work(double n, double d, double k)
{
    const double order = n < d ? n : d, back = n < d ? 4 * n * d * k : 0;
    return n * d * order + 20 * order * order * order + back;
}

/* First in float32, where that saves time; then, where that was not enough, in float64. */
odd_status odd_pca_fit_exactly(const odd_rows *rows, odd_pca_products by, odd_pca *pca,
                               int64_t *bad_row)
{
    odd_status st = ODD_OK;
    const double n = (double)rows->part.n, d = rows->d;
    bool blurred = false;
    ODD_TRY(odd_pca_mean(rows, pca->mean, NULL, bad_row));
    ODD_TRY(by(rows, n * d * (n < d ? n : d) < small_work, pca, &blurred));
    if (!blurred) goto done;
    odd_log(ODD_LOG_INFO, "PCA once more in float64: the variances reach too far down for float32");
    ODD_TRY(by(rows, true, pca, &blurred));
done:
    return st;
}
