/* Damage: what it alters and what not, the same for the same key, on images of all sizes. */
#include "oddlot_test.h"

#include "oddlot/base/random.h"
#include "oddlot/image/damage.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const odd_damage_options usual = {16, 0.2, 0.5};

static size_t bytes_of(const odd_image *image)
{
    return (size_t)image->width * (size_t)image->height * (size_t)image->channels;
}

/* Noise in 1 ... 254, so that white and black are damage. */
static odd_image noise(int width, int height, int channels)
{
    odd_image image = ODD_IMAGE_EMPTY;
    CU_ASSERT_EQUAL_FATAL(odd_image_new(width, height, channels, &image), ODD_OK);
    for (size_t i = 0; i < bytes_of(&image); i++)
        image.pixels[i] = (uint8_t)(1 + odd_below(254, 7, ODD_STREAM_TEST, i, 0));
    return image;
}

static odd_image flat(int width, int height, int channels, int level)
{
    odd_image image = noise(width, height, channels);
    memset(image.pixels, level, bytes_of(&image));
    return image;
}

static odd_image copy_of(const odd_image *image)
{
    odd_image copy = ODD_IMAGE_EMPTY;
    CU_ASSERT_EQUAL_FATAL(odd_image_new(image->width, image->height, image->channels, &copy),
                          ODD_OK);
    memcpy(copy.pixels, image->pixels, bytes_of(image));
    return copy;
}

static int kind_of(const char *name)
{
    const int kind = odd_damage_find(name);
    CU_ASSERT_FATAL(kind >= 0);
    return kind;
}

static odd_image damaged(const odd_image *image, const char *kind, int64_t number, uint32_t turn)
{
    const odd_damage_key key = {1, number, turn};
    odd_image copy = copy_of(image);
    CU_ASSERT_EQUAL(odd_damage_do(kind_of(kind), &usual, &key, &copy), ODD_OK);
    return copy;
}

static bool same(const odd_image *a, const odd_image *b)
{
    return memcmp(a->pixels, b->pixels, bytes_of(a)) == 0;
}

/* The smallest box around all pixels that differ. */
typedef struct {
    int left, top, right, bottom, pixels;
} difference;

static difference differ(const odd_image *a, const odd_image *b)
{
    difference d = {a->width, a->height, 0, 0, 0};
    for (int y = 0; y < a->height; y++)
        for (int x = 0; x < a->width; x++) {
            size_t at = (size_t)(y * a->width + x) * (size_t)a->channels;
            if (memcmp(a->pixels + at, b->pixels + at, (size_t)a->channels) == 0) continue;
            d.left = x < d.left ? x : d.left;
            d.top = y < d.top ? y : d.top;
            d.right = x >= d.right ? x + 1 : d.right;
            d.bottom = y >= d.bottom ? y + 1 : d.bottom;
            d.pixels++;
        }
    return d;
}

/* -- the white square -- */

static void square_is_exact(void)
{
    for (int channels = 1; channels <= 3; channels += 2) {
        odd_image image = noise(64, 64, channels);
        for (int64_t n = 0; n < 50; n++) {
            odd_image hurt = damaged(&image, "square", n, 0);
            difference d = differ(&image, &hurt);
            CU_ASSERT_EQUAL(d.pixels, 16 * 16);
            CU_ASSERT_EQUAL(d.right - d.left, 16);
            CU_ASSERT_EQUAL(d.bottom - d.top, 16);
            for (int y = d.top; y < d.bottom; y++)
                for (int i = d.left * channels; i < d.right * channels; i++)
                    CU_ASSERT_EQUAL(hurt.pixels[y * 64 * channels + i], 255);
            odd_image_free(&hurt);
        }
        odd_image_free(&image);
    }
}

