/* Speakers: who speaks for whom is as one rank alone would find it, also where images and rows, or
 * copies, are on different ranks. */
#include "stage_fixture.h"

#include "oddlot/run/speakers.h"

const char *odd_test_name = "run/speakers";

enum { MOST = 400 };

/* A catalogue: which images were read, and who represents each. */
typedef struct {
    int64_t images, rows;
    int64_t image[MOST], representative[MOST];
} catalogue;

/* Every fifth image was not read. Of 7, 18, 29, ... and others the copies are far behind them. */
static catalogue make_catalogue(int64_t images)
{
    catalogue c = {.images = images};
    for (int64_t i = 0; i < images; i++) {
        c.representative[i] = i;
        if (i % 5 != 3) c.image[c.rows++] = i;
    }
    for (int64_t i = 0; i + 1 < images; i++) /* the first, the last, or one in the middle is best */
        if (i % 11 == 7 && i % 5 != 3) {
            const int64_t far = images - 1 - (images - 1 - i) % (i + 1);
            if (far > i && far % 5 != 3 && c.representative[far] == far) c.representative[i] = far;
        }
    for (int64_t i = 0; i < images; i++) /* no chains */
        if (c.representative[c.representative[i]] != c.representative[i]) c.representative[i] = i;
    return c;
}

/* The number of each row's speaker, and the row of each number, as one rank finds them. */
static int64_t number_all(const catalogue *c, bool copies, int64_t spoken[], int64_t row[])
{
    int64_t number[MOST], count = 0;
    for (int64_t i = 0; i < c->rows; i++)
        if (!copies || c->representative[c->image[i]] == c->image[i]) {
            number[c->image[i]] = count;
            row[count++] = i;
        }
    for (int64_t i = 0; i < c->rows; i++)
        spoken[i] = number[copies ? c->representative[c->image[i]] : c->image[i]];
    return count;
}

static odd_file *features_of(const catalogue *c)
{
    return file_of("features.h5",
                   (column[]){{"row", ODD_I64, c->rows, c->image}, {NULL, ODD_I64, 0, NULL}});
}

static odd_file *copies_of(const catalogue *c)
{
    return file_of("copies.h5",
                   (column[]){{"representative", ODD_I64, c->images, c->representative},
                              {NULL, ODD_I64, 0, NULL}});
}

static bool is_as_alone(const catalogue *c, bool copies, const odd_speakers *s)
{
    int64_t spoken[MOST], row[MOST], shown[MOST] = {0}, mine[MOST] = {0};
    const int64_t count = number_all(c, copies, spoken, row);
    bool good = s->part.n == count;
    for (int64_t i = 0; i < c->rows; i++)
        shown[spoken[i]]++;
    for (int64_t i = 0; good && i < s->rows; i++)
        good = s->image[i] == c->image[s->row0 + i] && s->spoken[i] == spoken[s->row0 + i];
    for (int64_t i = 0; good && i < s->part.n_local; i++)
        good = s->looked_at[i].row == row[s->part.row0 + i] &&
               s->looked_at[i].image == c->image[s->looked_at[i].row];
    const bool counted = odd_speakers_count(WORLD, s, mine) == ODD_OK;
    for (int64_t i = 0; good && i < s->part.n_local; i++)
        good = mine[i] == shown[s->part.row0 + i];
    return good && counted;
}

static void test_as_alone(void)
{
    static const int64_t images[] = {1, 2, 9, 100, MOST};
    for (size_t k = 0; k < sizeof images / sizeof *images; k++) {
        const catalogue c = make_catalogue(images[k]);
        odd_speakers s;
        fixture_folder(WORLD);
        odd_file *features = features_of(&c), *copies = copies_of(&c);
        if (!features || !copies) return;
        check_all(WORLD, odd_speakers_read(WORLD, NULL, features, c.images, &s) == ODD_OK);
        check_all(WORLD, is_as_alone(&c, false, &s));
        odd_speakers_free(&s);
        check_all(WORLD, odd_speakers_read(WORLD, copies, features, c.images, &s) == ODD_OK);
        check_all(WORLD, is_as_alone(&c, true, &s));
        odd_speakers_free(&s);
        odd_file_close(&features);
        odd_file_close(&copies);
        fixture_remove(WORLD);
    }
}

/* Represented by one that was not read, by one that does not speak for itself, by none. */
static void test_refused(void)
{
    static const struct {
        int64_t image, by, and_that_by;
    } wrong[] = {{1, 98, 98}, {90, 3, 3}, {0, 95, 96}, {99, 1, 2}, {50, 100, 50}, {50, -1, 50}};
    for (size_t w = 0; w < sizeof wrong / sizeof *wrong; w++) {
        catalogue c = make_catalogue(100);
        odd_speakers s;
        c.representative[wrong[w].image] = wrong[w].by;
        if (wrong[w].by >= 0 && wrong[w].by < 100)
            c.representative[wrong[w].by] = wrong[w].and_that_by;
        fixture_folder(WORLD);
        odd_file *features = features_of(&c), *copies = copies_of(&c);
        if (!features || !copies) return;
        check_all(WORLD, odd_speakers_read(WORLD, copies, features, c.images, &s) == ODD_FORMAT);
        odd_speakers_free(&s);
        odd_file_close(&features);
        odd_file_close(&copies);
        fixture_remove(WORLD);
    }
}

CU_TestInfo odd_tests[] = {
    {"as one rank finds them", test_as_alone},
    {"refused", test_refused},
    CU_TEST_INFO_NULL,
};
