/* Check `border`: a frame of one colour around the picture. White around it is the ground that
 * products are shown on. */
#include "stage/check/judge_internal.h"

static const odd_option table[] = {ODD_JUDGE_OPTIONS("0.002", "0.002", "0", "0.1")};

static const odd_judge judge = {
    .of = odd_frame_of,
    .box = odd_box_within_borders,
    .high = true,
    .worst = 0.2,
    .severity = {0.4, 0.7},
    .says = "a frame around the picture, of",
    .style = {100, 1, "%"},
};

const odd_check odd_check_border = {
    .name = "border",
    .summary = "images with a frame around them",
    .advice = "cut the frame off",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
