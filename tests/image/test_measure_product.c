/* The ground, the product's box, how much it fills, what it touches, and borders: images with known
 * answers. */
#include "drawn_image.h"

const char *odd_test_name = "measures of ground and product";

#define IS(m, measure, expected, within)                                                           \
    CU_ASSERT(is_about((m).value[ODD_MEASURE_##measure], expected, within))
#define UNKNOWN(m, measure) CU_ASSERT(isnan((m).value[ODD_MEASURE_##measure]))

/* 200 x 100 on white: 120 x 60 at (50, 20). */
static odd_image product(uint32_t ground, uint32_t colour)
{
    odd_image image = canvas(200, 100, ground);
    paint(&image, 50, 20, 170, 80, colour);
    return image;
}

static void grounds(void)
{
    const odd_measured white = measured_once(product(0xffffff, 0x804020));
    IS(white, GROUND_WHITE, 1, 0);
    IS(white, GROUND_NEAR_WHITE, 1, 0);
    IS(white, GROUND_EVEN, 1, 0);
    IS(white, GROUND_LIGHTNESS, 255, 0);
    IS(white, GROUND_SATURATION, 0, 0);
    const odd_measured off = measured_once(product(0xf8f8f8, 0x804020));
    IS(off, GROUND_WHITE, 0, 0);
    IS(off, GROUND_NEAR_WHITE, 0, 0);
    IS(off, GROUND_EVEN, 1, 0);
    IS(off, GROUND_LIGHTNESS, 248, 0);
    const odd_measured blue = measured_once(product(0x2040e0, 0xffffff));
    IS(blue, GROUND_RED, 0x20, 0);
    IS(blue, GROUND_GREEN, 0x40, 0);
    IS(blue, GROUND_BLUE, 0xe0, 0);
    IS(blue, GROUND_SATURATION, (0xe0 - 0x20) / 255.0, 1e-6);
}

/* A quarter of the ring, of 2 pixels, is another colour: the left 50 columns of 200 x 100. */
static void uneven_ground(void)
{
    odd_image image = canvas(200, 100, 0xffffff);
    paint(&image, 0, 0, 50, 100, 0xc0c0c0);
    const double ring = 2 * 2 * (200 + 100) - 16, grey = 2.0 * 2 * 50 + 2 * 96;
    const odd_measured m = measured_once(image);
    IS(m, GROUND_EVEN, 1 - grey / ring, 1e-6);
    IS(m, GROUND_WHITE, 1 - grey / ring, 1e-6);
}

static void box_and_fill(void)
{
    const odd_measured m = measured_once(product(0xffffff, 0x804020));
    IS(m, WIDTH, 200, 0);
    IS(m, HEIGHT, 100, 0);
    IS(m, BOX_LEFT, 0.25, 1e-6);
    IS(m, BOX_TOP, 0.2, 1e-6);
    IS(m, BOX_RIGHT, 0.85, 1e-6);
    IS(m, BOX_BOTTOM, 0.8, 1e-6);
    IS(m, PRODUCT_SHARE, 0.36, 1e-6);
    IS(m, FILL, 0.6, 1e-6);
    IS(m, FILL_BY_EDGES, 0.6, 0.011);
    IS(m, SIDES_TOUCHED, 0, 0);
}

/* Dust is not part of the box. */
static void specks(void)
{
    odd_image image = product(0xffffff, 0x804020);
    paint(&image, 3, 90, 5, 91, 0x000000);
    const odd_measured m = measured_once(image);
    IS(m, BOX_LEFT, 0.25, 1e-6);
    IS(m, BOX_BOTTOM, 0.8, 1e-6);
}

/* White goods on white are seen by their edges, not by their colour: how much they fill is not
 * known. A part that is darker does not make it known. */
static void white_on_white(void)
{
    odd_image image = product(0xffffff, 0xf4f4f4);
    paint(&image, 100, 40, 120, 60, 0x808080);
    const odd_measured m = measured_once(image);
    IS(m, BOX_LEFT, 0.5, 1e-6);
    IS(m, FILL_BY_EDGES, 0.6, 0.011);
    UNKNOWN(m, FILL);
    const odd_measured plain = measured_once(canvas(200, 100, 0xffffff));
    UNKNOWN(plain, BOX_LEFT);
    UNKNOWN(plain, FILL);
    UNKNOWN(plain, SHARPNESS);
    UNKNOWN(plain, FINE_DETAIL);
    UNKNOWN(plain, BLOCKINESS);
    IS(plain, PRODUCT_SHARE, 0, 0);
    IS(plain, COMMON_COLOUR, 1, 0);
    IS(plain, CONTRAST, 0, 0);
}

/* A soft shadow below is darker than the ground, and has no edge. */
static void soft_shadow(void)
{
    odd_image image = product(0xffffff, 0x804020);
    for (int y = 80; y < 100; y++)
        paint(&image, 50, y, 170, y + 1, 0x010101u * (uint32_t)(225 + y - 80));
    UNKNOWN(measured_once(image), FILL);
}

static void touched_sides(void)
{
    odd_image image = canvas(200, 100, 0xffffff);
    paint(&image, 100, 40, 200, 100, 0x303030); /* at the right, and at the bottom */
    paint(&image, 99, 0, 102, 2, 0x303030);     /* 3 of 200 at the top: less than 2 % */
    const odd_measured m = measured_once(image);
    IS(m, TOUCH_LEFT, 0, 0);
    IS(m, TOUCH_TOP, 0.015, 1e-6);
    IS(m, TOUCH_RIGHT, 0.6, 1e-6);
    IS(m, TOUCH_BOTTOM, 0.5, 1e-6);
    IS(m, SIDES_TOUCHED, 2, 0);
}

/* A pixel beside the edge counts, the next one does not. */
static void near_sides(void)
{
    odd_image image = canvas(100, 100, 0xffffff);
    paint(&image, 1, 20, 98, 80, 0x303030);
    const odd_measured m = measured_once(image);
    IS(m, TOUCH_LEFT, 0.6, 1e-6);
    IS(m, TOUCH_RIGHT, 0, 0);
    IS(m, SIDES_TOUCHED, 1, 0);
}

/* What is cut off is as wide behind the side as at it; a round outline that only comes near is
 * wider. */
static void reaches(void)
{
    odd_image cut = canvas(100, 100, 0xffffff), round = canvas(100, 100, 0xffffff);
    paint(&cut, 0, 30, 60, 70, 0x303030);
    for (int y = 0; y < 100; y++)
        for (int x = 0; x < 100; x++)
            if ((x - 50) * (x - 50) + (y - 50) * (y - 50) <= 2500)
                paint(&round, x, y, x + 1, y + 1, 0x303030);
    const odd_measured m = measured_once(cut), n = measured_once(round);
    IS(m, TOUCH_LEFT, 0.4, 1e-6);
    IS(m, REACH_LEFT, 0.4, 1e-6);
    IS(m, REACH_RIGHT, 0, 0);
    IS(n, TOUCH_TOP, 0.2, 0.03);
    IS(n, REACH_TOP, 0.57, 0.03);
}

static odd_image bordered(int left, int top, int right, int bottom, uint32_t colour)
{
    odd_image image = canvas(200, 100, colour);
    texture(&image, left, top, 200 - right, 100 - bottom, 60);
    return image;
}

static void borders(void)
{
    const odd_measured frame = measured_once(bordered(10, 5, 10, 5, 0x000000));
    IS(frame, BORDER_LEFT, 0.05, 1e-6);
    IS(frame, BORDER_TOP, 0.05, 1e-6);
    IS(frame, BORDER_RIGHT, 0.05, 1e-6);
    IS(frame, BORDER_BOTTOM, 0.05, 1e-6);
    IS(frame, BORDER_LIGHT, 0, 0);
    IS(frame, BORDER_CHROMA, 0, 0);
    IS(frame, BORDER_APART, 0, 0);
    const odd_measured letterbox = measured_once(bordered(0, 20, 0, 15, 0x000000));
    IS(letterbox, BORDER_LEFT, 0, 0);
    IS(letterbox, BORDER_TOP, 0.2, 1e-6);
    IS(letterbox, BORDER_RIGHT, 0, 0);
    IS(letterbox, BORDER_BOTTOM, 0.15, 1e-6);
    odd_image other = bordered(0, 20, 0, 15, 0x000000);
    paint(&other, 0, 85, 200, 100, 0x205010);
    IS(measured_once(other), BORDER_APART, 0x50, 0);
    const odd_measured scene = measured_once(bordered(0, 0, 0, 0, 0x000000));
    IS(scene, BORDER_LEFT, 0, 0);
    IS(scene, BORDER_TOP, 0, 0);
}

/* A frame as light as what it is around differs in colour alone. */
static void borders_by_colour(void)
{
    odd_image image = canvas(200, 100, 0xc81e1e); /* light 81 */
    paint(&image, 10, 10, 190, 90, 0x515151);
    const odd_measured m = measured_once(image);
    IS(m, BORDER_LEFT, 0.05, 1e-6);
    IS(m, BORDER_BOTTOM, 0.1, 1e-6);
    IS(m, BORDER_CHROMA, 0xc8 - 0x1e, 0);
    IS(m, CHROMA_MOST, 0xc8 - 0x1e, 0);
    IS(measured_once(canvas(50, 50, 0x515151)), CHROMA_MOST, 0, 0);
}

/* White around a product that is no rectangle is ground. */
static void ground_is_no_border(void)
{
    odd_image image = canvas(200, 200, 0xffffff);
    for (int y = 20; y < 180; y++)
        for (int x = 20; x < 180; x++)
            if ((x - 100) * (x - 100) + (y - 100) * (y - 100) < 6400)
                paint(&image, x, y, x + 1, y + 1, 0x406080);
    const odd_measured m = measured_once(image);
    for (int i = 0; i < 4; i++)
        CU_ASSERT_EQUAL((double)m.value[ODD_MEASURE_BORDER_LEFT + i], 0);
    IS(m, FILL, 0.8, 0.02);
}

static void cut_bottoms(void)
{
    odd_image image = product(0xffffff, 0x804020);
    IS(measured_of(&image), CUT_BOTTOM, 0, 0); /* the ground is of one colour, too */
    paint(&image, 0, 60, 200, 100, 0x808080);
    const odd_measured half = measured_of(&image);
    IS(half, CUT_BOTTOM, 0.4, 1e-6);
    IS(half, CUT_BOTTOM_LIGHT, 128, 0);
    paint(&image, 0, 40, 2, 60, 0x808080); /* a product may be as grey, at the edge, too */
    paint(&image, 100, 0, 120, 60, 0x808080);
    IS(measured_of(&image), CUT_BOTTOM, 0.4, 1e-6);
    paint(&image, 0, 0, 200, 60, 0x808080);
    IS(measured_once(image), CUT_BOTTOM, 0, 0); /* nothing else is there */
}

CU_TestInfo odd_tests[] = {
    {"grounds", grounds},
    {"uneven ground", uneven_ground},
    {"box and fill", box_and_fill},
    {"specks", specks},
    {"white on white", white_on_white},
    {"soft shadow", soft_shadow},
    {"touched sides", touched_sides},
    {"near sides", near_sides},
    {"reaches", reaches},
    {"borders", borders},
    {"borders by colour", borders_by_colour},
    {"ground is no border", ground_is_no_border},
    {"cut bottoms", cut_bottoms},
    CU_TEST_INFO_NULL,
};
