/* oddlot model info: look into a network file. Rank 0 works. */
#include "cli/cli_internal.h"

#include "oddlot/bench/model.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <stdio.h>
#include <string.h>

static odd_status print_model(const char *path)
{
    odd_text text = ODD_TEXT_EMPTY;
    odd_status st = odd_model_describe(path, &text);
    if (st == ODD_OK) fputs(odd_text_string(&text), stdout);
    odd_text_free(&text);
    return st;
}

odd_status odd_cmd_model(int argc, char **argv)
{
    if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
        odd_command_help(odd_command_find(argv[0]));
        return ODD_OK;
    }
    if (argc != 3 || strcmp(argv[1], "info") != 0)
        return odd_fail(ODD_USAGE, "which model? `oddlot model info FILE.onnx`");
    odd_threads_setup(0, odd_threads_ranks_sharing(MPI_COMM_WORLD));
    return odd_agree(MPI_COMM_WORLD, odd_rank(MPI_COMM_WORLD) == 0 ? print_model(argv[2]) : ODD_OK);
}
