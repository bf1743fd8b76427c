/**
 * Node memory: bytes that lie once in the memory of each node, however many ranks it has.
 *
 * Rank 0 has them; the first rank of each other node receives them, and ranks of a node look at the
 * same pages, which nobody writes any more. They are in no file system: room in /dev/shm does not
 * matter, a killed job leaves nothing behind, and each rank lets go for itself, so failure paths
 * need no collective call. Where ranks of a node cannot see one memory (containers that hide
 * processes from one another), each of them has a copy; the log says so (ODD_LOG_DEBUG).
 *
 * A node is what MPI_COMM_TYPE_SHARED joins. ODDLOT_RANKS_PER_NODE=2 in the environment of all
 * ranks takes two at a time as a node of their own, so that several can be had on one machine.
 */
#ifndef ODDLOT_PAR_NODE_MEMORY_H
#define ODDLOT_PAR_NODE_MEMORY_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdbool.h>
#include <stddef.h>

/* Begins as {0}. */
typedef struct {
    void *data; /* (bytes) read only where it is common */
    size_t bytes;
    bool common; /* ranks of my node look at the same pages; else they are mine alone */
} odd_node_memory;

/**
 * Bytes of rank 0 for all ranks, once a node.
 *
 * @collective on comm.
 * @param given  on rank 0 an array of odd_alloc(), which is given: freed here, also on failure, or
 *               handed on where rank 0 is alone on its node. It is given back to the system as it
 *               is copied, so that rank 0 does not hold it twice. Elsewhere not used.
 * @param bytes  its length; counts on rank 0.
 * @param[out] out  owned by caller: odd_node_memory_free(). Empty on failure.
 * @return ODD_OK, or ODD_NOMEM on every rank.
 */
odd_status odd_node_memory_share(MPI_Comm comm, void *given, size_t bytes, odd_node_memory *out);

/** Let go of it; what is empty is fine. @local: others on the node keep it. */
void odd_node_memory_free(odd_node_memory *memory);

#endif
