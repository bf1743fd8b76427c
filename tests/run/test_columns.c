/* Columns: numbers and texts, one for each row, written by all ranks and read whole. */
#include "oddlot/par/partition.h"
#include "store_fixture.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/columns.h"

#include <stdio.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD
enum { N = 37 };

/* Texts of 0 to 36 bytes, the longest fills its cell. */
static const char *text_of(const void *context, int64_t row)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789\xff";
    (void)context;
    return letters + (sizeof letters - 1 - (size_t)row);
}

static odd_status write_columns(odd_file *file, int64_t n)
{
    const odd_partition part = odd_partition_rows(WORLD, n);
    int64_t mine[N + 1];
    for (int64_t i = 0; i < part.n_local; i++)
        mine[i] = 1000000000000 + part.row0 + i;
    odd_status st;
    ODD_TRY(odd_column_write(file, "number", ODD_I64, n, part.row0, part.n_local, mine, "test",
                             "things"));
    ODD_TRY(odd_column_write_text(file, "deep/text", WORLD, n, part.row0, part.n_local, text_of,
                                  NULL, "test"));
done:
    return st;
}

static odd_file *written(const char *name, int64_t n)
{
    odd_file *file = NULL;
    const char *path = fixture_path(name);
    if (!check_all(WORLD, odd_file_create(WORLD, path, &fixture_from, &file) == ODD_OK))
        return NULL;
    check_all(WORLD, write_columns(file, n) == ODD_OK);
    if (!check_all(WORLD, odd_file_publish(&file) == ODD_OK)) return NULL;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return NULL;
    return file;
}

static void check_numbers(const odd_file *file, int64_t n)
{
    double *as_double = NULL;
    int64_t *number = NULL, rows = -1;
    bool good = odd_column_read(file, "number", ODD_I64, (void **)&number, &rows) == ODD_OK;
    good = good && odd_column_read(file, "number", ODD_F64, (void **)&as_double, &rows) == ODD_OK;
    for (int64_t i = 0; good && i < n; i++)
        good = number[i] == 1000000000000 + i && as_double[i] == 1e12 + (double)i;
    check_all(WORLD, good && rows == n);
    odd_free(number);
    odd_free(as_double);
}

static void check_texts(const odd_file *file, int64_t n)
{
    odd_dataset *dataset = NULL;
    char cell[N + 1];
    bool good = odd_dataset_open(file, "deep/text", &dataset) == ODD_OK;
    size_t width = good ? odd_dataset_shape(dataset)->width : 0;
    good = good && width == (n > 1 ? (size_t)n - 1 : 1);
    for (int64_t i = 0; good && i < n; i++) {
        memset(cell, 0, sizeof cell);
        good = odd_dataset_read(dataset, i, 1, ODD_STRING, cell) == ODD_OK &&
               strcmp(cell, text_of(NULL, i)) == 0;
    }
    check_all(WORLD, good);
    odd_dataset_close(&dataset);
}

static void test_columns(void)
{
    static const int64_t sizes[] = {N, 3, 1, 0};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        fixture_folder(WORLD);
        odd_file *file = written("c.h5", sizes[i]);
        if (!file) return;
        check_numbers(file, sizes[i]);
        check_texts(file, sizes[i]);
        odd_file_close(&file);
        fixture_remove(WORLD);
    }
    check_all(WORLD, odd_store_open_objects() == 0);
}

static void test_refused(void)
{
    void *data = &data;
    int64_t n = 5;
    fixture_folder(WORLD);
    odd_file *file = written("c.h5", N);
    if (!file) return;
    check_all(WORLD, odd_column_read(file, "nothing", ODD_F64, &data, &n) == ODD_FORMAT);
    check_all(WORLD, !data && n == 0);
    check_all(WORLD, odd_column_read(file, "deep/text", ODD_F64, &data, &n) == ODD_FORMAT && !data);
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

const char *odd_test_name = "columns";
CU_TestInfo odd_tests[] = {
    {"columns", test_columns},
    {"refused", test_refused},
    CU_TEST_INFO_NULL,
};
