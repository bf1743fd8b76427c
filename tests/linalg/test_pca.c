/* PCA: against scikit-learn, one solver against the other, one rank against several, and through
 * files. */
#include "pca_fixture.h"
#include "pca_reference.h"

static char *const covariance = "covariance", *const gram = "gram", *const automatic = "auto";

/* The table of make_pca.py. */
static float reference_value(int64_t i, int j)
{
    const int64_t whole = (i * 37 + j * 101 + (i * j) % 17 * 13) % 64;
    return (float)((double)whole / (8.0 * (1 + j)));
}

/* Noise over a few strong directions. */
static float latent_value(int64_t i, int j)
{
    double sum = 0.05 * odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j + 8);
    for (int q = 0; q < 4; q++)
        sum += odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)q) * cos(j * (q + 1) * 0.7) /
               (q + 1);
    return (float)(sum + j % 5);
}

typedef struct {
    const double *value, *total, *axes, *score, *residual;
    int64_t n;
    int d, k;
} reference;

static const reference tall = {tall_value,    tall_total, tall_axes, tall_score,
                               tall_residual, 60,         12,        5};
static const reference wide = {wide_value,    wide_total, wide_axes, wide_score,
                               wide_residual, 10,         30,        4};

/* Scores and residual of the last row, on the rank that has it. */
static void check_last_row(const reference *r, const odd_rows *rows, const odd_pca *pca)
{
    const int64_t n_local = rows->part.n_local;
    float *score = odd_alloc(n_local * r->k, sizeof *score);
    double *residual = odd_alloc(n_local, sizeof *residual);
    check_all(WORLD, odd_pca_apply(pca, rows, score, residual) == ODD_OK);
    if (n_local > 0 && rows->part.row0 + n_local == r->n) {
        for (int i = 0; i < r->k; i++)
            CU_ASSERT_DOUBLE_EQUAL(score[(n_local - 1) * r->k + i], r->score[i], 1e-5);
        CU_ASSERT_DOUBLE_EQUAL(residual[n_local - 1], r->residual[0], 1e-6);
    }
    odd_free(residual);
    odd_free(score);
}

static void check_reference(const reference *r, char *solver)
{
    fixture f;
    odd_pca *pca = NULL;
    if (!check_all(WORLD, open_fixture(WORLD, reference_value, r->n, r->d, &f) == ODD_OK)) return;
    if ((pca = fit(&f.rows, r->k, solver))) {
        CU_ASSERT(worst_sigma(pca, r->k, r->value) < 1e-7);
        CU_ASSERT_DOUBLE_EQUAL(pca->total_variance, r->total[0], 1e-7);
        for (int i = 0; i < 2 * r->d; i++)
            CU_ASSERT_DOUBLE_EQUAL(pca->axis[i], r->axes[i], 1e-6);
        CU_ASSERT(worst_angle(pca) < 1e-12);
        check_last_row(r, &f.rows, pca);
    }
    odd_pca_free(&pca);
    odd_free(f.x);
}

static void test_reference(void)
{
    check_reference(&tall, covariance);
    check_reference(&tall, gram);
    check_reference(&wide, covariance);
    check_reference(&wide, gram);
}

static const char *choice(int64_t n, int d, char *solver, const char **why)
{
    const odd_pca_options options = {.components = 5, .solver = solver, .iterations = 4};
    return odd_pca_choose(n, d, &options, why);
}

static void test_choice(void)
{
    const char *why;
    CU_ASSERT_STRING_EQUAL(choice(100, 10, automatic, &why), "covariance");
    CU_ASSERT_STRING_EQUAL(why, "at least as many rows as features");
    CU_ASSERT_STRING_EQUAL(choice(10, 10, automatic, &why), "covariance");
    CU_ASSERT_STRING_EQUAL(choice(9, 10, automatic, &why), "gram");
    CU_ASSERT_STRING_EQUAL(why, "fewer rows than features");
    CU_ASSERT_STRING_EQUAL(choice(9, 10, covariance, &why), "covariance");
    CU_ASSERT_STRING_EQUAL(choice(90, 10, gram, &why), "gram");
    CU_ASSERT_STRING_EQUAL(why, "as the job asks");
}

