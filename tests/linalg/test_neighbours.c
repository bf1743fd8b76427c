/* Neighbours against looking at every row, and the same wherever they are looked for. */
#include "pca_fixture.h"

#include "kept_neighbours.h"
#include "oddlot/par/threads.h"

enum { MOST = 1100, WIDE = 7 };

/* Some rows come twice. */
static float value(int64_t i, int j)
{
    const int64_t row = i % 10 == 9 ? i - 4 : i;
    return (float)odd_normal(5, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)j);
}

/* By looking at every row: the distance to it, the number of the j-th nearest. */
static void check_row(const odd_neighbours *r, int64_t m, const float x[], int keep,
                      const odd_neighbour near[])
{
    double last = -1;
    for (int j = 0; j < keep; j++) {
        if (j >= m) {
            CU_ASSERT(near[j].at == -1);
            continue;
        }
        const double distance = odd_neighbours_distance(r, x, near[j].at);
        int nearer = 0;
        for (int64_t i = 0; i < m; i++)
            nearer += odd_neighbours_distance(r, x, i) < distance - 1e-9;
        CU_ASSERT(nearer <= j);
        CU_ASSERT(distance >= last - 1e-9);
        for (int l = 0; l < j; l++)
            CU_ASSERT(near[l].at != near[j].at);
        last = distance;
    }
}

/* Rows of zeros and ones, every seventh without a one. */
static float set_value(int64_t row, int column)
{
    return row % 7 != 0 && odd_uniform(3, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)column) < 0.4;
}

static void check(int64_t n, int64_t m, int keep, odd_metric metric)
{
    fixture rows, whole;
    odd_neighbours *r = NULL;
    float (*of)(int64_t, int) = metric == ODD_METRIC_EUCLIDEAN ? value : set_value;
    bool open = open_fixture(WORLD, of, n, WIDE, &rows) == ODD_OK;
    open &= open_fixture(MPI_COMM_SELF, of, m, WIDE, &whole) == ODD_OK;
    open &= odd_neighbours_new(m, WIDE, whole.x, metric, &r) == ODD_OK;
    if (!check_all(WORLD, open)) return;
    const int64_t mine = rows.rows.part.n_local;
    kept k = {keep, odd_alloc(mine * keep, sizeof *k.near)};
    const odd_rows read = read_rows_of(&rows);
    check_all(WORLD, odd_neighbours_each(r, &read, keep, keep_block, &k) == ODD_OK);
    for (int64_t i = 0; i < mine; i++)
        check_row(r, m, rows.x + i * WIDE, keep, k.near + i * keep);
    odd_free(k.near);
    odd_neighbours_free(&r);
    odd_free(whole.x);
    odd_free(rows.x);
}

static void test_every_row(void)
{
    for (int metric = 0; metric < ODD_METRICS; metric++) {
        check(300, 300, 6, metric);
        check(50, MOST, 20, metric); /* several tiles, and what is left of one */
        check(3, 2, 5, metric);      /* more than there are; with more ranks, some have no row */
        check(1, 1, 1, metric);
    }
}

/* A row of the reference is its own nearest, and copies come in the order of the reference. */
static void test_copies(void)
{
    fixture rows;
    odd_neighbours *r = NULL;
    bool open = open_fixture(MPI_COMM_SELF, value, 40, WIDE, &rows) == ODD_OK;
    open &= odd_neighbours_new(40, WIDE, rows.x, ODD_METRIC_EUCLIDEAN, &r) == ODD_OK;
    if (!check_all(WORLD, open)) return;
    kept k = {3, odd_alloc(40 * 3, sizeof *k.near)};
    CU_ASSERT_EQUAL(odd_neighbours_each(r, &rows.rows, 3, keep_block, &k), ODD_OK);
    for (int i = 0; i < 40; i++) {
        const int first = i % 10 == 9 ? i - 4 : i;
        CU_ASSERT_EQUAL(k.near[i * 3].at, first);
        if (i % 10 == 9 || i % 10 == 5) CU_ASSERT_EQUAL(k.near[i * 3 + 1].at, first + 4);
        CU_ASSERT(odd_neighbours_distance(r, rows.x + i * WIDE, first) == 0);
    }
    odd_free(k.near);
    odd_neighbours_free(&r);
    odd_free(rows.x);
}

