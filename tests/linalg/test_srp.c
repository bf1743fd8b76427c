/* Very sparse random projection: its distribution against scikit-learn's, and the same bits
 * wherever it is made. */
#include "pca_fixture.h"
#include "srp_reference.h"

#include "linalg/projection_pattern_internal.h"
#include "oddlot/linalg/reduction.h"
#include "oddlot/par/threads.h"

enum { D = 400, K = 100, ROWS = 40, SEEDS = 50 }; /* of make_srp.py */

/* The settings, as a job fills them. */
typedef struct {
    int64_t components;
    double density;
} settings;

static float row_value(int64_t i, int j)
{
    return (float)((double)((i * 37 + j * 101 + (i * j) % 17 * 13) % 64) / 8);
}

static float unit_value(int64_t i, int j)
{
    return i == j;
}

static odd_status project(const odd_rows *rows, settings o, uint64_t seed, float *score)
{
    const odd_reduction *srp = odd_reduction_find("srp");
    odd_bundle model = ODD_BUNDLE_EMPTY;
    int64_t bad;
    int k;
    odd_status st;
    ODD_TRY(srp->fit(&o, rows, seed, &model, &k, &bad));
    CU_ASSERT(k == o.components && bad == -1);
    ODD_TRY(srp->apply(&model, rows, score, NULL));
done:
    odd_bundle_free(&model);
    return st;
}

/* Rows of the unit matrix give the entries themselves. */
static void test_entries(void)
{
    fixture f;
    double share = 0, mean = 0, size = 0;
    int64_t values = 0;
    if (!check_all(WORLD, open_fixture(MPI_COMM_SELF, unit_value, D, D, &f) == ODD_OK)) return;
    float *r = odd_alloc(D * K, sizeof *r);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        CU_ASSERT_EQUAL(project(&f.rows, (settings){K, 0}, seed, r), ODD_OK);
        for (int i = 0; i < D * K; i++, values++) {
            if (r[i] == 0) continue;
            share++;
            mean += r[i];
            if (size == 0) size = fabs(r[i]);
            CU_ASSERT(fabs(r[i]) == size);
        }
    }
    CU_ASSERT_DOUBLE_EQUAL(size, srp_size, 1e-6);
    /* five standard deviations of 2 million draws */
    CU_ASSERT_DOUBLE_EQUAL(share / (double)values, srp_share, 5 * sqrt(0.05 / 2e6));
    CU_ASSERT_DOUBLE_EQUAL(mean / share / size, 0, 5 / sqrt(share));
    odd_free(r);
    odd_free(f.x);
}

static double squared_distance(int64_t width, const float *a, const float *b)
{
    double sum = 0;
    for (int64_t j = 0; j < width; j++)
        sum += ((double)a[j] - b[j]) * ((double)a[j] - b[j]);
    return sum;
}

static void test_distances(void)
{
    fixture f;
    double mean = 0, off = 0;
    int pairs = 0;
    if (!check_all(WORLD, open_fixture(MPI_COMM_SELF, row_value, ROWS, D, &f) == ODD_OK)) return;
    float *y = odd_alloc(ROWS * K, sizeof *y);
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        CU_ASSERT_EQUAL(project(&f.rows, (settings){K, 0}, seed, y), ODD_OK);
        for (int a = 0; a < ROWS; a++)
            for (int b = a + 1; b < ROWS; b++, pairs++) {
                const double ratio = squared_distance(K, y + a * K, y + b * K) /
                                     squared_distance(D, f.x + a * D, f.x + b * D);
                mean += ratio;
                off += (ratio - 1) * (ratio - 1);
            }
    }
    CU_ASSERT_DOUBLE_EQUAL(mean / pairs, srp_ratio, 0.02);
    CU_ASSERT_DOUBLE_EQUAL(sqrt(off / pairs), srp_off, 0.1 * srp_off);
    odd_free(y);
    odd_free(f.x);
}

/* Each output against a plain sum over the entries of the pattern. */
static void test_plain(void)
{
    enum { WIDE = 2 * ODD_PATTERN_TILE + 77, OUT = 9, N = 19 };
    fixture f;
    odd_pattern p;
    if (!check_all(WORLD, open_fixture(MPI_COMM_SELF, row_value, N, WIDE, &f) == ODD_OK)) return;
    float *y = odd_alloc(N * OUT, sizeof *y);
    const double scale = sqrt(1 / (0.01 * OUT));
    CU_ASSERT_EQUAL(project(&f.rows, (settings){OUT, 0.01}, 7, y), ODD_OK);
    CU_ASSERT_EQUAL(odd_pattern_draw(7, WIDE, OUT, 0.01, &p), ODD_OK);
    CU_ASSERT_EQUAL(p.tiles, 3);
    for (int i = 0; i < N; i++)
        for (int o = 0; o < OUT; o++) {
            double sum = 0;
            for (int t = 0; t < p.tiles; t++)
                for (int minus = 0; minus < 2; minus++) {
                    const int64_t *list = p.begin + 2 * (t * OUT + o) + minus;
                    for (int64_t e = list[0]; e < list[1]; e++)
                        sum += (minus ? -1 : 1) *
                               f.x[(int64_t)i * WIDE + t * ODD_PATTERN_TILE + p.entry[e]];
                }
            CU_ASSERT_DOUBLE_EQUAL(y[i * OUT + o], sum * scale, 1e-4 * scale * 100);
        }
    odd_pattern_free(&p);
    odd_free(y);
    odd_free(f.x);
}

