/* Tests of feature output: unit length and float16 as worked by hand, the image named whose number
 * is too large; and of the feature reader: every image with a picture once, in order, whatever the
 * batch, and a damaged file told. */
#include "store_fixture.h"

#include "stage/features/feature_output_internal.h"
#include "stage/features/feature_reader_internal.h"

#include "oddlot/base/half.h"
#include "oddlot/image/image.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD
enum { N = 23, SIDE = 2, BYTES = SIDE * SIDE * 3, PATH = 8 };

/* Image i is of grey level i; every fifth has no picture. */
static bool has_picture(int64_t i)
{
    return i % 5 != 3;
}

static odd_status put(odd_file *file, const char *name, const odd_shape *shape, const void *data)
{
    odd_dataset *d = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_create(file, name, shape, "test", "", &d));
    ODD_TRY(odd_dataset_write(d, 0, odd_rank(WORLD) == 0 ? N : 0, data));
done:
    odd_dataset_close(&d);
    return st;
}

static odd_status write_ingest(const char *path)
{
    const odd_shape stack = {.type = ODD_U8, .rank = 4, .shape = {N, SIDE, SIDE, 3}};
    const odd_shape column = {.type = ODD_STRING, .width = PATH, .rank = 1, .shape = {N}};
    uint8_t images[N][BYTES];
    char paths[N][PATH] = {""};
    odd_file *file = NULL;
    odd_status st;
    for (int i = 0; i < N; i++) {
        memset(images[i], i, BYTES);
        snprintf(paths[i], PATH, "%d.png", i);
    }
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(put(file, "images", &stack, images));
    ODD_TRY(put(file, "path", &column, paths));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_file_discard(&file);
    return st;
}

static odd_file *ingest(void)
{
    odd_file *file = NULL;
    fixture_folder(WORLD);
    const char *path = fixture_path("ingest.h5");
    check_all(WORLD, write_ingest(path) == ODD_OK);
    check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK);
    return file;
}

