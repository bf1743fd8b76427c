/* Matrices: sparse ones come back as the rows that they were made of, to any number of ranks, and
 * forged ones are refused. */
#include "store_fixture.h"

#include "oddlot/base/random.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"
#include "oddlot/store/audit.h"
#include "oddlot/store/matrix.h"

#include <stdlib.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD
enum { ROWS = 9001, WIDTH = 83 };

/* Row 7 is empty, row 8 full, others by chance, most of them thin. */
static float value_of(int64_t row, int column)
{
    if (row == 7 || row == 8) return row == 8;
    return odd_uniform(5, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)column) <
           (row % 3 == 0 ? 0.6 : 0.05);
}

static void fill_rows(int64_t row0, int64_t count, int width, float x[])
{
    for (int64_t i = 0; i < count; i++)
        for (int j = 0; j < width; j++)
            x[i * width + j] = value_of(row0 + i, j);
}

/* Uneven parts, one of them empty where there are several. */
static void my_part(int64_t rows, int64_t *row0, int64_t *count)
{
    const int rank = odd_rank(WORLD), last = odd_size(WORLD) - 1;
    const int64_t first = last > 0 ? rows / 5 : 0;
    *row0 = rank == 0 ? 0 : first;
    *count = rank == last ? rows - first : rank == 0 ? first : 0;
}

static odd_status write_matrix(const char *path, int64_t rows, int width)
{
    odd_file *file = NULL;
    int64_t row0, count;
    odd_status st;
    my_part(rows, &row0, &count);
    float *x = malloc((size_t)(count * width + 1) * sizeof *x);
    uint8_t *bits = malloc((size_t)(count * odd_bits_bytes(width) + 1));
    fill_rows(row0, count, width, x);
    odd_bits_pack(count, width, x, bits);
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(odd_sparse_write(file, "m", rows, width, "ones", row0, count, bits));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_file_discard(&file);
    free(x);
    free(bits);
    return st;
}

/* Are rows row0 ... the ones that were written? */
static bool is_as_written(const odd_matrix *m, int64_t row0, int64_t count, int width)
{
    float *x = malloc((size_t)(count * width + 1) * sizeof *x);
    float *want = malloc((size_t)(count * width + 1) * sizeof *want);
    memset(x, 1, (size_t)(count * width) * sizeof *x);
    fill_rows(row0, count, width, want);
    const bool same = odd_matrix_read(m, row0, count, x) == ODD_OK &&
                      memcmp(x, want, (size_t)(count * width) * sizeof *x) == 0;
    free(x);
    free(want);
    return same;
}

static void rows_come_back(void)
{
    fixture_folder(WORLD);
    const char *path = fixture_path("rows.h5");
    odd_file *file = NULL;
    odd_matrix *m = NULL;
    CU_ASSERT_EQUAL(write_matrix(path, ROWS, WIDTH), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_file_open(WORLD, path, false, &file), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_matrix_open(file, "m", &m), ODD_OK);
    CU_ASSERT(odd_matrix_is_sparse(m));
    CU_ASSERT_EQUAL(odd_matrix_rows(m), ROWS);
    CU_ASSERT_EQUAL(odd_matrix_width(m), WIDTH);
    const odd_partition part = odd_partition_rows(WORLD, ROWS);
    CU_ASSERT(is_as_written(m, part.row0, part.n_local, WIDTH));
    CU_ASSERT(is_as_written(m, 0, ROWS, WIDTH));
    CU_ASSERT(is_as_written(m, 7, 2, WIDTH));
    CU_ASSERT(is_as_written(m, ROWS, 0, WIDTH));
    odd_matrix_close(&m);
    odd_file_close(&file);
}

static void no_rows_are_a_matrix(void)
{
    const char *path = fixture_path("empty.h5");
    odd_file *file = NULL;
    odd_matrix *m = NULL;
    CU_ASSERT_EQUAL(write_matrix(path, 0, 5), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_file_open(WORLD, path, false, &file), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_matrix_open(file, "m", &m), ODD_OK);
    CU_ASSERT_EQUAL(odd_matrix_rows(m), 0);
    odd_matrix_close(&m);
    odd_file_close(&file);
}

