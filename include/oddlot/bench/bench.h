/**
 * Bench: time the parts on generated data of any shape, and look at the machine.
 *
 * What it prints goes to stdout; what takes a comm does so on rank 0 and is @collective on comm.
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

/** Print which libraries this build uses, and what it was built without. Any process may. @local */
void odd_libraries_print(void);

#endif
