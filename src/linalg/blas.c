/* BLAS: row-major products over the Fortran BLAS and LAPACK, which are column-major.
 *
 * A row-major matrix is the transposed of the column-major one with the same bytes. So a product
 * swaps its factors, c' = op(b)' a', and an upper triangle is called lower. */
#include "oddlot/linalg/blas.h"

#include "linalg/eigen_signs_internal.h"
#include "linalg/fortran_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

/* A leading dimension, which must be positive even where the matrix is empty. */
static int leading(int columns)
{
    return columns > 0 ? columns : 1;
}

void odd_sgemm(int b_transposed, int m, int n, int k, float alpha, const float *a, const float *b,
               float beta, float *c)
{
    const int lda = leading(k), ldb = leading(b_transposed ? k : n), ldc = leading(n);
    sgemm_(b_transposed ? "T" : "N", "N", &n, &m, &k, &alpha, b, &ldb, a, &lda, &beta, c, &ldc, 1,
           1);
}

void odd_sgemm_columns(int m, int n, int k, float alpha, const float *a, int a_width,
                       const float *b, float beta, float *c)
{
    const int lda = leading(a_width), ldb = leading(n), ldc = leading(n);
    sgemm_("N", "T", &n, &m, &k, &alpha, b, &ldb, a, &lda, &beta, c, &ldc, 1, 1);
}

void odd_dgemm(int b_transposed, int m, int n, int k, double alpha, const double *a,
               const double *b, double beta, double *c)
{
    const int lda = leading(k), ldb = leading(b_transposed ? k : n), ldc = leading(n);
    dgemm_(b_transposed ? "T" : "N", "N", &n, &m, &k, &alpha, b, &ldb, a, &lda, &beta, c, &ldc, 1,
           1);
}

void odd_ssyrk(int n, int d, float alpha, const float *x, float beta, float *c)
{
    const int ld = leading(d);
    ssyrk_("L", "N", &d, &n, &alpha, x, &ld, &beta, c, &ld, 1, 1);
}

void odd_dsyrk(int n, int d, double alpha, const double *x, double beta, double *c)
{
    const int ld = leading(d);
    dsyrk_("L", "N", &d, &n, &alpha, x, &ld, &beta, c, &ld, 1, 1);
}

void odd_strmm_upper(int n, int d, const float *u, float *x)
{
    const float one = 1;
    const int ld = leading(d);
    strmm_("L", "L", "N", "N", &d, &n, &one, u, &ld, x, &ld, 1, 1, 1, 1);
}

void odd_dtrmm_upper(int n, int d, const double *u, double *x)
{
    const double one = 1;
    const int ld = leading(d);
    dtrmm_("L", "L", "N", "N", &d, &n, &one, u, &ld, x, &ld, 1, 1, 1, 1);
}

/* u (d, d) := l', upper triangular, the rest zeroed. */
static void transpose_lower(int d, const double *l, double *u)
{
    for (int64_t i = 0; i < d; i++) {
        for (int64_t j = 0; j < i; j++)
            u[i * d + j] = 0;
        for (int64_t j = i; j < d; j++)
            u[i * d + j] = l[j * d + i];
    }
}

odd_status odd_cholesky(int d, double *a)
{
    const int ld = leading(d);
    int info = 0;
    for (int64_t i = 0; i < d;
         i++) /* l takes the place below the diagonal, so a must stand there */
        for (int64_t j = 0; j < i; j++)
            a[i * d + j] = a[j * d + i];
    dpotrf_("U", &d, a, &ld, &info, 1);
    ODD_CHECK(info >= 0);
    if (info > 0)
        return odd_fail(ODD_NUMERIC,
                        "matrix of order %d is not positive definite (minor %d, DPOTRF)", d, info);
    for (int64_t i = 0; i < d; i++)
        memset(a + i * d + i + 1, 0, (size_t)(d - i - 1) * sizeof *a);
    return ODD_OK;
}

odd_status odd_cholesky_inverse(int d, const double *l, double *u)
{
    const int ld = leading(d);
    int info = 0;
    transpose_lower(d, l, u);
    dtrtri_("L", "N", &d, u, &ld, &info, 1, 1);
    ODD_CHECK(info >= 0);
    if (info > 0)
        return odd_fail(ODD_NUMERIC, "Cholesky factor of order %d has a zero in row %d (DTRTRI)", d,
                        info - 1);
    return ODD_OK;
}

/* Order `a` from rising to falling, in place: rows of `width`. */
static void reverse_rows(int rows, int width, double *a)
{
    for (int64_t top = 0, bottom = rows - 1; top < bottom; top++, bottom--) {
        for (int64_t j = 0; j < width; j++) {
            const double keep = a[top * width + j];
            a[top * width + j] = a[bottom * width + j];
            a[bottom * width + j] = keep;
        }
    }
}

/* Workspace of DSYEVD with vectors, from its documentation; -1 if it passes an int. */
static int dsyevd_work(int d)
{
    const int64_t work = 1 + 6 * (int64_t)d + 2 * (int64_t)d * d;
    return work <= INT_MAX ? (int)work : -1;
}

odd_status odd_eigh_small(int d, double *a, double value[], double vector[])
{
    odd_status st = ODD_OK;
    double *work = NULL;
    int *iwork = NULL, info = 0;
    const int lwork = dsyevd_work(d), liwork = 3 + 5 * d, ld = leading(d);
    if (lwork < 0) return odd_fail(ODD_ARG, "order %d is too large for DSYEVD", d);
    ODD_TRY(ODD_NEW(work, lwork));
    ODD_TRY(ODD_NEW(iwork, liwork));
    dsyevd_("V", "L", &d, a, &ld, value, work, &lwork, iwork, &liwork, &info, 1, 1);
    ODD_CHECK(info >= 0);
    if (info > 0) ODD_TRY(odd_fail(ODD_NUMERIC, "DSYEVD did not converge (info %d)", info));
    memcpy(vector, a, (size_t)d * (size_t)d * sizeof *a);
    reverse_rows(d, d, vector);
    reverse_rows(d, 1, value);
    odd_eigen_signs(d, d, vector);
done:
    odd_free(iwork);
    odd_free(work);
    return st;
}

ODD_SIMD(, void, odd_centre_rows,
         (int n, int d, const float x[], const double centre[], double z[]), (n, d, x, centre, z))
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < d; j++)
            z[(int64_t)i * d + j] = (double)x[(int64_t)i * d + j] - centre[j];
}
