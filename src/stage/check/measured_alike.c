/* Measured alike, see measured_alike_internal.h. */
#include "stage/check/measured_alike_internal.h"

#include <stddef.h>
#include <string.h>

/* By measure: the checks of hygiene, and the rules that come first where one is broken as much. */
static const struct {
    odd_finding_kind kind;
    const char *check;
    int measure;
} judges[] = {
    {ODD_FINDING_HYGIENE, "ending", 1},    {ODD_FINDING_RULE, "ending", 1},
    {ODD_FINDING_HYGIENE, "blank", 2},     {ODD_FINDING_RULE, "single_colour", 2},
    {ODD_FINDING_HYGIENE, "border", 3},    {ODD_FINDING_HYGIENE, "letterbox", 3},
    {ODD_FINDING_RULE, "border", 3},       {ODD_FINDING_HYGIENE, "small_fill", 4},
    {ODD_FINDING_RULE, "fill", 4},         {ODD_FINDING_HYGIENE, "off_white", 5},
    {ODD_FINDING_RULE, "white_ground", 5}, {ODD_FINDING_RULE, "near_white_ground", 5},
    {ODD_FINDING_HYGIENE, "odd_size", 6},  {ODD_FINDING_RULE, "longer_side", 6},
    {ODD_FINDING_RULE, "pixels", 6},       {ODD_FINDING_RULE, "width", 6},
    {ODD_FINDING_RULE, "height", 6},       {ODD_FINDING_HYGIENE, "odd_aspect", 7},
    {ODD_FINDING_RULE, "aspect", 7},
};

int odd_measured_alike(odd_finding_kind kind, const char *check)
{
    for (size_t i = 0; i < sizeof judges / sizeof *judges; i++)
        if (judges[i].kind == kind && strcmp(judges[i].check, check) == 0) return judges[i].measure;
    return 0;
}
