/* Datasets: what is written by any number of ranks comes back to each of them. */
#include "store_fixture.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"
#include "oddlot/store/audit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD

/* Byte k of the data of a dataset; small enough for strings to stay printable. */
static unsigned char pattern(int64_t k)
{
    return (unsigned char)(33 + (k * 7 + k / 251) % 90);
}

typedef struct {
    const char *name;
    odd_shape shape;
} sample;

static const sample samples[] = {
    {"u8", {.type = ODD_U8, .rank = 1, .shape = {37}}},
    {"i32", {.type = ODD_I32, .rank = 2, .shape = {37, 3}}},
    {"deep/i64", {.type = ODD_I64, .rank = 3, .shape = {37, 2, 5}}},
    {"f16", {.type = ODD_F16, .rank = 2, .shape = {37, 5}}},
    {"deep/er/f32", {.type = ODD_F32, .rank = 4, .shape = {37, 2, 3, 4}}},
    {"f64", {.type = ODD_F64, .rank = 2, .shape = {37, 1}}},
    {"text", {.type = ODD_STRING, .width = 11, .rank = 1, .shape = {37}}},
    {"text2", {.type = ODD_STRING, .width = 3, .rank = 2, .shape = {37, 2}}},
    {"one row", {.type = ODD_F32, .rank = 2, .shape = {1, 9}}},
    {"no rows", {.type = ODD_F32, .rank = 2, .shape = {0, 9}}},
    {"no columns", {.type = ODD_F32, .rank = 2, .shape = {37, 0}}},
    {"scalar", {.type = ODD_F64}},
    {"large", {.type = ODD_U8, .rank = 2, .shape = {700, 2000}}}, /* aligned, over 1 MiB */
};
enum { SAMPLES = sizeof samples / sizeof *samples };

static int64_t rows_of(const odd_shape *s)
{
    return s->rank > 0 ? s->shape[0] : 1;
}

static int64_t row_bytes(const odd_shape *s)
{
    odd_shape row = *s;
    int64_t bytes = 0;
    if (row.rank > 0) row.shape[0] = 1;
    odd_shape_bytes(&row, &bytes);
    return bytes;
}

/* Uneven parts: the first rank has one row, the second none, the last all the rest. */
static void my_part(int64_t rows, int64_t *row0, int64_t *count)
{
    int rank = odd_rank(WORLD), last = odd_size(WORLD) - 1;
    int64_t first = rows > 0 && last > 0;
    *row0 = rank == 0 ? 0 : first;
    *count = rank == last ? rows - first : rank == 0 ? first : 0;
}

static odd_status write_sample(odd_file *file, const sample *s)
{
    odd_dataset *d;
    int64_t row0, count, width = row_bytes(&s->shape);
    my_part(rows_of(&s->shape), &row0, &count);
    unsigned char *data = malloc((size_t)(count * width) + 1);
    for (int64_t k = 0; k < count * width; k++)
        data[k] = pattern(row0 * width + k);
    odd_status st = odd_dataset_create(file, s->name, &s->shape, "a pattern", NULL, &d);
    if (st == ODD_OK) st = odd_dataset_write(d, row0, count, data);
    odd_dataset_close(&d);
    free(data);
    return st;
}

/* All rows at once, then each row alone from the last to the first. */
static bool read_sample(const odd_file *file, const sample *s)
{
    odd_dataset *d;
    int64_t rows = rows_of(&s->shape), width = row_bytes(&s->shape);
    unsigned char *data = malloc((size_t)(rows * width) + 1);
    bool good = odd_dataset_expect(file, s->name, &s->shape, &d) == ODD_OK &&
                odd_dataset_read(d, 0, rows, s->shape.type, data) == ODD_OK;
    for (int64_t k = 0; good && k < rows * width; k++)
        good = data[k] == pattern(k);
    for (int64_t row = rows - 1; good && row >= 0; row--) {
        memset(data, 0, (size_t)width);
        good = odd_dataset_read(d, row, 1, s->shape.type, data) == ODD_OK &&
               (width == 0 || (data[0] == pattern(row * width) &&
                               data[width - 1] == pattern(row * width + width - 1)));
    }
    odd_dataset_close(&d);
    free(data);
    if (!good) fprintf(stderr, "%s: %s\n", s->name, odd_fail_reason());
    return good;
}

