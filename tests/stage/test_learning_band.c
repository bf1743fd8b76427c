/* Learning bands: mean and range over the networks of one file and of several. */
#include "store_fixture.h"

#include "oddlot/stage/learning_band.h"

#include <math.h>

#define WORLD MPI_COMM_WORLD
enum { NETWORKS = 2 };

/* A file with a dataset "curve", opened. */
static odd_status write_file(const char *path, const odd_shape *shape, const double value[],
                             odd_file **out)
{
    odd_file *file = NULL;
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(odd_dataset_create(file, "curve", shape, "test", "", &dataset));
    ODD_TRY(odd_dataset_write(dataset, 0, shape->shape[0], value));
    odd_dataset_close(&dataset);
    ODD_TRY(odd_file_publish(&file));
    ODD_TRY(odd_file_open(WORLD, path, false, out));
done:
    odd_dataset_close(&dataset);
    odd_file_discard(&file);
    return st;
}

static odd_status write_curves(const char *path, int64_t epochs, const double value[],
                               odd_file **out)
{
    const odd_shape shape = {.type = ODD_F64, .rank = 2, .shape = {NETWORKS, epochs}};
    return write_file(path, &shape, value, out);
}

static void expect(const odd_band_point *p, double x, double mean, double low, double high)
{
    CU_ASSERT(p->x == x);
    CU_ASSERT(fabs(p->mean - mean) < 1e-15);
    CU_ASSERT(p->low == low);
    CU_ASSERT(p->high == high);
}

/* Not all networks come equally far, and of some epochs nothing is known. */
static void test_two_runs(void)
{
    const double early[NETWORKS][2] = {{1, 0.5}, {3, INFINITY}};
    const double late[NETWORKS][4] = {{2, 0.25, NAN, 0.125}, {6, NAN, NAN, 0.375}};
    odd_learning_band band = {0};
    odd_file *first = NULL, *second = NULL;
    int64_t networks = 7;
    fixture_folder(WORLD);
    const bool made = write_curves(fixture_path("a.h5"), 2, early[0], &first) == ODD_OK &&
                      write_curves(fixture_path("b.h5"), 4, late[0], &second) == ODD_OK;
    CU_ASSERT_FATAL(made);
    CU_ASSERT(odd_learning_band_add(&band, first, "none", &networks) == ODD_OK);
    CU_ASSERT(band.count == 0 && networks == 7);
    CU_ASSERT(odd_learning_band_add(&band, first, "curve", &networks) == ODD_OK);
    CU_ASSERT(networks == NETWORKS);
    CU_ASSERT(odd_learning_band_add(&band, second, "curve", &networks) == ODD_OK);
    CU_ASSERT(odd_learning_band_add(&band, first, "none", &networks) == ODD_OK);
    odd_learning_band_settle(&band);
    CU_ASSERT_FATAL(band.count == 3);
    expect(&band.point[0], 1, 3, 1, 6);
    expect(&band.point[1], 2, 0.375, 0.25, 0.5);
    expect(&band.point[2], 4, 0.25, 0.125, 0.375);
    odd_learning_band_free(&band);
    odd_file_close(&first);
    odd_file_close(&second);
    fixture_remove(WORLD);
}

static void test_other_shape(void)
{
    const odd_shape shape = {.type = ODD_F64, .rank = 1, .shape = {3}};
    const double value[3] = {1, 2, 3};
    odd_learning_band band = {0};
    odd_file *file = NULL;
    int64_t networks = 0;
    fixture_folder(WORLD);
    CU_ASSERT_FATAL(write_file(fixture_path("x.h5"), &shape, value, &file) == ODD_OK);
    CU_ASSERT(odd_learning_band_add(&band, file, "curve", &networks) == ODD_FORMAT);
    CU_ASSERT(band.count == 0 && networks == 0);
    odd_file_close(&file);
    fixture_remove(WORLD);
}

const char *odd_test_name = "learning band";
CU_TestInfo odd_tests[] = {
    {"two runs", test_two_runs},
    {"another shape", test_other_shape},
    CU_TEST_INFO_NULL,
};
