/* Check `touches_edge`: a product on a plain ground that goes to the edge of the picture, as one
 * that was cut off does. Of scenes and details nothing is said. */
#include "stage/check/judge_internal.h"

#include <math.h>

static bool concerned(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_GROUND_EVEN] >= 0.7f && m[ODD_MEASURE_SIDES_TOUCHED] <= 1;
}

/* The longest part of a side that it covers. */
static double number(const float m[ODD_MEASURE_COUNT])
{
    return fmax(fmax((double)m[ODD_MEASURE_TOUCH_LEFT], (double)m[ODD_MEASURE_TOUCH_RIGHT]),
                fmax((double)m[ODD_MEASURE_TOUCH_TOP], (double)m[ODD_MEASURE_TOUCH_BOTTOM]));
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("1", "0.05", "6", "0.2")};

static const odd_judge judge = {
    .of = number,
    .concerns = concerned,
    .box = odd_box_of_product,
    .high = true,
    .worst = 1,
    .severity = {0.3, 0.6},
    .says = "cut off by the edge: it covers",
    .style = {100, 0, "% of a side"},
};

const odd_check odd_check_touches_edge = {
    .name = "touches_edge",
    .summary = "products that are cut off by the edge of the picture",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