static void test_solvers_agree(void)
{
    fixture f;
    if (!check_all(WORLD, open_fixture(WORLD, latent_value, 150, 90, &f) == ODD_OK)) return;
    odd_pca *a = fit(&f.rows, 50, covariance), *b = fit(&f.rows, 50, gram);
    if (a && b) {
        CU_ASSERT_STRING_EQUAL(a->solver, "covariance");
        CU_ASSERT_STRING_EQUAL(b->solver, "gram");
        CU_ASSERT(worst_sigma(a, 50, b->value) < 1e-7);
        CU_ASSERT(worst_axis(a, b, 4) < 1e-9);
        CU_ASSERT(worst_angle(a) < 1e-12 && worst_angle(b) < 1e-12);
        CU_ASSERT(same_bits(a->mean, b->mean, 90, 8));
        check_all(WORLD, same_everywhere(a));
        check_all(WORLD, same_everywhere(b));
    }
    odd_pca_free(&a);
    odd_pca_free(&b);
    odd_free(f.x);
}

/* The whole table on each rank alone, against all ranks together. */
static void check_rank_counts(int64_t n, int d, int k)
{
    fixture all, alone;
    bool open = open_fixture(WORLD, latent_value, n, d, &all) == ODD_OK;
    open &= open_fixture(MPI_COMM_SELF, latent_value, n, d, &alone) == ODD_OK;
    odd_pca *a = NULL, *b = NULL;
    if (check_all(WORLD, open)) {
        a = fit(&all.rows, k, automatic);
        b = fit(&alone.rows, k, automatic);
    }
    if (a && b) {
        CU_ASSERT(same_model(a, b));
    }
    odd_pca_free(&a);
    odd_pca_free(&b);
    odd_free(all.x);
    odd_free(alone.x);
}

static void test_rank_counts(void)
{
    check_rank_counts(500, 40, 6);
    check_rank_counts(30, 200, 6);
    check_rank_counts(9, 3, 3); /* two blocks: with more ranks, some have no row */
}

static void check_streamed(int64_t n, int d)
{
    fixture f;
    if (!check_all(WORLD, open_fixture(WORLD, latent_value, n, d, &f) == ODD_OK)) return;
    const odd_rows read = read_rows_of(&f);
    odd_pca *a = fit(&f.rows, 5, automatic), *b = fit(&read, 5, automatic);
    float *score = odd_alloc(2 * f.rows.part.n_local * 5, sizeof *score);
    double *residual = odd_alloc(2 * f.rows.part.n_local, sizeof *residual);
    if (a && b) {
        const int64_t n_local = f.rows.part.n_local;
        check_all(WORLD, same_model(a, b));
        check_all(WORLD, odd_pca_apply(a, &f.rows, score, residual) == ODD_OK);
        check_all(WORLD,
                  odd_pca_apply(a, &read, score + n_local * 5, residual + n_local) == ODD_OK);
        check_all(WORLD, same_bits(score, score + n_local * 5, n_local * 5, 4));
        check_all(WORLD, same_bits(residual, residual + n_local, n_local, 8));
    }
    odd_free(residual);
    odd_free(score);
    odd_pca_free(&a);
    odd_pca_free(&b);
    odd_free(f.x);
}

static void test_streamed(void)
{
    check_streamed(700, 20);
    check_streamed(40, 150);
    check_streamed(9000, 10); /* more than one panel on one rank */
}

/* Rows of one rank applied alone: the same bits as those of all ranks. */
static void test_apply_on_any_rank(void)
{
    enum { ROWS = 300, FEATURES = 25, AXES = 4 };
    fixture all, alone;
    float whole[ROWS * AXES], *part = NULL;
    double whole_residual[ROWS], residual[ROWS];
    bool open = open_fixture(WORLD, latent_value, ROWS, FEATURES, &all) == ODD_OK;
    open &= open_fixture(MPI_COMM_SELF, latent_value, ROWS, FEATURES, &alone) == ODD_OK;
    open &= ODD_NEW(part, ROWS * AXES) == ODD_OK;
    odd_pca *pca = check_all(WORLD, open) ? fit(&all.rows, AXES, automatic) : NULL;
    if (pca) {
        const int64_t row0 = all.rows.part.row0, n_local = all.rows.part.n_local;
        check_all(WORLD, odd_pca_apply(pca, &all.rows, part, residual) == ODD_OK);
        check_all(WORLD, odd_pca_apply(pca, &alone.rows, whole, whole_residual) == ODD_OK);
        check_all(WORLD, same_bits(whole + row0 * AXES, part, n_local * AXES, 4));
        check_all(WORLD, same_bits(whole_residual + row0, residual, n_local, 8));
        check_all(WORLD, odd_pca_apply(pca, &all.rows, NULL, NULL) == ODD_OK);
    }
    odd_pca_free(&pca);
    odd_free(part);
    odd_free(all.x);
    odd_free(alone.x);
}

