/* Check `letterbox`: bars of one colour above and below the picture, or left and right. White ones
 * are the ground that products are shown on; at three sides and more it is a frame (check
 * `border`). */
#include "stage/check/judge_internal.h"

static const odd_option table[] = {ODD_JUDGE_OPTIONS("0.02", "0.02", "0", "0.1")};

static const odd_judge judge = {
    .of = odd_bars_of,
    .box = odd_box_within_borders,
    .high = true,
    .worst = 0.3,
    .severity = {0.4, 0.7},
    .says = "bars at two sides, each of",
    .style = {100, 1, "%"},
};

const odd_check odd_check_letterbox = {
    .name = "letterbox",
    .summary = "images with bars at two sides",
    .advice = "cut the bars off",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
