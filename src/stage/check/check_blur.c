/* Check `blur`: edges that are not sharp at the size at which a page shows them, whatever
 * the size of the file. Plain goods without an edge are not measurable. */
#include "stage/check/judge_internal.h"

/* What was enlarged beyond doubt is check `upscaled`'s. */
static bool concerned(const float m[ODD_MEASURE_COUNT])
{
    return !(m[ODD_MEASURE_FINE_DETAIL] < 0.06f);
}

static double number(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_SHARPNESS];
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("0.25", "0.4", "4", "1")};

static const odd_judge judge = {
    .of = number,
    .concerns = concerned,
    .box = odd_box_of_product,
    .worst = 0,
    .severity = {0.4, 0.9},
    .says = "blurred: sharpness",
    .style = {1, 2, ""},
};

const odd_check odd_check_blur = {
    .name = "blur",
    .summary = "images that are out of focus or blurred",
    .advice = "take the picture again, sharp",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
