/* oddlot model info: look into a network file. Rank 0 works. */
#include "cli/cli_internal.h"

#include "oddlot/bench/model.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SIZE 65535

/* "size=224": of images, where the file leaves it open. */
static odd_status read_size(const char *word, int64_t *size)
{
    char *end;
    *size = 0;
    if (!word) return ODD_OK;
    if (strncmp(word, "size=", 5) == 0) {
        *size = strtoll(word + 5, &end, 10);
        if (end != word + 5 && !*end && *size >= 1 && *size <= MOST_SIZE) return ODD_OK;
    }
    return odd_fail(ODD_USAGE, "'%s' is not size=N, the height and width of images, 1 to %d", word,
                    MOST_SIZE);
}

static odd_status print_model(const char *path, int64_t size)
{
    odd_text text = ODD_TEXT_EMPTY;
    odd_status st = odd_model_describe(path, size, &text);
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
    if (argc < 3 || argc > 4 || strcmp(argv[1], "info") != 0)
        return odd_fail(ODD_USAGE, "which model? `oddlot model info FILE.onnx [size=N]`");
    int64_t size;
    odd_status st = read_size(argc > 3 ? argv[3] : NULL, &size);
    if (st != ODD_OK) return st;
    odd_threads_setup(0, odd_threads_ranks_sharing(MPI_COMM_WORLD));
    return odd_agree(MPI_COMM_WORLD,
                     odd_rank(MPI_COMM_WORLD) == 0 ? print_model(argv[2], size) : ODD_OK);
}