/* score axis + mean, and the residual, against the row itself. */
static void check_row(const odd_pca *p, const float *x, const float *score, double residual)
{
    double left = 0;
    for (int j = 0; j < p->d; j++) {
        double y = x[j] - p->mean[j];
        for (int i = 0; i < p->k; i++)
            y -= score[i] * p->axis[i * p->d + j];
        left += y * y;
    }
    CU_ASSERT_DOUBLE_EQUAL(sqrt(left), residual, 2e-6);
}

static void test_reconstruct(void)
{
    enum { FEATURES = 25, AXES = 6 };
    fixture f;
    if (!check_all(WORLD, open_fixture(WORLD, latent_value, 200, FEATURES, &f) == ODD_OK)) return;
    const int64_t n_local = f.rows.part.n_local;
    float *score = odd_alloc(n_local * FEATURES, sizeof *score);
    double *residual = odd_alloc(n_local, sizeof *residual);
    odd_pca *some = fit(&f.rows, AXES, automatic), *every = fit(&f.rows, FEATURES, automatic);
    if (some && every) {
        check_all(WORLD, odd_pca_apply(some, &f.rows, score, residual) == ODD_OK);
        for (int64_t i = 0; i < n_local; i++)
            check_row(some, f.x + i * FEATURES, score + i * AXES, residual[i]);
        check_all(WORLD, odd_pca_apply(every, &f.rows, score, residual) == ODD_OK);
        for (int64_t i = 0; i < n_local; i++) /* rows are some 5 long, so this is 1e-8 of them */
            CU_ASSERT(residual[i] < 5e-7);
    }
    odd_pca_free(&some);
    odd_pca_free(&every);
    odd_free(residual);
    odd_free(score);
    odd_free(f.x);
}

/* Sums and products of scores: mean 0 and covariance 1, over all rows. */
static void check_white(const float *score, int64_t n_local, int64_t n, int k)
{
    double moment[5 + 25] = {0};
    for (int64_t i = 0; i < n_local; i++)
        for (int a = 0; a < k; a++) {
            moment[a] += score[i * k + a];
            for (int b = 0; b < k; b++)
                moment[k + a * k + b] += (double)score[i * k + a] * score[i * k + b];
        }
    odd_sum_f64(WORLD, moment, k + k * k);
    for (int a = 0; a < k; a++) {
        CU_ASSERT_DOUBLE_EQUAL(moment[a] / (double)n, 0, 1e-6);
        for (int b = 0; b < k; b++)
            CU_ASSERT_DOUBLE_EQUAL(moment[k + a * k + b] / (double)(n - 1), a == b, 1e-5);
    }
}

static void test_whiten(void)
{
    fixture f;
    odd_pca *pca = NULL;
    int64_t bad_row;
    const odd_pca_options options = {.components = 5, .solver = automatic, .whiten = true};
    if (!check_all(WORLD, open_fixture(WORLD, latent_value, 400, 20, &f) == ODD_OK)) return;
    float *score = odd_alloc(f.rows.part.n_local * 5, sizeof *score);
    check_all(WORLD, odd_pca_fit(&f.rows, &options, &pca, &bad_row) == ODD_OK);
    if (pca && check_all(WORLD, odd_pca_apply(pca, &f.rows, score, NULL) == ODD_OK))
        check_white(score, f.rows.part.n_local, 400, 5);
    odd_pca_free(&pca);
    odd_free(score);
    odd_free(f.x);
}

static void test_save_and_load(void)
{
    fixture f;
    odd_pca *back = NULL;
    odd_bundle b = ODD_BUNDLE_EMPTY;
    if (!check_all(WORLD, open_fixture(WORLD, latent_value, 30, 50, &f) == ODD_OK)) return;
    odd_pca *pca = fit(&f.rows, 7, automatic);
    if (pca) {
        pca->whiten = true;
        CU_ASSERT_EQUAL(odd_pca_save(pca, &b), ODD_OK);
        CU_ASSERT_EQUAL(odd_pca_load(&b, &back), ODD_OK);
        CU_ASSERT(back && same_model(pca, back));
    }
    odd_bundle_free(&b);
    odd_pca_free(&back);
    odd_pca_free(&pca);
    odd_free(f.x);
}

const char *odd_test_name = "linalg/pca";
CU_TestInfo odd_tests[] = {
    {"values of scikit-learn", test_reference},
    {"which solver", test_choice},
    {"one solver and the other", test_solvers_agree},
    {"one rank and several", test_rank_counts},
    {"in memory and read", test_streamed},
    {"scores on any rank", test_apply_on_any_rank},
    {"reconstruction and residual", test_reconstruct},
    {"whitening", test_whiten},
    {"save and load", test_save_and_load},
    CU_TEST_INFO_NULL,
};
