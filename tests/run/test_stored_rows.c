/* Stored rows: whether they lie in memory or are streamed from their file, they give the same bits.
 */
#include "store_fixture.h"

#include "oddlot/base/half.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/run.h"
#include "oddlot/run/stored_rows.h"

#include <math.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD
enum { N = 2003, D = 7 };

static float value(int64_t row, int64_t column)
{
    return (float)sin((double)(row * D + column));
}

static odd_status write_matrix(const char *path, int64_t n, odd_type type)
{
    const odd_shape shape = {.type = type, .rank = 2, .shape = {n, D}};
    const odd_partition part = odd_partition_rows(WORLD, n);
    odd_file *file = NULL;
    odd_dataset *dataset = NULL;
    float *x = odd_alloc(part.n_local * D, sizeof *x);
    uint16_t *half = odd_alloc(part.n_local * D, sizeof *half);
    odd_status st;
    for (int64_t i = 0; i < part.n_local * D; i++)
        x[i] = value(part.row0 + i / D, i % D);
    odd_half_from_floats(part.n_local * D, x, half);
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(odd_dataset_create(file, "x", &shape, "test", "", &dataset));
    ODD_TRY(odd_dataset_write(dataset, part.row0, part.n_local,
                              type == ODD_F16 ? (void *)half : (void *)x));
    odd_dataset_close(&dataset);
    ODD_TRY(odd_file_publish(&file));
done:
    odd_dataset_close(&dataset);
    odd_file_discard(&file);
    odd_free(x);
    odd_free(half);
    return st;
}

/* Sums of each column and of its squares, and how many rows were as they were written. */
static odd_status add_block(void *context, const odd_block *block, double sum[])
{
    (void)context;
    for (int i = 0; i < block->count; i++)
        for (int j = 0; j < block->d; j++) {
            const float v = block->x[i * block->d + j];
            sum[j] += v;
            sum[D + j] += (double)v * v;
            sum[2 * D] += v == value(block->row + i, j);
        }
    return ODD_OK;
}

/* Ranks without rows have room for them whatever the memory. */
static bool sums(const odd_file *file, double gigabytes, bool in_memory, double sum[2 * D + 1])
{
    const odd_run_options options = {.memory = gigabytes};
    const odd_run run = {.comm = WORLD, .options = &options};
    odd_stored_rows stored;
    if (!check_all(WORLD, odd_stored_rows_open(&run, file, "x", &stored) == ODD_OK)) return false;
    check_all(WORLD, stored.rows.part.n_local == 0 || (stored.rows.x != NULL) == in_memory);
    bool good =
        check_all(WORLD, odd_rows_sum(&stored.rows, add_block, NULL, 2 * D + 1, sum) == ODD_OK);
    odd_stored_rows_close(&stored);
    return good;
}

