/* Check `blank`: images that are one colour: nothing on white, a swatch, a picture that was not
 * loaded. */
#include "stage/check/judge_internal.h"

static double number(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_COMMON_COLOUR];
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("0.998", "0.995", "6", "0.2")};

static const odd_judge judge = {
    .of = number,
    .any = true,
    .all = true,
    .high = true,
    .worst = 1,
    .severity = {0.9, 1},
    .says = "of one colour:",
    .style = {100, 1, "%"},
};

const odd_check odd_check_blank = {
    .name = "blank",
    .summary = "images of one colour",
    .advice = "put a picture of the product in its place",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
