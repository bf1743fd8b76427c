/* Check `half_grey`: rows at the bottom of the grey that decoders fill with where a file had not
 * come to its end, as in a picture that was saved after half of it had been loaded. */
#include "stage/check/judge_internal.h"

static void box(const float m[ODD_MEASURE_COUNT], float out[ODD_BOX_SIDES])
{
    out[ODD_BOX_LEFT] = 0;
    out[ODD_BOX_TOP] = 1 - m[ODD_MEASURE_CUT_BOTTOM];
    out[ODD_BOX_RIGHT] = out[ODD_BOX_BOTTOM] = 1;
}

/* Decoders fill with the middle grey. */
static double number(const float m[ODD_MEASURE_COUNT])
{
    const float level = m[ODD_MEASURE_CUT_BOTTOM_LIGHT];
    return level >= 126 && level <= 130 ? (double)m[ODD_MEASURE_CUT_BOTTOM] : 0;
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("0.05", "0.05", "0", "0.1")};

static const odd_judge judge = {
    .of = number,
    .box = box,
    .high = true,
    .worst = 0.6,
    .severity = {0.7, 1},
    .says = "its lower part is missing, filled with grey:",
    .style = {100, 0, "% of the height"},
};

const odd_check odd_check_half_grey = {
    .name = "half_grey",
    .summary = "pictures whose lower part is missing",
    .advice = "upload the file again",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
