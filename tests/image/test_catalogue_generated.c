/* Generated catalogues: known pixels and statistics, the same on every rank and in any order. */
#include "scratch_folder.h"

#include <math.h>

static const odd_catalogue_kind *const kind = &odd_catalogue_generated;

enum { COUNT = 400, SIDE = 64, PIXELS = SIDE * SIDE };

static odd_catalogue_options options_of(char *pattern, int64_t images, int64_t side, int64_t seed)
{
    return (odd_catalogue_options){
        .kind = "generated", .pattern = pattern, .images = images, .side = side, .seed = seed};
}

static odd_hash digest_of(odd_catalogue_options o)
{
    odd_catalogue c;
    odd_catalogue_outline outline = {0};
    CU_ASSERT_EQUAL_FATAL(kind->look(&o, "", &outline, NULL), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(list_whole(kind, &o, "", &c), ODD_OK);
    const odd_hash digest = odd_catalogue_digest(&c);
    odd_catalogue_free(&c);
    return odd_hash_add(outline.digest, &digest, sizeof digest);
}

/* Image i of such a catalogue; lent until the next call. */
static const uint8_t *image_of(odd_catalogue_options o, int64_t i)
{
    static uint8_t pixels[PIXELS];
    odd_catalogue c;
    odd_reader *reader;
    odd_read_result result;
    odd_image raw;
    uint8_t *bytes;
    size_t size;
    CU_ASSERT_EQUAL_FATAL(list_whole(kind, &o, "", &c), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(kind->open(&o, &c, &reader), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(kind->read(reader, i, ENOUGH, &bytes, &size, &raw, &result), ODD_OK);
    CU_ASSERT_FATAL(result.status == ODD_IMAGE_OK && !bytes && raw.pixels);
    CU_ASSERT(raw.width == o.side && raw.height == o.side && raw.channels == 1);
    memcpy(pixels, raw.pixels, (size_t)(o.side * o.side));
    odd_image_free(&raw);
    kind->close(&reader);
    odd_catalogue_free(&c);
    return pixels;
}

static void list(void)
{
    odd_catalogue_options o = options_of("binary", COUNT, SIDE, 1);
    odd_catalogue c;
    CU_ASSERT_EQUAL_FATAL(list_whole(kind, &o, "", &c), ODD_OK);
    CU_ASSERT_EQUAL(c.count, COUNT);
    CU_ASSERT_STRING_EQUAL(name_of(&c, 0), "binary/000000");
    CU_ASSERT_STRING_EQUAL(name_of(&c, 123), "binary/000123");
    CU_ASSERT_EQUAL(c.item[123].size, PIXELS);
    CU_ASSERT_STRING_EQUAL(odd_catalogue_text(&c, c.item[123].source), "");
    odd_catalogue_free(&c);

    o = options_of("solid", 1000001, 1, 1);
    CU_ASSERT_EQUAL_FATAL(list_whole(kind, &o, "", &c), ODD_OK);
    CU_ASSERT_STRING_EQUAL(name_of(&c, 0), "solid/0000000");
    CU_ASSERT_STRING_EQUAL(name_of(&c, 1000000), "solid/1000000");
    odd_catalogue_free(&c);
}

static void other_settings_are_another_catalogue(void)
{
    const odd_hash one = digest_of(options_of("binary", 5, 4, 1));
    const odd_hash others[] = {
        digest_of(options_of("solid", 5, 4, 1)), digest_of(options_of("binary", 6, 4, 1)),
        digest_of(options_of("binary", 5, 5, 1)), digest_of(options_of("binary", 5, 4, 2))};
    const odd_hash again = digest_of(options_of("binary", 5, 4, 1));
    CU_ASSERT(memcmp(&one, &again, sizeof one) == 0);
    for (int i = 0; i < 4; i++)
        CU_ASSERT(memcmp(&one, &others[i], sizeof one) != 0);
}

/* What make_catalogue_generated.py prints. */
static void known_pixels(void)
{
    static const char first[] = "1000000000110100000100110010001111001001";
    static const uint8_t levels[] = {103, 38, 43, 154, 160, 223, 66, 217};
    const uint8_t *pixels = image_of(options_of("binary", COUNT, SIDE, 1), 123);
    for (int p = 0; p < 40; p++)
        CU_ASSERT_EQUAL(pixels[128 + p], first[p] == '1' ? 255 : 0);
    for (int i = 0; i < 8; i++)
        CU_ASSERT_EQUAL(image_of(options_of("solid", COUNT, 3, 1), 100 + i)[8], levels[i]);
}

/* Bits that are fair, and independent of each other: within four standard deviations. */
static void binary_is_fair(void)
{
    const double n = (double)COUNT * PIXELS;
    double white = 0, grey = 0, like_left = 0, like_before = 0;
    uint8_t before[PIXELS] = {0};
    for (int i = 0; i < COUNT; i++) {
        const uint8_t *pixel = image_of(options_of("binary", COUNT, SIDE, 7), i);
        for (int p = 0; p < PIXELS; p++) {
            grey += pixel[p] != 0 && pixel[p] != 255;
            white += pixel[p] == 255;
            like_left += p > 0 && pixel[p] == pixel[p - 1];
            like_before += i > 0 && pixel[p] == before[p];
        }
        memcpy(before, pixel, PIXELS);
    }
    const double most = 4 * sqrt(n) / 2;
    CU_ASSERT_EQUAL(grey, 0);
    CU_ASSERT(fabs(white - n / 2) < most);
    CU_ASSERT(fabs(like_left - (n - COUNT) / 2) < most);
    CU_ASSERT(fabs(like_before - (n - PIXELS) / 2) < most);
}

/* Each level as likely: chi squared of 16 bins, 15 degrees of freedom, below its 0.9999 quantile.
 */
static void solid_is_even(void)
{
    enum { IMAGES = 4096, BINS = 16 };
    odd_catalogue_options o = options_of("solid", IMAGES, 2, 7);
    odd_catalogue c;
    odd_reader *reader;
    double seen[BINS] = {0}, chi = 0;
    CU_ASSERT_EQUAL_FATAL(list_whole(kind, &o, "", &c), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(kind->open(&o, &c, &reader), ODD_OK);
    for (int i = 0; i < IMAGES; i++) {
        odd_read_result result;
        odd_image raw;
        uint8_t *bytes;
        size_t size;
        CU_ASSERT_EQUAL(kind->read(reader, i, ENOUGH, &bytes, &size, &raw, &result), ODD_OK);
        const uint8_t level = raw.pixels[0];
        CU_ASSERT(raw.pixels[1] == level && raw.pixels[2] == level && raw.pixels[3] == level);
        seen[level / (256 / BINS)]++;
        odd_image_free(&raw);
    }
    for (int b = 0; b < BINS; b++)
        chi += pow(seen[b] - IMAGES / BINS, 2) / (IMAGES / BINS);
    CU_ASSERT(chi < 44.3);
    kind->close(&reader);
    odd_catalogue_free(&c);
}

/* Image i is the same whatever else there is, and whatever was read before. */
static void same_everywhere(void)
{
    odd_catalogue_options o = options_of("binary", COUNT, SIDE, 3);
    uint8_t alone[PIXELS];
    odd_catalogue c;
    odd_reader *reader;
    memcpy(alone, image_of(options_of("binary", 10, SIDE, 3), 9), PIXELS);
    CU_ASSERT_EQUAL_FATAL(list_whole(kind, &o, "", &c), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(kind->open(&o, &c, &reader), ODD_OK);
    CU_ASSERT(reads(kind, reader, COUNT - 1, ENOUGH, ODD_IMAGE_OK, NULL, 0));
    CU_ASSERT(reads(kind, reader, 9, ENOUGH, ODD_IMAGE_OK, alone, PIXELS));
    CU_ASSERT(memcmp(alone, image_of(options_of("binary", 10, SIDE, 4), 9), PIXELS) != 0);
    CU_ASSERT(memcmp(alone, image_of(o, 8), PIXELS) != 0);
    kind->close(&reader);
    odd_catalogue_free(&c);
}

static void larger_than_the_limit(void)
{
    odd_catalogue_options o = options_of("solid", 2, SIDE, 1);
    odd_catalogue c;
    odd_reader *reader;
    CU_ASSERT_EQUAL_FATAL(list_whole(kind, &o, "", &c), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(kind->open(&o, &c, &reader), ODD_OK);
    CU_ASSERT(reads(kind, reader, 1, PIXELS - 1, ODD_IMAGE_TOO_LARGE, NULL, 0));
    CU_ASSERT(reads(kind, reader, 1, PIXELS, ODD_IMAGE_OK, NULL, 0));
    kind->close(&reader);
    odd_catalogue_free(&c);
}

const char *odd_test_name = "catalogue_generated";
CU_TestInfo odd_tests[] = {
    {"list", list},
    {"other settings", other_settings_are_another_catalogue},
    {"known pixels", known_pixels},
    {"binary is fair", binary_is_fair},
    {"solid is even", solid_is_even},
    {"same everywhere", same_everywhere},
    {"larger than the limit", larger_than_the_limit},
    CU_TEST_INFO_NULL,
};
