/* BLAS: products against plain loops, factors against their definition. */
#include "oddlot_test.h"

#include "oddlot/base/blas_library.h"
#include "oddlot/base/random.h"
#include "oddlot/linalg/blas.h"

#include <math.h>
#include <string.h>

enum { M = 5, N = 7, K = 6, D = 9 };

static double draw(int row, int i)
{
    return odd_normal(1, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)i);
}

static void fill(int row, int count, double *x, float *xf)
{
    for (int i = 0; i < count; i++) {
        xf[i] = (float)draw(row, i);
        x[i] = xf[i];
    }
}

static void plain_gemm(int transposed, double alpha, const double *a, const double *b, double beta,
                       double *c)
{
    for (int i = 0; i < M; i++)
        for (int j = 0; j < N; j++) {
            double sum = 0;
            for (int l = 0; l < K; l++)
                sum += a[i * K + l] * (transposed ? b[j * K + l] : b[l * N + j]);
            c[i * N + j] = alpha * sum + beta * c[i * N + j];
        }
}

static void test_gemm(void)
{
    double a[M * K], b[K * N], c[M * N], want[M * N];
    float af[M * K], bf[K * N], cf[M * N];
    for (int transposed = 0; transposed < 2; transposed++) {
        fill(1, M * K, a, af);
        fill(2, K * N, b, bf);
        fill(3, M * N, c, cf);
        memcpy(want, c, sizeof want);
        plain_gemm(transposed, 1.5, a, b, 0.5, want);
        odd_dgemm(transposed, M, N, K, 1.5, a, b, 0.5, c);
        odd_sgemm(transposed, M, N, K, 1.5f, af, bf, 0.5f, cf);
        for (int i = 0; i < M * N; i++) {
            CU_ASSERT_DOUBLE_EQUAL(c[i], want[i], 1e-13);
            CU_ASSERT_DOUBLE_EQUAL(cf[i], want[i], 1e-5);
        }
    }
}

static void test_empty_products(void)
{
    double c[2] = {3, 4};
    odd_dgemm(0, 1, 2, 0, 1, c, c, 0.5, c);
    CU_ASSERT_EQUAL(c[0], 1.5);
    CU_ASSERT_EQUAL(c[1], 2);
    odd_dgemm(1, 0, 2, 3, 1, NULL, c, 0, NULL);
    odd_dsyrk(0, 1, 1, NULL, 1, c);
    CU_ASSERT_EQUAL(c[0], 1.5);
}

static void test_syrk(void)
{
    double x[M * D], c[D * D], before[D * D];
    float xf[M * D], cf[D * D];
    fill(4, M * D, x, xf);
    fill(5, D * D, c, cf);
    memcpy(before, c, sizeof before);
    odd_dsyrk(M, D, 2, x, 3, c);
    odd_ssyrk(M, D, 2, xf, 3, cf);
    for (int i = 0; i < D; i++)
        for (int j = 0; j < D; j++) {
            double want = 3 * before[i * D + j];
            for (int l = 0; l < M; l++)
                want += 2 * x[l * D + i] * x[l * D + j];
            if (j < i) want = before[i * D + j]; /* below the diagonal nothing is touched */
            CU_ASSERT_DOUBLE_EQUAL(c[i * D + j], want, 1e-13);
            CU_ASSERT_DOUBLE_EQUAL(cf[i * D + j], want, 1e-4);
        }
}

/* a = y' y + 1, its upper triangle; below stands what must not be read. */
static void positive_definite(double *a)
{
    double y[D * D];
    float unused[D * D];
    fill(6, D * D, y, unused);
    for (int i = 0; i < D * D; i++)
        a[i] = NAN;
    for (int i = 0; i < D; i++)
        for (int j = i; j < D; j++) {
            a[i * D + j] = i == j;
            for (int l = 0; l < D; l++)
                a[i * D + j] += y[l * D + i] * y[l * D + j];
        }
}

