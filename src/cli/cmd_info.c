/* oddlot info: describe a run folder, or check that its files are whole. Rank 0 works. */
#include "cli/cli_internal.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/pipeline/pipelines.h"

#include <string.h>

const odd_word_option odd_info_word_options[] = {
    {ODD_LETTERS, "verify", NULL,
     "read its files whole, and fail with exit code 3 if one is damaged"},
    {0, NULL, NULL, NULL},
};

odd_status odd_cmd_info(int argc, char **argv)
{
    const char *folder = NULL;
    bool verify = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--verify") == 0)
            verify = true;
        else if (argv[i][0] == '-')
            return odd_fail(ODD_USAGE, "no option '%s'; did you mean --verify?", argv[i]);
        else if (folder)
            return odd_fail(ODD_USAGE, "one run at a time, but '%s' follows '%s'", argv[i], folder);
        else
            folder = argv[i];
    }
    if (!folder) return odd_fail(ODD_USAGE, "which run? `oddlot info RUN`");
    return odd_agree(MPI_COMM_WORLD,
                     odd_rank(MPI_COMM_WORLD) == 0 ? odd_run_describe(folder, verify) : ODD_OK);
}
