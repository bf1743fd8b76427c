/* Check `odd_size`: images that are much smaller than the others of the catalogue. */
#include "stage/check/judge_internal.h"

#include <math.h>

/* Side of the square of as many pixels, in octaves, so that a quarter is as far from a half as that
 * from the whole. */
static double number(const float m[ODD_MEASURE_COUNT])
{
    return log2((double)m[ODD_MEASURE_WIDTH] * (double)m[ODD_MEASURE_HEIGHT]) / 2;
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("0", "30", "4", "0.2")};

static const odd_judge judge = {
    .of = number,
    .any = true,
    .worst = 0,
    .least = 1,
    .severity = {0.4, 0.9},
    .says = "small: as large as a square of",
    .style = {0, 0, "pixels"},
};

const odd_check odd_check_odd_size = {
    .name = "odd_size",
    .summary = "images that are much smaller than the others",
    .advice = "look for a larger picture",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
