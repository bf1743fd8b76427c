/* Decode: every format against Pillow, every way to be broken against its status, mutations of all
 * of them, and a folder of hostile images. */
#include "decode_case.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include "decode_data.h"

#define CASES ((int)(sizeof cases / sizeof *cases))

static void known_images(void)
{
    begin();
    for (int i = 0; i < CASES; i++)
        CU_ASSERT(case_holds(&cases[i]));
}

static void many_threads(void)
{
    begin();
    CU_ASSERT_EQUAL(count_wrong(cases, CASES), 0);
}

static const decode_case *find(const char *name)
{
    return find_case(cases, CASES, name);
}

static void limits_are_reported(void)
{
    const decode_case *bomb = find("PNG bomb"), *jpeg = find("JPEG 4:2:0");
    odd_prepare_options options = options_of(bomb);
    begin();
    CU_ASSERT_STRING_EQUAL(decode_one(bomb, &options).reason,
                           "PNG 30000 x 30000 is over the limit of 100 megapixels");
    options.max_megapixels = 25 * 20 / 1e6;
    CU_ASSERT_EQUAL(decode_one(jpeg, &options).status, ODD_IMAGE_OK);
    options.max_megapixels = 25 * 20 / 1e6 - 1e-7;
    CU_ASSERT_EQUAL(decode_one(jpeg, &options).status, ODD_IMAGE_TOO_LARGE);
    CU_ASSERT_EQUAL(decode_one(find("WebP"), &options).status, ODD_IMAGE_TOO_LARGE);
    CU_ASSERT_EQUAL(decode_one(find("TIFF LZW"), &options).status, ODD_IMAGE_TOO_LARGE);
    CU_ASSERT_EQUAL(decode_one(find("GIF"), &options).status, ODD_IMAGE_TOO_LARGE);
    options = options_of(jpeg);
    options.max_megabytes = (double)(jpeg->size - 1) / 1e6;
    CU_ASSERT_EQUAL(decode_one(jpeg, &options).status, ODD_IMAGE_TOO_LARGE);
    options = options_of(jpeg);
    options.max_seconds = -1; /* the deadline is over before it begins */
    CU_ASSERT_EQUAL(decode_one(jpeg, &options).status, ODD_IMAGE_TOO_SLOW);
    CU_ASSERT_EQUAL(decode_one(find("PNG RGB"), &options).status, ODD_IMAGE_TOO_SLOW);
    CU_ASSERT_EQUAL(decode_one(find("TIFF LZW"), &options).status, ODD_IMAGE_TOO_SLOW);
}

static void squeezes_without_crop(void)
{
    const decode_case *wide = find("JPEG wide: columns left out");
    odd_prepare_options options = options_of(wide);
    uint8_t pixels[MAX_BYTES];
    odd_read_result result;
    begin();
    options.crop = "none";
    odd_prepare_encoded(&options, wide->bytes, wide->size, pixels, NULL, &result);
    CU_ASSERT_EQUAL(result.status, ODD_IMAGE_OK);
    /* The corner of the picture is 240, 30, 90: it is cut off by the crop, and here it is not. */
    CU_ASSERT(abs(pixels[0] - 240) < 25 && abs(pixels[1] - 30) < 25 && abs(pixels[2] - 90) < 25);
    CU_ASSERT(largest_difference(pixels, wide->pixels, sizeof pixels) > 50);
}

static void raw_pixels(void)
{
    const decode_case *any = find("PNG RGB");
    odd_prepare_options options = options_of(any);
    odd_image raw = ODD_IMAGE_EMPTY;
    uint8_t pixels[MAX_BYTES];
    odd_read_result result;
    CU_ASSERT_EQUAL_FATAL(odd_image_new(2 * SIDE, SIDE, 4, &raw), ODD_OK);
    for (int i = 0; i < 2 * SIDE * SIDE; i++)
        memcpy(raw.pixels + 4 * i, (uint8_t[]){100, 50, 0, 51}, 4); /* a fifth of it on white */
    odd_prepare_raw(&options, &raw, pixels, NULL, &result);
    CU_ASSERT_EQUAL(result.status, ODD_IMAGE_OK);
    CU_ASSERT(pixels[0] == 224 && pixels[1] == 214 && pixels[2] == 204);
    options.channels = "gray";
    odd_prepare_raw(&options, &raw, pixels, NULL, &result);
    CU_ASSERT_EQUAL(pixels[SIDE * SIDE - 1], 216); /* .299 * 224 + .587 * 214 + .114 * 204 */
    odd_image_free(&raw);
}

