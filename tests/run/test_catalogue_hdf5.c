/* HDF5 files as catalogues: what is listed, pixels as they were written, and what is refused. */
#include "oddlot/store/dataset.h"
#include "oddlot/store/file.h"
#include "store_fixture.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/selection.h"
#include "run/catalogue_cut_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD
enum { N = 5, HEIGHT = 3, WIDTH = 4, LIMIT = 1 << 20 };

static odd_catalogue_options options_of(const char *path, const char *dataset, const char *labels)
{
    static char *item[1];
    static odd_catalogue_options o;
    item[0] = (char *)path;
    o = (odd_catalogue_options){
        .path = {item, 1}, .dataset = (char *)dataset, .label_dataset = (char *)labels};
    return o;
}

static odd_status list_on(MPI_Comm comm, const odd_catalogue_options *options, odd_catalogue *out)
{
    odd_hash digest;
    return odd_catalogue_list(comm, &odd_catalogue_hdf5, options, ".", out, &digest);
}

static odd_status put(odd_file *file, const char *name, odd_shape shape, const void *data)
{
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_create(file, name, &shape, "test", "", &dataset));
    ODD_TRY(odd_dataset_write(dataset, 0, shape.shape[0], data));
done:
    odd_dataset_close(&dataset);
    return st;
}

/* Rank 0 writes, all read: pixel p of image i is 10 i + p, with three oddities in the reals. */
static odd_status write_file(const char *path)
{
    enum { PIXELS = HEIGHT * WIDTH };
    uint8_t bytes[N * PIXELS], colours[N * PIXELS * 3];
    int32_t integers[N * PIXELS];
    float reals[N * PIXELS];
    int64_t numbers[N];
    char words[N][4] = {"shoe", "hat", "", "bag", "hat"};
    odd_file *file = NULL;
    odd_status st;
    for (int i = 0; i < N * PIXELS; i++) {
        bytes[i] = (uint8_t)(i / PIXELS * 10 + i % PIXELS);
        integers[i] = bytes[i];
        reals[i] = (float)bytes[i] / 255;
        for (int c = 0; c < 3; c++)
            colours[3 * i + c] = (uint8_t)(bytes[i] + c);
        numbers[i / PIXELS] = i / PIXELS - 2;
    }
    reals[PIXELS + 6] = NAN;
    reals[2 * PIXELS] = 1.5;
    integers[3 * PIXELS + 11] = -1;
    ODD_TRY(odd_file_create(MPI_COMM_SELF, path, &fixture_from, &file));
    ODD_TRY(put(file, "bytes", (odd_shape){ODD_U8, 1, 3, {N, HEIGHT, WIDTH}}, bytes));
    ODD_TRY(put(file, "colours", (odd_shape){ODD_U8, 1, 4, {N, HEIGHT, WIDTH, 3}}, colours));
    ODD_TRY(put(file, "integers", (odd_shape){ODD_I32, 4, 3, {N, HEIGHT, WIDTH}}, integers));
    ODD_TRY(put(file, "reals", (odd_shape){ODD_F32, 4, 3, {N, HEIGHT, WIDTH}}, reals));
    ODD_TRY(put(file, "two", (odd_shape){ODD_U8, 1, 4, {N, HEIGHT, WIDTH - 2, 2}}, bytes));
    ODD_TRY(put(file, "flat", (odd_shape){ODD_U8, 1, 2, {N, PIXELS}}, bytes));
    ODD_TRY(put(file, "none", (odd_shape){ODD_U8, 1, 3, {0, HEIGHT, WIDTH}}, bytes));
    ODD_TRY(put(file, "numbers", (odd_shape){ODD_I64, 8, 1, {N}}, numbers));
    ODD_TRY(put(file, "words", (odd_shape){ODD_STRING, 4, 1, {N}}, words));
    ODD_TRY(put(file, "short", (odd_shape){ODD_I64, 8, 1, {N - 1}}, numbers));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_file_discard(&file);
    return st;
}

static const char *made(void)
{
    fixture_folder(WORLD);
    const char *path = fixture_path("images.h5");
    odd_status st = odd_rank(WORLD) == 0 ? write_file(path) : ODD_OK;
    return check_all(WORLD, odd_agree(WORLD, st) == ODD_OK) ? path : NULL;
}

static void test_list(void)
{
    static const char *const words[N] = {"shoe", "hat", "", "bag", "hat"};
    static const char *const numbers[N] = {"-2", "-1", "0", "1", "2"};
    odd_catalogue with_words = ODD_CATALOGUE_EMPTY, with_numbers = ODD_CATALOGUE_EMPTY;
    const char *path = made();
    if (!path) return;
    odd_catalogue_options o = options_of(path, "bytes", "words");
    if (!check_all(WORLD, list_on(MPI_COMM_SELF, &o, &with_words) == ODD_OK)) return;
    o = options_of(path, "bytes", "numbers");
    if (!check_all(WORLD, list_on(MPI_COMM_SELF, &o, &with_numbers) == ODD_OK)) return;
    bool good = with_words.count == N && with_numbers.count == N;
    for (int i = 0; good && i < N; i++) {
        char name[600];
        const odd_item *item = &with_words.item[i];
        snprintf(name, sizeof name, "%s:bytes[%d]", path, i);
        good = strcmp(odd_catalogue_text(&with_words, item->name), name) == 0 &&
               strcmp(odd_catalogue_text(&with_words, item->label), words[i]) == 0 &&
               strcmp(odd_catalogue_text(&with_numbers, with_numbers.item[i].label), numbers[i]) ==
                   0 &&
               item->time != 0 && item->size == HEIGHT * WIDTH;
    }
    check_all(WORLD, good);
    odd_catalogue_free(&with_words);
    odd_catalogue_free(&with_numbers);
    check_all(WORLD, odd_store_open_objects() == 0);
    MPI_Barrier(WORLD);
    fixture_remove(WORLD);
}

