/* Covariances in their three forms: see covariance_internal.h.
 * Letters: n rows, d features, z centred rows (n, d), u a factor, y = z u. */
#include "detect/covariance_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/linalg/blas.h"

#include <math.h>
#include <string.h>

int64_t odd_form_dense(odd_form form, int d)
{
    return form == ODD_FORM_FULL ? (int64_t)d * d : form == ODD_FORM_DIAGONAL ? d : 1;
}

int64_t odd_form_packed(odd_form form, int d)
{
    return form == ODD_FORM_FULL ? (int64_t)d * (d + 1) / 2 : odd_form_dense(form, d);
}

void odd_form_pack(odd_form form, int d, const double dense[], double packed[])
{
    if (form != ODD_FORM_FULL) {
        memcpy(packed, dense, (size_t)odd_form_dense(form, d) * sizeof *packed);
        return;
    }
    for (int i = 0; i < d; i++) {
        memcpy(packed, dense + (int64_t)i * d + i, (size_t)(d - i) * sizeof *packed);
        packed += d - i;
    }
}

void odd_form_unpack(odd_form form, int d, const double packed[], double dense[])
{
    if (form != ODD_FORM_FULL) {
        memcpy(dense, packed, (size_t)odd_form_dense(form, d) * sizeof *dense);
        return;
    }
    for (int64_t i = 0; i < d; i++)
        for (int64_t j = i; j < d; j++)
            dense[i * d + j] = dense[j * d + i] = *packed++;
}

static double dot(int d, const double u[], const double v[])
{
    double s = 0;
    for (int j = 0; j < d; j++)
        s += u[j] * v[j];
    return s;
}

void odd_form_add_outer(odd_form form, int d, double alpha, const double u[], const double v[],
                        double a[])
{
    if (form == ODD_FORM_SPHERICAL) {
        a[0] += alpha * dot(d, u, v) / d;
    } else if (form == ODD_FORM_DIAGONAL) {
        for (int j = 0; j < d; j++)
            a[j] += alpha * u[j] * v[j];
    } else {
        for (int i = 0; i < d; i++) {
            double *row = a + (int64_t)i * d;
            const double ui = 0.5 * alpha * u[i], vi = 0.5 * alpha * v[i];
            for (int j = 0; j < d; j++)
                row[j] += ui * v[j] + vi * u[j];
        }
    }
}

void odd_form_add_identity(odd_form form, int d, double alpha, double a[])
{
    const int64_t step = form == ODD_FORM_FULL ? (int64_t)d + 1 : 1;
    for (int64_t i = 0; i < odd_form_dense(form, d); i += step)
        a[i] += alpha;
}

double odd_form_trace(odd_form form, int d, const double a[])
{
    if (form == ODD_FORM_SPHERICAL) return d * a[0];
    const int64_t step = form == ODD_FORM_FULL ? (int64_t)d + 1 : 1;
    double trace = 0;
    for (int j = 0; j < d; j++)
        trace += a[j * step];
    return trace;
}

/* a = l l' (d, d); the factor is u = l'^-1, so that |z u|^2 = z a^-1 z'. */
static odd_status factor_full(int d, const double a[], double factor[], double *log_det)
{
    odd_status st;
    double *l = odd_alloc(odd_form_dense(ODD_FORM_FULL, d), sizeof *l);
    if (!l) return ODD_NOMEM;
    memcpy(l, a, (size_t)d * (size_t)d * sizeof *l);
    ODD_TRY(odd_cholesky(d, l));
    ODD_TRY(odd_cholesky_inverse(d, l, factor));
    *log_det = 0;
    for (int64_t j = 0; j < d; j++)
        *log_det += 2 * log(l[j * d + j]);
done:
    odd_free(l);
    return st;
}

odd_status odd_form_factor(odd_form form, int d, const double a[], double factor[], double *log_det)
{
    if (form == ODD_FORM_FULL) return factor_full(d, a, factor, log_det);
    const int count = (int)odd_form_dense(form, d);
    *log_det = 0;
    for (int j = 0; j < count; j++) {
        if (!(a[j] > 0) || !isfinite(a[j]))
            return odd_fail(ODD_NUMERIC, "variance %d is %g: not positive", j, a[j]);
        factor[j] = 1 / sqrt(a[j]);
        *log_det += log(a[j]);
    }
    if (form == ODD_FORM_SPHERICAL) *log_det *= d;
    return ODD_OK;
}

