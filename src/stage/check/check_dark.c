/* Check `dark`: the lightest of the product and of the ground around it is dark. A black thing
 * on white is not. */
#include "stage/check/judge_internal.h"

#include <math.h>

/* The ground counts: black goods on white are as they should be. So does colour: pure red has
 * little light (76 of 255), but is not dark. */
static double number(const float m[ODD_MEASURE_COUNT])
{
    return fmax(fmax((double)m[ODD_MEASURE_LIGHT_99], (double)m[ODD_MEASURE_GROUND_LIGHTNESS]),
                (double)m[ODD_MEASURE_CHROMA_99]);
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("100", "150", "6", "0.25")};

static const odd_judge judge = {
    .of = number,
    .worst = 0,
    .severity = {0.4, 0.9},
    .says = "too dark: the lightest of it is",
    .style = {1, 0, "levels of 255"},
};

const odd_check odd_check_dark = {
    .name = "dark",
    .summary = "images that are too dark",
    .advice = "take the picture again, or make it lighter",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
