/* Check `off_white`: a plain ground that is nearly white, where nearly all others have white. */
#include "stage/check/judge_internal.h"

/* Plain, light and without colour: meant to be white. */
static bool concerned(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_GROUND_EVEN] > 0.65f && m[ODD_MEASURE_GROUND_LIGHTNESS] >= 215 &&
           m[ODD_MEASURE_GROUND_SATURATION] < 0.04f;
}

static double number(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_GROUND_LIGHTNESS];
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("249.5", "249.5", "0", "0.2")};

static const odd_judge judge = {
    .of = number,
    .concerns = concerned,
    .worst = 215,
    .severity = {0.2, 0.5},
    .says = "the ground is off white:",
    .style = {1, 0, "levels of 255"},
};

const odd_check odd_check_off_white = {
    .name = "off_white",
    .summary = "grounds that are nearly white among white ones",
    .advice = "make the ground white",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
