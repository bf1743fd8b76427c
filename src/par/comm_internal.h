/**
 * Messages of any size between two ranks, cut into pieces that an MPI count can hold.
 */
#ifndef ODDLOT_PAR_COMM_INTERNAL_H
#define ODDLOT_PAR_COMM_INTERNAL_H

#include <mpi.h>
#include <stddef.h>

/* One entry a use, so that no two uses take each other's messages. */
typedef enum { ODD_TAG_GATHER = 1, ODD_TAG_TREESUM, ODD_TAG_PROGRESS } odd_tag;

/* Bytes of the longest single message, a multiple of 8: far below what an int can count, far above
 * what costs time. Tests make it small. */
extern size_t odd_longest_message;

void odd_send(MPI_Comm comm, int to, odd_tag tag, const void *data, size_t bytes);
void odd_receive(MPI_Comm comm, int from, odd_tag tag, void *data, size_t bytes);

/* launch.c */

/** Give a process that was started alone what MPI wants of its environment, where it lacks it. */
void odd_launch_alone(void);

#endif
