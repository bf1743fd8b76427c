/* Columns of a value for each image: what does not fit the catalogue is refused, and nothing
 * is left behind. */
#include "stage_fixture.h"

const char *odd_test_name = "image columns";

enum { IMAGES = 6, ROWS = 4 };

static const int64_t image[ROWS] = {0, 2, 3, 5}, behind[ROWS] = {0, 2, 3, 6},
                     twice[ROWS] = {0, 2, 2, 5}, before[ROWS] = {-1, 2, 3, 5};
static const double score[IMAGES] = {0.5, -1, 2, 3, 4, 5};
static const uint8_t held_out[IMAGES] = {0, 1, 0, 0, 1, 1};
static const int64_t flagged[] = {5, 0};

static odd_file *file_with(const int64_t row[], const int64_t flags[])
{
    const column columns[] = {{"row", ODD_I64, ROWS, row},
                              {"flagged/row", ODD_I64, 2, flags},
                              {"score", ODD_F64, IMAGES, score},
                              {"held_out", ODD_U8, IMAGES, held_out},
                              {NULL, ODD_I64, 0, NULL}};
    return file_of("all.h5", columns);
}

static void test_read(void)
{
    int64_t *rows = NULL, *flags = NULL, n, count, images;
    double scores[IMAGES - 2];
    uint8_t *mark = NULL;
    fixture_folder(WORLD);
    odd_file *file = file_with(image, flagged);
    if (!file) return;
    check_all(WORLD, odd_feature_images_read(file, IMAGES, &rows, &n) == ODD_OK && n == ROWS &&
                         memcmp(rows, image, sizeof image) == 0);
    check_all(WORLD, odd_flagged_read(file, IMAGES, INT64_MAX, &flags, &count) == ODD_OK &&
                         count == 2 && memcmp(flags, flagged, sizeof flagged) == 0);
    check_all(WORLD, odd_image_column_part(file, "all.h5", "score", ODD_F64, IMAGES, 1, IMAGES - 2,
                                           scores) == ODD_OK &&
                         memcmp(scores, score + 1, sizeof scores) == 0);
    check_all(WORLD, odd_image_marks_read(file, "held_out", &mark, &images) == ODD_OK &&
                         images == IMAGES && memcmp(mark, held_out, sizeof held_out) == 0);
    odd_free(rows);
    odd_free(flags);
    odd_free(mark);
    odd_file_close(&file);
    fixture_remove(WORLD);
}

/* Only what is asked for is looked at: the second is no image. */
static void test_first_flagged(void)
{
    static const int64_t second[] = {1, IMAGES};
    int64_t *flags = NULL, count;
    fixture_folder(WORLD);
    odd_file *file = file_with(image, second);
    if (!file) return;
    check_all(WORLD, odd_flagged_read(file, IMAGES, 1, &flags, &count) == ODD_OK && count == 1 &&
                         flags[0] == 1);
    odd_free(flags);
    odd_file_close(&file);
    fixture_remove(WORLD);
}

/* Near and far ones, rising and not, and one of them twice. */
static void test_some_images(void)
{
    enum { MANY = 200000 };
    static const int64_t some[] = {3, 4, 9, 65538, 65539, 199999, 0, 131075, 131074, 131074};
    enum { SOME = sizeof some / sizeof *some };
    int32_t *number = NULL, got[SOME];
    ODD_CHECK(ODD_NEW(number, MANY) == ODD_OK);
    for (int i = 0; i < MANY; i++)
        number[i] = 7 * i;
    const column columns[] = {{"number", ODD_I32, MANY, number}, {NULL, ODD_I64, 0, NULL}};
    fixture_folder(WORLD);
    odd_file *file = file_of("many.h5", columns);
    if (!file) return;
    bool good =
        odd_image_column_of(file, "many.h5", "number", ODD_I32, MANY, SOME, some, got) == ODD_OK;
    for (int i = 0; good && i < SOME; i++)
        good = got[i] == 7 * some[i];
    check_all(WORLD, good);
    check_all(WORLD, odd_image_column_of(file, "many.h5", "number", ODD_I32, MANY, 0, NULL, NULL) ==
                         ODD_OK);
    check_all(WORLD, odd_image_column_of(file, "many.h5", "number", ODD_I32, MANY + 1, SOME, some,
                                         got) == ODD_FORMAT);
    odd_file_close(&file);
    odd_free(number);
    fixture_remove(WORLD);
}

/* Ranks of images 0, 1, ... are 5, 1, 0 (not read), 2, 3, 4; or 3 is missing and 1 is there twice.
 */