/* All ranks, streamed, against each rank alone with one thread. */
static void check_bits(int64_t n, int d, settings o)
{
    const int64_t k = o.components;
    fixture all, alone;
    bool open = open_fixture(WORLD, row_value, n, d, &all) == ODD_OK;
    open &= open_fixture(MPI_COMM_SELF, row_value, n, d, &alone) == ODD_OK;
    if (!check_all(WORLD, open)) return;
    float *part = odd_alloc(all.rows.part.n_local * k, sizeof *part);
    float *whole = odd_alloc(n * k, sizeof *whole);
    const odd_rows read = read_rows_of(&all);
    check_all(WORLD, project(&read, o, 3, part) == ODD_OK);
    const int threads = odd_threads();
    odd_threads_setup(1, 1);
    check_all(WORLD, project(&alone.rows, o, 3, whole) == ODD_OK);
    odd_threads_setup(threads, 1);
    check_all(WORLD, same_bits(whole + all.rows.part.row0 * k, part, all.rows.part.n_local * k,
                               sizeof *part));
    odd_free(whole);
    odd_free(part);
    odd_free(alone.x);
    odd_free(all.x);
}

static void test_same_bits(void)
{
    check_bits(150, 5000, (settings){30, 0});
    check_bits(9, 3, (settings){5, 1}); /* with more ranks, some have no row */
    check_bits(3, 1, (settings){1, 0});
    check_bits(1100, 20, (settings){7, 0.3});
}

/* All entries of a projection of density 1 are there. */
static void test_dense(void)
{
    odd_pattern p;
    CU_ASSERT_EQUAL(odd_pattern_draw(1, 50, 20, 1, &p), ODD_OK);
    CU_ASSERT_EQUAL(p.begin[2 * p.tiles * p.k], 50 * 20);
    odd_pattern_free(&p);
    CU_ASSERT_EQUAL(odd_pattern_draw(1, 50, 20, 1e-300, &p), ODD_OK); /* and of none, none */
    CU_ASSERT_EQUAL(p.begin[2 * p.tiles * p.k], 0);
    odd_pattern_free(&p);
}

static void make_bundle(odd_bundle *b, int64_t d, int64_t k, double density)
{
    *b = (odd_bundle)ODD_BUNDLE_EMPTY;
    CU_ASSERT_EQUAL(odd_bundle_add_i64(b, "features", "", d), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_i64(b, "components", "", k), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_i64(b, "seed", "", 1), ODD_OK);
    CU_ASSERT_EQUAL(odd_bundle_add_f64(b, "density", "", density), ODD_OK);
}

static odd_status try_model(const odd_rows *rows, int64_t d, int64_t k, double density)
{
    odd_bundle b;
    float score[64];
    make_bundle(&b, d, k, density);
    const odd_status st = odd_reduction_find("srp")->apply(&b, rows, score, NULL);
    odd_bundle_free(&b);
    return st;
}

static void test_refusals(void)
{
    fixture f;
    odd_bundle none = ODD_BUNDLE_EMPTY;
    float score[64];
    if (!check_all(WORLD, open_fixture(WORLD, row_value, 20, 3, &f) == ODD_OK)) return;
    check_all(WORLD, try_model(&f.rows, 3, 2, 0.5) == ODD_OK);
    check_all(WORLD, try_model(&f.rows, 4, 2, 0.5) == ODD_ARG); /* another width */
    check_all(WORLD, try_model(&f.rows, 3, 0, 0.5) == ODD_FORMAT);
    check_all(WORLD, try_model(&f.rows, 3, (int64_t)1 << 40, 0.5) == ODD_FORMAT);
    check_all(WORLD, try_model(&f.rows, -3, 2, 0.5) == ODD_FORMAT);
    check_all(WORLD, try_model(&f.rows, 3, 2, NAN) == ODD_FORMAT);
    check_all(WORLD, try_model(&f.rows, 3, 2, 1.5) == ODD_FORMAT);
    check_all(WORLD, odd_reduction_find("srp")->apply(&none, &f.rows, score, NULL) == ODD_FORMAT);
    const odd_rows narrow = odd_rows_in_memory(WORLD, 20, 0, f.x);
    check_all(WORLD, project(&narrow, (settings){2, 0}, 1, score) == ODD_ARG);
    odd_free(f.x);
}

const char *odd_test_name = "linalg/srp";
CU_TestInfo odd_tests[] = {
    {"its entries are distributed like scikit-learn's", test_entries},
    {"distances are kept as well as by scikit-learn", test_distances},
    {"the plain sum", test_plain},
    {"the same bits on any ranks and threads, streamed", test_same_bits},
    {"dense and empty", test_dense},
    {"what it refuses", test_refusals},
    CU_TEST_INFO_NULL,
};
