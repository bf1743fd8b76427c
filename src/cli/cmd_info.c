/* oddlot info: describe a run folder, or check that its files are whole. Rank 0 works. */
#include "cli_internal.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/stage/run.h"

#include <string.h>

odd_status odd_cmd_info(int argc, char **argv)
{
    const char *folder = NULL;
    bool verify = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            odd_command_help(odd_command_find(argv[0]));
            return ODD_OK;
        }
        if (strcmp(argv[i], "--verify") == 0)
            verify = true;
        else if (argv[i][0] == '-' || folder)
            return odd_fail(ODD_USAGE, "'%s' is one word too many; see `oddlot info --help`",
                            argv[i]);
        else
            folder = argv[i];
    }
    if (!folder) return odd_fail(ODD_USAGE, "which run? `oddlot info RUN`");
    return odd_agree(MPI_COMM_WORLD,
                     odd_rank(MPI_COMM_WORLD) == 0 ? odd_run_describe(folder, verify) : ODD_OK);
}
