/* Launch: whether a launcher of ranks started this process, and what MPI misses if none did. */
#include "oddlot/par/comm.h"
#include "par/comm_internal.h"

#include <stdlib.h>
#include <unistd.h>

bool odd_par_launched(void)
{
    static const char *const marks[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (getenv(marks[i])) return true;
    return false;
}

/* Open MPI keeps a folder there while it runs; read-only containers often have shared memory. */
static void find_scratch(void)
{
    static const char *const names[] = {"TMPDIR", "TEMP", "TMP"};
    static const char *const folders[] = {"/tmp", "/dev/shm", "."};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (getenv(names[i])) return;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (access(folders[i], W_OK | X_OK) == 0) {
            if (i > 0) setenv("TMPDIR", folders[i], 1);
            return;
        }
}

void odd_launch_alone(void)
{
    if (odd_par_launched()) return;
    setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 0); /* where Open MPI looks for its helpers */
    setenv("HOME", "/", 0);                            /* Open MPI 5 does not start without */
    find_scratch();
}
