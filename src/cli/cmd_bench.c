/* oddlot bench: time a case on generated data. */
#include "cli_internal.h"

#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"
#include "oddlot/stage/bench.h"

#include <stdio.h>
#include <string.h>

static odd_status explain(void)
{
    odd_text cases = ODD_TEXT_EMPTY;
    odd_command_help(odd_command_find("bench"));
    odd_bench_help(&cases);
    odd_status st = odd_text_status(&cases);
    if (st == ODD_OK && odd_rank(MPI_COMM_WORLD) == 0)
        printf("\nCases, with their keys and defaults\n%s", odd_text_string(&cases));
    odd_text_free(&cases);
    return st;
}

odd_status odd_cmd_bench(int argc, char **argv)
{
    if (argc < 2) return odd_fail(ODD_USAGE, "which case? `oddlot bench --help` lists them");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) return explain();
    odd_threads_setup(0, odd_threads_ranks_sharing(MPI_COMM_WORLD));
    return odd_bench(MPI_COMM_WORLD, argv[1], argc - 2, argv + 2);
}
