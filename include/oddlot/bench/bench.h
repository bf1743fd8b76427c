/**
 * Bench: time the parts on generated data of any shape, and look at the machine.
 *
 * Both print on stdout on rank 0 and are @collective on comm.
 */
#ifndef ODDLOT_BENCH_BENCH_H
#define ODDLOT_BENCH_BENCH_H

#include "oddlot/base/status.h"
#include "oddlot/base/text.h"

#include <mpi.h>

/** Time one case: a JSON object a line for each repeat, with all conditions. `words` are key=value
 *  pairs. ODD_USAGE for an unknown case or key; else what the case gives. */
odd_status odd_bench(MPI_Comm comm, const char *name, int words, char *const word[]);

/** The cases with their keys and defaults, for help. @local */
void odd_bench_help(odd_text *out);

/** Say what this machine and build can do, and check it: ODD_PROBLEM if something is wrong. */
odd_status odd_doctor(MPI_Comm comm);

#endif
