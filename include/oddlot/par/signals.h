/**
 * Signals: a wish to stop (SIGUSR1 from Slurm before the time limit, SIGTERM, SIGINT) becomes a
 * flag that stages look at where they can stop well. A second SIGINT ends the program at once.
 */
#ifndef ODDLOT_PAR_SIGNALS_H
#define ODDLOT_PAR_SIGNALS_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdbool.h>

/** Begin to listen; forgets what came before. @local */
void odd_signals_install(void);

/** While `yes`, a rank that was told to stop and has not come to look after a second and a half
 * ends at once, with a message and the exit code of ODD_STOPPED, whatever it is in; its launcher
 * ends the others. For work that is begun anew or goes on from a checkpoint in any case,
 * as after a kill. @local */
void odd_signals_may_end(MPI_Comm comm, bool yes);

/** True if this rank was told to stop. @local */
bool odd_signals_pending(void);

/** ODD_STOPPED, naming the signal, if this rank was told to stop, else ODD_OK; any thread may ask.
 *  @local */
odd_status odd_signals_look(void);

/** ODD_STOPPED on every rank, naming the signal, if any rank was told to stop, else ODD_OK.
 *  @collective */
odd_status odd_signals_check(MPI_Comm comm);

#endif
