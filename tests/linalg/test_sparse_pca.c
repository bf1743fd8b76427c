/* Sparse PCA: as good as scikit-learn's, one rank against several, and what it refuses. */
#include "pca_fixture.h"
#include "sparse_pca_reference.h"

#include "linalg/sparse_code_internal.h"
#include "linalg/sparse_pca_internal.h"
#include "oddlot/linalg/reduction.h"

/* The table of make_pca.py. */
static float reference_value(int64_t i, int j)
{
    const int64_t whole = (i * 37 + j * 101 + (i * j) % 17 * 13) % 64;
    return (float)((double)whole / (8.0 * (1 + j)));
}

static float constant(int64_t i, int j)
{
    (void)i;
    return (float)j;
}

static odd_sparse_options usual(int64_t k, double alpha)
{
    return (odd_sparse_options){
        .components = k, .alpha = alpha, .ridge = 0.01, .iterations = 500, .tolerance = 1e-9};
}

static odd_sparse_pca *fit_sparse(const odd_rows *rows, odd_sparse_options o)
{
    odd_sparse_pca *s = NULL;
    int64_t bad;
    const odd_status st = odd_sparse_pca_fit(rows, &o, &s, &bad);
    check_all(rows->comm, st == ODD_OK && bad == -1);
    return s;
}

static double share_of_zeros(const odd_sparse_pca *s)
{
    double zeros = 0;
    for (int64_t i = 0; i < (int64_t)s->k * s->d; i++)
        zeros += s->axis[i] == 0;
    return zeros / s->k / s->d;
}

static void check_objective(int64_t n, int d, int64_t k, double alpha, double theirs)
{
    fixture f;
    if (!check_all(WORLD, open_fixture(WORLD, reference_value, n, d, &f) == ODD_OK)) return;
    odd_sparse_pca *s = fit_sparse(&f.rows, usual(k, alpha));
    if (s) {
        const double ours = s->objective[s->iterations - 1];
        CU_ASSERT(ours < 1.01 * theirs && ours > 0.9 * theirs);
        for (int i = 1; i < s->iterations; i++)
            CU_ASSERT(s->objective[i] <= s->objective[i - 1] * (1 + 1e-6));
        CU_ASSERT(share_of_zeros(s) > 0.85);
    }
    odd_sparse_pca_free(&s);
    odd_free(f.x);
}

static void test_objective(void)
{
    check_objective(60, 12, 5, 2, tall_objective);
    check_objective(40, 70, 4, 0.5, wide_objective);
    check_objective(60, 12, 3, 8, zeros_objective);
}

static double length_of(int d, const double *axis)
{
    double sum = 0;
    for (int j = 0; j < d; j++)
        sum += axis[j] * axis[j];
    return sqrt(sum);
}

/* Without a weight on the loadings they span what those of PCA span; with all weight there are
 * none. */
static void test_ends(void)
{
    fixture f;
    if (!check_all(WORLD, open_fixture(WORLD, reference_value, 60, 12, &f) == ODD_OK)) return;
    odd_pca *pca = fit(&f.rows, 3, "covariance");
    odd_sparse_pca *none = fit_sparse(&f.rows, usual(3, 0)),
                   *all = fit_sparse(&f.rows, usual(3, 1e6));
    if (pca && none && all) {
        const double left = (pca->total_variance - pca->value[0] - pca->value[1] - pca->value[2]);
        CU_ASSERT_DOUBLE_EQUAL(none->objective[none->iterations - 1], 59 * left / 2, 1e-4);
        for (int i = 0; i < 3; i++) {
            CU_ASSERT_DOUBLE_EQUAL(length_of(12, none->axis + i * 12), 1, 1e-12);
            CU_ASSERT_EQUAL(length_of(12, all->axis + i * 12), 0);
        }
        CU_ASSERT_DOUBLE_EQUAL(all->objective[0], 59 * pca->total_variance / 2, 1e-4);
    }
    odd_pca_free(&pca);
    odd_sparse_pca_free(&none);
    odd_sparse_pca_free(&all);
    odd_free(f.x);
}

/* The whole table on each rank alone, against all ranks together, whose rows are read. */
static void test_rank_counts(void)
{
    fixture all, alone;
    bool open = open_fixture(WORLD, reference_value, 300, 20, &all) == ODD_OK;
    open &= open_fixture(MPI_COMM_SELF, reference_value, 300, 20, &alone) == ODD_OK;
    if (!check_all(WORLD, open)) return;
    const odd_rows read = read_rows_of(&all);
    odd_sparse_pca *a = fit_sparse(&read, usual(4, 5)), *b = fit_sparse(&alone.rows, usual(4, 5));
    if (a && b) {
        CU_ASSERT_DOUBLE_EQUAL(a->objective[a->iterations - 1] / b->objective[b->iterations - 1], 1,
                               1e-5);
        for (int i = 0; i < 4 * 20; i++)
            CU_ASSERT_DOUBLE_EQUAL(a->axis[i], b->axis[i], 1e-3);
    }
    odd_sparse_pca_free(&a);
    odd_sparse_pca_free(&b);
    odd_free(alone.x);
    odd_free(all.x);
}

/* Of each row the score against its normal equations, the residual against what is left. */
static void check_row(const odd_sparse_pca *s, const float *x, const float *score, double residual)
{
    double left[64], square = 0;
    for (int j = 0; j < s->d; j++) {
        left[j] = x[j] - s->mean[j];
        for (int i = 0; i < s->k; i++)
            left[j] -= score[i] * s->axis[i * s->d + j];
        square += left[j] * left[j];
    }
    CU_ASSERT_DOUBLE_EQUAL(residual, sqrt(square), 1e-5);
    for (int i = 0; i < s->k; i++) {
        double slope = -0.01 * score[i];
        for (int j = 0; j < s->d; j++)
            slope += left[j] * s->axis[i * s->d + j];
        CU_ASSERT_DOUBLE_EQUAL(slope, 0, 1e-5);
    }
}

