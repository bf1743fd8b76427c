/* Levels of HDF5 catalogues: which value is white, and what becomes of values at and beyond it. */
#include "oddlot/store/dataset.h"
#include "oddlot/store/file.h"
#include "store_fixture.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/run/selection.h"
#include "run/catalogue_cut_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD
enum { N = 8, SIDE = 2, PIXELS = SIDE * SIDE, LIMIT = 1 << 20 };

/* Value 0 of image i is i / (N - 1) of `most`, value 1 is `most`, the others are 0. */
static void fill(double most, double value[N * PIXELS])
{
    memset(value, 0, N * PIXELS * sizeof *value);
    for (int i = 0; i < N; i++) {
        value[i * PIXELS] = i * most / (N - 1);
        value[i * PIXELS + 1] = most;
    }
}

static void convert(odd_type type, const double value[], void *out)
{
    for (int i = 0; i < N * PIXELS; i++) {
        if (type == ODD_U8) ((uint8_t *)out)[i] = (uint8_t)value[i];
        if (type == ODD_I32) ((int32_t *)out)[i] = (int32_t)value[i];
        if (type == ODD_I64) ((int64_t *)out)[i] = (int64_t)value[i];
        if (type == ODD_F32) ((float *)out)[i] = (float)value[i];
        if (type == ODD_F64) ((double *)out)[i] = value[i];
    }
}

static odd_status write(const char *path, odd_type type, const double value[])
{
    const odd_shape shape = {type, odd_type_size(type), 3, {N, SIDE, SIDE}};
    double data[N * PIXELS];
    odd_file *file = NULL;
    odd_dataset *dataset = NULL;
    odd_status st;
    convert(type, value, data);
    ODD_TRY(odd_file_create(MPI_COMM_SELF, path, &fixture_from, &file));
    ODD_TRY(odd_dataset_create(file, "images", &shape, "test", "", &dataset));
    ODD_TRY(odd_dataset_write(dataset, 0, N, data));
    odd_dataset_close(&dataset);
    ODD_TRY(odd_file_publish(&file));
done:
    odd_dataset_close(&dataset);
    odd_file_discard(&file);
    return st;
}

/* A catalogue of up to two files, and what was read of it last. */
typedef struct {
    char *path[2];
    odd_catalogue_options options;
    odd_catalogue list;
    odd_read_result result;
    int pixel[PIXELS];
} catalogue;

static odd_status list(catalogue *c, int files, double black, double white)
{
    odd_catalogue_free(&c->list);
    c->options = (odd_catalogue_options){.path = {c->path, files},
                                         .dataset = (char *)"images",
                                         .label_dataset = (char *)"",
                                         .black = black,
                                         .white = white};
    odd_hash digest;
    return odd_catalogue_list(MPI_COMM_SELF, &odd_catalogue_hdf5, &c->options, ".", &c->list,
                              &digest);
}

/* The status of item i; its grey levels in c->pixel. */
static odd_image_status read_item(catalogue *c, int64_t i)
{
    odd_reader *reader = NULL;
    odd_image raw = ODD_IMAGE_EMPTY;
    uint8_t *bytes;
    size_t size;
    c->result.status = ODD_IMAGE_MISSING;
    if (odd_catalogue_hdf5.open(&c->options, &c->list, &reader) == ODD_OK &&
        odd_catalogue_hdf5.read(reader, i, LIMIT, &bytes, &size, &raw, &c->result) == ODD_OK)
        for (int p = 0; p < PIXELS; p++)
            c->pixel[p] = raw.pixels[p];
    odd_image_free(&raw);
    if (reader) odd_catalogue_hdf5.close(&reader);
    return c->result.status;
}

static bool reads(catalogue *c, int64_t i, int first, int second)
{
    if (read_item(c, i) == ODD_IMAGE_OK && c->pixel[0] == first && c->pixel[1] == second)
        return true;
    fprintf(stderr, "item %lld: %d %d %s\n", (long long)i, c->pixel[0], c->pixel[1],
            c->result.reason);
    return false;
}

static catalogue start(void)
{
    static char path[2][256];
    fixture_folder(WORLD);
    snprintf(path[0], sizeof path[0], "%s", fixture_path("a.h5"));
    snprintf(path[1], sizeof path[1], "%s", fixture_path("b.h5"));
    return (catalogue){.path = {path[0], path[1]}, .list = ODD_CATALOGUE_EMPTY};
}

