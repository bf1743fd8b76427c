/**
 * Route: things on their way from the ranks that have them to those that want them.
 */
#ifndef ODDLOT_PAR_ROUTE_INTERNAL_H
#define ODDLOT_PAR_ROUTE_INTERNAL_H

#include "oddlot/par/comm.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

/* The first rows of all ranks. */
typedef struct {
    int size;
    int64_t *first; /* (size + 1) */
} odd_owners;

/** @local; ODD_NOMEM */
odd_status odd_owners_new(MPI_Comm comm, int64_t n, odd_owners *out);
void odd_owners_free(odd_owners *owners);
/** The rank that owns a row. @local */
int odd_partition_owner(const odd_owners *owners, int64_t row);

/** Messages of so many things of `width` bytes to or from each rank, one behind the other; returns
 *  the number of things in all. @local */
int64_t odd_lay_out(int size, const int64_t count[], size_t width, odd_extent message[]);

/** Send each of my things to the rank that `to` says; what came, by sending rank: (*n), owned by
 *  caller: odd_free(). @collective; ODD_NOMEM */
odd_status odd_route(MPI_Comm comm, const void *things, int64_t count, size_t width,
                     int (*to)(const void *context, const void *thing), const void *context,
                     void **come, int64_t *n);

#endif
