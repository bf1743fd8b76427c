/**
 * Route: messages to and from all ranks.
 */
#ifndef ODDLOT_PAR_ROUTE_INTERNAL_H
#define ODDLOT_PAR_ROUTE_INTERNAL_H

#include "oddlot/par/comm.h"

#include <stddef.h>
#include <stdint.h>

/** Messages of so many things of `width` bytes to or from each rank, one behind the other; returns
 *  the number of things in all. @local */
int64_t odd_lay_out(int size, const int64_t count[], size_t width, odd_extent message[]);

/* Things between me and each rank: how many, and where they lie in what is sent and received. */
typedef struct {
    int64_t *send, *receive; /* (size) counts */
    odd_extent *out, *in;    /* (size) */
} odd_traffic;

/** Nothing is sent yet. @local; ODD_NOMEM: what there is has to be freed */
odd_status odd_traffic_new(int size, odd_traffic *t);
void odd_traffic_free(odd_traffic *t);
/** Learn how many things each rank sends me. @collective */
void odd_traffic_count(MPI_Comm comm, odd_traffic *t);
/** Lay out both ways, for things of `width` bytes. @local */
void odd_traffic_lay_out(MPI_Comm comm, odd_traffic *t, size_t width);

#endif
