/* oddlot doctor: what this machine and build can do. */
#include "cli/cli_internal.h"

#include "oddlot/bench/bench.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

odd_status odd_cmd_doctor(int argc, char **argv)
{
    if (argc > 1) return odd_fail(ODD_USAGE, "doctor takes no '%s'", argv[1]);
    odd_threads_setup(0, odd_threads_ranks_sharing(MPI_COMM_WORLD));
    return odd_doctor(MPI_COMM_WORLD);
}
