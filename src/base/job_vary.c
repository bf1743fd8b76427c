/* Job variation: the same settings with some of them changed, as the trials of an experiment are.
 */
#include "base/job_internal.h"

#include <stdlib.h>
#include <string.h>

static odd_status copy_place(const odd_job_place *from, odd_job_place *to)
{
    free(to->set);
    *to = (odd_job_place){NULL, from->line, from->column};
    if (from->set && !(to->set = strdup(from->set)))
        return odd_fail(ODD_NOMEM, "cannot allocate a text");
    return ODD_OK;
}

/* Where the settings were given, so that faults are named there and not in the copy. */
static odd_status copy_places(const odd_job *from, odd_job *to)
{
    odd_status st = ODD_OK;
    for (int i = 0; i < from->part_count; i++) {
        ODD_TRY(copy_place(&from->part[i].place, &to->part[i].place));
        for (int o = 0; o < from->part[i].option_count; o++)
            ODD_TRY(copy_place(&from->part[i].places[o], &to->part[i].places[o]));
    }
done:
    return st;
}

/* Writing a job and reading it again gives the same settings, as tests of job_write.c check. */
static odd_status copy_settings(const odd_job *from, odd_job *to)
{
    odd_text yaml = ODD_TEXT_EMPTY;
    odd_status st;
    odd_job_write(from, &yaml);
    ODD_TRY(odd_text_status(&yaml));
    ODD_TRY(odd_fill_defaults(to));
    ODD_TRY(odd_fill_file(to, yaml.s, yaml.length));
    ODD_TRY(copy_places(from, to));
done:
    odd_text_free(&yaml);
    return st;
}

odd_status odd_job_vary(const odd_job *job, const char *const sets[], int set_count, odd_job **out)
{
    odd_job *copy = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY(odd_job_new(job->path, job->part[0].section, job->part_count, &copy));
    ODD_TRY(copy_settings(job, copy));
    for (int i = 0; i < set_count; i++)
        ODD_TRY(odd_fill_set(copy, sets[i], copy->folder));
    *out = copy;
    copy = NULL;
done:
    odd_job_free(&copy);
    return st;
}
