/**
 * Journal: what the passes of slow work over the rows have found (par/passes.h), in a flat file, so
 * that a killed program goes on where it was, on any number of ranks.
 *
 * Entries are only ever added, each with a checksum: a kill in the midst of one loses that one, and
 * what is damaged is left out with all that follows it. They are written some at a time, so seldom
 * that it takes no more than a twentieth of the time. A file of another fingerprint starts anew.
 * Rank 0 reads and writes.
 */
#ifndef ODDLOT_STORE_JOURNAL_H
#define ODDLOT_STORE_JOURNAL_H

#include "oddlot/base/status.h"
#include "oddlot/par/passes.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct odd_journal odd_journal;

/** Open the file, or begin it when there is something to write. `fingerprint`: of the work
 * (settings and inputs); `every`: least seconds between two writes, 0: each entry at once. *found:
 * entries that are there. @collective @same all. ODD_IO, ODD_NOMEM. */
odd_status odd_journal_open(MPI_Comm comm, const char *path, const char *fingerprint, double every,
                            odd_journal **out, int64_t *found);

/** Where its passes are kept; the journal's own. A disk that is full, or another failure to write,
 *  is told once and ends the keeping, not the work. @local */
odd_passes *odd_journal_passes(odd_journal *j);

/** Close; `done`: remove the file, and its folder if that is empty then, else write what is not yet
 *  written. NULL is fine. @collective */
void odd_journal_close(odd_journal **j, bool done);

#endif
