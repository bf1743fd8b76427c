/* Columns of text read back, images of an ingest with possible and impossible shapes, batches. */
#include "oddlot/par/partition.h"
#include "oddlot/run/columns.h"
#include "oddlot/store/dataset.h"
#include "oddlot/store/file.h"
#include "stage_fixture.h"

const char *odd_test_name = "stage/column_texts";

enum { N = 40 };

/* 0 to 12 bytes; those of 12 fill their cell. */
static const char *text_of(const void *context, int64_t row)
{
    (void)context;
    return &"abcdefghijkl"[12 - row % 13];
}

static odd_file *texts(void)
{
    const odd_partition part = odd_partition_rows(WORLD, N);
    const char *path = fixture_path("texts.h5");
    odd_file *file = NULL;
    odd_status st;
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(odd_column_write_text(file, "deep/text", WORLD, N, part.row0, part.n_local, text_of,
                                  NULL, "test"));
    ODD_TRY(odd_column_write(file, "number", ODD_I64, 1, 0, odd_rank(WORLD) == 0,
                             (const int64_t[]){7}, "test", ""));
    ODD_TRY(odd_file_publish(&file));
    ODD_TRY(odd_file_open(WORLD, path, false, &file));
done:
    if (st != ODD_OK) odd_file_discard(&file);
    return file;
}

/* The first `most` cells, each with a 0 at its end, also the full ones. */
static void test_texts(void)
{
    static const int64_t most[] = {0, 1, 13, N, INT64_MAX};
    fixture_folder(WORLD);
    odd_file *file = texts();
    if (!check_all(WORLD, file != NULL)) return;
    for (size_t m = 0; m < sizeof most / sizeof *most; m++) {
        char *cells = NULL;
        size_t width = 0;
        int64_t n = -1;
        const int64_t expected = most[m] < N ? most[m] : N;
        bool good =
            odd_column_read_text(file, "deep/text", most[m], &cells, &width, &n) == ODD_OK &&
            n == expected && width == 12;
        for (int64_t i = 0; good && i < n; i++)
            good = strcmp(cells + i * 13, text_of(NULL, i)) == 0;
        check_all(WORLD, good);
        odd_free(cells);
    }
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

static void test_no_texts(void)
{
    char *cells = (char *)&cells;
    size_t width = 5;
    int64_t n = 5;
    fixture_folder(WORLD);
    odd_file *file = texts();
    if (!check_all(WORLD, file != NULL)) return;
    check_all(WORLD, odd_column_read_text(file, "number", N, &cells, &width, &n) == ODD_FORMAT);
    check_all(WORLD, !cells && strstr(odd_fail_reason(), "'number' is not a column of text"));
    cells = (char *)&cells;
    check_all(WORLD, odd_column_read_text(file, "nothing", N, &cells, &width, &n) == ODD_FORMAT);
    check_all(WORLD, !cells);
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* ---- images ---- */

static odd_status open_images(const odd_shape *shape)
{
    const char *path = fixture_path("ingest.h5");
    odd_file *file = NULL;
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(odd_dataset_create(file, "images", shape, "test", "", &dataset));
    odd_dataset_close(&dataset);
    ODD_TRY(odd_file_publish(&file));
    ODD_TRY(odd_file_open(WORLD, path, false, &file));
    st = odd_images_open(file, &dataset);
    check_all(WORLD, (st == ODD_OK) == (dataset != NULL));
    odd_dataset_close(&dataset);
    odd_file_close(&file);
done:
    odd_dataset_close(&dataset);
    odd_file_discard(&file);
    return st;
}

static void test_images(void)
{
    static const struct {
        odd_shape shape;
        odd_status status;
    } cases[] = {
        {{ODD_U8, 1, 4, {2, 5, 4, 3}}, ODD_OK},      {{ODD_U8, 1, 4, {1, 1, 1, 1}}, ODD_OK},
        {{ODD_U8, 1, 4, {0, 5, 4, 3}}, ODD_OK},      {{ODD_U8, 1, 4, {2, 5, 4, 4}}, ODD_FORMAT},
        {{ODD_U8, 1, 4, {2, 0, 4, 3}}, ODD_FORMAT},  {{ODD_U8, 1, 3, {2, 5, 4}}, ODD_FORMAT},
        {{ODD_I64, 8, 4, {2, 5, 4, 3}}, ODD_FORMAT},
    };
    fixture_folder(WORLD);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const odd_status st = open_images(&cases[i].shape);
        if (!check_all(WORLD, st == cases[i].status)) fprintf(stderr, "case %zu\n", i);
    }
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

/* ---- batches ---- */

/* All ranks make as many; mine follow each other and are all of my rows. */
static void test_batches(void)
{
    static const int64_t sizes[] = {1, 3, 16, 1000};
    const int64_t mine = 7 * odd_rank(WORLD); /* rank 0 has none, the last one most */
    const int64_t most = 7 * (odd_size(WORLD) - 1);
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        const int64_t batches = odd_batches(WORLD, mine, sizes[s]);
        int64_t next = 0;
        bool good = batches == (most + sizes[s] - 1) / sizes[s];
        for (int64_t b = 0; b < batches; b++) {
            const odd_batch batch = odd_batch_of(b, sizes[s], mine);
            good = good && batch.first == next && batch.count >= 0 && batch.count <= sizes[s];
            next += batch.count;
        }
        check_all(WORLD, good && next == mine);
    }
}

CU_TestInfo odd_tests[] = {
    {"texts", test_texts},     {"no texts", test_no_texts}, {"images", test_images},
    {"batches", test_batches}, CU_TEST_INFO_NULL,
};