/* What is left has the stored size, so it is copied: the middle of the middle. */
static void margins_are_cut_away(void)
{
    enum { LEFT = 14, WIDTH = 16, HEIGHT = 24 };
    odd_prepare_options options = options_of(&cases[0]);
    odd_image raw;
    uint8_t pixels[LEFT * LEFT];
    odd_read_result result;
    CU_ASSERT_EQUAL_FATAL(odd_image_new(WIDTH, HEIGHT, 1, &raw), ODD_OK);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        raw.pixels[i] = (uint8_t)(i % 251);
    options.size = LEFT;
    options.channels = "gray";
    options.margin = 0.125;
    odd_prepare_raw(&options, &raw, pixels, NULL, &result);
    CU_ASSERT_EQUAL(result.status, ODD_IMAGE_OK);
    for (int y = 0; y < LEFT; y++)
        CU_ASSERT_EQUAL(memcmp(pixels + y * LEFT, raw.pixels + (y + 5) * WIDTH + 1, LEFT), 0);
    odd_image_free(&raw);
}

static void colours_are_checked(void)
{
    odd_prepare_options options = options_of(find("PNG RGB"));
    CU_ASSERT_EQUAL(odd_prepare_check(&options), ODD_OK);
    static char *const wrong[] = {"", "fffff", "fffffff", "gggggg", "-12345", "0x1234"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        options.background = wrong[i];
        CU_ASSERT_EQUAL(odd_prepare_check(&options), ODD_USAGE);
    }
}

static void mutations(void)
{
    begin();
    judge_mutants(cases, CASES, 40);
}

/* The members of a tar file, as far as this test needs them: header blocks of 512 bytes. */
static int judge_shard(const char *tar, int64_t size, int counts[])
{
    odd_prepare_options options = options_of(&cases[0]);
    int members = 0;
    options.max_megabytes = 100;
    for (int64_t at = 0; at + 512 <= size && tar[at] != '\0';) {
        int64_t length = strtoll(tar + at + 124, NULL, 8);
        if (length < 0 || length > size - at - 512) break;
        decode_case member = {.bytes = (const uint8_t *)tar + at + 512, .size = (size_t)length};
        if (tar[at + 156] == '0') {
            counts[decode_one(&member, &options).status]++;
            members++;
        }
        at += 512 + (length + 511) / 512 * 512;
    }
    return members;
}

static void hostile_images(void)
{
    const char *source = getenv("ODDLOT_SOURCE");
    char path[4096], *tar = NULL;
    int64_t size = 0;
    int counts[ODD_IMAGE_STATUS_COUNT] = {0};
    begin();
    snprintf(path, sizeof path, "%s/../shared/data/broken-images.tar", source ? source : ".");
    if (odd_file_slurp(path, INT64_C(1) << 30, &tar, &size) != ODD_OK) {
        printf("(skipped: no %s) ", path);
        return;
    }
    int members = judge_shard(tar, size, counts);
    printf("(%d files:", members);
    for (int s = 0; s < ODD_IMAGE_STATUS_COUNT; s++)
        if (counts[s] > 0) printf(" %d %s;", counts[s], odd_image_status_text((odd_image_status)s));
    printf(") ");
    CU_ASSERT(members > 500);
    CU_ASSERT(counts[ODD_IMAGE_OK] > 250);
    CU_ASSERT(counts[ODD_IMAGE_BROKEN] > 150);
    CU_ASSERT_EQUAL(counts[ODD_IMAGE_TOO_SLOW], 0);
    odd_free(tar);
}

const char *odd_test_name = "image/decode";
CU_TestInfo odd_tests[] = {
    {"known images", known_images},
    {"many threads", many_threads},
    {"limits are reported", limits_are_reported},
    {"squeezes without crop", squeezes_without_crop},
    {"raw pixels", raw_pixels},
    {"margins are cut away", margins_are_cut_away},
    {"colours are checked", colours_are_checked},
    {"mutations", mutations},
    {"hostile images", hostile_images},
    CU_TEST_INFO_NULL,
};
