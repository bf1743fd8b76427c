/* The randomized PCA: against the exact one, the same bits however it is run, and hard shapes. */
#include "pca_fixture.h"

#include "oddlot/par/threads.h"

static float noise(int64_t i, int j)
{
    return (float)odd_normal(5, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j);
}

/* Directions that fall by a fifth each, over noise, far from the origin. */
static float falling(int64_t i, int j)
{
    double sum = 0.02 * odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j + 64);
    for (int q = 0; q < 20; q++)
        sum += pow(0.8, q) * odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)q) *
               cos((j + 0.5) * (q + 1) * 0.031);
    return (float)(sum + 20 + j % 5);
}

static float constant(int64_t i, int j)
{
    (void)i;
    return (float)j / 7;
}

static float rank_two(int64_t i, int j)
{
    return (float)(i % 7 * (j % 3) + i % 5 * (j % 4 == 1));
}

static float huge(int64_t i, int j)
{
    return noise(i, j) * 1e30f / (float)(1 + j);
}

static float minute(int64_t i, int j)
{
    return noise(i, j) * 1e-30f / (float)(1 + j);
}

static odd_status try_random(const odd_rows *rows, int64_t k, int64_t iterations, odd_pca **out,
                             int64_t *bad_row)
{
    const odd_pca_options options = {.components = k,
                                     .solver = "randomized",
                                     .oversampling = 10,
                                     .iterations = iterations,
                                     .seed = 11};
    return odd_pca_fit(rows, &options, out, bad_row);
}

static odd_pca *fit_random(const odd_rows *rows, int64_t k)
{
    odd_pca *pca = NULL;
    int64_t bad;
    const odd_status st = try_random(rows, k, 4, &pca, &bad);
    check_all(rows->comm, st == ODD_OK && bad == -1);
    return st == ODD_OK ? pca : NULL;
}

static double kept(const odd_pca *p)
{
    double sum = 0;
    for (int i = 0; i < p->k; i++)
        sum += p->value[i];
    return sum;
}

static void test_against_exact(void)
{
    fixture f;
    if (!check_all(WORLD, open_fixture(WORLD, falling, 700, 300, &f) == ODD_OK)) return;
    odd_pca *exact = fit(&f.rows, 15, "covariance"), *random = fit_random(&f.rows, 15);
    if (exact && random) {
        CU_ASSERT_STRING_EQUAL(random->solver, "randomized");
        CU_ASSERT(worst_sigma(random, 15, exact->value) < 1e-5);
        CU_ASSERT(worst_axis(random, exact, 10) < 1e-6);
        CU_ASSERT(worst_angle(random) < 1e-12);
        CU_ASSERT_DOUBLE_EQUAL(random->total_variance / exact->total_variance, 1, 1e-6);
        check_all(WORLD, same_everywhere(random));
    }
    odd_pca_free(&exact);
    odd_pca_free(&random);
    odd_free(f.x);
}

/* A spectrum that does not fall is the hardest; more passes come nearer, from below. */
static void test_flat(void)
{
    fixture f;
    odd_pca *one = NULL, *many = NULL;
    int64_t bad;
    if (!check_all(WORLD, open_fixture(WORLD, noise, 900, 400, &f) == ODD_OK)) return;
    odd_pca *exact = fit(&f.rows, 40, "covariance"), *usual = fit_random(&f.rows, 40);
    check_all(WORLD, try_random(&f.rows, 40, 1, &one, &bad) == ODD_OK);
    check_all(WORLD, try_random(&f.rows, 40, 40, &many, &bad) == ODD_OK);
    if (exact && usual && one && many) {
        CU_ASSERT(kept(one) < kept(usual) && kept(usual) < kept(many));
        CU_ASSERT(kept(many) < kept(exact) * (1 + 1e-6) && kept(many) > 0.999 * kept(exact));
        CU_ASSERT(kept(usual) > 0.9 * kept(exact));
    }
    odd_pca_free(&exact);
    odd_pca_free(&usual);
    odd_pca_free(&one);
    odd_pca_free(&many);
    odd_free(f.x);
}

/* All ranks, in memory and read, against each rank alone with one thread: to the bit. */
static void check_bits(table t, int64_t n, int d, int64_t k)
{
    fixture all, alone;
    bool open = open_fixture(WORLD, t, n, d, &all) == ODD_OK;
    open &= open_fixture(MPI_COMM_SELF, t, n, d, &alone) == ODD_OK;
    if (!check_all(WORLD, open)) return;
    const odd_rows read = read_rows_of(&all);
    const int threads = odd_threads();
    odd_pca *a = fit_random(&all.rows, k), *b = fit_random(&read, k);
    odd_threads_setup(1, 1);
    odd_pca *c = fit_random(&alone.rows, k);
    odd_threads_setup(threads, 1);
    if (check_all(WORLD, a && b && c)) {
        check_all(WORLD, same_model(a, b));
        check_all(WORLD, same_model(a, c));
    }
    odd_pca_free(&a);
    odd_pca_free(&b);
    odd_pca_free(&c);
    odd_free(alone.x);
    odd_free(all.x);
}

static void test_same_bits(void)
{
    check_bits(falling, 500, 150, 6);
    check_bits(noise, 1100, 700, 30); /* two blocks of TSQR and more */
    check_bits(falling, 9000, 10, 3); /* more than one panel on one rank */
    check_bits(noise, 9, 3, 3);       /* with more ranks, some have no row */
    check_bits(noise, 5, 200, 4);
}

