/**
 * Route: things on their way from the ranks that have them to those that want them.
 */
#ifndef ODDLOT_PAR_ROUTE_H
#define ODDLOT_PAR_ROUTE_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

/* The first rows of all ranks, of n that are cut by odd_partition_rows(). */
typedef struct {
    int size;
    int64_t *first; /* (size + 1) */
} odd_owners;

/** @local; ODD_NOMEM */
odd_status odd_owners_new(MPI_Comm comm, int64_t n, odd_owners *out);
void odd_owners_free(odd_owners *owners);
/** The rank that owns a row. @local */
int odd_partition_owner(const odd_owners *owners, int64_t row);

/** Send each of my things to the rank that `to` says; what came, by sending rank and in the order
 *  in which they were there: (*n), owned by caller: odd_free(). @collective; @same width;
 *  ODD_NOMEM */
odd_status odd_route(MPI_Comm comm, const void *things, int64_t count, size_t width,
                     int (*to)(const void *context, const void *thing), const void *context,
                     void **come, int64_t *n);

#endif
