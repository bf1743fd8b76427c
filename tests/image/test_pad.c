/* Padding: the whole image in the middle of a square of its own ground. */
#include "drawn_image.h"

#include "oddlot/image/prepare.h"

const char *odd_test_name = "pad";

enum { SIDE = 16 };

static odd_prepare_options options_of(char *channels, int side)
{
    return (odd_prepare_options){.size = side,
                                 .channels = channels,
                                 .crop = "pad",
                                 .kernel = "bicubic",
                                 .background = "ffffff",
                                 .max_megapixels = 1,
                                 .max_megabytes = 1,
                                 .max_seconds = 60};
}

/* Of RGB; the image is freed. */
static void pad(odd_image image, uint8_t pixels[SIDE * SIDE * 3])
{
    const odd_prepare_options options = options_of("rgb", SIDE);
    odd_read_result result;
    odd_prepare_raw(&options, &image, pixels, NULL, &result);
    CU_ASSERT_EQUAL(result.status, ODD_IMAGE_OK);
    odd_image_free(&image);
}

/* Are columns [left, right) of rows [top, bottom) of this colour, and no others? */
static bool only_there(const uint8_t *pixels, uint32_t colour, int left, int top, int right,
                       int bottom)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const uint8_t *p = pixels + 3 * (y * SIDE + x);
            const bool is = ((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2]) == colour;
            if (is != (x >= left && x < right && y >= top && y < bottom)) return false;
        }
    return true;
}

/* Twice the stored size: a product of 8 x 4 stored pixels, in the middle of 16 x 8. */
static void wide(void)
{
    uint8_t pixels[SIDE * SIDE * 3];
    odd_image image = canvas(2 * SIDE, SIDE, 0xf0f0ee);
    pad(image, pixels);
    CU_ASSERT(only_there(pixels, 0xf0f0ee, 0, 0, SIDE, SIDE));
    image = canvas(2 * SIDE, SIDE, 0x203040);
    pad(image, pixels); /* all of one colour: its own ground */
    CU_ASSERT(only_there(pixels, 0x203040, 0, 0, SIDE, SIDE));
}

/* The left half is of one colour and the right of another, so there is no ground: white around it.
 */
static void uneven(void)
{
    uint8_t pixels[SIDE * SIDE * 3];
    odd_image image = canvas(SIDE, SIDE / 2, 0x000000);
    for (int x = 0; x < SIDE; x++)
        paint(&image, x, 0, x + 1, SIDE / 2, 0x000010u * (uint32_t)x);
    pad(image, pixels);
    CU_ASSERT(only_there(pixels, 0xffffff, 0, 0, SIDE, SIDE) == false);
    for (int x = 0; x < SIDE; x++)
        for (int y = 0; y < SIDE; y++) {
            const uint8_t *p = pixels + 3 * (y * SIDE + x);
            const bool inside = y >= SIDE / 4 && y < 3 * SIDE / 4;
            CU_ASSERT(inside ? p[0] == 0 && p[2] == 16 * x : p[0] == 255 && p[2] == 255);
        }
}

/* Of the stored size already, so pixels are copied: where they lie is known. */
static void geometry(void)
{
    static const struct {
        int width, height, left, top;
    } shape[] = {{16, 8, 0, 4}, {8, 16, 4, 0}, {16, 9, 0, 3}, {1, 16, 7, 0}, {16, 1, 0, 7}};
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        uint8_t pixels[SIDE * SIDE * 3];
        const int w = shape[i].width, h = shape[i].height;
        odd_image image = canvas(w, h, 0xe0ffe0);
        if (w > 2 && h > 2) paint(&image, 1, 1, w - 1, h - 1, 0x800000);
        pad(image, pixels);
        if (w > 2 && h > 2)
            CU_ASSERT(only_there(pixels, 0x800000, shape[i].left + 1, shape[i].top + 1,
                                 shape[i].left + w - 1, shape[i].top + h - 1));
        CU_ASSERT(memcmp(pixels, (uint8_t[]){0xe0, 0xff, 0xe0}, 3) == 0);
    }
}

/* Nothing is cut off, however long it is: 1 x 400 becomes a line of a pixel. */
static void long_ones(void)
{
    uint8_t pixels[SIDE * SIDE * 3];
    odd_image image = canvas(1, 400, 0xffffff);
    paint(&image, 0, 0, 1, 25, 0x0000ff); /* the first of 16 */
    pad(image, pixels);
    const uint8_t *first = pixels + 3 * 7, *last = pixels + 3 * (15 * SIDE + 7);
    CU_ASSERT(first[0] < 60 && first[2] == 255);
    CU_ASSERT(last[0] == 255);
}

/* Transparent: its ground is the background setting. Grey: stored as grey and as RGB. */
static void clear_and_grey(void)
{
    odd_prepare_options options = options_of("rgb", 4);
    odd_image clear, grey;
    uint8_t pixels[4 * 4 * 3];
    odd_read_result result;
    options.background = "102030";
    CU_ASSERT_EQUAL_FATAL(odd_image_new(8, 4, 4, &clear), ODD_OK);
    odd_prepare_raw(&options, &clear, pixels, NULL, &result);
    CU_ASSERT_EQUAL(result.status, ODD_IMAGE_OK);
    for (int i = 0; i < 16; i++)
        CU_ASSERT(memcmp(pixels + 3 * i, (uint8_t[]){0x10, 0x20, 0x30}, 3) == 0);
    CU_ASSERT_EQUAL_FATAL(odd_image_new(2, 4, 1, &grey), ODD_OK);
    memset(grey.pixels, 77, 8);
    odd_prepare_raw(&options, &grey, pixels, NULL, &result);
    for (int i = 0; i < 48; i++)
        CU_ASSERT_EQUAL(pixels[i], 77);
    options.channels = "gray";
    memset(pixels, 1, sizeof pixels);
    odd_prepare_raw(&options, &grey, pixels, NULL, &result);
    for (int i = 0; i < 16; i++)
        CU_ASSERT_EQUAL(pixels[i], 77);
    odd_image_free(&clear);
    odd_image_free(&grey);
}

CU_TestInfo odd_tests[] = {
    {"wide", wide},
    {"uneven", uneven},
    {"geometry", geometry},
    {"long ones", long_ones},
    {"clear and grey", clear_and_grey},
    CU_TEST_INFO_NULL,
};
