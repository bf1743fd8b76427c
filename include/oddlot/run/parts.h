/**
 * Parts: what a table has to choose from by name (a detector, a reduction, a source of features, a
 * task, a kind of catalogue), with settings of their own in a section "<stage>.<part>" of the job.
 */
#ifndef ODDLOT_RUN_PARTS_H
#define ODDLOT_RUN_PARTS_H

#include "oddlot/base/job.h"
#include "oddlot/base/status.h"

#include <stddef.h>

/* What all registered parts have. */
typedef struct {
    const char *name; /* NULL: there are no more */
    const char *summary;
    const odd_option *options;
    size_t options_size;
} odd_part;

#define ODD_PART_NAME 64

/** The name of a part's section: "<stage>.<part>". @local */
void odd_part_section(const char *stage, const char *part, char section[ODD_PART_NAME]);

/** The settings of a registered part. Borrowed from the job. @local */
const void *odd_part_options(const odd_job *job, const char *stage, const char *part);

/** Fail at `key`: "no detector 'x'; there are: a, b". part(i) is the i-th that there is. @local */
odd_status odd_no_such_part(const odd_job *job, const char *key, const char *what,
                            const char *given, odd_part (*part)(int i));

#endif
