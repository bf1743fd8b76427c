/* PCA of data that is hard on it: no variance, low rank, huge offsets, values at the ends of
 * float32, and enough rows for the float32 products. */
#include "pca_fixture.h"

#include "oddlot/par/threads.h"

static char *const covariance = "covariance", *const gram = "gram";

static float constant(int64_t i, int j)
{
    (void)i;
    return (float)(0.1 * j + 1.3);
}

static double normal(int64_t i, int j)
{
    return odd_normal(2, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j);
}

/* Small whole numbers, so that float32 holds a table of rank 3 exactly. */
static float rank_three(int64_t i, int j)
{
    return (float)((i * 7 % 11) * (j % 3 + 1) + (i * 5 % 13) * (j * j % 7) + (i % 2) * (j % 5));
}

/* Six pictures of one colour each, as pixels: rank 3, and hundreds of features for each row, whose
 * products leave more rounding than so few rows have. */
static float one_colour(int64_t i, int j)
{
    static const int colour[6][3] = {{255, 255, 255}, {0, 0, 0},       {255, 0, 0},
                                     {0, 0, 255},     {128, 128, 128}, {200, 200, 200}};
    return (float)colour[i % 6][j % 3] / 255;
}

static float offset(int64_t i, int j)
{
    return (float)(1e6 + j * 100 + 8 * normal(i, j) / (1 + j));
}

static float huge(int64_t i, int j)
{
    return (float)(1e30 * normal(i, j) / (1 + j));
}

static float tiny(int64_t i, int j)
{
    return (float)(1e-30 * normal(i, j) / (1 + j));
}

static float plain(int64_t i, int j)
{
    return (float)(normal(i, j) / (1 + j));
}

/* Twelve orders of magnitude between the variances, on axes that are turned. */
static float steep(int64_t i, int j)
{
    double sum = 0;
    for (int q = 0; q < 6; q++)
        sum += normal(i, q) * pow(10, -q) * cos((j + 1) * (q + 1) * 0.37);
    return (float)sum;
}

/* One direction a thousand times as long as the noise around it: below what float32 products can
 * promise, above what they most often do. */
static float over_noise(int64_t i, int j)
{
    return (float)(normal(i, 0) * cos(j * 0.37) + 0.015 * normal(i, j + 1));
}

/* Eigenvalues of the covariance of all rows, by LAPACK in float64. */
static void lapack_values(table t, int64_t n, int d, double value[])
{
    double *x = odd_alloc(n * d, sizeof *x), *c = odd_alloc((int64_t)d * d, sizeof *c);
    double *vector = odd_alloc((int64_t)d * d, sizeof *vector);
    for (int j = 0; j < d; j++) {
        double mean = 0;
        for (int64_t i = 0; i < n; i++)
            mean += x[i * d + j] = t(i, j);
        for (int64_t i = 0; i < n; i++)
            x[i * d + j] -= mean / (double)n;
    }
    odd_dsyrk((int)n, d, 1 / (double)(n - 1), x, 0, c);
    CU_ASSERT_EQUAL(odd_eigh_small(d, c, value, vector), ODD_OK);
    odd_free(vector);
    odd_free(c);
    odd_free(x);
}

static void check_lapack(table t, int64_t n, int d, int k, char *solver)
{
    fixture f;
    double *want = odd_alloc(d, sizeof *want);
    if (odd_rank(WORLD) == 0) lapack_values(t, n, d, want);
    odd_broadcast(WORLD, 0, want, (size_t)d * sizeof *want);
    if (check_all(WORLD, open_fixture(WORLD, t, n, d, &f) == ODD_OK)) {
        odd_pca *pca = fit(&f.rows, k, solver);
        if (pca) {
            CU_ASSERT(worst_sigma(pca, k, want) < 1e-5);
            CU_ASSERT(worst_angle(pca) < 1e-11);
            check_all(WORLD, same_everywhere(pca));
        }
        odd_pca_free(&pca);
    }
    odd_free(f.x);
    odd_free(want);
}

static void test_scales(void)
{
    static const table tables[] = {plain, offset, huge, tiny};
    for (int i = 0; i < 4; i++) {
        check_lapack(tables[i], 80, 9, 9, covariance);
        check_lapack(tables[i], 80, 9, 9, gram);
        check_lapack(tables[i], 12, 40, 8, gram);
    }
}

/* Enough work for the float32 products; the steep table is then done once more in float64. */
static void test_float32(void)
{
    enum { ROWS = 1700, FEATURES = 780 };
    check_lapack(plain, ROWS, FEATURES, 40, covariance);
    check_lapack(steep, ROWS, FEATURES, 6, covariance);
    check_lapack(huge, ROWS, FEATURES, 40, covariance);
    check_lapack(tiny, ROWS, FEATURES, 40, covariance);
    check_lapack(plain, 1200, 800, 30, gram);
    check_lapack(over_noise, 1200, 800, 30, gram);
    check_lapack(steep, 1200, 800, 6, gram);
}