static void test_oddest(void)
{
    static const int64_t whole[] = {5, 1, 0, 2, 3, 4}, gap[] = {5, 1, -7, 2, 1, 4};
    static const int64_t oddest[] = {1, 3, 4, 5, 0}, last[] = {4, 3};
    const column columns[] = {{"rank", ODD_I64, IMAGES, whole}, {NULL, ODD_I64, 0, NULL}};
    const column damaged[] = {{"rank", ODD_I64, IMAGES, gap}, {NULL, ODD_I64, 0, NULL}};
    int64_t *row = NULL, n;
    fixture_folder(WORLD);
    odd_file *file = file_of("whole.h5", columns), *hurt = file_of("gap.h5", damaged);
    if (!file || !hurt) return;
    for (int64_t most = 0; most <= 5; most++) {
        check_all(WORLD, odd_oddest_read(WORLD, file, IMAGES, most, &row, &n) == ODD_OK &&
                             n == most && memcmp(row, oddest, (size_t)n * sizeof *row) == 0);
        odd_free(row);
    }
    check_all(WORLD, odd_oddest_read(WORLD, file, IMAGES, 100, &row, &n) == ODD_OK && n == 5);
    odd_free(row);
    check_all(WORLD, odd_oddest_read(WORLD, hurt, IMAGES, 6, &row, &n) == ODD_OK && n == 2 &&
                         memcmp(row, last, sizeof last) == 0);
    odd_free(row);
    check_all(WORLD, odd_oddest_read(WORLD, file, IMAGES + 1, 3, &row, &n) == ODD_FORMAT && !row);
    odd_file_close(&file);
    odd_file_close(&hurt);
    fixture_remove(WORLD);
}

/* Images 0 ... 99, of which every third was not read; and rows that do not rise, or go too far. */
static void test_mine(void)
{
    enum { ALL = 100, READ = 66 };
    const odd_partition part = odd_partition_rows(WORLD, ALL);
    int64_t row[READ], *mine = NULL, row0, rows;
    for (int i = 0; i < READ; i++)
        row[i] = i / 2 * 3 + i % 2;
    fixture_folder(WORLD);
    odd_file *file =
        file_of("rows.h5", (column[]){{"row", ODD_I64, READ, row}, {NULL, 0, 0, NULL}});
    if (!file) return;
    check_all(WORLD, odd_feature_images_mine(WORLD, file, &part, &mine, &row0, &rows) == ODD_OK);
    bool good = mine && row0 == odd_sum_before(WORLD, rows);
    for (int64_t i = 0; good && i < rows; i++)
        good =
            mine[i] == row[row0 + i] && mine[i] >= part.row0 && mine[i] < part.row0 + part.n_local;
    int64_t all = rows;
    odd_sum_i64(WORLD, &all, 1);
    check_all(WORLD, good && all == READ);
    odd_free(mine);
    odd_file_close(&file);
    static const struct {
        int at;
        int64_t image;
    } wrong[] = {{0, -1}, {0, 2}, {READ - 1, ALL}, {30, 0}, {30, 99}, {50, -5}};
    for (size_t w = 0; w < sizeof wrong / sizeof *wrong; w++) {
        int64_t hurt[READ];
        char name[32];
        memcpy(hurt, row, sizeof hurt);
        hurt[wrong[w].at] = wrong[w].image;
        if (w == 1) hurt[1] = 2; /* one image twice */
        snprintf(name, sizeof name, "hurt-%zu.h5", w);
        file = file_of(name, (column[]){{"row", ODD_I64, READ, hurt}, {NULL, 0, 0, NULL}});
        if (!file) return;
        check_all(WORLD,
                  odd_feature_images_mine(WORLD, file, &part, &mine, &row0, &rows) == ODD_FORMAT &&
                      !mine);
        odd_file_close(&file);
    }
    fixture_remove(WORLD);
}

static void test_other_images(void)
{
    static const struct {
        const int64_t *row;
        const char *reason;
    } wrong[] = {{behind, "row 3 is of image 6"},
                 {twice, "row 2 is of image 2"},
                 {before, "row 0 is of image -1"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t *rows, n;
        fixture_folder(WORLD);
        odd_file *file = file_with(wrong[i].row, flagged);
        if (!file) return;
        check_all(WORLD, odd_feature_images_read(file, IMAGES, &rows, &n) == ODD_FORMAT && !rows &&
                             strstr(odd_fail_reason(), wrong[i].reason));
        odd_file_close(&file);
        fixture_remove(WORLD);
    }
}

static void test_refused(void)
{
    static const int64_t nobody[] = {1, IMAGES};
    int64_t *rows = NULL, n;
    double scores[IMAGES];
    fixture_folder(WORLD);
    odd_file *file = file_with(image, nobody);
    if (!file) return;
    check_all(WORLD, odd_flagged_read(file, IMAGES, 2, &rows, &n) == ODD_FORMAT && !rows);
    check_all(WORLD, odd_image_column_part(file, "all.h5", "score", ODD_F64, IMAGES + 1, 0, IMAGES,
                                           scores) == ODD_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "all.h5 has 6 rows, the catalogue 7"));
    check_all(WORLD, odd_image_column_part(file, "all.h5", "none", ODD_F64, IMAGES, 0, IMAGES,
                                           scores) == ODD_FORMAT);
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

CU_TestInfo odd_tests[] = {
    {"read", test_read},
    {"the first of the flagged", test_first_flagged},
    {"some images", test_some_images},
    {"oddest", test_oddest},
    {"rows of my images", test_mine},
    {"other images", test_other_images},
    {"refused", test_refused},
    CU_TEST_INFO_NULL,
};
