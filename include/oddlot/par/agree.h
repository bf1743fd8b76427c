/**
 * Agree: all ranks leave when anyone failed (the idea of FFTW's any_true).
 *
 * A collective function returns the same status on every rank. In it, a *local* call goes through
 * ODD_TRY_ALL(), which agrees first; a *collective* call goes through ODD_TRY(). Agree before a
 * collective call that a failed rank could not take part in.
 */
#ifndef ODDLOT_PAR_AGREE_H
#define ODDLOT_PAR_AGREE_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdint.h>

/** The worst status of all ranks, with the reason of the lowest rank that has it recorded on every
 *  rank (see odd_fail_reason()); prints nothing: the end of the program reports it once.
 *  @collective on comm. */
odd_status odd_agree(MPI_Comm comm, odd_status mine);

#define ODD_TRY_ALL(comm, expr) ODD_TRY(odd_agree((comm), (expr)))

/** ODD_DIFFER on every rank, naming `what`, unless the value is the same everywhere. @collective */
odd_status odd_same_i64(MPI_Comm comm, const char *what, int64_t value);

/** The same in debug builds (ODD_DEBUG), in a function that has a label `done`: what a header calls
 *  @same of a function that is called often. Other builds trust it. */
#ifdef ODD_DEBUG
#define ODD_SAME(comm, what, value) ODD_TRY(odd_same_i64((comm), (what), (value)))
#else
#define ODD_SAME(comm, what, value) ((void)0)
#endif

#endif
