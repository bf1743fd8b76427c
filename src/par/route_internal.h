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

#endif
