/* Check `cut_short`: the file ends before its picture does, though a decoder made something of it.
 */
#include "stage/check/judge_internal.h"

static double number(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_CUT_SHORT];
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("0.5", "0.5", "0", "1")};

static const odd_judge judge = {
    .of = number,
    .any = true,
    .high = true,
    .worst = 1,
    .severity = {0.8, 0.9},
    .says = "the file ends before its picture does",
    .style = {1, -1, ""},
};

const odd_check odd_check_cut_short = {
    .name = "cut_short",
    .summary = "files that end too early",
    .advice = "upload the file again",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
