/* Check `low_contrast`: images as if behind a veil: neither dark nor light is in them. White goods
 * on white have white, black on black has black, so neither is concerned. */
#include "stage/check/judge_internal.h"

#include <math.h>

/* 1 % is light, or dark: what is flat otherwise is the product. */
static bool concerned(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_LIGHT_99] < 235 && m[ODD_MEASURE_LIGHT_99] > 100 &&
           m[ODD_MEASURE_LIGHT_1] > 20 && m[ODD_MEASURE_GROUND_LIGHTNESS] < 235;
}

/* Strong colours of the same light are not behind a veil either. */
static double number(const float m[ODD_MEASURE_COUNT])
{
    return fmax((double)m[ODD_MEASURE_LIGHT_99] - (double)m[ODD_MEASURE_LIGHT_1],
                (double)m[ODD_MEASURE_CHROMA_99]);
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("60", "100", "0", "0.25")};

static const odd_judge judge = {
    .of = number,
    .concerns = concerned,
    .worst = 0,
    .severity = {0.3, 0.7},
    .says = "flat: from dark to light there are",
    .style = {1, 0, "levels of 255"},
};

const odd_check odd_check_low_contrast = {
    .name = "low_contrast",
    .summary = "flat images without dark and light",
    .advice = "take the picture again, or give it more contrast",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
