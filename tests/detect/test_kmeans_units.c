/* K-means of rows far from 0, and in units in which float32 has no squares: the nearest centroid is
 * the one of the definition, and iterations end. */
#include "detect/kmeans_internal.h"
#include "detect_fixture.h"

#include <math.h>

const char *odd_test_name = "detect/kmeans: units";

/* The product of blocks finds what the definition finds. Rows lie about `away`, by `apart`. */
static void assign_is_plain(double away, double apart, bool shifted)
{
    enum { ROWS = 100, WIDE = 19, MANY = 23 };
    float x[ROWS * WIDE], scratch[ROWS * MANY];
    double centre[MANY * WIDE], origin[WIDE];
    int32_t cluster[ROWS];
    odd_kmeans_table table;
    float *z = odd_alloc((int64_t)odd_kmeans_panel(WIDE) * WIDE, sizeof *z);
    for (int i = 0; i < ROWS * WIDE; i++)
        x[i] = (float)(away + apart * odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, 0));
    for (int i = 0; i < MANY * WIDE; i++)
        centre[i] = away + apart * odd_normal(1, ODD_STREAM_TEST, (uint64_t)i, 1);
    for (int j = 0; j < WIDE; j++)
        origin[j] = away;
    bool ok = odd_kmeans_table_new(MANY, WIDE, false, &table) == ODD_OK;
    if (!check_all(WORLD, ok && z)) return;
    odd_kmeans_table_set(&table, centre, origin);
    odd_kmeans_assign(&table, ROWS, x, z, scratch, cluster);
    for (int i = 0; i < ROWS; i++)
        ok = ok && cluster[i] == odd_kmeans_assign_plain(MANY, WIDE, centre, x + i * WIDE);
    check_all(WORLD, ok && table.shifted == shifted);
    odd_kmeans_table_free(&table);
    odd_free(z);
}

static void test_assign_is_plain(void)
{
    assign_is_plain(50, 1, false);
    assign_is_plain(1e5, 1, true);   /* few digits are left of a difference */
    assign_is_plain(0, 1e30, true);  /* squares are too large for float32 */
    assign_is_plain(0, 1e-30, true); /* too small */
}

/* More features than a panel has values: one row at a time. */
static void test_panels(void)
{
    enum { ROWS = 3, WIDE = 70000 };
    float *x = odd_alloc(ROWS * WIDE, sizeof *x), *z = odd_alloc(WIDE, sizeof *z);
    double *centre = odd_alloc(2 * WIDE, sizeof *centre), *origin = odd_alloc(WIDE, sizeof *origin);
    float scratch[ROWS * 2];
    int32_t cluster[ROWS];
    odd_kmeans_table table;
    bool ok = odd_kmeans_table_new(2, WIDE, false, &table) == ODD_OK;
    if (!check_all(WORLD, ok && x && z && centre && origin && odd_kmeans_panel(WIDE) == 1)) return;
    for (int64_t j = 0; j < WIDE; j++) {
        origin[j] = 1000;
        centre[j] = 1000 - 1;
        centre[WIDE + j] = 1000 + 1;
        for (int64_t i = 0; i < ROWS; i++)
            x[i * WIDE + j] = i == 1 ? 999 : 1001;
    }
    odd_kmeans_table_set(&table, centre, origin);
    odd_kmeans_assign(&table, ROWS, x, z, scratch, cluster);
    check_all(WORLD, table.shifted && cluster[0] == 1 && cluster[1] == 0 && cluster[2] == 1);
    odd_kmeans_table_free(&table);
    odd_free(origin);
    odd_free(centre);
    odd_free(z);
    odd_free(x);
}

/* Three blobs far apart; row % 3 tells which. */
static double unit;

static double blobs(int64_t row, int j, uint64_t seed)
{
    const double own = odd_normal(seed, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)j);
    return unit * (own + (j == row % 3 ? 30 : 0));
}

/* A power of two loses no digit: clusters are the same, and as many iterations find them. */
static void test_units(void)
{
    static const double units[] = {1, 0x1p-90, 0x1p90};
    const odd_kmeans_options options = {.clusters = 3, .max_iterations = 100, .tolerance = 1e-4};
    int iterations = 0;
    for (int i = 0; i < 3; i++) {
        unit = units[i];
        odd_rows rows = rows_of(WORLD, 300, 4, 5, blobs);
        odd_kmeans *km;
        if (!check_all(WORLD, odd_kmeans_fit(&rows, &options, 1, &km) == ODD_OK)) return;
        if (i == 0) iterations = km->iterations;
        check_all(WORLD, km->converged && km->iterations == iterations && km->rows[0] == 100 &&
                             km->rows[1] == 100 && km->rows[2] == 100);
        odd_kmeans_free(&km);
        rows_free(&rows);
    }
}

static double far_blobs(int64_t row, int j, uint64_t seed)
{
    unit = 1;
    return 1e6 + blobs(row, j, seed);
}

/* One row may spoil the mean, but not the end. */
static double one_far_row(int64_t row, int j, uint64_t seed)
{
    unit = 1;
    return row == 11 && j == 2 ? 3e38 : blobs(row, j, seed);
}

static void test_iterations_end(void)
{
    static const value_function values[] = {far_blobs, one_far_row};
    const odd_kmeans_options options = {
        .clusters = 10, .max_iterations = 300, .tolerance = 1e-4, .restarts = 4};
    for (int i = 0; i < 2; i++) {
        odd_rows rows = rows_of(WORLD, 300, 4, 5, values[i]);
        odd_kmeans *km;
        if (!check_all(WORLD, odd_kmeans_fit(&rows, &options, 1, &km) == ODD_OK)) return;
        check_all(WORLD, km->converged && km->iterations < 50);
        odd_kmeans_free(&km);
        rows_free(&rows);
    }
}

CU_TestInfo odd_tests[] = {
    {"the fast nearest centroid is the plain one", test_assign_is_plain},
    {"more features than a panel holds", test_panels},
    {"units do not matter", test_units},
    {"iterations end", test_iterations_end},
    CU_TEST_INFO_NULL,
};
