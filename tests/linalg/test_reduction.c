/* Reductions: the table, and PCA through it as the reduce stage calls it. */
#include "pca_fixture.h"

#include "oddlot/linalg/reduction.h"

static float plain(int64_t i, int j)
{
    return (float)odd_normal(4, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j) / (float)(1 + j);
}

static void test_table(void)
{
    CU_ASSERT_PTR_NOT_NULL(odd_reductions[0]);
    for (int i = 0; odd_reductions[i]; i++) {
        const odd_reduction *r = odd_reductions[i];
        CU_ASSERT_PTR_EQUAL(odd_reduction_find(r->name), r);
        CU_ASSERT(r->options && r->plan && r->fit && r->apply);
    }
    CU_ASSERT_PTR_NULL(odd_reduction_find("no such reduction"));
}

static void test_plan(void)
{
    const odd_reduction *r = odd_reduction_find("pca");
    const odd_pca_options options = {
        .components = 500, .solver = "auto", .whiten = true, .iterations = 4};
    odd_text what = ODD_TEXT_EMPTY;
    int k;
    int64_t two, four;
    CU_ASSERT_EQUAL(r->plan(&options, 131784, 1536, 2, 1, &k, &two, &what), ODD_OK);
    CU_ASSERT_EQUAL(k, 500);
    CU_ASSERT_STRING_EQUAL(odd_text_string(&what), "PCA by covariance (at least as many rows as "
                                                   "features) from 1536 to 500 features, whitened");
    CU_ASSERT(two > 8 * 1536 * 1536 && two < 64 * 1536 * 1536);
    CU_ASSERT_EQUAL(r->plan(&options, 131784, 1536, 4, 1, &k, &four, &what), ODD_OK);
    CU_ASSERT(four <= two);
    CU_ASSERT_EQUAL(r->plan(&options, 30, 98304, 4, 1, &k, &four, &what), ODD_OK);
    CU_ASSERT_EQUAL(k, 29);
    CU_ASSERT_EQUAL(r->plan(&options, 0, 0, 1, 1, &k, &four, &what), ODD_OK);
    CU_ASSERT_EQUAL(k, 0);
    odd_text_free(&what);
}

static void test_fit_and_apply(void)
{
    const odd_reduction *r = odd_reduction_find("pca");
    const odd_pca_options options = {.components = 4, .solver = "auto"};
    odd_bundle model = ODD_BUNDLE_EMPTY;
    fixture f;
    int k;
    int64_t bad_row;
    if (!check_all(WORLD, open_fixture(WORLD, plain, 90, 8, &f) == ODD_OK)) return;
    const int64_t n_local = f.rows.part.n_local;
    float *score = odd_alloc(n_local * 8, sizeof *score);
    double *residual = odd_alloc(n_local * 2, sizeof *residual);
    odd_pca *pca = fit(&f.rows, 4, "auto");
    check_all(WORLD, r->fit(&options, &f.rows, 1, &model, &k, &bad_row) == ODD_OK && k == 4);
    check_all(WORLD, r->apply(&model, &f.rows, score, residual) == ODD_OK);
    if (pca && check_all(WORLD, odd_pca_apply(pca, &f.rows, score + n_local * 4,
                                              residual + n_local) == ODD_OK)) {
        CU_ASSERT(same_bits(score, score + n_local * 4, n_local * 4, 4));
        CU_ASSERT(same_bits(residual, residual + n_local, n_local, 8));
    }
    odd_bundle_free(&model);
    check_all(WORLD, r->apply(&model, &f.rows, score, residual) == ODD_FORMAT);
    odd_pca_free(&pca);
    odd_free(residual);
    odd_free(score);
    odd_free(f.x);
}

static void test_none(void)
{
    const odd_reduction *r = odd_reduction_find("none");
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_text what = ODD_TEXT_EMPTY;
    fixture f;
    int k;
    int64_t bad_row, bytes;
    if (!check_all(WORLD, open_fixture(WORLD, plain, 90, 8, &f) == ODD_OK)) return;
    const int64_t n_local = f.rows.part.n_local;
    float *score = odd_alloc(n_local * 8, sizeof *score);
    double *residual = odd_alloc(n_local, sizeof *residual);
    const odd_rows read = read_rows_of(&f), other = odd_rows_in_memory(WORLD, 90, 7, f.x);
    CU_ASSERT(r->plan(NULL, 90, 8, 1, 1, &k, &bytes, &what) == ODD_OK && k == 8);
    check_all(WORLD, r->fit(NULL, &read, 1, &model, &k, &bad_row) == ODD_OK);
    check_all(WORLD, k == 8 && bad_row == -1);
    check_all(WORLD, r->apply(&model, &read, score, residual) == ODD_OK);
    CU_ASSERT(same_bits(score, f.x, n_local * 8, 4));
    for (int64_t i = 0; i < n_local; i++)
        CU_ASSERT_EQUAL(residual[i], 0);
    check_all(WORLD, r->apply(&model, &other, score, NULL) == ODD_ARG);
    odd_text_free(&what);
    odd_bundle_free(&model);
    odd_free(residual);
    odd_free(score);
    odd_free(f.x);
}

const char *odd_test_name = "linalg/reduction";
CU_TestInfo odd_tests[] = {
    {"the table", test_table},
    {"what it will do", test_plan},
    {"fit and apply", test_fit_and_apply},
    {"none leaves rows as they are", test_none},
    CU_TEST_INFO_NULL,
};