/* 49 x 49 places: each row and column of them is drawn, and their mean is the middle. */
static void square_is_anywhere(void)
{
    enum { IMAGES = 4000, PLACES = 49 };
    int seen_x[PLACES] = {0}, seen_y[PLACES] = {0};
    double sum_x = 0, sum_y = 0, product = 0;
    odd_image image = flat(64, 64, 1, 0);
    for (int64_t n = 0; n < IMAGES; n++) {
        odd_image hurt = damaged(&image, "square", n, 0);
        difference d = differ(&image, &hurt);
        seen_x[d.left]++;
        seen_y[d.top]++;
        sum_x += d.left;
        sum_y += d.top;
        product += (d.left - 24) * (d.top - 24);
        odd_image_free(&hurt);
    }
    for (int i = 0; i < PLACES; i++)
        CU_ASSERT(seen_x[i] > 40 && seen_y[i] > 40);              /* 82 expected */
    CU_ASSERT_DOUBLE_EQUAL(sum_x / IMAGES, 24, 4 * 14.14 / 63.2); /* four standard errors */
    CU_ASSERT_DOUBLE_EQUAL(sum_y / IMAGES, 24, 4 * 14.14 / 63.2);
    CU_ASSERT_DOUBLE_EQUAL(product / IMAGES, 0, 4 * 200 / 63.2);
    odd_image_free(&image);
}

static void square_on_white_changes_nothing(void)
{
    odd_image image = flat(64, 64, 1, 255), hurt = damaged(&image, "square", 3, 0);
    CU_ASSERT(same(&image, &hurt));
    odd_image_free(&hurt);
    odd_image_free(&image);
}

/* -- all kinds -- */

static void same_key_same_damage(void)
{
    odd_image image = noise(40, 30, 3);
    for (int k = 0; k < odd_damage_count(); k++) {
        const char *kind = odd_damage_kinds[k].name;
        int images = 0, turns = 0;
        for (int64_t n = 0; n < 20; n++) {
            odd_image a = damaged(&image, kind, n, 0), b = damaged(&image, kind, n, 0);
            odd_image c = damaged(&image, kind, n + 1, 0), d = damaged(&image, kind, n, 1);
            CU_ASSERT(same(&a, &b));
            images += !same(&a, &c);
            turns += !same(&a, &d);
            odd_image_free(&a);
            odd_image_free(&b);
            odd_image_free(&c);
            odd_image_free(&d);
        }
        /* a small image has few radii of blur */
        CU_ASSERT(strcmp(kind, "blur") == 0 || (images > 12 && turns > 12));
    }
    odd_image_free(&image);
}

/* The sanitizers watch the borders. */
static void any_size_will_do(void)
{
    static const int sides[] = {1, 2, 3, 7, 8, 9, 16, 33};
    enum { SIDES = sizeof sides / sizeof *sides };
    for (int s = 0; s < SIDES * SIDES; s++)
        for (int k = 0; k < odd_damage_count(); k++)
            for (int channels = 1; channels <= 3; channels += 2) {
                odd_image image = noise(sides[s / SIDES], sides[s % SIDES], channels);
                for (int64_t n = 0; n < 4; n++) {
                    odd_image hurt = damaged(&image, odd_damage_kinds[k].name, n, 0);
                    CU_ASSERT_EQUAL(hurt.width, image.width);
                    CU_ASSERT_EQUAL(hurt.height, image.height);
                    odd_image_free(&hurt);
                }
                odd_image_free(&image);
            }
}

/* Regions are at most as large as asked for, and what is around them stays. */
static void regions_keep_the_rest(void)
{
    static const char *const kinds[] = {"black",  "colour",  "noise",   "smear",
                                        "smooth", "stretch", "missing", "duplicate"};
    odd_image image = noise(50, 40, 3);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int64_t n = 0; n < 50; n++) {
            odd_image hurt = damaged(&image, kinds[k], n, 0);
            difference d = differ(&image, &hurt);
            CU_ASSERT(d.right - d.left <= 25);
            CU_ASSERT(d.bottom - d.top <= 20);
            /* at least 10 x 8; noise and copies may hit a level that was there, a smear keeps its
             * first column, two copies of one place are none */
            CU_ASSERT(d.pixels >= 60 || strcmp(kinds[k], "duplicate") == 0);
            odd_image_free(&hurt);
        }
    odd_image_free(&image);
}

/* -- what is in the region -- */

