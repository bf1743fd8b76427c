/* Decode: every format against Pillow, every way to be broken against its verdict, mutations of all
 * of them, and a folder of hostile images. */
#include "oddlot_test.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/base/text.h"
#include "oddlot/image/prepare.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE      8
#define MAX_BYTES (SIDE * SIDE * 3)

typedef struct {
    const char *name;
    const uint8_t *bytes;
    size_t size;
    odd_image_status status;
    char *channels, *background;
    int within;            /* grey levels */
    const uint8_t *pixels; /* SIDE x SIDE, NULL unless the status is OK */
} decode_case;

#include "decode_data.h"

#define CASES ((int)(sizeof cases / sizeof *cases))

static void begin(void)
{
    static bool begun;
    if (begun) return;
    CU_ASSERT_EQUAL_FATAL(odd_image_start(), ODD_OK);
    atexit(odd_image_stop);
    begun = true;
}

static odd_prepare_options options_of(const decode_case *c)
{
    return (odd_prepare_options){.size = SIDE,
                                 .channels = c->channels,
                                 .crop = "centre",
                                 .kernel = "bicubic",
                                 .background = c->background,
                                 .max_megapixels = 100,
                                 .max_megabytes = 1,
                                 .max_seconds = 60};
}

static bool all_zero(const uint8_t *pixels, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pixels[i] != 0) return false;
    return true;
}

static bool printable(const char *s)
{
    for (; *s; s++)
        if (*s < ' ' || *s > '~') return false;
    return true;
}

/* What holds for any image: a reason where there is a fault, and then no pixels. */
static bool is_sound(const odd_verdict *v, const uint8_t *pixels, size_t n)
{
    if ((unsigned)v->status >= ODD_IMAGE_STATUS_COUNT || !printable(v->reason)) return false;
    if (v->status == ODD_IMAGE_OK) return v->reason[0] == '\0';
    return v->reason[0] != '\0' && all_zero(pixels, n);
}

static int largest_difference(const uint8_t *a, const uint8_t *b, size_t n)
{
    int most = 0;
    for (size_t i = 0; i < n; i++)
        most = abs(a[i] - b[i]) > most ? abs(a[i] - b[i]) : most;
    return most;
}

static bool case_holds(const decode_case *c)
{
    odd_prepare_options options = options_of(c);
    size_t n = odd_prepared_bytes(&options);
    uint8_t pixels[MAX_BYTES];
    odd_verdict verdict;
    memset(pixels, 1, sizeof pixels);
    odd_prepare_encoded(&options, c->bytes, c->size, pixels, &verdict);
    int difference =
        c->pixels && verdict.status == ODD_IMAGE_OK ? largest_difference(pixels, c->pixels, n) : 0;
    bool holds =
        verdict.status == c->status && difference <= c->within && is_sound(&verdict, pixels, n);
    if (!holds)
        fprintf(stderr, "%s: %s (%s), differs by %d\n", c->name,
                odd_image_status_text(verdict.status), verdict.reason, difference);
    return holds;
}

static void known_images(void)
{
    begin();
    for (int i = 0; i < CASES; i++)
        CU_ASSERT(case_holds(&cases[i]));
}

static void many_threads(void)
{
    int wrong = 0;
    begin();
#pragma omp parallel for schedule(dynamic) num_threads(4) default(none) shared(cases)               \
    reduction(+ : wrong)
    for (int i = 0; i < 3 * CASES; i++)
        wrong += !case_holds(&cases[i % CASES]);
    CU_ASSERT_EQUAL(wrong, 0);
}

static const decode_case *find(const char *name)
{
    for (int i = 0; i < CASES; i++)
        if (strcmp(cases[i].name, name) == 0) return &cases[i];
    CU_FAIL_FATAL("no such case");
    return NULL;
}

static odd_verdict judge(const decode_case *c, const odd_prepare_options *options)
{
    uint8_t pixels[MAX_BYTES];
    odd_verdict verdict;
    odd_prepare_encoded(options, c->bytes, c->size, pixels, &verdict);
    CU_ASSERT(is_sound(&verdict, pixels, odd_prepared_bytes(options)));
    return verdict;
}

