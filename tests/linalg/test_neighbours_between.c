/* Neighbours among rows of all ranks, against looking at every pair. Features are small integers,
 * so that products are exact and rows that are equally near are so to the bit. */
#include "pca_fixture.h"

#include "kept_neighbours.h"

#include <string.h>

enum { WIDE = 5 };

static float value(int64_t i, int j)
{
    return (float)odd_below(7, 7, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j);
}

static float other_value(int64_t i, int j)
{
    return (float)odd_below(7, 8, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j);
}

/* Even means, so that rows less the origin are integers. */
static float balanced(table t, int64_t i, int j)
{
    return i % 2 ? -t(i / 2, j) : t(i / 2, j);
}

static float reference_value(int64_t i, int j)
{
    return balanced(value, i, j);
}

static float query_value(int64_t i, int j)
{
    return balanced(other_value, i, j);
}

static double square_between(const float a[WIDE], const float b[WIDE])
{
    double square = 0;
    for (int c = 0; c < WIDE; c++)
        square += ((double)a[c] - (double)b[c]) * ((double)a[c] - (double)b[c]);
    return square;
}

/* The list of a row must be the first ones of all reference rows by distance, then number. */
static void check_row(const float x[WIDE], int64_t m, const float reference[],
                      odd_neighbours_options o, const odd_neighbour near[])
{
    int64_t last = -1;
    double far = -1;
    for (int j = 0; j < o.keep; j++) {
        int64_t best = -1;
        double square = INFINITY;
        for (int64_t r = 0; r < m; r++) {
            const double s = square_between(x, reference + r * WIDE);
            if ((s > far || (s == far && r > last)) && s < square && s <= o.within) {
                best = r;
                square = s;
            }
        }
        CU_ASSERT_EQUAL(near[j].at, best);
        if (best >= 0) CU_ASSERT_EQUAL(near[j].key, square);
        last = best;
        far = square;
    }
}

static void check(table query, int64_t n, int64_t m, int keep, double within)
{
    const odd_neighbours_options o = {.keep = keep, .within = within};
    fixture rows, reference, whole;
    bool open = open_fixture(WORLD, query, n, WIDE, &rows) == ODD_OK;
    open &= open_fixture(WORLD, reference_value, m, WIDE, &reference) == ODD_OK;
    open &= open_fixture(MPI_COMM_SELF, reference_value, m, WIDE, &whole) == ODD_OK;
    if (!check_all(WORLD, open)) return;
    const int64_t mine = rows.rows.part.n_local;
    const odd_rows read = read_rows_of(&reference);
    for (int streamed = 0; streamed < 2; streamed++) {
        kept k = {keep, odd_alloc(mine * keep, sizeof *k.near)};
        const odd_status st = odd_neighbours_between(&rows.rows, streamed ? &read : &reference.rows,
                                                     o, keep_block, &k);
        check_all(WORLD, st == ODD_OK);
        for (int64_t i = 0; i < mine; i++)
            check_row(rows.x + i * WIDE, m, whole.x, o, k.near + i * keep);
        odd_free(k.near);
    }
    odd_free(whole.x);
    odd_free(reference.x);
    odd_free(rows.x);
}

static void test_among_themselves(void)
{
    check(reference_value, 300, 300, 40, INFINITY); /* lists are cut some times */
    check(reference_value, 90, 90, 1, INFINITY);
    check(reference_value, 2, 2, 1, INFINITY); /* with more ranks, some have no row */
}

static void test_of_others(void)
{
    check(query_value, 70, 1200, 9, INFINITY);
    check(query_value, 300, 6, 9, INFINITY); /* more are wanted than there are */
}

static void test_within(void)
{
    check(reference_value, 300, 300, 50, 4);
    check(query_value, 50, 300, 3, 6);
    check(query_value, 50, 300, 3, 0);
}

static float normal_value(int64_t i, int j)
{
    return (float)odd_normal(11, ODD_STREAM_TEST, (uint64_t)i, (uint32_t)j);
}