static void blocks_are_painted(void)
{
    odd_image image = noise(50, 40, 3);
    for (int64_t n = 0; n < 20; n++) {
        odd_image black = damaged(&image, "black", n, 0), colour = damaged(&image, "colour", n, 0);
        difference d = differ(&image, &black);
        const uint8_t *first = colour.pixels + (size_t)(d.top * 50 + d.left) * 3;
        for (int y = d.top; y < d.bottom; y++)
            for (int x = d.left; x < d.right; x++) {
                size_t at = (size_t)(y * 50 + x) * 3;
                CU_ASSERT_EQUAL(memcmp(black.pixels + at, (uint8_t[3]){0}, 3), 0);
                CU_ASSERT_EQUAL(memcmp(colour.pixels + at, first, 3), 0);
            }
        odd_image_free(&colour);
        odd_image_free(&black);
    }
    odd_image_free(&image);
}

static void smear_drags_the_edge(void)
{
    odd_image image = noise(50, 40, 1);
    odd_image hurt = damaged(&image, "smear", 5, 0);
    difference d = differ(&image, &hurt);
    for (int y = d.top; y < d.bottom; y++)
        for (int x = d.left; x < d.right; x++)
            CU_ASSERT_EQUAL(hurt.pixels[y * 50 + x], image.pixels[y * 50 + d.left - 1]);
    odd_image_free(&hurt);
    odd_image_free(&image);
}

/* A dark thing on ground of level 230, with a stain on its border. */
static void missing_is_background(void)
{
    odd_image image = flat(40, 40, 3, 230);
    memset(image.pixels, 12, 3 * 10);
    memset(image.pixels + 3 * 40 * 10, 30, 3 * 40 * 20);
    for (int64_t n = 0; n < 20; n++) {
        odd_image hurt = damaged(&image, "missing", n, 0);
        difference d = differ(&image, &hurt);
        for (int y = d.top; y < d.bottom; y++)
            for (int x = d.left; x < d.right; x++)
                CU_ASSERT_EQUAL(hurt.pixels[(y * 40 + x) * 3], 230);
        odd_image_free(&hurt);
    }
    odd_image_free(&image);
}

/* Some place of the image has been copied: each level of a ramp tells where it comes from. */
static void duplicate_moves_a_patch(void)
{
    enum { SIDE = 15 };
    odd_image image = flat(SIDE, SIDE, 1, 0);
    for (int i = 0; i < SIDE * SIDE; i++)
        image.pixels[i] = (uint8_t)i;
    for (int64_t n = 0; n < 30; n++) {
        odd_image hurt = damaged(&image, "duplicate", n, 0);
        difference d = differ(&image, &hurt);
        if (d.pixels == 0) continue;
        CU_ASSERT_EQUAL(d.pixels, (d.right - d.left) * (d.bottom - d.top));
        int shift = hurt.pixels[d.top * SIDE + d.left] - (d.top * SIDE + d.left);
        for (int y = d.top; y < d.bottom; y++)
            for (int x = d.left; x < d.right; x++)
                CU_ASSERT_EQUAL(hurt.pixels[y * SIDE + x], y * SIDE + x + shift);
        odd_image_free(&hurt);
    }
    odd_image_free(&image);
}

static double roughness(const odd_image *image)
{
    double sum = 0;
    for (int y = 0; y < image->height; y++)
        for (int x = 1; x < image->width; x++)
            sum +=
                abs(image->pixels[y * image->width + x] - image->pixels[y * image->width + x - 1]);
    return sum / (image->height * (image->width - 1));
}

static void resampling_takes_details_away(void)
{
    static const char *const kinds[] = {"smooth", "blur", "stretch", "crop"};
    odd_image grey = flat(48, 48, 1, 77), image = noise(48, 48, 1);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (int64_t n = 0; n < 20; n++) {
            odd_image still = damaged(&grey, kinds[k], n, 0),
                      hurt = damaged(&image, kinds[k], n, 0);
            CU_ASSERT(same(&grey, &still));
            CU_ASSERT(roughness(&hurt) < roughness(&image));
            CU_ASSERT(strcmp(kinds[k], "blur") != 0 || roughness(&hurt) < roughness(&image) / 3);
            odd_image_free(&hurt);
            odd_image_free(&still);
        }
    odd_image_free(&image);
    odd_image_free(&grey);
}