static void stop(catalogue *c)
{
    odd_catalogue_free(&c->list);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

static void white_by_the_values(void)
{
    static const struct {
        odd_type type;
        double most, white;
    } list_of[] = {
        {ODD_U8, 1, 1},          {ODD_U8, 2, 255},
        {ODD_U8, 0, 255},        {ODD_I32, 1, 1},
        {ODD_I32, 255, 255},     {ODD_I32, 256, 1023},
        {ODD_I32, 4095, 4095},   {ODD_I64, 4096, 16383},
        {ODD_I32, 32767, 32767}, {ODD_I32, 65535, 65535},
        {ODD_I64, 1, 1},         {ODD_F32, 1, 1},
        {ODD_F32, 1.0000001, 1}, {ODD_F32, 0, 1},
        {ODD_F64, 255, 255},     {ODD_F32, 254.99999, 255},
        {ODD_F64, 65535, 65535},
    };
    catalogue c = start();
    double value[N * PIXELS];
    for (size_t i = 0; i < sizeof list_of / sizeof *list_of; i++) {
        fill(list_of[i].most, value);
        check_all(WORLD, write(c.path[0], list_of[i].type, value) == ODD_OK);
        if (!check_all(WORLD, list(&c, 1, 0, 0) == ODD_OK)) break;
        const double white = list_of[i].white, most = list_of[i].most;
        bool good =
            c.list.count == N && c.list.item[3].white == white &&
            reads(&c, N - 1, (int)(most / white * 255 + 0.49), (int)(most / white * 255 + 0.49));
        if (!good) fprintf(stderr, "up to %g: white %g\n", most, c.list.item[3].white);
        check_all(WORLD, good);
    }
    stop(&c);
}

/* Among images of 0 ... 1 a few that go beyond do not make all the others black. */
static void most_floats_decide(void)
{
    catalogue c = start();
    double value[N * PIXELS];
    fill(1, value);
    value[2 * PIXELS] = 1.3;
    value[3 * PIXELS] = NAN;
    value[4 * PIXELS] = INFINITY;
    value[5 * PIXELS] = -1e-9;
    value[6 * PIXELS] = 1.0020;
    check_all(WORLD, write(c.path[0], ODD_F64, value) == ODD_OK);
    check_all(WORLD, list(&c, 1, 0, 0) == ODD_OK && reads(&c, 7, 255, 255));
    check_all(WORLD, reads(&c, 5, 0, 255));
    check_all(WORLD, read_item(&c, 2) == ODD_IMAGE_BAD_VALUE &&
                         strstr(c.result.reason, "value 1.3 at (0, 0) is not in 0 ... 1 "));
    check_all(WORLD, read_item(&c, 3) == ODD_IMAGE_BAD_VALUE && strstr(c.result.reason, "nan"));
    check_all(WORLD, read_item(&c, 4) == ODD_IMAGE_BAD_VALUE && strstr(c.result.reason, "inf"));
    check_all(WORLD,
              read_item(&c, 6) == ODD_IMAGE_BAD_VALUE && strstr(c.result.reason, "value 1.002 at"));
    stop(&c);
}

static void white_by_the_job(void)
{
    catalogue c = start();
    double value[N * PIXELS];
    fill(100000, value);
    check_all(WORLD, write(c.path[0], ODD_I32, value) == ODD_OK);
    check_all(WORLD, list(&c, 1, 0, 0) == ODD_USAGE &&
                         strstr(odd_fail_reason(), "values up to 100000: say which is white"));
    check_all(WORLD, list(&c, 1, 0, 200000) == ODD_OK && reads(&c, 7, 128, 128));
    check_all(WORLD, list(&c, 1, 0, 99000) == ODD_OK && read_item(&c, 1) == ODD_IMAGE_BAD_VALUE);
    fill(2, value);
    for (int i = 0; i < N * PIXELS; i++)
        value[i] -= 1;
    check_all(WORLD, write(c.path[0], ODD_F32, value) == ODD_OK);
    check_all(WORLD, list(&c, 1, 0, 0) == ODD_OK && read_item(&c, 0) == ODD_IMAGE_BAD_VALUE);
    check_all(WORLD, list(&c, 1, -1, 1) == ODD_OK && reads(&c, 0, 0, 255));
    check_all(WORLD, list(&c, 1, -1, 0) == ODD_OK && reads(&c, 7, 255, 255) && c.pixel[2] == 0);
    check_all(WORLD, list(&c, 1, 1, 1) == ODD_USAGE && list(&c, 1, 1, 0) == ODD_USAGE &&
                         list(&c, 1, 0, -1) == ODD_USAGE);
    stop(&c);
}

/* A dark file among bright ones of its kind is dark. */
static void files_share_their_white(void)
{
    catalogue c = start();
    double dark[N * PIXELS], bright[N * PIXELS];
    fill(200, dark);
    fill(4000, bright);
    check_all(WORLD, write(c.path[0], ODD_I32, dark) == ODD_OK);
    check_all(WORLD, write(c.path[1], ODD_I32, bright) == ODD_OK);
    check_all(WORLD, list(&c, 2, 0, 0) == ODD_OK && c.list.count == 2 * N);
    check_all(WORLD, reads(&c, 7, 12, 12) && reads(&c, N + 7, 249, 249));
    fill(1, bright);
    check_all(WORLD, write(c.path[1], ODD_F32, bright) == ODD_OK);
    check_all(WORLD, list(&c, 2, 0, 0) == ODD_OK);
    check_all(WORLD, reads(&c, 7, 200, 200) && reads(&c, N + 7, 255, 255));
    stop(&c);
}

const char *odd_test_name = "levels of HDF5 catalogues";
CU_TestInfo odd_tests[] = {
    {"white by the values", white_by_the_values},
    {"most floats decide", most_floats_decide},
    {"white by the job", white_by_the_job},
    {"files share their white", files_share_their_white},
    CU_TEST_INFO_NULL,
};