static void test_scores(void)
{
    enum { D = 12, K = 5 };
    const odd_reduction *r = odd_reduction_find("sparse_pca");
    const odd_sparse_options o = usual(K, 2);
    odd_bundle model = ODD_BUNDLE_EMPTY;
    fixture f;
    int64_t bad;
    int d, k;
    if (!check_all(WORLD, open_fixture(WORLD, reference_value, 60, D, &f) == ODD_OK)) return;
    const int64_t n_local = f.rows.part.n_local;
    float *score = odd_alloc(n_local * K, sizeof *score);
    double *residual = odd_alloc(n_local, sizeof *residual);
    odd_sparse_pca *s = fit_sparse(&f.rows, o);
    check_all(WORLD, r->fit(&o, &f.rows, 0, &model, &k, &bad) == ODD_OK && k == K);
    check_all(WORLD, r->width(&model, &d, &k) == ODD_OK && d == D && k == K);
    check_all(WORLD, r->apply(&model, &f.rows, score, residual) == ODD_OK);
    for (int64_t i = 0; s && i < n_local; i++)
        check_row(s, f.x + i * D, score + i * K, residual[i]);
    if (n_local > 0 && f.rows.part.row0 + n_local == 60) /* the first axis has no rival */
        CU_ASSERT_DOUBLE_EQUAL(fabs(score[(n_local - 1) * K]), fabs(tall_score[0]), 1e-2);
    odd_sparse_pca_free(&s);
    odd_bundle_free(&model);
    odd_free(residual);
    odd_free(score);
    odd_free(f.x);
}

/* With a = 1 each loading is what is left of b beyond alpha. */
static void test_code(void)
{
    const double one[] = {1, 0, 0, 1}, b[] = {3, -0.5, -2, 0.25};
    double u[4] = {7, 7, 0, 0};
    CU_ASSERT_EQUAL(odd_sparse_code(2, 2, one, b, 1, u), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(u[0], 2, 1e-12);
    CU_ASSERT_EQUAL(u[1], 0);
    CU_ASSERT_DOUBLE_EQUAL(u[2], -1, 1e-12);
    CU_ASSERT_EQUAL(u[3], 0);
    const double joint[] = {2, 1, 1, 2}, to[] = {4, 4}; /* by hand: 2 u + u = 4 - 1 */
    double v[2] = {0, 0};
    CU_ASSERT_EQUAL(odd_sparse_code(1, 2, joint, to, 1, v), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(v[0], 1, 1e-7);
    CU_ASSERT_DOUBLE_EQUAL(v[1], 1, 1e-7);
}

static void check_small(table t, int64_t n, int d, int64_t k, int most)
{
    fixture f;
    if (!check_all(WORLD, open_fixture(WORLD, t, n, d, &f) == ODD_OK)) return;
    odd_sparse_pca *s = fit_sparse(&f.rows, usual(k, 0.1));
    if (s) CU_ASSERT(s->k >= 1 && s->k <= most);
    for (int64_t i = 0; s && i < (int64_t)s->k * d; i++)
        CU_ASSERT(isfinite(s->axis[i]));
    odd_sparse_pca_free(&s);
    odd_free(f.x);
}

static void test_shapes(void)
{
    check_small(reference_value, 4, 9, 20, 3);
    check_small(reference_value, 40, 1, 5, 1);
    check_small(constant, 20, 6, 3, 1);
}

static void test_refusals(void)
{
    const odd_reduction *r = odd_reduction_find("sparse_pca");
    const odd_sparse_options o = usual(2, 1);
    odd_bundle model = ODD_BUNDLE_EMPTY, none = ODD_BUNDLE_EMPTY;
    fixture f;
    float score[256];
    int64_t bad;
    int k;
    if (!check_all(WORLD, open_fixture(WORLD, reference_value, 60, 4, &f) == ODD_OK)) return;
    const odd_rows narrow = odd_rows_in_memory(WORLD, 60, 3, f.x);
    check_all(WORLD, r->apply(&none, &f.rows, score, NULL) == ODD_FORMAT);
    check_all(WORLD, r->fit(&o, &f.rows, 0, &model, &k, &bad) == ODD_OK);
    check_all(WORLD, r->apply(&model, &narrow, score, NULL) == ODD_ARG);
    ((double *)odd_bundle_find(&model, "mix")->data)[0] = NAN;
    check_all(WORLD, r->apply(&model, &f.rows, score, NULL) == ODD_FORMAT);
    odd_bundle_free(&model);
    const int64_t local = 33 - f.rows.part.row0;
    if (local >= 0 && local < f.rows.part.n_local) f.x[local * 4] = INFINITY;
    check_all(WORLD, r->fit(&o, &f.rows, 0, &model, &k, &bad) == ODD_NUMERIC && bad == 33);
    odd_bundle_free(&model);
    odd_free(f.x);
}

const char *odd_test_name = "linalg/sparse_pca";
CU_TestInfo odd_tests[] = {
    {"the objective of scikit-learn", test_objective},
    {"no weight and all weight", test_ends},
    {"one rank and several, streamed", test_rank_counts},
    {"scores and residual", test_scores},
    {"loadings by hand", test_code},
    {"small shapes", test_shapes},
    {"what it refuses", test_refusals},
    CU_TEST_INFO_NULL,
};
