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

/* The third of its sides: compression may hide one. */
double odd_frame_of(const float m[ODD_MEASURE_COUNT])
{
    if (odd_has_white_ground(m)) return 0;
    const double left = (double)m[ODD_MEASURE_BORDER_LEFT], top = (double)m[ODD_MEASURE_BORDER_TOP];
    const double right = (double)m[ODD_MEASURE_BORDER_RIGHT];
    const double bottom = (double)m[ODD_MEASURE_BORDER_BOTTOM];
    const double less_across = fmin(left, right), more_across = fmax(left, right);
    const double less_down = fmin(top, bottom), more_down = fmax(top, bottom);
    return fmin(fmax(less_across, less_down), fmin(more_across, more_down));
}

/* The narrower of a pair that has nothing at the other two sides. */
static double pair(const float m[ODD_MEASURE_COUNT], int a, int b, int c, int d)
{
    return m[c] > 0 || m[d] > 0 ? 0 : fmin((double)m[a], (double)m[b]);
}

double odd_bars_of(const float m[ODD_MEASURE_COUNT])
{
    if (odd_has_white_ground(m)) return 0;
    const double across = pair(m, ODD_MEASURE_BORDER_LEFT, ODD_MEASURE_BORDER_RIGHT,
                               ODD_MEASURE_BORDER_TOP, ODD_MEASURE_BORDER_BOTTOM);
    const double down = pair(m, ODD_MEASURE_BORDER_TOP, ODD_MEASURE_BORDER_BOTTOM,
                             ODD_MEASURE_BORDER_LEFT, ODD_MEASURE_BORDER_RIGHT);
    return fmax(across, down);
}