static void check_rank(table t, int64_t n, int d, char *solver, int rank)
{
    fixture f;
    odd_pca *pca = NULL;
    if (!check_all(WORLD, open_fixture(WORLD, t, n, d, &f) == ODD_OK)) return;
    if ((pca = fit(&f.rows, 10, solver))) {
        CU_ASSERT_EQUAL(pca->k, rank);
        CU_ASSERT(worst_angle(pca) < 1e-11);
        double kept = 0;
        for (int i = 0; i < pca->k; i++)
            kept += pca->value[i];
        CU_ASSERT_DOUBLE_EQUAL(kept, pca->total_variance, 1e-9 * pca->total_variance);
    }
    odd_pca_free(&pca);
    odd_free(f.x);
}

static void test_low_rank(void)
{
    check_rank(rank_three, 50, 20, covariance, 3);
    check_rank(rank_three, 50, 20, gram, 3);
    check_rank(rank_three, 15, 40, gram, 3);
    check_rank(rank_three, 15, 40, covariance, 3);
    check_rank(one_colour, 6, 768, gram, 3);
    check_rank(one_colour, 6, 3072, gram, 3);
}

/* No variance at all: one direction is kept, every score is 0 and nothing is divided by 0. */
static void check_constant(char *solver)
{
    fixture f;
    odd_pca *pca = NULL;
    if (!check_all(WORLD, open_fixture(WORLD, constant, 30, 6, &f) == ODD_OK)) return;
    float *score = odd_alloc(f.rows.part.n_local, sizeof *score);
    double *residual = odd_alloc(f.rows.part.n_local, sizeof *residual);
    if ((pca = fit(&f.rows, 4, solver))) {
        CU_ASSERT_EQUAL(pca->k, 1);
        CU_ASSERT_EQUAL(pca->value[0], 0);
        CU_ASSERT(worst_angle(pca) < 1e-14);
        pca->whiten = true;
        check_all(WORLD, odd_pca_apply(pca, &f.rows, score, residual) == ODD_OK);
        for (int64_t i = 0; i < f.rows.part.n_local; i++)
            CU_ASSERT(score[i] == 0 && residual[i] == 0);
    }
    odd_pca_free(&pca);
    odd_free(residual);
    odd_free(score);
    odd_free(f.x);
}

static void test_constant(void)
{
    check_constant(covariance);
    check_constant(gram);
}

static void check_count(int64_t n, int d, char *solver, int k)
{
    fixture f;
    if (!check_all(WORLD, open_fixture(WORLD, plain, n, d, &f) == ODD_OK)) return;
    odd_pca *pca = fit(&f.rows, 1000, solver);
    if (pca) CU_ASSERT_EQUAL(pca->k, k);
    odd_pca_free(&pca);
    odd_free(f.x);
}

/* More components than there can be: min(n - 1, d) of them. */
static void test_too_many(void)
{
    check_count(30, 7, covariance, 7);
    check_count(30, 7, gram, 7);
    check_count(7, 30, gram, 6);
    check_count(7, 30, covariance, 6);
    check_count(2, 5, gram, 1);
    check_count(2, 1, covariance, 1);
}

static void test_several_threads(void)
{
    fixture f;
    odd_threads_setup(2, 1);
    if (!check_all(WORLD, open_fixture(WORLD, plain, 100, 300, &f) == ODD_OK)) return;
    odd_pca *two = fit(&f.rows, 5, gram);
    odd_threads_setup(1, 1);
    odd_pca *one = fit(&f.rows, 5, gram);
    if (one && two) {
        CU_ASSERT(worst_sigma(one, 5, two->value) < 1e-9);
        CU_ASSERT(worst_axis(one, two, 5) < 1e-9);
    }
    odd_threads_setup(2, 1);
    odd_pca *again = fit(&f.rows, 5, gram);
    if (again && two) check_all(WORLD, same_model(again, two)); /* same ranks, same threads */
    odd_pca_free(&one);
    odd_pca_free(&two);
    odd_pca_free(&again);
    odd_free(f.x);
}

const char *odd_test_name = "linalg/pca_hard";
CU_TestInfo odd_tests[] = {
    {"offsets, huge and tiny values", test_scales},
    {"float32 products against LAPACK", test_float32},
    {"low rank", test_low_rank},
    {"no variance", test_constant},
    {"more components than there can be", test_too_many},
    {"one thread and two", test_several_threads},
    CU_TEST_INFO_NULL,
};
