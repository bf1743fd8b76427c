/**
 * Groups of copies, as findings tell of them.
 */
#ifndef ODDLOT_STAGE_CHECK_COPY_GROUPS_INTERNAL_H
#define ODDLOT_STAGE_CHECK_COPY_GROUPS_INTERNAL_H

#include "stage/check/check_internal.h"

typedef struct {
    int64_t *row;        /* (count) the best copy first, the others rising or as they were */
    int64_t count;       /* at least 2 */
    double value;        /* largest difference of the pairs that join it; 0: all are exact */
    int64_t exact, near; /* pairs that join it */
    int64_t mirrored;    /* of the near ones */
    bool crosses_folders, crosses_labels, crosses_groups;
} odd_copy_group;

/** Stages that they are read from. */
extern const char *const odd_copy_groups_reads[];

/** Call f on each group, up to the first failure. @local: rank 0 */
odd_status odd_copy_groups_each(odd_check_context *context,
                                odd_status (*f)(odd_check_context *context, const void *options,
                                                const odd_copy_group *group),
                                const void *options);

/** Mark those of my rows that are in a group of placeholders: told (part->n_local). @local;
 *  ODD_FORMAT, ODD_NOMEM */
odd_status odd_copy_groups_tell(const odd_job *job, const odd_file *copies,
                                const odd_partition *part, bool told[]);

/** Is it one that the check `placeholder` of this job tells of? @local */
bool odd_copy_group_is_placeholder(const odd_job *job, const odd_copy_group *group);

#endif
