/**
 * Group measures: what was measured of the images of a group that is otherwise of all others.
 */
#ifndef ODDLOT_STAGE_GROUPS_GROUP_MEASURES_INTERNAL_H
#define ODDLOT_STAGE_GROUPS_GROUP_MEASURES_INTERNAL_H

#include "oddlot/base/status.h"
#include "oddlot/par/partition.h"
#include "oddlot/store/file.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

enum { ODD_GROUP_DIFFERENCES = 2 };

/* One measure, in a group and in all other images. */
typedef struct {
    int measure;           /* of those that are told; -1: none */
    double apart;          /* 0.5: as the others, 1: every one is on one side of all others */
    double inside, others; /* medians */
} odd_group_difference;

/** The measures that tell the images of each group best from all others: out (groups,
 *  ODD_GROUP_DIFFERENCES), the best first, on every rank. of: (part->n_local) of my images of the
 *  catalogue, 0 ... groups - 1, or any other number. Where nothing was measured all are -1.
 *  @collective; @same groups; ODD_FORMAT, ODD_NOMEM. Some 170 bytes for each of my images, and 24
 *  for each group. */
odd_status odd_group_differences(MPI_Comm comm, const odd_file *ingest, const odd_partition *part,
                                 const int32_t of[], int32_t groups, odd_group_difference out[]);

/** "; less white ground (0 %, the others 100 %)", or nothing. */
void odd_group_differences_tell(const odd_group_difference difference[], char *text, size_t size);

#endif
