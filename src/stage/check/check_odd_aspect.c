/* Check `odd_aspect`: images that are much wider or higher than the others of the catalogue. An odd
 * shape is a rare one: clothes, all of one shape, say nothing of the telephones beside them. */
#include "stage/check/judge_internal.h"

#include <math.h>

static double number(const float m[ODD_MEASURE_COUNT])
{
    return fabs(log2((double)m[ODD_MEASURE_WIDTH] / (double)m[ODD_MEASURE_HEIGHT]));
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("3", "1", "6", "0.05")};

static const odd_judge judge = {
    .of = number,
    .any = true,
    .high = true,
    .worst = 4,
    .least = 0.5,
    .severity = {0.2, 0.5},
    .says = "of another shape: its longer side is",
    .style = {0, 2, "times the shorter"},
};

const odd_check odd_check_odd_aspect = {
    .name = "odd_aspect",
    .summary = "images of another shape than the others",
    .advice = "look whether it shows the product whole, and cut it to the shape of the others",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