/* Of n rows among m, those of `comm`. (all, keep), owned by caller. */
static odd_neighbour *found_on(MPI_Comm comm, int64_t n, int64_t m, int keep, int64_t *all)
{
    const odd_neighbours_options o = {.keep = keep, .within = INFINITY};
    fixture rows, reference;
    odd_neighbour *out = NULL;
    ODD_CHECK(open_fixture(comm, query_value, n, WIDE, &rows) == ODD_OK);
    ODD_CHECK(open_fixture(comm, normal_value, m, WIDE, &reference) == ODD_OK);
    const int64_t mine = rows.rows.part.n_local;
    kept k = {keep, odd_alloc(mine * keep, sizeof *k.near)};
    ODD_CHECK(odd_neighbours_between(&rows.rows, &reference.rows, o, keep_block, &k) == ODD_OK);
    ODD_CHECK(odd_share_rows(comm, k.near, mine, (size_t)keep * sizeof *k.near, (void **)&out,
                             all) == ODD_OK);
    odd_free(k.near);
    odd_free(rows.x);
    odd_free(reference.x);
    return out;
}

/* Whether few rows travel or the reference does, and on how many ranks. */
static void test_same_bits(void)
{
    static const int64_t cases[][3] = {{60, 3000, 7}, {1, 2000, 3}, {5, 6, 9}, {700, 2100, 1200}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int64_t n = cases[i][0], m = cases[i][1], keep = cases[i][2];
        int64_t all, of_one;
        odd_neighbour *world = found_on(WORLD, n, m, (int)keep, &all);
        odd_neighbour *alone = found_on(MPI_COMM_SELF, n, m, (int)keep, &of_one);
        check_all(WORLD, all == n && of_one == n &&
                             memcmp(world, alone, (size_t)(n * keep) * sizeof *world) == 0);
        odd_free(world);
        odd_free(alone);
    }
}

/* Far from the origin, where plain products of floats would lose the small distances. */
static float far_value(int64_t i, int j)
{
    return 20000 + (float)odd_normal(9, ODD_STREAM_TEST, (uint64_t)(i / 2), (uint32_t)j);
}

static void test_far(void)
{
    const odd_neighbours_options o = {.keep = 2, .within = INFINITY};
    fixture rows;
    if (!check_all(WORLD, open_fixture(WORLD, far_value, 200, WIDE, &rows) == ODD_OK)) return;
    kept k = {2, odd_alloc(rows.rows.part.n_local * 2, sizeof *k.near)};
    check_all(WORLD, odd_neighbours_between(&rows.rows, &rows.rows, o, keep_block, &k) == ODD_OK);
    for (int64_t i = 0; i < rows.rows.part.n_local; i++) {
        const int64_t pair = (rows.rows.part.row0 + i) / 2 * 2;
        CU_ASSERT_EQUAL(k.near[2 * i].at, pair);
        CU_ASSERT_EQUAL(k.near[2 * i + 1].at, pair + 1);
        CU_ASSERT(k.near[2 * i + 1].key < 1e-4);
    }
    odd_free(k.near);
    odd_free(rows.x);
}

static odd_status fail_block(void *context, const odd_block *block, const odd_neighbour near[])
{
    (void)context;
    (void)near;
    return block->row == 0 ? odd_fail(ODD_IO, "a block") : ODD_OK;
}

static void test_refusals(void)
{
    const odd_neighbours_options o = {.keep = 1, .within = INFINITY};
    fixture rows;
    if (!check_all(WORLD, open_fixture(WORLD, value, 30, 3, &rows) == ODD_OK)) return;
    const odd_rows wide = odd_rows_in_memory(WORLD, 10, 4, rows.x);
    check_all(WORLD, odd_neighbours_between(&rows.rows, &wide, o, fail_block, NULL) == ODD_ARG);
    check_all(WORLD, odd_neighbours_between(&rows.rows, &rows.rows, o, fail_block, NULL) == ODD_IO);
    if (odd_rank(WORLD) == odd_size(WORLD) - 1 && rows.rows.part.n_local > 0) rows.x[1] = NAN;
    const odd_status st = odd_neighbours_between(&rows.rows, &rows.rows, o, fail_block, NULL);
    check_all(WORLD, st == ODD_NUMERIC && strstr(odd_fail_reason(), "not finite"));
    odd_free(rows.x);
}

const char *odd_test_name = "linalg/neighbours_between";
CU_TestInfo odd_tests[] = {
    {"each row among all rows, equally near ones by number", test_among_themselves},
    {"rows among other rows", test_of_others},
    {"within a distance", test_within},
    {"same bits", test_same_bits},
    {"small distances far from 0", test_far},
    {"refused values and widths", test_refusals},
    CU_TEST_INFO_NULL,
};
