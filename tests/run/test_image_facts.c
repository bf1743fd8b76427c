/* Image facts: texts and truth of any image in any order, and what images are filed under; files
 * that do not fit are refused. */
#include "stage_fixture.h"

#include "oddlot/run/filing.h"
#include "oddlot/run/image_facts.h"

const char *odd_test_name = "image facts";

enum { IMAGES = 7 };

static const char *const path[IMAGES] = {"t/a/1.png", "t/a/2.png", "t/a-b/1.png", "t/b/c/9.png",
                                         "t/b/x.png", "t/b/y.png", "t/z.png"};
static const char *const label[IMAGES] = {"shoe", "", "hat", "shoe", "hat", "", "bag"};
static const char *const none[IMAGES] = {"", "", "", "", "", "", ""};
static const int32_t truth[IMAGES] = {0, -1, 1, 0, 0, -1, 1};

typedef struct {
    const char *name;
    const char *const *text;
    int64_t n;
} texts;

static const char *text_at(const void *context, int64_t row)
{
    return ((const texts *)context)->text[row];
}

/* ingest.h5 with these columns of texts, up to a name of NULL, and the truth. */
static odd_file *ingest_of(const texts columns[])
{
    odd_file *file = NULL;
    odd_status st;
    fixture_folder(WORLD);
    ODD_TRY(odd_file_create(WORLD, fixture_path("ingest.h5"), &fixture_from, &file));
    for (const texts *t = columns; t->name; t++)
        ODD_TRY(odd_column_write_text(file, t->name, WORLD, t->n, 0,
                                      odd_rank(WORLD) == 0 ? t->n : 0, text_at, t, "test"));
    ODD_TRY(odd_column_write(file, "truth", ODD_I32, IMAGES, 0, odd_rank(WORLD) == 0 ? IMAGES : 0,
                             truth, "test", ""));
    ODD_TRY(odd_file_publish(&file));
    ODD_TRY(odd_file_open(WORLD, fixture_path("ingest.h5"), false, &file));
done:
    if (st != ODD_OK) odd_file_discard(&file);
    check_all(WORLD, st == ODD_OK);
    return file;
}

static bool is_text(odd_image_facts *f, odd_image_fact which, int64_t image, const char *expected)
{
    const char *text;
    return odd_image_text_of(f, which, image, &text) == ODD_OK && strcmp(text, expected) == 0;
}

static void test_any_order(void)
{
    static const texts columns[] = {
        {"path", path, IMAGES}, {"label", label, IMAGES}, {NULL, NULL, 0}};
    odd_image_facts *f = NULL;
    odd_file *file = ingest_of(columns);
    if (!file) return;
    bool good = odd_image_facts_open(file, IMAGES, &f) == ODD_OK;
    for (int64_t k = 0; good && k < 3 * IMAGES; k++) {
        const int64_t i = k < IMAGES ? k : k * 5 % IMAGES; /* in order, then to and fro */
        int8_t is;
        good = is_text(f, ODD_IMAGE_NAME, i, path[i]) && is_text(f, ODD_IMAGE_LABEL, i, label[i]) &&
               odd_image_truth_of(f, i, &is) == ODD_OK && is == truth[i];
    }
    check_all(WORLD, good);
    odd_image_facts_close(&f);
    odd_file_close(&file);
    fixture_remove(WORLD);
}

/* Blocks of a wide column hold few rows, or one. */
static void test_wide(void)
{
    enum { WIDTH = 20000 };
    static char wide[IMAGES][WIDTH + 1];
    const char *text[IMAGES];
    odd_image_facts *f = NULL;
    for (int i = 0; i < IMAGES; i++) {
        memset(wide[i], 'a' + i, (size_t)(WIDTH - i));
        text[i] = wide[i];
    }
    const texts columns[] = {{"path", text, IMAGES}, {NULL, NULL, 0}};
    odd_file *file = ingest_of(columns);
    if (!file) return;
    bool good = odd_image_facts_open(file, IMAGES, &f) == ODD_OK;
    for (int64_t k = 0; good && k < 2 * IMAGES; k++)
        good = is_text(f, ODD_IMAGE_NAME, k * 3 % IMAGES, text[k * 3 % IMAGES]);
    check_all(WORLD, good);
    odd_image_facts_close(&f);
    odd_file_close(&file);
    fixture_remove(WORLD);
}