static void test_same_bits(void)
{
    double memory[2 * D + 1], streamed[2 * D + 1];
    odd_file *file;
    fixture_folder(WORLD);
    const char *path = fixture_path("x.h5");
    if (!check_all(WORLD, write_matrix(path, N, ODD_F32) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    if (!sums(file, 1, true, memory) || !sums(file, 1e-9, false, streamed)) return;
    check_all(WORLD, memory[2 * D] == N * D);
    check_all(WORLD, memcmp(memory, streamed, sizeof memory) == 0);
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* Rows kept as float16 are float32 again where they are used. */
static void test_halves(void)
{
    double exact[2 * D + 1], memory[2 * D + 1], streamed[2 * D + 1];
    odd_file *file;
    fixture_folder(WORLD);
    const char *path = fixture_path("half.h5"), *exact_path = fixture_path("x.h5");
    if (!check_all(WORLD, write_matrix(exact_path, N, ODD_F32) == ODD_OK)) return;
    if (!check_all(WORLD, write_matrix(path, N, ODD_F16) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, exact_path, false, &file) == ODD_OK)) return;
    if (!sums(file, 1, true, exact)) return;
    odd_file_close(&file);
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    if (!sums(file, 1, true, memory) || !sums(file, 1e-9, false, streamed)) return;
    check_all(WORLD, memcmp(memory, streamed, sizeof memory) == 0);
    check_all(WORLD, memory[2 * D] < N * D / 10); /* few of the values are halves */
    for (int j = 0; j < 2 * D; j++)
        check_all(WORLD, fabs(memory[j] - exact[j]) < N * 0x1p-11);
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* Of the row numbers 0, 3, 6, ... each rank picks those of a part that is not its share. */
static odd_status pick_thirds(const odd_file *file, double gigabytes, odd_stored_rows *out)
{
    static int64_t row[N];
    const odd_run_options options = {.memory = gigabytes};
    const odd_run run = {.comm = WORLD, .options = &options};
    const int size = odd_size(WORLD), rank = odd_rank(WORLD);
    const int64_t first = rank == 0 ? 0 : N / 9 * 9 / 3, end = rank == size - 1 ? N : N / 9 * 9 / 3;
    int64_t count = 0;
    for (int64_t i = first; i < end; i++) /* the first and the last rank pick, others none */
        if (i % 3 == 0) row[count++] = i;
    return odd_picked_rows_open(&run, file, "x", row, count, out);
}

static odd_status count_thirds(void *context, const odd_block *block, double sum[])
{
    (void)context;
    for (int i = 0; i < block->count; i++)
        sum[0] += block->x[i * block->d + 1] == value(3 * (block->row + i), 1);
    return ODD_OK;
}

/* Every rank has its share of the rows that are picked, knows their numbers, and finds those of
 * others. */
static void test_picked(void)
{
    const int64_t picked = (N + 2) / 3;
    odd_file *file;
    fixture_folder(WORLD);
    const char *path = fixture_path("x.h5");
    if (!check_all(WORLD, write_matrix(path, N, ODD_F32) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    for (int streamed = 0; streamed < 2; streamed++) {
        const odd_partition part = odd_partition_rows(WORLD, picked);
        int64_t asked[] = {picked - 1, -1, 0, 17};
        double good = 0;
        odd_stored_rows stored;
        if (!check_all(WORLD, pick_thirds(file, streamed ? 1e-9 : 1, &stored) == ODD_OK)) return;
        bool same = stored.rows.part.n == picked && stored.rows.part.n_local == part.n_local;
        for (int64_t i = 0; same && i < part.n_local; i++)
            same = odd_stored_row(&stored, i) == 3 * (part.row0 + i);
        check_all(WORLD, same);
        check_all(WORLD, odd_rows_sum(&stored.rows, count_thirds, NULL, 1, &good) == ODD_OK);
        check_all(WORLD, good == (double)picked);
        odd_stored_rows_find(&stored, 4, asked);
        check_all(WORLD, asked[0] == 3 * (picked - 1) && asked[1] == -1 && asked[2] == 0 &&
                             asked[3] == 51);
        odd_stored_rows_close(&stored);
    }
    odd_file_close(&file);
    fixture_remove(WORLD);
}

/* Fewer rows than ranks: some have none. */
static void test_few_rows(void)
{
    double sum[2 * D + 1];
    odd_file *file;
    fixture_folder(WORLD);
    const char *path = fixture_path("few.h5");
    if (!check_all(WORLD, write_matrix(path, 2, ODD_F32) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    if (sums(file, 1, true, sum)) check_all(WORLD, sum[2 * D] == 2 * D);
    if (sums(file, 0, false, sum)) check_all(WORLD, sum[2 * D] == 2 * D);
    odd_file_close(&file);
    fixture_remove(WORLD);
}

static void test_refused(void)
{
    const odd_run_options options = {.memory = 1};
    const odd_run run = {.comm = WORLD, .options = &options};
    odd_stored_rows stored;
    odd_file *file;
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, fixture_write(WORLD, path, 20, 3) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    check_all(WORLD, odd_stored_rows_open(&run, file, "nothing", &stored) == ODD_FORMAT);
    check_all(WORLD, odd_stored_rows_open(&run, file, "x", &stored) == ODD_FORMAT); /* float64 */
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

const char *odd_test_name = "stored rows";
CU_TestInfo odd_tests[] = {
    {"same bits", test_same_bits}, {"halves", test_halves},      {"few rows", test_few_rows},
    {"refused", test_refused},     {"picked rows", test_picked}, CU_TEST_INFO_NULL,
};
