/* Formats: rarer ones, and rarer kinds of the common ones, against Pillow or their specification;
 * every refusal tells what is wrong. */
#include "decode_case.h"

#include "image/decode_internal.h"

#include "formats_data.h"

#define CASES ((int)(sizeof formats_cases / sizeof *formats_cases))

static const decode_case *find(const char *name)
{
    return find_case(formats_cases, CASES, name);
}

static void known_images(void)
{
    begin();
    for (int i = 0; i < CASES; i++)
        CU_ASSERT(case_holds(&formats_cases[i]));
}

static void many_threads(void)
{
    begin();
    CU_ASSERT_EQUAL(count_wrong(formats_cases, CASES), 0);
}

static void mutations(void)
{
    begin();
    judge_mutants(formats_cases, CASES, 20);
}

/* Cut anywhere, an image is refused or, where all its pixels are there, as it was. */
static void cut_anywhere(void)
{
    begin();
    for (int i = 0; i < CASES; i++) {
        const decode_case *c = &formats_cases[i];
        odd_prepare_options options = options_of(c);
        for (size_t size = 1; size < c->size; size += 1 + c->size / 40) {
            uint8_t *exact = malloc(size);
            memcpy(exact, c->bytes, size);
            decode_one(&(decode_case){.bytes = exact, .size = size}, &options);
            free(exact);
        }
    }
}

/* Whatever brand a container of HEVC or AV1 names first, it is read by those that it knows. */
static void brands(void)
{
    static const char *const known[] = {"heic", "heix", "heim", "heis", "hevc", "hevx",
                                        "hevm", "hevs", "mif1", "mif2", "msf1", "miaf",
                                        "heif", "avif", "avis", "MiHB", "    "};
    const decode_case *heic = find("HEIC");
    uint8_t *bytes = malloc(heic->size);
    begin();
    memcpy(bytes, heic->bytes, heic->size);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        decode_case other = *heic;
        memcpy(bytes + 8, known[i], 4);
        other.name = known[i];
        other.bytes = bytes;
        CU_ASSERT(case_holds(&other));
    }
    free(bytes);
}

static const char *reason_of(const char *name)
{
    static odd_read_result result;
    const decode_case *c = find(name);
    odd_prepare_options options = options_of(c);
    result = decode_one(c, &options);
    return result.reason;
}

static void reasons(void)
{
    static const struct {
        const char *name, *reason;
    } told[] = {
        {"PAM",
         "not an image format that oddlot reads (JPEG, PNG, WebP, GIF, TIFF, HEIC/AVIF, JPEG "
         "2000, JPEG XL, BMP, PBM/PGM/PPM)"},
        {"TIFF floating point beyond white",
         "TIFF has the value 1.5 at (4, 7), where floating point has to be from 0 (black) to 1 "
         "(white)"},
        {"TIFF signed",
         "TIFF with 16-bit signed samples is not read: save it with 8 or 16 bits a sample"},
        {"TIFF floating point of 64 bits",
         "TIFF with 64-bit floating-point samples is not read: save it with 8 or 16 bits a sample"},
        {"TIFF inks of other colours",
         "inks of the TIFF are not cyan, magenta, yellow and black: save it as CMYK"},
        {"PGM of large size and few bytes", "PBM/PGM/PPM data ends too early"},
        {"BMP bomb", "BMP 60000 x 60000 is over the limit of 100 megapixels"},
        {"JPEG 2000 bomb", "JPEG 2000 60000 x 60000 is over the limit of 100 megapixels"},
        {"HEIC cut", "damaged HEIC data, or of a kind that is not supported"},
    };
    begin();
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        CU_ASSERT_STRING_EQUAL(reason_of(told[i].name), told[i].reason);
}

static void limits_hold(void)
{
    static const char *const names[] = {"AVIF",    "HEIC", "BMP 32 bits", "JPEG 2000",
                                        "JPEG XL", "PPM",  "PGM in words"};
    begin();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const decode_case *c = find(names[i]);
        odd_prepare_options options = options_of(c);
        options.max_seconds = -1; /* the deadline is over before it begins */
        CU_ASSERT_EQUAL(decode_one(c, &options).status, ODD_IMAGE_TOO_SLOW);
        options = options_of(c);
        options.max_megapixels = 5e-6;
        CU_ASSERT_EQUAL(decode_one(c, &options).status, ODD_IMAGE_TOO_LARGE);
    }
}

/* By the head of a file alone, as `extensions: any` looks for images. */
static void recognised_by_content(void)
{
    static const char *const texts[] = {"BM is how this text begins, and it is no image",
                                        "P5",
                                        "P9 100 100 255",
                                        "PS: no image",
                                        "#!/bin/sh",
                                        "    ftypisom    mp41mp42",
                                        "    ftyp"};
    for (int i = 0; i < CASES; i++) {
        const decode_case *c = &formats_cases[i];
        const size_t head = c->size < ODD_HEAD_SIZE ? c->size : ODD_HEAD_SIZE;
        CU_ASSERT_EQUAL(odd_begins_as_image(c->bytes, head),
                        c->status != ODD_IMAGE_UNKNOWN || strncmp(c->name, "TIFF", 4) == 0);
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CU_ASSERT_FALSE(odd_begins_as_image((const uint8_t *)texts[i], strlen(texts[i])));
}

const char *odd_test_name = "image/formats";
CU_TestInfo odd_tests[] = {
    {"known images", known_images},
    {"many threads", many_threads},
    {"mutations", mutations},
    {"cut anywhere", cut_anywhere},
    {"brands", brands},
    {"reasons", reasons},
    {"limits hold", limits_hold},
    {"recognised by content", recognised_by_content},
    CU_TEST_INFO_NULL,
};
