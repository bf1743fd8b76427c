/**
 * Deal: things that ranks have, cut anew, and values asked of whoever has them.
 */
#ifndef ODDLOT_PAR_DEAL_H
#define ODDLOT_PAR_DEAL_H

#include "oddlot/base/status.h"
#include "oddlot/par/partition.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

/** The things of all ranks, those of rank 0 first, cut as odd_partition_rows() does: *out
 *  (part->n_local), owned by caller: odd_free(). What stays with its rank is copied, the rest sent.
 *  @collective; @same width; ODD_NOMEM */
odd_status odd_deal(MPI_Comm comm, const void *things, int64_t count, size_t width, void **out,
                    odd_partition *part);

/** Values by their numbers, in any order and as often as one likes: out (count), `width` bytes
 * each. All part->n are cut as odd_partition_rows() does; mine (part->n_local) are those that I
 * have. Those of other ranks are sent: 16 bytes and the value for each, at both ends. @collective;
 * @same part->n, width; ODD_NOMEM */
odd_status odd_ask(MPI_Comm comm, const odd_partition *part, const void *mine, size_t width,
                   int64_t count, const int64_t number[], void *out);

#endif