/* Components that there are not, of few rows, few features and none that vary. */
static void check_small(table t, int64_t n, int d, int64_t k, int most)
{
    fixture f;
    if (!check_all(WORLD, open_fixture(WORLD, t, n, d, &f) == ODD_OK)) return;
    odd_pca *exact = fit(&f.rows, k, "covariance"), *random = fit_random(&f.rows, k);
    if (exact && random && check_all(WORLD, random->k == exact->k && random->k <= most)) {
        CU_ASSERT(worst_angle(random) < 1e-12);
        if (exact->value[0] > 0) CU_ASSERT(worst_sigma(random, exact->k, exact->value) < 1e-5);
        CU_ASSERT_DOUBLE_EQUAL(random->total_variance, exact->total_variance,
                               1e-6 * exact->total_variance);
    }
    odd_pca_free(&exact);
    odd_pca_free(&random);
    odd_free(f.x);
}

static void test_shapes(void)
{
    check_small(noise, 6, 40, 30, 5);
    check_small(noise, 40, 1, 5, 1);
    check_small(noise, 2, 2, 2, 1);
    check_small(rank_two, 60, 30, 9, 2);
    check_small(constant, 30, 12, 4, 1);
    check_small(huge, 60, 20, 5, 5);
    check_small(minute, 60, 20, 5, 5);
}

static void test_choice(void)
{
    const char *why;
    odd_pca_options o = {.components = 500, .solver = "auto", .oversampling = 10, .iterations = 4};
    CU_ASSERT_STRING_EQUAL(odd_pca_choose(131784, 98304, &o, &why), "randomized");
    CU_ASSERT_STRING_EQUAL(why, "rows so many and wide that exact components take much longer");
    CU_ASSERT_STRING_EQUAL(odd_pca_choose(131784, 1536, &o, &why), "covariance");
    CU_ASSERT_STRING_EQUAL(odd_pca_choose(1333, 98304, &o, &why), "gram");
    o.components = 40;
    CU_ASSERT_STRING_EQUAL(odd_pca_choose(8000, 12288, &o, &why), "randomized");
    o.solver = "gram";
    CU_ASSERT_STRING_EQUAL(odd_pca_choose(8000, 12288, &o, &why), "gram");
    o.solver = "randomized";
    CU_ASSERT_STRING_EQUAL(odd_pca_choose(80, 12, &o, &why), "randomized");
    CU_ASSERT_STRING_EQUAL(why, "as the job asks");
    /* the catalogue of the retailer fits 8 GiB a rank */
    o.components = 500;
    CU_ASSERT(odd_pca_bytes(131784, 98304, &o, "randomized", 1, 2) < (int64_t)3 << 30);
}

static void test_bad_row(void)
{
    fixture f;
    odd_pca *pca;
    int64_t bad;
    if (!check_all(WORLD, open_fixture(WORLD, noise, 100, 5, &f) == ODD_OK)) return;
    const int64_t local = 57 - f.rows.part.row0;
    if (local >= 0 && local < f.rows.part.n_local) f.x[local * 5 + 2] = NAN;
    check_all(WORLD, try_random(&f.rows, 2, 4, &pca, &bad) == ODD_NUMERIC && !pca && bad == 57);
    check_all(WORLD, strcmp(odd_fail_reason(), "feature 2 of row 57 is not finite") == 0);
    odd_free(f.x);
}

enum { MANY = 1000 };

typedef struct {
    fixture *f;
    int left; /* reads that still succeed on this rank */
} failing;

static odd_status read_or_fail(void *context, int64_t local, int64_t count, float x[])
{
    failing *r = context;
    if (r->left-- <= 0) return odd_fail(ODD_IO, "cannot read rows");
    return read_fixture(r->f, local, count, x);
}

/* Each read of the first rank fails in turn: of the mean, the iterations and the last pass. */
static void test_reads_fail(void)
{
    fixture f;
    odd_pca *pca;
    int64_t bad;
    int reads = 0;
    if (!check_all(WORLD, open_fixture(WORLD, noise, 64, 5, &f) == ODD_OK)) return;
    for (int fail = MANY; fail >= 0; fail = fail == MANY ? reads - 1 : fail - 1) {
        failing r = {&f, odd_rank(WORLD) == 0 ? fail : MANY};
        odd_rows rows = read_rows_of(&f);
        rows.read = read_or_fail;
        rows.reader = &r;
        const odd_status want = fail == MANY ? ODD_OK : ODD_IO;
        check_all(WORLD, try_random(&rows, 3, 2, &pca, &bad) == want && bad == -1);
        odd_pca_free(&pca);
        if (fail == MANY) reads = MANY - r.left;
        odd_broadcast(WORLD, 0, &reads, sizeof reads);
    }
    CU_ASSERT(reads >= 4);
    odd_free(f.x);
}

const char *odd_test_name = "linalg/pca_random";
CU_TestInfo odd_tests[] = {
    {"near the exact solver", test_against_exact},
    {"a flat spectrum", test_flat},
    {"the same bits on any ranks and threads, streamed", test_same_bits},
    {"hard shapes and units", test_shapes},
    {"when it is chosen, and its memory", test_choice},
    {"a value that is not finite", test_bad_row},
    {"reads that fail on one rank", test_reads_fail},
    CU_TEST_INFO_NULL,
};
