/* Kept neighbours: what a search hands over, block by block, in one table for tests to look at. */
#ifndef ODDLOT_TESTS_LINALG_KEPT_NEIGHBOURS_H
#define ODDLOT_TESTS_LINALG_KEPT_NEIGHBOURS_H

#include "oddlot/linalg/neighbours.h"

#include <string.h>

typedef struct {
    int keep;
    odd_neighbour *near; /* (n_local, keep) */
} kept;

static odd_status keep_block(void *context, const odd_block *block, const odd_neighbour near[])
{
    const kept *k = context;
    memcpy(k->near + block->local * k->keep, near,
           (size_t)block->count * (size_t)k->keep * sizeof *near);
    return ODD_OK;
}

#endif
