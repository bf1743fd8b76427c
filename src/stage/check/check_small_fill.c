/* Check `small_fill`: a product that is lost in its picture. */
#include "stage/check/judge_internal.h"

static double number(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_FILL];
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("0.3", "0.33", "4", "0.2")};

static const odd_judge judge = {
    .of = number,
    .box = odd_box_of_product,
    .worst = 0,
    .severity = {0.3, 0.6},
    .says = "small in the picture: the product fills",
    .style = {100, 0, "%"},
};

const odd_check odd_check_small_fill = {
    .name = "small_fill",
    .summary = "products that fill little of the picture",
    .advice = "cut the picture closer to the product",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