static void test_cholesky(void)
{
    double a[D * D], l[D * D], u[D * D];
    positive_definite(a);
    memcpy(l, a, sizeof l);
    CU_ASSERT_EQUAL(odd_cholesky(D, l), ODD_OK);
    CU_ASSERT_EQUAL(odd_cholesky_inverse(D, l, u), ODD_OK);
    for (int i = 0; i < D; i++)
        for (int j = 0; j < D; j++) {
            double product = 0, identity = 0;
            for (int m = 0; m < D; m++) {
                product += l[i * D + m] * l[j * D + m];
                identity += l[m * D + i] * u[m * D + j];
            }
            if (j >= i) CU_ASSERT_DOUBLE_EQUAL(product, a[i * D + j], 1e-12);
            if (j > i) CU_ASSERT_EQUAL(l[i * D + j], 0);
            if (j < i) CU_ASSERT_EQUAL(u[i * D + j], 0);
            CU_ASSERT_DOUBLE_EQUAL(identity, i == j, 1e-12);
        }
}

static void test_cholesky_refuses(void)
{
    double a[4] = {1, 2, 0, 1};
    CU_ASSERT_EQUAL(odd_cholesky(2, a), ODD_NUMERIC);
    const double singular[4] = {1, 0, 2, 0};
    CU_ASSERT_EQUAL(odd_cholesky_inverse(2, singular, a), ODD_NUMERIC);
}

static void test_trmm(void)
{
    double x[M * D], u[D * D], want[M * D] = {0};
    float narrow_x[M * D], narrow_u[D * D];
    fill(7, M * D, x, narrow_x);
    fill(8, D * D, u, narrow_u);
    for (int i = 0; i < M; i++)
        for (int j = 0; j < D; j++)
            for (int l = 0; l <= j; l++)
                want[i * D + j] += x[i * D + l] * u[l * D + j];
    odd_dtrmm_upper(M, D, u, x);
    odd_strmm_upper(M, D, narrow_u, narrow_x);
    for (int i = 0; i < M * D; i++) {
        CU_ASSERT_DOUBLE_EQUAL(x[i], want[i], 1e-13);
        CU_ASSERT_DOUBLE_EQUAL(narrow_x[i], want[i], 1e-4);
    }
}

static void test_eigh_small(void)
{
    double a[D * D], copy[D * D], value[D], vector[D * D];
    positive_definite(a);
    memcpy(copy, a, sizeof copy);
    CU_ASSERT_EQUAL(odd_eigh_small(D, copy, value, vector), ODD_OK);
    for (int i = 0; i < D; i++) {
        const double *v = vector + i * D;
        double largest = 0;
        for (int j = 0; j < D; j++)
            if (fabs(v[j]) > fabs(largest)) largest = v[j];
        CU_ASSERT(largest > 0);
        CU_ASSERT(i == 0 || value[i] <= value[i - 1]);
        for (int j = 0; j < D; j++) {
            double av = 0, vv = 0;
            for (int l = 0; l < D; l++) {
                av += (j < l ? a[j * D + l] : a[l * D + j]) * v[l];
                vv += vector[j * D + l] * v[l];
            }
            CU_ASSERT_DOUBLE_EQUAL(av, value[i] * v[j], 1e-11);
            CU_ASSERT_DOUBLE_EQUAL(vv, i == j, 1e-13);
        }
    }
}

static void test_name(void)
{
    const char *text = odd_blas_library_text();
    CU_ASSERT(strlen(text) > 4);
    CU_ASSERT_PTR_NULL(strstr(text, "unknown"));
}

const char *odd_test_name = "linalg/blas";
CU_TestInfo odd_tests[] = {
    {"GEMM against plain loops", test_gemm},
    {"empty products", test_empty_products},
    {"SYRK against plain loops", test_syrk},
    {"Cholesky factor and inverse", test_cholesky},
    {"Cholesky refuses", test_cholesky_refuses},
    {"TRMM against plain loops", test_trmm},
    {"eigenvectors", test_eigh_small},
    {"name of the BLAS", test_name},
    CU_TEST_INFO_NULL,
};
