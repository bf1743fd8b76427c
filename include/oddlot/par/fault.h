/**
 * Fault: make a marked point fail on purpose, so that every error path gets run in tests.
 *
 * ODD_FAULT="store.write:rank=1:after=2" makes the third pass of rank 1 through the point
 * `store.write` fail with ODD_IO; without `rank` all ranks, without `after` the first pass. With
 * ":kill" the process kills itself there instead (SIGKILL), with ":sleep=S" it sleeps S seconds,
 * with ":wait=FILE" it makes that file and waits until somebody removes it. Several, separated by
 * commas.
 *
 * Every allocation is a point, too: `memory`, and while odd_fault_phase() says what is being done,
 * `memory.plan.features` and the like. There the allocation fails as if memory were short.
 */
#ifndef ODDLOT_PAR_FAULT_H
#define ODDLOT_PAR_FAULT_H

#include "oddlot/base/status.h"

/** Read a list of faults (NULL: none) for this rank and begin to count passes anew. odd_par_start()
 *  does it with ODD_FAULT and the rank in the world; tests may do it again. ODD_USAGE names a list
 *  that cannot be understood. Not thread-safe. @local */
odd_status odd_fault_setup(const char *list, int rank);

/** From now on allocations are passes through the point memory.WHAT.NAME; NULL, NULL: through
 *  `memory` alone, as at the start. Not thread-safe. @local */
void odd_fault_phase(const char *what, const char *name);

/** ODD_OK, unless this point was asked to fail now. @local */
odd_status odd_fault(const char *point);

#endif
