/**
 * Progress of all ranks, shown by rank 0 with rate and time left.
 *
 * On a terminal a bar redrawn some times a second, in a batch log a line every half minute. Ranks
 * tell rank 0 their count in small messages that nobody waits for. ODDLOT_PROGRESS=0 hides all of
 * it, ODDLOT_PROGRESS=1 draws the bar even where stderr is no terminal, as under mpirun.
 */
#ifndef ODDLOT_PAR_PROGRESS_H
#define ODDLOT_PAR_PROGRESS_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdint.h>

typedef struct odd_progress odd_progress;

/** Begin: `total` units over all ranks (0: not known), e.g. ("ingest", "images"). Quiet if the log
 *  hides ODD_LOG_STAGE, or while another progress has the terminal. Never fails: NULL (off) when
 *  memory is short. @collective @same total. */
odd_progress *odd_progress_start(MPI_Comm comm, const char *task, const char *unit, int64_t total);

/** `done` more units of mine. Cheap; call outside parallel regions. NULL is fine. @local */
void odd_progress_add(odd_progress *p, int64_t done);

/** End: collects what is under way, wipes the bar. @collective */
void odd_progress_stop(odd_progress **p);

#endif
