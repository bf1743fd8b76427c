/* Check `light`: the darkest of the product is nearly white, where hardly anything is left to
 * see. White goods on white have edges that are darker. */
#include "stage/check/judge_internal.h"

#include <math.h>

/* Yellow is as light as white (226 of 255), but can be seen on it; and white on a darker ground. */
static double number(const float m[ODD_MEASURE_COUNT])
{
    return fmin(fmin((double)m[ODD_MEASURE_LIGHT_1], (double)m[ODD_MEASURE_GROUND_LIGHTNESS]),
                255 - (double)m[ODD_MEASURE_CHROMA]);
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("246", "225", "6", "0.25")};

static const odd_judge judge = {
    .of = number,
    .box = odd_box_of_product,
    .high = true,
    .worst = 255,
    .severity = {0.3, 0.8},
    .says = "too light: the darkest of the product is",
    .style = {1, 0, "levels of 255"},
};

const odd_check odd_check_light = {
    .name = "light",
    .summary = "images that are too light",
    .advice = "take the picture again, or make it darker",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
