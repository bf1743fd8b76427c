/**
 * Checkpoint: records of one size that slow work has finished, kept in a flat file so that a killed
 * program goes on where it was, on any number of ranks.
 *
 * The file holds a mark for each record, then the records, each with a checksum. A mark is written
 * after its record has reached the disk, so what is marked is whole, unless the file was damaged
 * since: then that record is told apart. A file of another fingerprint or shape starts anew. A rank
 * knows the marks of the records that it asks for, no others.
 */
#ifndef ODDLOT_STORE_CHECKPOINT_H
#define ODDLOT_STORE_CHECKPOINT_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct odd_checkpoint odd_checkpoint;

/* Which work, and which of its records this rank will ask for: first ... first + count - 1. */
typedef struct {
    const char *fingerprint; /* of the work: settings and inputs */
    int64_t records, record_bytes;
    int64_t first, count;
} odd_checkpoint_work;

/** Open or begin the file; its folder is made. *found: of my records, those that are there.
 *  @collective @same all but first, count and found. ODD_IO, ODD_NOMEM. */
odd_status odd_checkpoint_open(MPI_Comm comm, const char *path, const odd_checkpoint_work *work,
                               odd_checkpoint **out, int64_t *found);

/** Was this record of mine there when the file was opened? @local */
bool odd_checkpoint_has(const odd_checkpoint *c, int64_t record);
/** Read one that was. @local; ODD_IO, ODD_FORMAT: it is damaged. */
odd_status odd_checkpoint_read(const odd_checkpoint *c, int64_t record, void *data);
/** None of mine was there: what they were made of is gone. @local; ODD_IO. */
odd_status odd_checkpoint_forget(odd_checkpoint *c);

/** Write records of mine, one after the other, data: (count) of them; they count after
 *  odd_checkpoint_settle(). No two ranks write the same one. @local; ODD_IO, ODD_NOMEM. */
odd_status odd_checkpoint_write(odd_checkpoint *c, int64_t first, int64_t count, const void *data);
/** Bring what was written to the disk, then mark it. @local; ODD_IO. */
odd_status odd_checkpoint_settle(odd_checkpoint *c);

/** Close; `done`: remove the file, and its folder if that is empty then. NULL is fine. @collective
 */
void odd_checkpoint_close(odd_checkpoint **c, bool done);

#endif