static void test_refused(void)
{
    static const texts columns[] = {
        {"path", path, IMAGES}, {"label", label, IMAGES - 1}, {NULL, NULL, 0}};
    odd_image_facts *f = NULL;
    const char *text;
    int8_t is;
    odd_file *file = ingest_of(columns);
    if (!file) return;
    check_all(WORLD, odd_image_facts_open(file, IMAGES, &f) == ODD_OK);
    for (int again = 0; again < 2; again++) {
        check_all(WORLD, odd_image_text_of(f, ODD_IMAGE_LABEL, 0, &text) == ODD_FORMAT && !*text);
        check_all(WORLD, odd_image_text_of(f, ODD_IMAGE_GROUP, 0, &text) == ODD_FORMAT);
    }
    check_all(WORLD, odd_image_text_of(f, ODD_IMAGE_NAME, IMAGES, &text) == ODD_FORMAT);
    check_all(WORLD, odd_image_text_of(f, ODD_IMAGE_NAME, -1, &text) == ODD_FORMAT);
    check_all(WORLD, odd_image_truth_of(f, IMAGES, &is) == ODD_FORMAT);
    odd_image_facts_close(&f);
    odd_file_close(&file);
    fixture_remove(WORLD);
}

/* ---- filing ---- */

/* All images, cut by ranks, are filed as expected. */
static bool files_as(odd_file *file, const char *from, bool folders, const char *const expected[])
{
    odd_image_facts *f = NULL;
    odd_filing filing = {0};
    bool good = odd_image_facts_open(file, IMAGES, &f) == ODD_OK &&
                odd_filing_read_all(WORLD, f, from, &filing) == ODD_OK &&
                filing.folders == folders && filing.labels.rows == IMAGES;
    for (int i = 0; good && i < IMAGES; i++) {
        const int64_t number = filing.labels.of[i];
        good = strcmp(number < 0 ? "" : filing.labels.name[number], expected[i]) == 0;
    }
    for (int64_t k = 1; good && k < filing.labels.count; k++)
        good = strcmp(filing.labels.name[k - 1], filing.labels.name[k]) < 0;
    odd_filing_free(&filing);
    odd_image_facts_close(&f);
    return good;
}

static void test_filing(void)
{
    static const texts labelled[] = {
        {"path", path, IMAGES}, {"label", label, IMAGES}, {NULL, NULL, 0}};
    static const texts plain[] = {{"path", path, IMAGES}, {"label", none, IMAGES}, {NULL, NULL, 0}};
    static const char *const folder[IMAGES] = {"a", "a", "a-b", "b/c", "b", "b", ""};
    odd_file *file = ingest_of(labelled);
    if (!file) return;
    check_all(WORLD, files_as(file, "auto", false, label));
    check_all(WORLD, files_as(file, "labels", false, label));
    check_all(WORLD, files_as(file, "folders", true, folder));
    odd_file_close(&file);
    fixture_remove(WORLD);
    file = ingest_of(plain);
    if (!file) return;
    check_all(WORLD, files_as(file, "auto", true, folder));
    check_all(WORLD, files_as(file, "labels", false, none));
    odd_file_close(&file);
    fixture_remove(WORLD);
}

/* What no image is in is no common folder; one folder is none. */
static void test_common(void)
{
    static const char *const loose[IMAGES] = {"t/1", "t/2", "t/a/3", "4", "t/5", "t/6", "t/7"};
    static const char *const by_loose[IMAGES] = {"t", "t", "t/a", "", "t", "t", "t"};
    static const char *const one[IMAGES] = {"t/u/1", "t/u/2", "t/u/3", "t/u/4",
                                            "t/u/5", "t/u/6", "t/u/7"};
    static const char *const alike[IMAGES] = {"ab/1", "ab/2", "ac/3", "ac/4",
                                              "ac/5", "ac/6", "ac/7"};
    static const char *const by_alike[IMAGES] = {"ab", "ab", "ac", "ac", "ac", "ac", "ac"};
    const struct {
        const char *const *path, *const *expected;
    } tries[] = {{loose, by_loose}, {one, none}, {alike, by_alike}};
    for (int k = 0; k < 3; k++) {
        const texts columns[] = {{"path", tries[k].path, IMAGES}, {NULL, NULL, 0}};
        odd_file *file = ingest_of(columns);
        if (!file) return;
        check_all(WORLD, files_as(file, "folders", true, tries[k].expected));
        odd_file_close(&file);
        fixture_remove(WORLD);
    }
}

CU_TestInfo odd_tests[] = {
    {"any order", test_any_order},   {"wide", test_wide},
    {"refused", test_refused},       {"filing", test_filing},
    {"common folders", test_common}, CU_TEST_INFO_NULL,
};
