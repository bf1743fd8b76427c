/* The scale of columns: robust, whichever ranks have the rows, and not infinitely narrow where half
 * of a column is one value. */
#include "oddlot_test_mpi.h"

#include "oddlot/par/comm.h"
#include "stage/views/view_internal.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "stage/view_scaling";

#define WORLD MPI_COMM_WORLD

enum { N = 1001, D = 4 };

/* Column 0: 0 ... 1000; 1: mostly 5, at the ends 0 or 10; 2: all one; 3: unknown but for 1 of 10.
 */
static void make_row(int64_t i, float x[D])
{
    x[0] = (float)i;
    x[1] = i < 100 ? 0 : i >= 901 ? 10 : 5;
    x[2] = 3;
    x[3] = i % 10 == 0 ? (float)i : NAN;
}

static odd_status read_rows(void *context, int64_t local, int64_t count, float x[])
{
    const odd_partition *part = context;
    for (int64_t i = 0; i < count; i++)
        make_row(part->row0 + local + i, x + i * D);
    return ODD_OK;
}

static odd_rows rows_of(odd_partition *part, float x[])
{
    odd_rows rows = odd_rows_in_memory(WORLD, N, D, NULL);
    *part = rows.part;
    if (!x) {
        rows.read = read_rows;
        rows.reader = part;
        return rows;
    }
    read_rows(part, 0, part->n_local, x);
    rows.x = x;
    return rows;
}

static void check_scale(const odd_rows *rows)
{
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_view_scaling s, found;
    if (!check_all(WORLD, odd_view_scaling_fit(rows, &model, &s) == ODD_OK)) return;
    check_all(WORLD, s.median[0] == 500 && fabs(s.sigma[0] - 500 / 1.3489795) < 1e-4);
    check_all(WORLD, s.median[1] == 5 && fabs(s.sigma[1] - 0.25 * 5 * sqrt(200.0 / N)) < 1e-9);
    check_all(WORLD, s.median[2] == 3 && s.sigma[2] == 0);
    check_all(WORLD, s.median[3] == 500);
    check_all(WORLD, odd_view_scaling_find(&model, D, &found) == ODD_OK && found.sigma == s.sigma);
    check_all(WORLD, odd_view_scaling_find(&model, D + 1, &found) == ODD_FORMAT);
    odd_bundle_free(&model);
}

static void test_fit(void)
{
    static float x[N * D];
    odd_partition part;
    odd_rows rows = rows_of(&part, x);
    check_scale(&rows);
    rows = rows_of(&part, NULL);
    check_scale(&rows);
}

static void test_apply(void)
{
    double median[D] = {500, 5, 3, 0}, sigma[D] = {10, 2, 0, 1};
    const odd_view_scaling s = {D, median, sigma};
    float x[2 * D] = {510, 4, 99, NAN, 1e6f, -1e6f, NAN, -2};
    const float want[2 * D] = {1, -0.5f, 0, 0, 8, -8, 0, -2};
    odd_view_scaling_apply(&s, 2, x);
    CU_ASSERT_EQUAL(memcmp(x, want, sizeof x), 0);
}

CU_TestInfo odd_tests[] = {
    {"middle and width of columns", test_fit},
    {"rows on the scale", test_apply},
    CU_TEST_INFO_NULL,
};