/* Data end or break somewhere: what was decoded before that stays as it was. */
static void files_break_from_some_row_on(void)
{
    odd_image image = flat(64, 64, 3, 90);
    for (size_t i = 0; i < bytes_of(&image); i++)
        image.pixels[i] = (uint8_t)(i / 192 * 2 + i % 192 / 2);
    int altered[2] = {0}, late[2] = {0};
    for (int64_t n = 0; n < 100; n++)
        for (int k = 0; k < 2; k++) {
            odd_image hurt = damaged(&image, k ? "cut_jpeg" : "broken_jpeg", n, 0);
            difference d = differ(&image, &hurt);
            altered[k] += d.pixels > 0;
            late[k] += d.pixels > 0 && d.top >= 16;
            CU_ASSERT(d.pixels == 0 || k == 0 || d.bottom > 48);
            odd_image_free(&hurt);
        }
    CU_ASSERT(altered[0] > 60 && altered[1] > 90);
    CU_ASSERT(late[0] > 10 && late[1] > 40);
    odd_image_free(&image);
}

/* -- whom it falls on, and what is refused -- */

static void falls_on_as_many_as_asked(void)
{
    enum { IMAGES = 10000 };
    int fallen = 0, picked[5] = {0}, again = 0;
    for (int64_t n = 0; n < IMAGES; n++) {
        const odd_damage_key key = {9, n, 0}, next = {9, n, 1};
        const bool falls = odd_damage_falls(&key, 0.3);
        fallen += falls;
        again += falls && odd_damage_falls(&next, 0.3);
        CU_ASSERT(!odd_damage_falls(&key, 0));
        CU_ASSERT(odd_damage_falls(&key, 1));
        picked[odd_damage_pick(&key, 5)]++;
    }
    CU_ASSERT_DOUBLE_EQUAL(fallen, 0.3 * IMAGES, 4 * 46);
    CU_ASSERT_DOUBLE_EQUAL(again, 0.09 * IMAGES, 4 * 29);
    for (int k = 0; k < 5; k++)
        CU_ASSERT_DOUBLE_EQUAL(picked[k], IMAGES / 5, 4 * 40);
}

static void refuses_what_makes_no_sense(void)
{
    const odd_damage_key key = {1, 0, 0};
    const odd_damage_options wrong[] = {
        {0, 0.2, 0.5}, {16, 0, 0.5}, {16, 0.6, 0.5}, {16, 0.2, 1.1}};
    odd_image image = noise(8, 8, 3), alpha = noise(8, 8, 4), before = copy_of(&image);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CU_ASSERT_EQUAL(odd_damage_do(0, &wrong[i], &key, &image), ODD_ARG);
    CU_ASSERT(same(&before, &image));
    CU_ASSERT_EQUAL(odd_damage_do(0, &usual, &key, &alpha), ODD_ARG);
    CU_ASSERT_EQUAL(odd_damage_find("rust"), -1);
    odd_image_free(&before);
    odd_image_free(&alpha);
    odd_image_free(&image);
}

const char *odd_test_name = "image/damage";
CU_TestInfo odd_tests[] = {
    {"a square is exact", square_is_exact},
    {"a square is anywhere", square_is_anywhere},
    {"a square on white changes nothing", square_on_white_changes_nothing},
    {"the same key, the same damage", same_key_same_damage},
    {"any size will do", any_size_will_do},
    {"regions keep the rest", regions_keep_the_rest},
    {"blocks are painted", blocks_are_painted},
    {"a smear drags the edge", smear_drags_the_edge},
    {"missing is background", missing_is_background},
    {"a duplicate moves a patch", duplicate_moves_a_patch},
    {"resampling takes details away", resampling_takes_details_away},
    {"files break from some row on", files_break_from_some_row_on},
    {"falls on as many as asked", falls_on_as_many_as_asked},
    {"refuses what makes no sense", refuses_what_makes_no_sense},
    CU_TEST_INFO_NULL,
};