/* Of {0, 1, 2}: {1, 2, 3, 4} shares two of five places, differs in three; the empty set shares
 * none. */
static void test_distances_of_sets(void)
{
    const float reference[] = {0, 1, 1, 1, 1, 0, 0, 0, 0, 0}, x[] = {1, 1, 1, 0, 0},
                empty[] = {0, 0, 0, 0, 0};
    odd_neighbours *r = NULL;
    CU_ASSERT_EQUAL_FATAL(odd_neighbours_new(2, 5, reference, ODD_METRIC_JACCARD, &r), ODD_OK);
    CU_ASSERT_DOUBLE_EQUAL(odd_neighbours_distance(r, x, 0), 0.6, 1e-15);
    CU_ASSERT_EQUAL(odd_neighbours_distance(r, x, 1), 1);
    CU_ASSERT_EQUAL(odd_neighbours_distance(r, empty, 1), 0);
    odd_neighbours_free(&r);
    CU_ASSERT_EQUAL_FATAL(odd_neighbours_new(2, 5, reference, ODD_METRIC_HAMMING, &r), ODD_OK);
    CU_ASSERT_EQUAL(odd_neighbours_distance(r, x, 0), 3);
    odd_neighbours_free(&r);
}

static void test_sets_have_zeros_and_ones(void)
{
    const float reference[] = {0, 1, 1};
    fixture rows;
    odd_neighbours *r = NULL;
    if (!check_all(WORLD, open_fixture(WORLD, value, 30, 3, &rows) == ODD_OK)) return;
    CU_ASSERT_EQUAL(odd_neighbours_new(1, 3, reference, ODD_METRIC_JACCARD, &r), ODD_OK);
    kept k = {1, odd_alloc(rows.rows.part.n_local, sizeof *k.near)};
    const odd_status st = odd_neighbours_each(r, &rows.rows, 1, keep_block, &k);
    check_all(WORLD, st == ODD_NUMERIC && strstr(odd_fail_reason(), "zeros and ones"));
    odd_free(k.near);
    odd_neighbours_free(&r);
    odd_free(rows.x);
}

static void test_refusals(void)
{
    fixture rows;
    odd_neighbours *r = NULL;
    const float reference[] = {0, 0, 0, 1, 1, 1};
    if (!check_all(WORLD, open_fixture(WORLD, value, 30, 3, &rows) == ODD_OK)) return;
    CU_ASSERT_EQUAL(odd_neighbours_new(2, 3, reference, ODD_METRIC_EUCLIDEAN, &r), ODD_OK);
    kept k = {1, odd_alloc(rows.rows.part.n_local, sizeof *k.near)};
    if (odd_rank(WORLD) == odd_size(WORLD) - 1 && rows.rows.part.n_local > 0) rows.x[1] = NAN;
    const odd_status st = odd_neighbours_each(r, &rows.rows, 1, keep_block, &k);
    check_all(WORLD, st == ODD_NUMERIC && strstr(odd_fail_reason(), "not finite"));
    const odd_rows wide = odd_rows_in_memory(WORLD, 10, 4, rows.x);
    check_all(WORLD, odd_neighbours_each(r, &wide, 1, keep_block, &k) == ODD_ARG);
    odd_free(k.near);
    odd_neighbours_free(&r);
    odd_free(rows.x);
}

const char *odd_test_name = "linalg/neighbours";
CU_TestInfo odd_tests[] = {
    {"as by looking at every row", test_every_row},
    {"copies", test_copies},
    {"distances of sets", test_distances_of_sets},
    {"sets have zeros and ones", test_sets_have_zeros_and_ones},
    {"what it refuses", test_refusals},
    CU_TEST_INFO_NULL,
};
