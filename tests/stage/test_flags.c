/* Flags, signs and swatches: strong plain colours, straight stripes, one side flush with the edge.
 * What judges photographs by their measures says nothing of them, but does of a photograph. */
#include "../image/drawn_image.h"

#include "stage/check/judge_internal.h"

const char *odd_test_name = "checks on flags";

#define DARK     150 /* what is lighter is dark in no catalogue, */
#define LIGHT    225 /* darker: light in none, */
#define CONTRAST 100 /* and with as many levels flat in none */

static double number_of(const odd_check *check, odd_image image)
{
    const odd_measured m = measured_once(image);
    if (check->judge->concerns && !check->judge->concerns(m.value)) return NAN;
    return check->judge->of(m.value);
}

/* Three stripes of the same height. */
static odd_image stripes(uint32_t a, uint32_t b, uint32_t c)
{
    odd_image image = canvas(240, 150, a);
    paint(&image, 0, 50, 240, 100, b);
    paint(&image, 0, 100, 240, 150, c);
    return image;
}

/* Red and green have little light. */
static void strong_colours_are_not_dark(void)
{
    odd_image disk = canvas(240, 150, 0x006a4e);
    paint(&disk, 80, 40, 160, 110, 0xf42a41);
    CU_ASSERT(number_of(&odd_check_dark, disk) >= DARK);
    CU_ASSERT(number_of(&odd_check_dark, canvas(100, 100, 0xff0000)) >= DARK);
    disk = canvas(240, 150, 0x000d09);
    paint(&disk, 80, 40, 160, 110, 0x300810);
    CU_ASSERT(number_of(&odd_check_dark, disk) < 100);
}

/* Half of it is the product: of one colour, but no veil. */
static void strong_colours_are_not_flat(void)
{
    odd_image halves = canvas(240, 160, 0xb06080);
    paint(&halves, 0, 81, 240, 160, 0x30a0ff);
    CU_ASSERT(!(number_of(&odd_check_low_contrast, halves) < CONTRAST));
    odd_image veiled = canvas(240, 160, 0x9a9a9a);
    texture(&veiled, 40, 40, 200, 120, 20);
    CU_ASSERT(number_of(&odd_check_low_contrast, veiled) < 60);
}

/* White on red and yellow on white can be seen. */
static void what_is_seen_is_not_too_light(void)
{
    odd_image halves = canvas(240, 160, 0xdc143c);
    paint(&halves, 0, 0, 240, 79, 0xffffff);
    CU_ASSERT(number_of(&odd_check_light, halves) <= LIGHT);
    odd_image yellow = canvas(240, 160, 0xffffff);
    paint(&yellow, 40, 40, 200, 120, 0xffff00);
    CU_ASSERT(number_of(&odd_check_light, yellow) <= LIGHT);
    odd_image pale = canvas(240, 160, 0xffffff);
    paint(&pale, 40, 40, 200, 120, 0xfafafa);
    paint(&pale, 60, 60, 180, 100, 0xf8f8f0);
    paint(&pale, 20, 20, 22, 22, 0xf0f0f0);
    CU_ASSERT(number_of(&odd_check_light, pale) > 240);
}

/* Bars are of one colour. */
static void stripes_are_no_bars(void)
{
    CU_ASSERT_EQUAL(number_of(&odd_check_letterbox, stripes(0x000000, 0xdd0000, 0xffce00)), 0);
    CU_ASSERT(number_of(&odd_check_letterbox, stripes(0x000000, 0xdd8080, 0x000000)) > 0.3);
    CU_ASSERT(number_of(&odd_check_letterbox, stripes(0x000000, 0xdd8080, 0x080808)) > 0.3);
}

/* A flag at the left edge of a page: its white stripe is not told from the page. */
static void a_flag_may_end_at_the_edge(void)
{
    odd_image flag = canvas(240, 200, 0xffffff);
    paint(&flag, 0, 70, 225, 110, 0x2020a0);
    paint(&flag, 0, 110, 225, 150, 0xc02020);
    paint(&flag, 30, 40, 60, 100, 0x2020a0); /* a crest */
    CU_ASSERT(isnan(number_of(&odd_check_touches_edge, flag)));
    odd_image bottle = canvas(240, 200, 0xffffff);
    paint(&bottle, 0, 70, 100, 150, 0x2020a0);
    paint(&bottle, 100, 90, 225, 130, 0x2020a0);
    CU_ASSERT_DOUBLE_EQUAL(number_of(&odd_check_touches_edge, bottle), 0.4, 1e-6);
}

/* A line that a page ends with is no product that was cut off; a large product is one, though it
 * leaves little of the ground to see. */
static void lines_at_the_edge(void)
{
    odd_image page = canvas(200, 240, 0xffffff);
    paint(&page, 0, 10, 1, 230, 0x202020);
    paint(&page, 60, 60, 140, 180, 0x4060a0);
    CU_ASSERT_EQUAL(number_of(&odd_check_touches_edge, page), 0);
    odd_image large = canvas(200, 240, 0xffffff);
    for (int y = 0; y < 240; y++)
        for (int x = 0; x < 200; x++)
            if ((x - 150) * (x - 150) + (y - 120) * (y - 120) < 118 * 118)
                paint(&large, x, y, x + 1, y + 1, 0x4060a0);
    CU_ASSERT(number_of(&odd_check_touches_edge, large) > 0.8);
}

CU_TestInfo odd_tests[] = {
    {"strong colours are not dark", strong_colours_are_not_dark},
    {"strong colours are not flat", strong_colours_are_not_flat},
    {"what is seen is not too light", what_is_seen_is_not_too_light},
    {"stripes are no bars", stripes_are_no_bars},
    {"a flag may end at the edge", a_flag_may_end_at_the_edge},
    {"lines at the edge", lines_at_the_edge},
    CU_TEST_INFO_NULL,
};
