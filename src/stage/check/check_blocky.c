/* Check `blocky`: borders of 8 x 8 blocks that are seen, as strong compression leaves them. */
#include "stage/check/judge_internal.h"

static double number(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_BLOCKINESS];
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("0.4", "0.3", "6", "0.2")};

static const odd_judge judge = {
    .of = number,
    .box = odd_box_of_product,
    .high = true,
    .worst = 1,
    .severity = {0.3, 0.6},
    .says = "blocks of compression are seen:",
    .style = {100, 0, "% of their borders"},
};

const odd_check odd_check_blocky = {
    .name = "blocky",
    .summary = "images with visible blocks of compression",
    .advice = "look for the picture before it was compressed so much",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
