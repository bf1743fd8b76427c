/* Borders: frames and bars around a picture, that are not the white ground that products are shown
 * on. */
#include "stage/check/judge_internal.h"

#include <math.h>

bool odd_has_white_ground(const float value[ODD_MEASURE_COUNT])
{
    const float white = 235;
    return value[ODD_MEASURE_GROUND_RED] >= white && value[ODD_MEASURE_GROUND_GREEN] >= white &&
           value[ODD_MEASURE_GROUND_BLUE] >= white;
}

/* A band at a side, unless it is white ground: what is not ground touches the side all along it,
 * and where the ring is not even nothing is known of that. */
static double band(const float m[ODD_MEASURE_COUNT], int border, int touch)
{
    const float all_along = 0.9f;
    return odd_has_white_ground(m) && !(m[touch] >= all_along) ? 0 : (double)m[border];
}

/* Of all sides: left, right, top, bottom. */
static void find_bands(const float m[ODD_MEASURE_COUNT], double side[4])
{
    side[0] = band(m, ODD_MEASURE_BORDER_LEFT, ODD_MEASURE_TOUCH_LEFT);
    side[1] = band(m, ODD_MEASURE_BORDER_RIGHT, ODD_MEASURE_TOUCH_RIGHT);
    side[2] = band(m, ODD_MEASURE_BORDER_TOP, ODD_MEASURE_TOUCH_TOP);
    side[3] = band(m, ODD_MEASURE_BORDER_BOTTOM, ODD_MEASURE_TOUCH_BOTTOM);
}

/* The third widest: compression may hide one side. */
double odd_frame_of(const float m[ODD_MEASURE_COUNT])
{
    double s[4];
    find_bands(m, s);
    return fmin(fmax(fmin(s[0], s[1]), fmin(s[2], s[3])), fmin(fmax(s[0], s[1]), fmax(s[2], s[3])));
}

/* Bars with more colour than this are wide in flags and patterns alone. */
#define COLOURLESS  16  /* levels */
#define WIDE_STRIPE 0.2 /* share of the image */
#define ONE_COLOUR  24  /* levels: bars that differ by more are no pair, but stripes */

/* The narrower of a pair of one colour that has nothing at the other two sides. */
double odd_bars_of(const float m[ODD_MEASURE_COUNT])
{
    double s[4];
    find_bands(m, s);
    const double across = s[2] > 0 || s[3] > 0 ? 0 : fmin(s[0], s[1]);
    const double down = s[0] > 0 || s[1] > 0 ? 0 : fmin(s[2], s[3]);
    const double bar = fmax(across, down);
    if (m[ODD_MEASURE_BORDER_APART] > ONE_COLOUR) return 0;
    return m[ODD_MEASURE_BORDER_CHROMA] > COLOURLESS && bar > WIDE_STRIPE ? 0 : bar;
}
