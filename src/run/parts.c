/* Parts: what tables have to choose from by name. */
#include "oddlot/run/parts.h"

#include <stdio.h>

void odd_part_section(const char *stage, const char *part, char section[ODD_PART_NAME])
{
    snprintf(section, ODD_PART_NAME, "%s.%s", stage, part);
}

const void *odd_part_options(const odd_job *job, const char *stage, const char *part)
{
    char section[ODD_PART_NAME];
    odd_part_section(stage, part, section);
    return odd_job_section(job, section);
}

odd_status odd_no_such_part(const odd_job *job, const char *key, const char *what,
                            const char *given, odd_part (*part)(int i))
{
    odd_text names = ODD_TEXT_EMPTY;
    for (int i = 0; part(i).name; i++)
        odd_text_format(&names, "%s%s", i ? ", " : "", part(i).name);
    odd_status st =
        odd_job_fail(job, key, "no %s '%s'; there are: %s", what, given, odd_text_string(&names));
    odd_text_free(&names);
    return st;
}
