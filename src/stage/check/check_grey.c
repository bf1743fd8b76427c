/* Check `grey`: images without colour, where nearly all others have some. Black, white and silver
 * goods have none, either: where they are more than one in fifty, nothing is said. */
#include "stage/check/judge_internal.h"

static double number(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_CHROMA_99];
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("2", "2", "0", "0.02")};

static const odd_judge judge = {
    .of = number,
    .worst = 0,
    .severity = {0.3, 0.4},
    .says = "grey: the strongest colour in it is",
    .style = {1, 0, "levels of 255"},
};

const odd_check odd_check_grey = {
    .name = "grey",
    .summary = "grey images among coloured ones",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
