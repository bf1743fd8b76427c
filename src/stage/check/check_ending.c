/* Check `ending`: a name that does not tell what the file is, which some shops refuse and others
 * do not show. */
#include "stage/check/judge_internal.h"

#include <stdio.h>

static double number(const float m[ODD_MEASURE_COUNT])
{
    return m[ODD_MEASURE_ENDING_MATCHES];
}

static void tell(const float m[ODD_MEASURE_COUNT], const char *name, char *sentence, size_t size)
{
    const char *is = odd_image_format_name((int)m[ODD_MEASURE_FORMAT]);
    const char *promised = odd_image_format_name(odd_image_format_of_name(name));
    snprintf(sentence, size, "the file is %s, but the ending of its name is that of %s", is,
             promised);
}

static const odd_option table[] = {ODD_JUDGE_OPTIONS("0.5", "0.5", "0", "1")};

static const odd_judge judge = {
    .of = number,
    .any = true,
    .tell = tell,
    .worst = 0,
    .severity = {0.3, 0.4},
    .says = "the ending of its name is that of another format",
    .style = {1, -1, ""},
};

const odd_check odd_check_ending = {
    .name = "ending",
    .summary = "names that do not tell the format of the file",
    .advice = "rename the file, or save it in the format that its name tells",
    .kind = ODD_FINDING_HYGIENE,
    .options = table,
    .options_size = sizeof(odd_judge_options),
    .judge = &judge,
    .run = odd_judge_run,
};
