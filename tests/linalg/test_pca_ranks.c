/* PCA: the same bits on any number of ranks and threads, of tables that have several of all that
 * work is cut into: blocks of rows, pieces of features, panels, tiles, windows. */
#include "kept_passes.h"
#include "pca_fixture.h"

#include "oddlot/par/threads.h"

static char *const covariance = "covariance", *const gram = "gram";

/* -1 ... 1, of no pattern. */
static double scramble(int64_t x)
{
    const uint64_t bits = ((uint64_t)x + 1) * 0x9E3779B97F4A7C15U;
    return (double)(int32_t)((bits ^ bits >> 29) * 0xBF58476D1CE4E5B9U >> 32) / 0x1p31;
}

/* Noise over a few strong directions. */
static float noisy(int64_t i, int j)
{
    double sum = 3 + 0.05 * scramble(i * 10007 + j);
    for (int q = 1; q <= 4; q++)
        sum += scramble(i * 4 + q) * scramble(-j * 4 - q) / q;
    return (float)sum;
}

/* All variances but the last are equal: each direction is as good as another. */
static float undecided(int64_t i, int j)
{
    return i % 130 == j;
}

/* A mean beside which the scale of what is left cannot be told beforehand: few values differ from
 * it, by the last bit of a float. */
static float faint(int64_t i, int j)
{
    return (float)(30000 + ((i * 37 + j * 11) % 97 == 0 ? 0x1p-9 : 0));
}

/* All zero but one row. */
static float single(int64_t i, int j)
{
    return i == 77 ? (float)(1 + j % 3) : 0;
}

static void check_threads(const fixture *all, const odd_pca *alone, int64_t k, char *solver)
{
    for (int threads = 1; threads <= 3; threads += 2) {
        odd_threads_setup(threads, 1);
        odd_pca *pca = fit(&all->rows, k, solver);
        if (pca) CU_ASSERT(same_model(pca, alone));
        odd_pca_free(&pca);
    }
    odd_threads_setup(1, 1);
}

/* The whole table on each rank alone, against all ranks together. */
static void check_table(table t, int64_t n, int d, int64_t k, char *solver)
{
    fixture all = {0}, alone = {0};
    odd_pca *pca = NULL;
    bool open = open_fixture(WORLD, t, n, d, &all) == ODD_OK;
    open &= open_fixture(MPI_COMM_SELF, t, n, d, &alone) == ODD_OK;
    if (check_all(WORLD, open)) pca = fit(&alone.rows, k, solver);
    if (check_all(WORLD, pca != NULL)) check_threads(&all, pca, k, solver);
    odd_pca_free(&pca);
    odd_free(all.x);
    odd_free(alone.x);
}

/* More than 1e9 products are made in float32. */
static void test_covariance(void)
{
    check_table(noisy, 3001, 210, 30, covariance);
    check_table(noisy, 27011, 200, 7, covariance);
    check_table(noisy, 500, 400, 400, covariance);
}

static void test_gram(void)
{
    check_table(noisy, 210, 3001, 30, gram);
    check_table(noisy, 400, 6303, 7, gram);
    check_table(noisy, 50, 40, 20, gram);
}

static void test_undecided(void)
{
    check_table(undecided, 130 * 8, 130, 130, covariance);
    check_table(undecided, 130, 200, 129, gram);
}

static void test_faint(void)
{
    check_table(faint, 500, 40, 6, covariance);
    check_table(faint, 40, 500, 6, gram);
    check_table(single, 500, 40, 6, covariance);
    check_table(single, 90, 500, 6, gram);
}

/* Variances far below the mean are found, to the same accuracy. */
static void test_faint_values(void)
{
    fixture f, plain;
    if (!check_all(WORLD, open_fixture(WORLD, faint, 500, 40, &f) == ODD_OK)) return;
    if (!check_all(WORLD, open_fixture(WORLD, faint, 500, 40, &plain) == ODD_OK)) return;
    for (int64_t i = 0; i < plain.rows.part.n_local * 40; i++)
        plain.x[i] -= 30000;
    odd_pca *a = fit(&f.rows, 6, covariance), *b = fit(&plain.rows, 6, covariance);
    if (a && b) {
        CU_ASSERT(worst_sigma(a, b->k, b->value) < 1e-9);
        CU_ASSERT_DOUBLE_EQUAL(a->total_variance / b->total_variance, 1, 1e-9);
    }
    odd_pca_free(&a);
    odd_pca_free(&b);
    odd_free(f.x);
    odd_free(plain.x);
}

/* A fit that was killed after each of its passes. */
static void check_resumed(table t, int64_t n, int d, int64_t k, char *solver, int passes)
{
    static kept_passes kept;
    fixture f;
    if (!check_all(WORLD, open_fixture(WORLD, t, n, d, &f) == ODD_OK)) return;
    f.rows.passes = kept_passes_begin(&kept, 0);
    odd_pca *whole = fit(&f.rows, k, solver);
    CU_ASSERT_EQUAL(kept.count, passes);
    for (int known = 1; whole && known <= kept.count; known++) {
        f.rows.passes = kept_passes_begin(&kept, known);
        odd_pca *again = fit(&f.rows, k, solver);
        CU_ASSERT(again && same_model(again, whole));
        CU_ASSERT_EQUAL(kept.made, kept.count - known);
        odd_pca_free(&again);
    }
    odd_pca_free(&whole);
    kept_passes_free(&kept);
    odd_free(f.x);
}

static void test_resumed(void)
{
    check_resumed(noisy, 500, 40, 6, covariance, 2); /* mean, products */
    check_resumed(noisy, 40, 500, 6, gram, 2);
    check_resumed(faint, 500, 40, 6, covariance, 3); /* products once more */
    check_resumed(noisy, 500, 40, 6, "randomized", 3);
}

const char *odd_test_name = "linalg/pca on any number of ranks and threads";
CU_TestInfo odd_tests[] = {
    {"covariance", test_covariance},
    {"gram", test_gram},
    {"equal variances", test_undecided},
    {"little variance", test_faint},
    {"little variance, its values", test_faint_values},
    {"a killed fit goes on", test_resumed},
    CU_TEST_INFO_NULL,
};
