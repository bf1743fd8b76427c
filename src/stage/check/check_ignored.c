/* Check: which list of findings to leave out there is. */
#include "stage/check/check_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <string.h>
#include <unistd.h>

static odd_status copy_path(const char *path, char **out)
{
    const size_t size = strlen(path) + 1;
    odd_status st;
    ODD_TRY(ODD_NEW(*out, (int64_t)size));
    memcpy(*out, path, size);
done:
    return st;
}

odd_status odd_check_ignore_path(odd_run *run, char **path)
{
    const odd_check_options *options = odd_job_section(run->job, "check");
    int64_t there = 1;
    odd_status st;
    *path = NULL;
    ODD_TRY_ALL(run->comm, *options->ignore ? copy_path(options->ignore, path)
                                            : odd_run_path(run, "ignored.csv", path));
    if (odd_rank(run->comm) == 0 && !*options->ignore) there = access(*path, F_OK) == 0;
    odd_broadcast(run->comm, 0, &there, sizeof there);
done:
    if (st != ODD_OK || !there) {
        odd_free(*path);
        *path = NULL;
    }
    return st;
}
