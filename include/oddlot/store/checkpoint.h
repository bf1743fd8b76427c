/**
 * Checkpoint: records of one size that slow work has finished, kept in a flat file so that a killed
 * program goes on where it was, on any number of ranks.
 *
 * The file holds a mark for each record, then the records. A mark is written after its record has
 * reached the disk, so what is marked is whole; a file of another fingerprint or shape starts anew.
 */
#ifndef ODDLOT_STORE_CHECKPOINT_H
#define ODDLOT_STORE_CHECKPOINT_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct odd_checkpoint odd_checkpoint;

/** Open or begin the file; its folder is made. `fingerprint`: of the work (settings and inputs).
 *  *found: records that are there. @collective @same all. ODD_IO, ODD_NOMEM. */
odd_status odd_checkpoint_open(MPI_Comm comm, const char *path, const char *fingerprint,
                               int64_t records, int64_t record_bytes, odd_checkpoint **out,
                               int64_t *found);

/** Was this record there when the file was opened? @local */
bool odd_checkpoint_has(const odd_checkpoint *c, int64_t record);
/** Read one that was. @local */
odd_status odd_checkpoint_read(const odd_checkpoint *c, int64_t record, void *data);

/** Write a record of mine; it counts after odd_checkpoint_settle(). No two ranks write the same
 * one.
 *  @local; ODD_IO. */
odd_status odd_checkpoint_write(odd_checkpoint *c, int64_t record, const void *data);
/** Bring what was written to the disk, then mark it. @local; ODD_IO. */
odd_status odd_checkpoint_settle(odd_checkpoint *c);

/** Close; `done`: remove the file, and its folder if that is empty then. NULL is fine. @collective
 */
void odd_checkpoint_close(odd_checkpoint **c, bool done);

#endif