static void what_is_no_matrix_is_refused(void)
{
    const char *path = fixture_path("dense.h5");
    odd_file *file = NULL;
    odd_matrix *m = NULL;
    CU_ASSERT_EQUAL(fixture_write(WORLD, path, 20, 3), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_file_open(WORLD, path, false, &file), ODD_OK);
    CU_ASSERT_EQUAL(odd_matrix_open(file, "x", &m), ODD_FORMAT); /* of float64 */
    CU_ASSERT_PTR_NULL(m);
    CU_ASSERT_EQUAL(odd_matrix_open(file, "y", &m), ODD_FORMAT);
    odd_file_close(&file);
}

/* ---- forged ones ---- */

typedef struct {
    const char *what;
    int64_t columns, start[4];
    int32_t index[5];
    bool opens; /* what is wrong is seen when rows are read */
} forgery;

static const forgery forgeries[] = {
    {"right", 3, {0, 2, 3, 5}, {0, 2, 1, 0, 1}, true},
    {"begins late", 3, {1, 2, 3, 5}, {0, 2, 1, 0, 1}, false},
    {"ends early", 3, {0, 2, 3, 4}, {0, 2, 1, 0, 1}, false},
    {"falls", 3, {0, 4, 3, 5}, {0, 2, 1, 0, 1}, true},
    {"leaves", 3, {0, 2, 99, 5}, {0, 2, 1, 0, 1}, true},
    {"negative start", 3, {0, -2, 3, 5}, {0, 2, 1, 0, 1}, true},
    {"past the columns", 3, {0, 2, 3, 5}, {0, 3, 1, 0, 1}, true},
    {"negative", 3, {0, 2, 3, 5}, {0, -1, 1, 0, 1}, true},
    {"no columns", 0, {0, 2, 3, 5}, {0, 2, 1, 0, 1}, false},
};
enum { FORGERIES = sizeof forgeries / sizeof *forgeries };

static odd_status write_list(odd_file *file, const char *name, odd_type type, int64_t count,
                             const void *data)
{
    const odd_shape list = {.type = type, .rank = 1, .shape = {count}};
    odd_dataset *d = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_create(file, name, &list, "forged", "", &d));
    ODD_TRY(odd_dataset_write(d, 0, odd_rank(WORLD) == 0 ? count : 0, data));
done:
    odd_dataset_close(&d);
    return st;
}

static odd_status write_forgery(const char *path, const forgery *f)
{
    odd_file *file = NULL;
    odd_status st;
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(write_list(file, "m/indptr", ODD_I64, 4, f->start));
    ODD_TRY(write_list(file, "m/indices", ODD_I32, 5, f->index));
    ODD_TRY(odd_file_set_i64(file, "m", "columns", f->columns));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_file_discard(&file);
    return st;
}

static void check_forgery(const forgery *f, bool right)
{
    const char *path = fixture_path("forged.h5");
    odd_file *file = NULL;
    odd_matrix *m = NULL;
    float x[9];
    CU_ASSERT_EQUAL(write_forgery(path, f), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_file_open(WORLD, path, false, &file), ODD_OK);
    const odd_status opened = odd_matrix_open(file, "m", &m);
    CU_ASSERT_EQUAL(opened, f->opens ? ODD_OK : ODD_FORMAT);
    if (opened == ODD_OK) CU_ASSERT_EQUAL(odd_matrix_read(m, 0, 3, x), right ? ODD_OK : ODD_FORMAT);
    if (right) CU_ASSERT(x[0] == 1 && x[1] == 0 && x[2] == 1 && x[4] == 1 && x[8] == 0);
    odd_matrix_close(&m);
    odd_file_close(&file);
}

static void forged_ones_are_refused(void)
{
    for (int i = 0; i < FORGERIES; i++)
        check_forgery(&forgeries[i], i == 0);
}

static void nothing_is_left(void)
{
    CU_ASSERT_EQUAL(odd_store_open_objects(), 0);
    MPI_Barrier(WORLD);
    fixture_remove(WORLD);
}

const char *odd_test_name = "store/matrix";
CU_TestInfo odd_tests[] = {
    {"rows come back", rows_come_back},
    {"no rows are a matrix", no_rows_are_a_matrix},
    {"what is no matrix is refused", what_is_no_matrix_is_refused},
    {"forged ones are refused", forged_ones_are_refused},
    {"nothing is left", nothing_is_left},
    CU_TEST_INFO_NULL,
};