static void leave(odd_file *file)
{
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

static void test_rows_are_finished(void)
{
    const odd_feature_output_options plain = {.type = "float32", .normalize = "none"},
                                     unit = {.type = "float32", .normalize = "l2"},
                                     usual = {.type = "float32", .normalize = "auto"};
    const odd_feature_output_options half = {.type = "float16", .normalize = "none"},
                                     both = {.type = "float16", .normalize = "l2"};
    const int64_t row[] = {4, 7, 9};
    const float x[] = {3, -4, 0, 0, 1e30f, 0}; /* three rows of two */
    float y[6];
    uint16_t h[6];
    odd_file *file = ingest();
    if (!check_all(WORLD, file != NULL)) return;
    check_all(WORLD, odd_feature_type(&plain) == ODD_F32 && odd_feature_type(&half) == ODD_F16);
    memcpy(y, x, sizeof y);
    check_all(WORLD, odd_feature_finish(&plain, true, file, 3, 2, row, y) == ODD_OK);
    check_all(WORLD, memcmp(x, y, sizeof y) == 0);
    check_all(WORLD, odd_feature_finish(&usual, false, file, 3, 2, row, y) == ODD_OK);
    check_all(WORLD, memcmp(x, y, sizeof y) == 0);
    check_all(WORLD, odd_feature_finish(&unit, false, file, 3, 2, row, y) == ODD_OK);
    check_all(WORLD, y[0] == 0.6f && y[1] == -0.8f && y[2] == 0 && y[4] == 1);
    memcpy(y, x, sizeof y);
    check_all(WORLD, odd_feature_finish(&usual, true, file, 3, 2, row, y) == ODD_OK);
    check_all(WORLD, y[0] == 0.6f && y[1] == -0.8f && y[2] == 0 && y[4] == 1);
    memcpy(y, x, sizeof y);
    check_all(WORLD, odd_feature_finish(&both, false, file, 3, 2, row, y) == ODD_OK);
    memcpy(h, y, sizeof h);
    check_all(WORLD, h[0] == 0x38cd && h[1] == 0xba66 && h[2] == 0 && h[4] == 0x3c00);
    memcpy(y, x, sizeof y);
    check_all(WORLD, odd_feature_finish(&half, false, file, 3, 2, row, y) == ODD_NUMERIC);
    check_all(WORLD, strstr(odd_fail_reason(), "feature 0 of '9.png' (row 9)") != NULL);
    leave(file);
}

/* More numbers than are packed at a time. */
static void test_many_are_packed(void)
{
    enum { ROWS = 20, WIDTH = 1001 };
    static float x[ROWS * WIDTH], again[ROWS * WIDTH];
    static uint16_t half[ROWS * WIDTH];
    const odd_feature_output_options options = {.type = "float16", .normalize = "none"};
    int64_t row[ROWS] = {0};
    for (int i = 0; i < ROWS * WIDTH; i++)
        x[i] = again[i] = (float)sin(i);
    check_all(WORLD, odd_feature_finish(&options, false, NULL, ROWS, WIDTH, row, x) == ODD_OK);
    odd_half_from_floats((int64_t)ROWS * WIDTH, again, half);
    check_all(WORLD, memcmp(half, x, sizeof half) == 0);
}

static void test_how_many_files(void)
{
    static const int64_t gib = (int64_t)1 << 30;
    const odd_feature_output_options usual = {.type = "float32", .normalize = "none"};
    const odd_feature_output_options seven = {.type = "float32", .normalize = "none", .files = 7};
    check_all(WORLD, odd_feature_files(&usual, 0) == 1 && odd_feature_files(&usual, 64 * gib) == 1);
    check_all(WORLD, odd_feature_files(&usual, 64 * gib + 1) == 2);
    check_all(WORLD, odd_feature_files(&usual, 512 * gib) == 8);
    check_all(WORLD, odd_feature_files(&usual, INT64_MAX / 2) == ODD_SEGMENTS_MOST);
    check_all(WORLD, odd_feature_files(&seven, 1) == 7);
}

static bool reads_all(const odd_file *file, int64_t batch, bool ahead)
{
    const odd_partition part = odd_partition_rows(WORLD, N);
    uint8_t status[N];
    odd_dataset *images = NULL;
    odd_feature_reader *reader = NULL;
    const odd_image_batch *b;
    int64_t next = part.row0, taken = 0;
    bool good = odd_dataset_open(file, "images", &images) == ODD_OK;
    for (int64_t i = 0; i < part.n_local; i++)
        status[i] = has_picture(part.row0 + i) ? ODD_IMAGE_OK : ODD_IMAGE_BROKEN;
    good = good && odd_feature_reader_open(images, &part, status, batch, &reader) == ODD_OK;
    do {
        good = good && odd_feature_reader_next(reader, &b) == ODD_OK;
        if (!good) break;
        if (ahead) odd_feature_reader_ahead(reader);
        for (int64_t i = 0; i < b->count; i++, next++) {
            next += !has_picture(next);
            good = good && b->row[i] == next && b->images[i * BYTES] == next &&
                   b->images[(i + 1) * BYTES - 1] == next;
        }
        taken += b->taken;
    } while (b->taken > 0);
    odd_feature_reader_close(&reader);
    odd_dataset_close(&images);
    return good && taken == part.n_local;
}

static void test_images_are_read(void)
{
    odd_file *file = ingest();
    if (!check_all(WORLD, file != NULL)) return;
    for (int64_t batch = 1; batch <= N + 1; batch += 4) {
        check_all(WORLD, reads_all(file, batch, false));
        check_all(WORLD, reads_all(file, batch, true));
    }
    leave(file);
}

/* What went wrong in the thread is reported where the batch is asked for. */
static void test_faults_are_reported(void)
{
    const odd_partition outside = {.n = 2 * N, .row0 = N, .n_local = N, .block = N};
    const uint8_t status[N] = {0};
    odd_dataset *images;
    odd_feature_reader *reader = NULL;
    const odd_image_batch *b;
    odd_file *file = ingest();
    if (!check_all(WORLD, file && odd_dataset_open(file, "images", &images) == ODD_OK)) return;
    check_all(WORLD, odd_feature_reader_open(images, &outside, status, 4, &reader) == ODD_OK);
    odd_feature_reader_ahead(reader);
    check_all(WORLD, odd_feature_reader_next(reader, &b) == ODD_ARG);
    check_all(WORLD, strstr(odd_fail_reason(), "outside dataset 'images'") != NULL);
    odd_feature_reader_close(&reader);
    odd_dataset_close(&images);
    leave(file);
}

const char *odd_test_name = "stage/feature_output";
CU_TestInfo odd_tests[] = {
    {"rows are finished", test_rows_are_finished},
    {"many are packed", test_many_are_packed},
    {"images are read", test_images_are_read},
    {"faults are reported", test_faults_are_reported},
    {"how many files", test_how_many_files},
    CU_TEST_INFO_NULL,
};