double odd_form_trace_solve(odd_form form, int d, const double factor[], const double b[],
                            double scratch[])
{
    double trace = 0;
    if (form != ODD_FORM_FULL) { /* factor holds 1 / standard deviation */
        for (int64_t j = 0; j < odd_form_dense(form, d); j++)
            trace += factor[j] * factor[j] * b[j];
        return form == ODD_FORM_SPHERICAL ? d * trace : trace;
    }
    /* trace(u u' b) = the sum over all entries of (b u) times u, u being upper triangular */
    memcpy(scratch, b, (size_t)d * (size_t)d * sizeof *scratch);
    odd_dtrmm_upper(d, d, factor, scratch);
    for (int64_t i = 0; i < d; i++)
        trace += dot((int)(d - i), factor + i * d + i, scratch + i * d + i);
    return trace;
}

/* y (n, d) = z (n, d), each column times its scale (d). */
ODD_SIMD(static, void, scale_columns,
         (int n, int d, const double scale[], const double z[], double y[]), (n, d, scale, z, y))
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < d; j++)
            y[(int64_t)i * d + j] = scale[j] * z[(int64_t)i * d + j];
}

ODD_SIMD(static, void, scale_all, (int64_t count, double scale, const double z[], double y[]),
         (count, scale, z, y))
{
    for (int64_t i = 0; i < count; i++)
        y[i] = scale * z[i];
}

void odd_form_whiten(odd_form form, int n, int d, const double factor[], const double z[],
                     double y[])
{
    if (form == ODD_FORM_SPHERICAL) {
        scale_all((int64_t)n * d, factor[0], z, y);
    } else if (form == ODD_FORM_DIAGONAL) {
        scale_columns(n, d, factor, z, y);
    } else {
        if (y != z) memcpy(y, z, (size_t)n * (size_t)d * sizeof *y);
        odd_dtrmm_upper(n, d, factor, y);
    }
}

/* Eight running sums: the compiler may not reorder one, and one would wait for itself. */
ODD_SIMD(, void, odd_squared_distances,
         (int n, int d, const double y[], const double shift[], double out[]),
         (n, d, y, shift, out))
{
    enum { LANES = 8 };
    for (int i = 0; i < n; i++) {
        const double *row = y + (int64_t)i * d;
        double sum[LANES] = {0}, rest = 0;
        int j = 0;
        for (; j + LANES <= d; j += LANES)
            for (int l = 0; l < LANES; l++)
                sum[l] += (row[j + l] - shift[j + l]) * (row[j + l] - shift[j + l]);
        for (; j < d; j++)
            rest += (row[j] - shift[j]) * (row[j] - shift[j]);
        out[i] = ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
        out[i] += rest;
    }
}

/* out (kept, d): the rows of z (n, d) that weigh something, times the root of their weight, so that
 * one symmetric product sums them. Returns the count kept. */
ODD_SIMD(static, int, weigh_rows,
         (int n, int d, const double z[], const double weight[], double out[]),
         (n, d, z, weight, out))
{
    int kept = 0;
    for (int i = 0; i < n; i++) {
        if (weight[i] < ODD_NEGLIGIBLE_WEIGHT) continue;
        const double root = sqrt(weight[i]);
        for (int j = 0; j < d; j++)
            out[(int64_t)kept * d + j] = root * z[(int64_t)i * d + j];
        kept++;
    }
    return kept;
}

/* sum (d) += the squares of each column of z (n, d), rows weighted. */
ODD_SIMD(static, void, add_squares,
         (int n, int d, const double z[], const double weight[], double sum[]),
         (n, d, z, weight, sum))
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < d; j++)
            sum[j] += weight[i] * z[(int64_t)i * d + j] * z[(int64_t)i * d + j];
}

void odd_form_scatter(odd_form form, int n, int d, const double z[], const double weight[],
                      double scratch[], double dense[])
{
    if (form == ODD_FORM_FULL) {
        const int kept = weigh_rows(n, d, z, weight, scratch);
        odd_dsyrk(kept, d, 1, scratch, 1, dense);
    } else if (form == ODD_FORM_DIAGONAL) {
        add_squares(n, d, z, weight, dense);
    } else {
        memset(scratch, 0, (size_t)d * sizeof *scratch);
        add_squares(n, d, z, weight, scratch);
        for (int j = 0; j < d; j++)
            dense[0] += scratch[j] / d;
    }
}
