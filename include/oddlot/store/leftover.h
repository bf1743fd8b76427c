/**
 * Leftover: the file that a killed program had not finished (store/file.h), as bytes to take rows
 * from.
 *
 * HDF5 could not open it, but rows of a dataset lie in it one after the other, from a place on that
 * whoever wrote them knew (odd_dataset_place()). What was not yet on the disk may be missing:
 * callers have digests of what they want.
 */
#ifndef ODDLOT_STORE_LEFTOVER_H
#define ODDLOT_STORE_LEFTOVER_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct odd_leftover odd_leftover;

/** What is left of the file that was to become `path`: it gets the name `aside`, so that another
 * may be begun. Where there is one of that name it is the one: whoever was to take from it was
 * killed as well. *out NULL: there is none. @collective @same paths. ODD_IO, ODD_NOMEM. */
odd_status odd_leftover_open(MPI_Comm comm, const char *path, const char *aside,
                             odd_leftover **out);

/** Remove one that nobody wants, if there is one. @local: one rank */
void odd_leftover_remove(const char *aside);

/** @local; ODD_IO, also where the file is shorter. */
odd_status odd_leftover_read(const odd_leftover *l, int64_t place, int64_t bytes, void *data);

/** Close; `done`: all was taken, and it is removed. NULL is fine. @collective */
void odd_leftover_close(odd_leftover **l, bool done);

#endif