static void test_round_trip(void)
{
    odd_file *file;
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, odd_file_create(WORLD, path, &fixture_from, &file) == ODD_OK)) return;
    for (int i = 0; i < SAMPLES; i++)
        check_all(WORLD, write_sample(file, &samples[i]) == ODD_OK);
    if (!check_all(WORLD, odd_file_publish(&file) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    for (int i = 0; i < SAMPLES; i++)
        check_all(WORLD, read_sample(file, &samples[i]));
    check_all(WORLD, odd_file_has(file, "deep/er") && odd_file_has(file, "deep/er/f32") &&
                         !odd_file_has(file, "deep/er/f64"));
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* The same data has the same checksum on any number of ranks: the number is that of one rank. */
static void test_checksum(void)
{
    odd_file *file;
    char *text;
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, fixture_write(WORLD, path, 50, 3) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    bool good = odd_file_get_text(file, "x", "checksum", &text) == ODD_OK &&
                strcmp(text, "253601b8e635c80a") == 0;
    if (!good) fprintf(stderr, "checksum %s\n", text ? text : "missing");
    check_all(WORLD, good);
    odd_free(text);
    odd_file_close(&file);
    fixture_remove(WORLD);
}

/* More than goes to the disk in one call: one rank with nine pieces, the others with none. */
static void test_many_pieces(void)
{
    enum { ROWS = 2100, WIDTH = 1 << 20 };
    if (!getenv("ODD_TEST_LARGE")) return; /* over 2 GiB; run it when the writing changes */
    odd_file *file;
    odd_dataset *d = NULL;
    odd_shape shape = {.type = ODD_U8, .rank = 2, .shape = {ROWS, WIDTH}};
    int64_t count = odd_rank(WORLD) == odd_size(WORLD) - 1 ? ROWS : 0;
    unsigned char *data = odd_alloc(count, WIDTH), *row = odd_alloc(1, WIDTH);
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    for (int64_t i = 0; i < count; i++)
        memset(data + i * WIDTH, pattern(i), WIDTH);
    check_all(WORLD, odd_file_create(WORLD, path, &fixture_from, &file) == ODD_OK &&
                         odd_dataset_create(file, "x", &shape, "x", NULL, &d) == ODD_OK &&
                         odd_dataset_write(d, 0, count, data) == ODD_OK);
    odd_dataset_close(&d);
    if (!check_all(WORLD, odd_file_publish(&file) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    bool good = odd_dataset_open(file, "x", &d) == ODD_OK;
    for (int64_t i = 0; i < ROWS && good; i++)
        good = odd_dataset_read(d, i, 1, ODD_U8, row) == ODD_OK && row[0] == pattern(i) &&
               row[WIDTH - 1] == pattern(i);
    check_all(WORLD, good);
    odd_dataset_close(&d);
    odd_file_close(&file);
    odd_free(data);
    odd_free(row);
    fixture_remove(WORLD);
}

/* Numbers are converted where they fit, and refused where they would change. */
static void test_conversion(void)
{
    static const double x[] = {1, -2, 300, 1e300, INFINITY, NAN, 0.1, 1.5};
    static const odd_shape shape = {.type = ODD_F64, .rank = 1, .shape = {8}};
    odd_file *file;
    odd_dataset *d;
    float f[8];
    int32_t i[8];
    unsigned char u[8];
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, fixture_put(WORLD, path, &shape, 1, x) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    if (!check_all(WORLD, odd_dataset_open(file, "x", &d) == ODD_OK)) return;
    check_all(WORLD, odd_dataset_read(d, 0, 3, ODD_I32, i) == ODD_OK && i[1] == -2 && i[2] == 300);
    check_all(WORLD, odd_dataset_read(d, 0, 3, ODD_F32, f) == ODD_OK && f[1] == -2);
    check_all(WORLD, odd_dataset_read(d, 4, 3, ODD_F32, f) == ODD_OK && isinf(f[0]) &&
                         isnan(f[1]) && f[2] == 0.1f);
    check_all(WORLD, odd_dataset_read(d, 0, 1, ODD_U8, u) == ODD_OK && u[0] == 1);
    check_all(WORLD, odd_dataset_read(d, 1, 1, ODD_U8, u) == ODD_FORMAT);
    check_all(WORLD, odd_dataset_read(d, 2, 1, ODD_U8, u) == ODD_FORMAT);
    check_all(WORLD, odd_dataset_read(d, 3, 1, ODD_F32, f) == ODD_FORMAT);
    check_all(WORLD, odd_dataset_read(d, 4, 1, ODD_I32, i) == ODD_FORMAT);
    check_all(WORLD, odd_dataset_read(d, 5, 1, ODD_I32, i) == ODD_FORMAT);
    check_all(WORLD, odd_dataset_read(d, 7, 1, ODD_I32, i) == ODD_FORMAT);
    check_all(WORLD, odd_dataset_read(d, 0, 1, ODD_STRING, u) == ODD_FORMAT);
    check_all(WORLD, strstr(odd_fail_reason(), "'x'") && strstr(odd_fail_reason(), path));
    odd_dataset_close(&d);
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

static void test_expectations(void)
{
    static const odd_shape any = {.type = ODD_F64, .rank = 2, .shape = {-1, 2}};
    static const odd_shape wide = {.type = ODD_F64, .rank = 2, .shape = {5, 3}};
    static const odd_shape flat = {.type = ODD_F64, .rank = 1, .shape = {-1}};
    static const odd_shape ints = {.type = ODD_I32, .rank = 2, .shape = {-1, -1}};
    odd_file *file;
    odd_dataset *d;
    double x[10];
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    if (!check_all(WORLD, fixture_write(WORLD, path, 5, 2) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    check_all(WORLD, odd_dataset_expect(file, "x", &wide, &d) == ODD_FORMAT && !d);
    check_all(WORLD, strstr(odd_fail_reason(), "is (5, 2) f64 instead of (5, 3) f64") != NULL);
    check_all(WORLD, odd_dataset_expect(file, "x", &flat, &d) == ODD_FORMAT && !d);
    check_all(WORLD, odd_dataset_expect(file, "x", &ints, &d) == ODD_FORMAT && !d);
    check_all(WORLD, odd_dataset_open(file, "y", &d) == ODD_FORMAT && !d);
    check_all(WORLD, odd_dataset_open(file, "/", &d) == ODD_FORMAT && !d);
    if (!check_all(WORLD, odd_dataset_expect(file, "x", &any, &d) == ODD_OK)) return;
    check_all(WORLD, odd_dataset_read(d, 4, 2, ODD_F64, x) == ODD_ARG);
    check_all(WORLD, odd_dataset_read(d, -1, 2, ODD_F64, x) == ODD_ARG);
    check_all(WORLD, odd_dataset_read(d, 0, INT64_MAX, ODD_F64, x) == ODD_ARG);
    check_all(WORLD, odd_dataset_read(d, 5, 0, ODD_F64, x) == ODD_OK);
    odd_file_close(&file);
    odd_dataset_close(&d); /* after its file: harmless */
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* What one rank asks for wrongly fails on all. */
static void test_wrong_use(void)
{
    static const odd_shape shape = {.type = ODD_U8, .rank = 1, .shape = {4}};
    static const odd_shape wrong[] = {
        {.type = ODD_U8, .rank = 5},
        {.type = ODD_U8, .rank = 1, .shape = {-1}},
        {.type = ODD_F64, .rank = 2, .shape = {INT64_MAX, INT64_MAX}},
        {.type = ODD_STRING, .rank = 1, .shape = {1}},
    };
    odd_file *file;
    odd_dataset *d, *again;
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    int last = odd_size(WORLD) - 1;
    if (!check_all(WORLD, odd_file_create(WORLD, path, &fixture_from, &file) == ODD_OK)) return;
    for (int i = 0; i < 4; i++)
        check_all(WORLD, odd_dataset_create(file, "w", &wrong[i], "x", "", &d) == ODD_ARG && !d);
    if (!check_all(WORLD, odd_dataset_create(file, "x", &shape, "x", "", &d) == ODD_OK)) return;
    check_all(WORLD, odd_dataset_create(file, "x", &shape, "x", "", &again) == ODD_IO && !again);
    check_all(WORLD, odd_dataset_write(d, odd_rank(WORLD) == last ? 4 : 0, odd_rank(WORLD) == last,
                                       "abcd") == ODD_ARG);
    odd_dataset_close(&d);
    odd_file_discard(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* Ranks that want different things: told before HDF5 hears of it, and what is written stays whole.
 */
static void test_ranks_that_differ(void)
{
    const bool odd_one = odd_rank(WORLD) == odd_size(WORLD) - 1 && odd_size(WORLD) > 1;
    const odd_status wanted = odd_size(WORLD) > 1 ? ODD_DIFFER : ODD_OK;
    const odd_shape shape = {.type = ODD_U8, .rank = 1, .shape = {4}};
    const odd_shape longer = {.type = ODD_U8, .rank = 1, .shape = {odd_one ? 5 : 4}};
    odd_provenance from = fixture_from;
    odd_file *file;
    odd_dataset *d;
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    from.threads = odd_rank(WORLD) + 1; /* which they may have */
    if (!check_all(WORLD, odd_file_create(WORLD, path, &from, &file) == ODD_OK)) return;
    check_all(WORLD, odd_dataset_create(file, "x", &shape, odd_one ? "" : "x", "", &d) == wanted);
    odd_dataset_close(&d);
    check_all(WORLD, odd_dataset_create(file, "y", &longer, "y", "", &d) == wanted);
    odd_dataset_close(&d);
    check_all(WORLD, odd_dataset_create(file, odd_one ? "z" : "zz", &shape, "", "", &d) == wanted);
    odd_dataset_close(&d);
    check_all(WORLD, odd_file_set_text(file, "/", "word", odd_one ? "a" : "bc") == wanted);
    check_all(WORLD, odd_file_publish(&file) == ODD_OK && odd_file_verify(path) == ODD_OK);
    check_all(WORLD, odd_store_open_objects() == 0);
    MPI_Barrier(WORLD);
    fixture_remove(WORLD);
}

const char *odd_test_name = "store/dataset";
CU_TestInfo odd_tests[] = {
    {"round trip of all types and ranks", test_round_trip},
    {"checksum on any number of ranks", test_checksum},
    {"many pieces", test_many_pieces},
    {"conversion", test_conversion},
    {"expectations", test_expectations},
    {"wrong use", test_wrong_use},
    {"ranks that differ", test_ranks_that_differ},
    CU_TEST_INFO_NULL,
};