static void limits_are_told(void)
{
    const decode_case *bomb = find("PNG bomb"), *jpeg = find("JPEG 4:2:0");
    odd_prepare_options options = options_of(bomb);
    begin();
    CU_ASSERT_STRING_EQUAL(judge(bomb, &options).reason,
                           "PNG 30000 x 30000 is over the limit of 100 megapixels");
    options.max_megapixels = 25 * 20 / 1e6;
    CU_ASSERT_EQUAL(judge(jpeg, &options).status, ODD_IMAGE_OK);
    options.max_megapixels = 25 * 20 / 1e6 - 1e-7;
    CU_ASSERT_EQUAL(judge(jpeg, &options).status, ODD_IMAGE_TOO_LARGE);
    CU_ASSERT_EQUAL(judge(find("WebP"), &options).status, ODD_IMAGE_TOO_LARGE);
    CU_ASSERT_EQUAL(judge(find("TIFF LZW"), &options).status, ODD_IMAGE_TOO_LARGE);
    CU_ASSERT_EQUAL(judge(find("GIF"), &options).status, ODD_IMAGE_TOO_LARGE);
    options = options_of(jpeg);
    options.max_megabytes = (double)(jpeg->size - 1) / 1e6;
    CU_ASSERT_EQUAL(judge(jpeg, &options).status, ODD_IMAGE_TOO_LARGE);
    options = options_of(jpeg);
    options.max_seconds = -1; /* the deadline is over before it begins */
    CU_ASSERT_EQUAL(judge(jpeg, &options).status, ODD_IMAGE_TOO_SLOW);
    CU_ASSERT_EQUAL(judge(find("PNG RGB"), &options).status, ODD_IMAGE_TOO_SLOW);
    CU_ASSERT_EQUAL(judge(find("TIFF LZW"), &options).status, ODD_IMAGE_TOO_SLOW);
}

static void squeezes_without_crop(void)
{
    const decode_case *wide = find("JPEG wide: columns left out");
    odd_prepare_options options = options_of(wide);
    uint8_t pixels[MAX_BYTES];
    odd_verdict verdict;
    begin();
    options.crop = "none";
    odd_prepare_encoded(&options, wide->bytes, wide->size, pixels, &verdict);
    CU_ASSERT_EQUAL(verdict.status, ODD_IMAGE_OK);
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
    odd_verdict verdict;
    CU_ASSERT_EQUAL_FATAL(odd_image_new(2 * SIDE, SIDE, 4, &raw), ODD_OK);
    for (int i = 0; i < 2 * SIDE * SIDE; i++)
        memcpy(raw.pixels + 4 * i, (uint8_t[]){100, 50, 0, 51}, 4); /* a fifth of it on white */
    odd_prepare_raw(&options, &raw, pixels, &verdict);
    CU_ASSERT_EQUAL(verdict.status, ODD_IMAGE_OK);
    CU_ASSERT(pixels[0] == 224 && pixels[1] == 214 && pixels[2] == 204);
    options.channels = "gray";
    odd_prepare_raw(&options, &raw, pixels, &verdict);
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
    odd_verdict verdict;
    CU_ASSERT_EQUAL_FATAL(odd_image_new(WIDTH, HEIGHT, 1, &raw), ODD_OK);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        raw.pixels[i] = (uint8_t)(i % 251);
    options.size = LEFT;
    options.channels = "gray";
    options.margin = 0.125;
    odd_prepare_raw(&options, &raw, pixels, &verdict);
    CU_ASSERT_EQUAL(verdict.status, ODD_IMAGE_OK);
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

/* Change a few bytes, or cut the end off; every tenth time both. */
static size_t mutate(uint8_t *bytes, size_t size, uint64_t row)
{
    uint32_t n = 0;
    int changes = (int)odd_below(8, 2, ODD_STREAM_TEST, row, n++);
    for (int i = 0; i < changes; i++) {
        size_t at = (size_t)odd_below(size, 2, ODD_STREAM_TEST, row, n++);
        bytes[at] = (uint8_t)odd_below(256, 2, ODD_STREAM_TEST, row, n++);
    }
    bool cut = changes == 0 || row % 10 == 0;
    return cut ? (size_t)odd_below(size, 2, ODD_STREAM_TEST, row, n++) : size;
}

static void mutations(void)
{
    const int each = 40;
    begin();
    for (int i = 0; i < CASES * each; i++) {
        const decode_case *c = &cases[i % CASES];
        if (c->size == 0) continue;
        odd_prepare_options options = options_of(c);
        options.max_megapixels = 1;
        uint8_t *bytes = malloc(c->size); /* of the exact size, so that a sanitizer sees its end */
        memcpy(bytes, c->bytes, c->size);
        size_t size = mutate(bytes, c->size, (uint64_t)i);
        uint8_t *exact = realloc(bytes, size + !size);
        decode_case mutant = {.bytes = exact, .size = size};
        judge(&mutant, &options);
        free(exact);
    }
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
            counts[judge(&member, &options).status]++;
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
    {"limits are told", limits_are_told},
    {"squeezes without crop", squeezes_without_crop},
    {"raw pixels", raw_pixels},
    {"margins are cut away", margins_are_cut_away},
    {"colours are checked", colours_are_checked},
    {"mutations", mutations},
    {"hostile images", hostile_images},
    CU_TEST_INFO_NULL,
};
