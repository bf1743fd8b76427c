/* Sharpness, detail, blocks, light and colour of images with known answers; what mirroring, hostile
 * sizes and other channels do to all measures. */
#include "drawn_image.h"

const char *odd_test_name = "measures of detail and tones";

#define IS(m, measure, expected, within)                                                           \
    CU_ASSERT(is_about((m).value[ODD_MEASURE_##measure], expected, within))
#define UNKNOWN(m, measure) CU_ASSERT(isnan((m).value[ODD_MEASURE_##measure]))

/* A grey square on white, 2/3 of the side. */
static odd_image square(int side, uint32_t colour)
{
    odd_image image = canvas(side, side, 0xffffff);
    paint(&image, side / 6, side / 6, side - side / 6, side - side / 6, colour);
    return image;
}

static void blurred_is_less_sharp(void)
{
    odd_image image = square(120, 0x404040);
    const odd_measured sharp = measured_of(&image);
    blur(&image, 3); /* a deviation of 1.4 pixels */
    const double soft = value_of(&image, ODD_MEASURE_SHARPNESS);
    blur(&image, 9); /* 2.8 */
    const odd_measured softest = measured_once(image);
    IS(sharp, SHARPNESS, 1, 0.01);
    CU_ASSERT(soft < 0.4);
    CU_ASSERT((double)softest.value[ODD_MEASURE_SHARPNESS] < 0.8 * soft);
    UNKNOWN(softest, FINE_DETAIL);
}

/* A flag of three stripes, across or along, the first of them so wide. */
static odd_image flag(int first, bool along)
{
    odd_image image = canvas(240, 240, 0x404040);
    paint(&image, along ? first : 0, along ? 0 : first, 240, 240, 0x808080);
    paint(&image, along ? first : 0, along ? 0 : first, along ? first + 70 : 240,
          along ? 240 : first + 70, 0xffffff);
    return image;
}

/* Straight edges along a row are in that row alone, wherever it is: not all rows are looked at. */
static void straight_edges_are_sharp(void)
{
    for (int first = 70; first < 78; first++) {
        const odd_measured across = measured_once(flag(first, false));
        const odd_measured along = measured_once(flag(first, true));
        IS(across, SHARPNESS, 1, 0.01);
        IS(along, SHARPNESS, 1, 0.01);
        IS(across, FINE_DETAIL, along.value[ODD_MEASURE_FINE_DETAIL], 0.01);
    }
}

/* So blurred that it has no edge at all: that is known, as there is much contrast. */
static void no_edge_but_contrast(void)
{
    odd_image image = canvas(120, 120, 0xffffff);
    for (int y = 10; y < 110; y++)
        for (int x = 10; x < 110; x++) {
            const double away = fmax(abs(x - 60), abs(y - 60)) / 50;
            const uint32_t level = (uint32_t)(155 + 100 * away);
            paint(&image, x, y, x + 1, y + 1, level * 0x010101u);
        }
    IS(measured_once(image), SHARPNESS, 0, 0);
}

/* The same edges of any contrast, at any size. */
static void sharpness_is_relative(void)
{
    IS(measured_once(square(120, 0xd0d0d0)), SHARPNESS, 1, 0.01);
    UNKNOWN(measured_once(square(120, 0xf0f0f0)), SHARPNESS);
    odd_image large = square(1200, 0x404040);
    CU_ASSERT(value_of(&large, ODD_MEASURE_SHARPNESS) > 0.5);
    blur(&large, 36); /* at one size, as 3 times at 256 */
    CU_ASSERT(value_of(&large, ODD_MEASURE_SHARPNESS) < 0.5);
    odd_image_free(&large);
}

static void enlarged_has_no_fine_detail(void)
{
    odd_image image = canvas(120, 120, 0xffffff);
    texture(&image, 20, 20, 100, 100, 60);
    odd_image larger = enlarged(&image);
    const double fine = value_of(&image, ODD_MEASURE_FINE_DETAIL);
    CU_ASSERT(fine > 0.5);
    CU_ASSERT(value_of(&larger, ODD_MEASURE_FINE_DETAIL) < 0.35 * fine);
    odd_image_free(&larger);
    odd_image_free(&image);
}

/* Means of 8 x 8 blocks, beginning at column `x0`. */
static odd_image blocks(int x0)
{
    odd_image image = canvas(160, 160, 0xffffff);
    for (int y = 16; y < 144; y++)
        for (int x = 16; x < 144; x++) {
            const uint32_t v = 40 + (uint32_t)((x - x0 + 8) / 8 * 37 + y / 8 * 59) % 120;
            paint(&image, x, y, x + 1, y + 1, v * 0x010101);
        }
    return image;
}

static void blocks_are_seen(void)
{
    CU_ASSERT(measured_once(blocks(0)).value[ODD_MEASURE_BLOCKINESS] > 0.8F);
    CU_ASSERT(measured_once(blocks(4)).value[ODD_MEASURE_BLOCKINESS] < 0.1F); /* another grid */
    odd_image noise = canvas(160, 160, 0xffffff);
    texture(&noise, 10, 10, 150, 150, 60);
    CU_ASSERT(measured_once(noise).value[ODD_MEASURE_BLOCKINESS] < 0.05F);
    CU_ASSERT(measured_once(square(120, 0x404040)).value[ODD_MEASURE_BLOCKINESS] < 0.1F);
}

/* In the box, half is of level 40 and half of 200. */
static void light_of_the_box(void)
{
    odd_image image = canvas(100, 100, 0xffffff);
    paint(&image, 20, 20, 80, 50, 0x282828);
    paint(&image, 20, 50, 80, 80, 0xc8c8c8);
    const odd_measured m = measured_once(image);
    IS(m, LIGHT_1, 40, 0);
    IS(m, LIGHT_99, 200, 0);
    IS(m, CONTRAST, 80, 1);
    IS(m, COLOURFULNESS, 0, 0);
    IS(m, CHROMA, 0, 0);
    IS(m, CHROMA_99, 0, 0);
    IS(m, COMMON_COLOUR, 0.64, 0.02);
}

/* Red of (200, 40, 40) alone: rg = 160, yb = 80, no deviation. */
static void colour_of_the_box(void)
{
    const odd_measured m = measured_once(square(120, 0xc82828));
    IS(m, CHROMA, 160, 0);
    IS(m, CHROMA_99, 160, 0);
    IS(m, COLOURFULNESS, 0.3 * sqrt(160.0 * 160 + 80 * 80), 0.01);
    IS(m, LIGHT_50, 88, 0);
}

static void single_colours(void)
{
    odd_image image = canvas(64, 48, 0x3070a0);
    IS(measured_of(&image), COMMON_COLOUR, 1, 0);
    paint(&image, 0, 0, 64, 24, 0xffffff);
    IS(measured_once(image), COMMON_COLOUR, 0.5, 0.02);
}

/* -- all measures -- */

static odd_image scene(int width, int height)
{
    odd_image image = canvas(width, height, 0xf0f4ff);
    texture(&image, width / 5, height / 4, width - width / 8, height - height / 9, 90);
    paint(&image, width / 3, height / 3, width / 2, height / 2, 0xc01030);
    return image;
}

static bool same_value(float a, float b)
{
    return (isnan(a) && isnan(b)) || fabsf(a - b) <= 1e-5F * fmaxf(1, fabsf(a));
}

/* Of a small image nothing but left and right changes. */
static void mirrored(void)
{
    odd_image image = scene(40, 48), other = scene(40, 48);
    for (int y = 0; y < 48; y++)
        for (int x = 0; x < 40; x++)
            memcpy(other.pixels + 3 * (y * 40 + x), image.pixels + 3 * (y * 40 + 39 - x), 3);
    odd_measured a = measured_once(image);
    const odd_measured b = measured_once(other);
    const float left = a.value[ODD_MEASURE_BOX_LEFT], touch = a.value[ODD_MEASURE_TOUCH_LEFT],
                border = a.value[ODD_MEASURE_BORDER_LEFT];
    a.value[ODD_MEASURE_BOX_LEFT] = 1 - a.value[ODD_MEASURE_BOX_RIGHT];
    a.value[ODD_MEASURE_BOX_RIGHT] = 1 - left;
    a.value[ODD_MEASURE_TOUCH_LEFT] = a.value[ODD_MEASURE_TOUCH_RIGHT];
    a.value[ODD_MEASURE_TOUCH_RIGHT] = touch;
    a.value[ODD_MEASURE_BORDER_LEFT] = a.value[ODD_MEASURE_BORDER_RIGHT];
    a.value[ODD_MEASURE_BORDER_RIGHT] = border;
    for (int i = 0; i < ODD_MEASURE_COUNT; i++) {
        if (!same_value(a.value[i], b.value[i]))
            fprintf(stderr, "%s: %g, mirrored %g\n", odd_measure_name(i), (double)a.value[i],
                    (double)b.value[i]);
        CU_ASSERT(same_value(a.value[i], b.value[i]));
    }
    CU_ASSERT(a.pixels.low != b.pixels.low);
}

static bool is_possible(const odd_measured *m)
{
    for (int i = 0; i < ODD_MEASURE_COUNT; i++) {
        const float v = m->value[i];
        const bool share = strcmp(odd_measure_unit(i), "share") == 0;
        if (!isnan(v) && (!isfinite(v) || v < 0 || (share && v > 1))) {
            fprintf(stderr, "%s is %g\n", odd_measure_name(i), (double)v);
            return false;
        }
    }
    return true;
}

static void hostile_sizes(void)
{
    static const int sizes[][2] = {{1, 1},    {2, 1},     {1, 2},   {3, 3},   {1, 3000},
                                   {3000, 1}, {7, 5},     {13, 2},  {28, 28}, {60, 80},
                                   {24, 700}, {2000, 26}, {16, 16}, {30, 9},  {517, 511}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const odd_measured m = measured_once(scene(sizes[i][0], sizes[i][1]));
        const odd_measured blank = measured_once(canvas(sizes[i][0], sizes[i][1], 0x102030));
        CU_ASSERT(is_possible(&m));
        CU_ASSERT(is_possible(&blank));
        IS(m, WIDTH, sizes[i][0], 0);
        IS(blank, COMMON_COLOUR, 1, 0);
        if (sizes[i][0] < 24 || sizes[i][1] < 24) UNKNOWN(m, FINE_DETAIL);
        if (sizes[i][0] < 36 || sizes[i][1] < 36) UNKNOWN(m, BLOCKINESS);
    }
}

/* About as many rows as are looked at together, in an image as wide as is not made smaller. */
static void boxes_of_any_height(void)
{
    for (int height = 90; height < 104; height++) {
        odd_image image = canvas(512, 300, 0xffffff);
        texture(&image, 128, 100, 384, 100 + height, 90);
        const odd_measured m = measured_once(image);
        IS(m, BOX_BOTTOM, (100.0 + height) / 300, 1e-5);
        CU_ASSERT(m.value[ODD_MEASURE_SHARPNESS] > 0.9F);
    }
}

/* Grey pixels are the same, stored as grey or as RGB. */
static void grey_as_rgb(void)
{
    odd_image rgb = canvas(60, 50, 0xffffff), grey;
    texture(&rgb, 10, 10, 50, 40, 80);
    CU_ASSERT_EQUAL_FATAL(odd_image_new(60, 50, 1, &grey), ODD_OK);
    for (int i = 0; i < 60 * 50; i++)
        grey.pixels[i] = rgb.pixels[3 * i];
    const odd_measured a = measured_once(rgb), b = measured_once(grey);
    for (int i = 0; i < ODD_MEASURE_COUNT; i++)
        CU_ASSERT(same_value(a.value[i], b.value[i]));
    CU_ASSERT(a.pixels.low == b.pixels.low && a.pixels.high == b.pixels.high);
}

static void digests(void)
{
    odd_image image = scene(60, 50);
    const odd_hash one = measured_of(&image).pixels;
    CU_ASSERT_EQUAL(measured_of(&image).pixels.low, one.low);
    image.pixels[4321] ^= 1;
    CU_ASSERT_NOT_EQUAL(measured_of(&image).pixels.low, one.low);
    odd_image_free(&image);
    /* The same bytes in another form. */
    CU_ASSERT_NOT_EQUAL(measured_once(canvas(10, 20, 7)).pixels.low,
                        measured_once(canvas(20, 10, 7)).pixels.low);
}

static void other_channels(void)
{
    odd_image clear;
    odd_measured m;
    odd_measured_clear(&m);
    CU_ASSERT_EQUAL_FATAL(odd_image_new(4, 4, 4, &clear), ODD_OK);
    CU_ASSERT_EQUAL(odd_measure_pixels(&clear, &m), ODD_ARG);
    UNKNOWN(m, WIDTH);
    odd_image_free(&clear);
}

static float ending(const char *name, int format)
{
    odd_measured m;
    odd_measured_clear(&m);
    m.value[ODD_MEASURE_FORMAT] = (float)format;
    odd_measure_ending(name, &m);
    return m.value[ODD_MEASURE_ENDING_MATCHES];
}

static void endings(void)
{
    CU_ASSERT_EQUAL((double)ending("a.jpg", ODD_IMAGE_FORMAT_JPEG), 1);
    CU_ASSERT_EQUAL((double)ending("x.png/a.b.JPEG", ODD_IMAGE_FORMAT_JPEG), 1);
    CU_ASSERT_EQUAL((double)ending("a.jpg?wid=500", ODD_IMAGE_FORMAT_JPEG), 1);
    CU_ASSERT_EQUAL((double)ending("a.jpg?f=x.png ", ODD_IMAGE_FORMAT_JPEG), 0);
    CU_ASSERT_EQUAL((double)ending("a.png \n", ODD_IMAGE_FORMAT_JPEG), 0);
    CU_ASSERT_EQUAL((double)ending("a.jpg", ODD_IMAGE_FORMAT_WEBP), 0);
    CU_ASSERT(isnan(ending("jpg", ODD_IMAGE_FORMAT_JPEG)));
    CU_ASSERT(isnan(ending("a.", ODD_IMAGE_FORMAT_JPEG)));
    CU_ASSERT(isnan(ending("", ODD_IMAGE_FORMAT_JPEG)));
    CU_ASSERT(isnan(ending("photo.1200", ODD_IMAGE_FORMAT_JPEG)));
    CU_ASSERT(isnan(ending("a.jpg", ODD_IMAGE_FORMAT_NONE)));
}

CU_TestInfo odd_tests[] = {
    {"blurred is less sharp", blurred_is_less_sharp},
    {"straight edges are sharp", straight_edges_are_sharp},
    {"no edge but contrast", no_edge_but_contrast},
    {"sharpness is relative", sharpness_is_relative},
    {"enlarged has no fine detail", enlarged_has_no_fine_detail},
    {"blocks are seen", blocks_are_seen},
    {"light of the box", light_of_the_box},
    {"colour of the box", colour_of_the_box},
    {"single colours", single_colours},
    {"mirrored", mirrored},
    {"hostile sizes", hostile_sizes},
    {"boxes of any height", boxes_of_any_height},
    {"grey as RGB", grey_as_rgb},
    {"digests", digests},
    {"other channels", other_channels},
    {"endings", endings},
    CU_TEST_INFO_NULL,
};
