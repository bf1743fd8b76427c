/* Measures of a run, read back as ingest writes them: all, one of them, and the digests of pixels;
 * what is of another program or another shape is refused. */
#include "stage_fixture.h"

#include "oddlot/par/partition.h"
#include "oddlot/run/measures.h"

const char *odd_test_name = "measures";

enum { IMAGES = 5000 }; /* more than are read at once */

static float value_of(int64_t image, int measure)
{
    return (float)image + 0.01F * (float)measure;
}

/* What a file of measures may be like. */
typedef struct {
    int64_t columns;
    const char *names; /* NULL: those of this program */
} shape_of_file;

static odd_status write_values(odd_file *file, const shape_of_file *f)
{
    const odd_partition part = odd_partition_rows(WORLD, IMAGES);
    const odd_shape values = {.type = ODD_F32, .rank = 2, .shape = {IMAGES, f->columns}};
    const odd_shape pairs = {.type = ODD_I64, .rank = 2, .shape = {IMAGES, 2}};
    odd_dataset *value = NULL, *digest = NULL;
    float *v = NULL;
    int64_t *d = NULL;
    odd_status st;
    ODD_TRY_ALL(WORLD, ODD_NEW(v, part.n_local * f->columns));
    ODD_TRY_ALL(WORLD, ODD_NEW(d, part.n_local * 2));
    for (int64_t i = 0; i < part.n_local; i++) {
        for (int64_t k = 0; k < f->columns; k++)
            v[i * f->columns + k] = value_of(part.row0 + i, (int)k);
        d[2 * i] = -(part.row0 + i);
        d[2 * i + 1] = INT64_MAX - i;
    }
    ODD_TRY(odd_dataset_create(file, ODD_MEASURES_NAME, &values, "test", "", &value));
    ODD_TRY(odd_dataset_create(file, ODD_PIXELS_DIGEST_NAME, &pairs, "test", "", &digest));
    ODD_TRY(odd_dataset_write(value, part.row0, part.n_local, v));
    ODD_TRY(odd_dataset_write(digest, part.row0, part.n_local, d));
done:
    odd_dataset_close(&value);
    odd_dataset_close(&digest);
    odd_free(v);
    odd_free(d);
    return st;
}

static odd_status write_file(const char *path, const shape_of_file *f)
{
    odd_text names = ODD_TEXT_EMPTY;
    odd_file *file = NULL;
    odd_status st;
    ODD_TRY_ALL(WORLD, odd_measures_list(odd_measure_name, &names));
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(write_values(file, f));
    ODD_TRY(odd_file_set_text(file, ODD_MEASURES_NAME, "names",
                              f->names ? f->names : odd_text_string(&names)));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_file_discard(&file);
    odd_text_free(&names);
    return st;
}

static odd_file *measured_file(const shape_of_file *f)
{
    odd_file *file = NULL;
    fixture_folder(WORLD);
    const char *path = fixture_path("ingest.h5");
    if (!check_all(WORLD, write_file(path, f) == ODD_OK)) return NULL;
    check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK);
    return file;
}

static bool no_others_are_read(const odd_dataset *measures)
{
    float value[2][ODD_MEASURE_COUNT];
    return odd_measures_read(measures, IMAGES, 0, *value) == ODD_OK &&
           odd_measures_read(measures, IMAGES - 1, 2, *value) == ODD_ARG;
}

static bool all_measures_are_read(const odd_dataset *measures)
{
    float value[3][ODD_MEASURE_COUNT];
    bool good = odd_measures_read(measures, 4321, 3, *value) == ODD_OK;
    for (int i = 0; good && i < 3; i++)
        for (int k = 0; k < ODD_MEASURE_COUNT; k++)
            good = good && value[i][k] == value_of(4321 + i, k);
    return good;
}

static bool digests_are_read(const odd_file *file)
{
    odd_dataset *digests = NULL;
    odd_hash digest[4];
    bool good = odd_pixels_digest_open(file, &digests) == ODD_OK &&
                odd_pixels_digest_read(digests, 11, 4, digest) == ODD_OK;
    for (int i = 0; good && i < 4; i++)
        good = digest[i].low == (uint64_t) - (11 + i) && digest[i].high > 0;
    odd_dataset_close(&digests);
    return good;
}

static void test_read(void)
{
    odd_dataset *measures = NULL;
    odd_file *file = measured_file(&(shape_of_file){ODD_MEASURE_COUNT, NULL});
    if (!file) return;
    if (check_all(WORLD, odd_measures_open(file, &measures) == ODD_OK)) {
        CU_ASSERT_EQUAL(odd_dataset_shape(measures)->shape[0], IMAGES);
        CU_ASSERT(all_measures_are_read(measures));
        CU_ASSERT(no_others_are_read(measures));
    }
    CU_ASSERT(digests_are_read(file));
    odd_dataset_close(&measures);
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

static void test_refused(void)
{
    static const shape_of_file wrong[] = {{ODD_MEASURE_COUNT + 1, NULL},
                                          {ODD_MEASURE_COUNT, "width\nheight"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        odd_dataset *measures = NULL;
        odd_file *file = measured_file(&wrong[i]);
        if (!file) return;
        check_all(WORLD, odd_measures_open(file, &measures) == ODD_FORMAT && !measures);
        odd_file_close(&file);
        fixture_remove(WORLD);
    }
}

static void test_names(void)
{
    for (int i = 0; i < ODD_MEASURE_COUNT; i++) {
        for (int other = 0; other < i; other++)
            CU_ASSERT(strcmp(odd_measure_name(other), odd_measure_name(i)) != 0);
        CU_ASSERT(strlen(odd_measure_unit(i)) > 0 && strlen(odd_measure_about(i)) > 0);
        CU_ASSERT_PTR_NULL(strchr(odd_measure_about(i), '\n'));
    }
    CU_ASSERT(!odd_measure_name(-1) && !odd_measure_name(ODD_MEASURE_COUNT));
    CU_ASSERT_STRING_EQUAL(odd_measure_words(ODD_MEASURE_GROUND_LIGHTNESS, false),
                           "a darker ground");
    CU_ASSERT(!odd_measure_words(-1, true) && !odd_measure_words(ODD_MEASURE_BYTES, true));
    char text[32];
    CU_ASSERT_STRING_EQUAL(odd_measure_text(ODD_MEASURE_PRODUCT_SHARE, 0.25, text), "25 %");
    CU_ASSERT_STRING_EQUAL(odd_measure_text(ODD_MEASURE_GROUND_LIGHTNESS, 37, text), "37");
}

CU_TestInfo odd_tests[] = {
    {"read", test_read},
    {"refused", test_refused},
    {"names", test_names},
    CU_TEST_INFO_NULL,
};
