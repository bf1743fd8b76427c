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

/** True if this rank was told to stop. @local */
bool odd_signals_pending(void);

/** ODD_STOPPED on every rank, naming the signal, if any rank was told to stop, else ODD_OK.
 *  @collective */
odd_status odd_signals_check(MPI_Comm comm);

#endif
