/* Check `upscaled`: pixels that say less than there are of them, as in a small picture that was
 * made large. What is blurred at any size is check `blur`'s. */
#include "stage/check/judge_internal.h"

static double number(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_FINE_DETAIL];
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("0.06", "0.08", "3", "0.25")};

static const odd_judge judge = {
    .of = number,
    .box = odd_box_of_product,
    .worst = 0,
    .severity = {0.3, 0.7},
    .says = "enlarged or blurred: fine detail",
    .style = {1, 3, ""},
};

const odd_check odd_check_upscaled = {
    .name = "upscaled",
    .summary = "small pictures that were enlarged",
    .advice = "look for the picture in its original size",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
