/* oddlot bench: time a case on generated data. */
#include "cli/cli_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/bench/bench.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

odd_status odd_cmd_bench(int argc, char **argv)
{
    if (argc < 2) return odd_fail(ODD_USAGE, "which case? `oddlot bench --help` lists them");
    odd_log_setup(odd_rank(MPI_COMM_WORLD), ODD_LOG_WARN); /* the results are what is wanted */
    odd_threads_setup(0, odd_threads_ranks_sharing(MPI_COMM_WORLD));
    return odd_bench(MPI_COMM_WORLD, argv[1], argc - 2, argv + 2);
}