/* Image i of a dataset: its status; *pixel gets value 5 of channel 0, -1 without pixels. */
static odd_image_status read_one(const char *path, const char *dataset, int64_t i, int *pixel,
                                 odd_read_result *result)
{
    odd_catalogue list = ODD_CATALOGUE_EMPTY;
    odd_catalogue_options o = options_of(path, dataset, "");
    odd_image raw = ODD_IMAGE_EMPTY;
    odd_reader *reader = NULL;
    uint8_t *bytes = NULL;
    size_t size;
    *pixel = -1;
    result->status = ODD_IMAGE_MISSING;
    if (list_on(MPI_COMM_SELF, &o, &list) == ODD_OK &&
        odd_catalogue_hdf5.open(&o, &list, &reader) == ODD_OK &&
        odd_catalogue_hdf5.read(reader, i, LIMIT, &bytes, &size, &raw, result) == ODD_OK &&
        result->status == ODD_IMAGE_OK && raw.width == WIDTH && raw.height == HEIGHT && !bytes)
        *pixel = raw.pixels[5 * raw.channels];
    odd_image_free(&raw);
    if (reader) odd_catalogue_hdf5.close(&reader);
    odd_catalogue_free(&list);
    return result->status;
}

static void test_read(void)
{
    static const char *const all[] = {"bytes", "colours", "integers", "reals"};
    odd_read_result result;
    int pixel;
    const char *path = made();
    if (!path) return;
    for (int d = 0; d < 4; d++)
        for (int i = 0; i < N; i += 4) { /* the first and the last, in which nothing is odd */
            bool good = read_one(path, all[d], i, &pixel, &result) == ODD_IMAGE_OK;
            check_all(WORLD, good && pixel == 10 * i + 5);
        }
    check_all(WORLD, read_one(path, "reals", 1, &pixel, &result) == ODD_IMAGE_BAD_VALUE);
    check_all(WORLD, strstr(result.reason, "nan at (1, 2)") != NULL);
    check_all(WORLD, read_one(path, "reals", 2, &pixel, &result) == ODD_IMAGE_BAD_VALUE);
    check_all(WORLD, strstr(result.reason, "1.5 at (0, 0) is not in 0 ... 1") != NULL);
    check_all(WORLD, read_one(path, "integers", 3, &pixel, &result) == ODD_IMAGE_BAD_VALUE);
    check_all(WORLD, strstr(result.reason, "-1 at (2, 3) is not in 0 ... 255") != NULL);
    check_all(WORLD, odd_store_open_objects() == 0);
    MPI_Barrier(WORLD);
    fixture_remove(WORLD);
}

static odd_status list_status(const char *path, const char *dataset, const char *labels)
{
    odd_catalogue list = ODD_CATALOGUE_EMPTY;
    odd_catalogue_options o = options_of(path, dataset, labels);
    odd_status st = list_on(MPI_COMM_SELF, &o, &list);
    odd_catalogue_free(&list);
    return st;
}

static void test_refused(void)
{
    odd_catalogue list = ODD_CATALOGUE_EMPTY;
    odd_catalogue_options nothing = {.dataset = (char *)"bytes", .label_dataset = (char *)""};
    const char *path = made();
    if (!path) return;
    check_all(WORLD, list_status(path, "bytes", "words") == ODD_OK);
    check_all(WORLD, list_status(path, "nowhere", "") == ODD_FORMAT);
    check_all(WORLD, list_status(path, "flat", "") == ODD_FORMAT);
    check_all(WORLD, list_status(path, "words", "") == ODD_FORMAT);
    check_all(WORLD, list_status(path, "two", "") == ODD_FORMAT);
    check_all(WORLD, list_status(path, "none", "") == ODD_FORMAT);
    check_all(WORLD, list_status(path, "bytes", "short") == ODD_FORMAT);
    check_all(WORLD, list_status(path, "bytes", "flat") == ODD_FORMAT);
    check_all(WORLD, list_status("/nowhere/images.h5", "bytes", "") == ODD_IO);
    check_all(WORLD, list_status("/dev/null", "bytes", "") != ODD_OK);
    check_all(WORLD, list_on(MPI_COMM_SELF, &nothing, &list) == ODD_USAGE);
    odd_catalogue_free(&list);
    check_all(WORLD, odd_store_open_objects() == 0);
    MPI_Barrier(WORLD);
    fixture_remove(WORLD);
}

const char *odd_test_name = "HDF5 catalogues";
CU_TestInfo odd_tests[] = {
    {"list", test_list},
    {"read", test_read},
    {"refused", test_refused},
    CU_TEST_INFO_NULL,
};
