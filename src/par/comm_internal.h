/**
 * Messages of any size between two ranks, cut into pieces that an MPI count can hold.
 */
#ifndef ODDLOT_PAR_COMM_INTERNAL_H
#define ODDLOT_PAR_COMM_INTERNAL_H

#include "oddlot/par/tags.h"

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the longest single message, a multiple of 8: far below what an int can count, far above
 * what costs time. Tests make it small. */
extern size_t odd_longest_message;

void odd_send(MPI_Comm comm, int to, odd_tag tag, const void *data, size_t bytes);
void odd_receive(MPI_Comm comm, int from, odd_tag tag, void *data, size_t bytes);

/** The same without waiting: the data stays where it is until the request is done. Each belongs to
 *  one of the other kind, not to odd_send() or odd_receive(). @local */
void odd_send_begin(MPI_Comm comm, int to, odd_tag tag, const void *data, size_t bytes,
                    MPI_Request *request);
void odd_receive_begin(MPI_Comm comm, int from, odd_tag tag, void *data, size_t bytes,
                       MPI_Request *request);

/** A count as MPI takes it; one that an int cannot hold breaks a promise (ODD_CHECK). @local */
int odd_mpi_count(int64_t count);

/* launch.c */

/** Give a process that was started alone what MPI wants of its environment, where it lacks it. */
void odd_launch_alone(void);

#endif
