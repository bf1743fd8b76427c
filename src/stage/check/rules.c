/* Rules: the numbers that channels set limits to. */
#include "stage/check/rules_internal.h"

#include <math.h>
#include <stddef.h>

/* ---- the numbers ---- */

static double width_of(const float m[ODD_MEASURE_COUNT])
{
    return (double)m[ODD_MEASURE_WIDTH];
}

static double height_of(const float m[ODD_MEASURE_COUNT])
{
    return (double)m[ODD_MEASURE_HEIGHT];
}

static double side_of(const float m[ODD_MEASURE_COUNT])
{
    return fmax(width_of(m), height_of(m));
}

static double pixels_of(const float m[ODD_MEASURE_COUNT])
{
    return width_of(m) * height_of(m);
}

static double bytes_of(const float m[ODD_MEASURE_COUNT])
{
    return (double)m[ODD_MEASURE_BYTES];
}

static double aspect_of(const float m[ODD_MEASURE_COUNT])
{
    return width_of(m) / height_of(m);
}

static double depth_of(const float m[ODD_MEASURE_COUNT])
{
    return (double)m[ODD_MEASURE_BIT_DEPTH];
}

/* A share of the border as one of the ground there: a product that goes to the edge is none. Where
 * there is no plain ground all of the border counts. */
static double of_ground(const float m[ODD_MEASURE_COUNT], float share)
{
    const float even = m[ODD_MEASURE_GROUND_EVEN];
    return even >= 0.5f ? fmin(1, (double)share / (double)even) : (double)share;
}

static double white_of(const float m[ODD_MEASURE_COUNT])
{
    return of_ground(m, m[ODD_MEASURE_GROUND_WHITE]);
}

static double near_white_of(const float m[ODD_MEASURE_COUNT])
{
    return of_ground(m, m[ODD_MEASURE_GROUND_NEAR_WHITE]);
}

static double fill_of(const float m[ODD_MEASURE_COUNT])
{
    return (double)m[ODD_MEASURE_FILL];
}

static double border_of(const float m[ODD_MEASURE_COUNT])
{
    return fmax(odd_frame_of(m), odd_bars_of(m));
}

static double common_of(const float m[ODD_MEASURE_COUNT])
{
    return (double)m[ODD_MEASURE_COMMON_COLOUR];
}

/* 1: as it should be. */
static double ending_of(const float m[ODD_MEASURE_COUNT])
{
    return (double)m[ODD_MEASURE_ENDING_MATCHES];
}

static double rgb_of(const float m[ODD_MEASURE_COUNT])
{
    const float mode = m[ODD_MEASURE_COLOUR_MODE];
    return isnan(mode) || mode == ODD_COLOUR_UNKNOWN ? NAN : mode == ODD_COLOUR_RGB;
}

/* ---- the table ---- */

#define RANGE(least_field, most_field)                                                             \
    .least = offsetof(odd_rule_limits, least_field),                                               \
    .most = offsetof(odd_rule_limits, most_field), .asked = ODD_NO_LIMIT
#define LEAST(field)                                                                               \
    .least = offsetof(odd_rule_limits, field), .most = ODD_NO_LIMIT, .asked = ODD_NO_LIMIT
#define MOST(field)                                                                                \
    .least = ODD_NO_LIMIT, .most = offsetof(odd_rule_limits, field), .asked = ODD_NO_LIMIT
#define ASKED(field, low, high)                                                                    \
    .asked = offsetof(odd_rule_limits, field), .least = ODD_NO_LIMIT, .most = ODD_NO_LIMIT,        \
    .lowest = (low), .highest = (high), .style = {1, -1, ""}

const odd_rule odd_rules[] = {
    {"width", "the picture's width is", {1, 0, "pixels"}, width_of, RANGE(min_width, max_width)},
    {"height",
     "the picture's height is",
     {1, 0, "pixels"},
     height_of,
     RANGE(min_height, max_height)},
    {"longer_side", "its longer side is", {1, 0, "pixels"}, side_of, RANGE(min_side, max_side)},
    {"pixels", "it has", {1e-6, 2, "megapixels"}, pixels_of, RANGE(min_pixels, max_pixels)},
    {"bytes", "the file has", {1e-6, 2, "MB"}, bytes_of, MOST(max_bytes)},
    {"aspect", "its width by its height is", {1, 3, ""}, aspect_of, RANGE(min_aspect, max_aspect)},
    {"bit_depth", "its samples have", {1, 0, "bits"}, depth_of, MOST(max_depth)},
    {"white_ground",
     "of the ground at the border",
     {100, 1, "% is pure white"},
     white_of,
     LEAST(min_white)},
    {"near_white_ground",
     "of the ground at the border",
     {100, 1, "% is white"},
     near_white_of,
     LEAST(min_near_white)},
    {"fill",
     "the product fills",
     {100, 0, "%"},
     fill_of,
     RANGE(min_fill, max_fill),
     .box = odd_box_of_product},
    {.name = "ending",
     .says = "the ending of its name is that of another format",
     .of = ending_of,
     ASKED(true_ending, 0.5, INFINITY)},
    {.name = "colour_mode", .says = "it is not RGB", .of = rgb_of, ASKED(rgb, 0.5, INFINITY)},
    {.name = "border",
     .says = "there is a frame, or bars, at the picture",
     .of = border_of,
     ASKED(no_border, -INFINITY, 0.01),
     .box = odd_box_within_borders},
    {.name = "single_colour",
     .says = "it is all of one colour",
     .of = common_of,
     ASKED(no_single_colour, -INFINITY, 0.998)},
    {.name = NULL},
};
