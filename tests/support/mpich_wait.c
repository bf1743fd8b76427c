/* Preloaded where tests run with MPICH on UCX, as Debian's is: ranks that wait leave their core to
 * others, as those of Open MPI do when asked (mpi_yield_when_idle). MPICH itself spins in
 * MPI_Allreduce and its like and has no setting to stop that; with more ranks than cores each wait
 * then takes whole slices of the scheduler: two minutes were not enough for what takes 20 seconds
 * so. They sleep rather than yield: who sleeps is let in at once when he wakes. */
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

enum { TURNS_AWAKE = 20, SLEEP_NS = 20000 };

typedef unsigned progress_function(void *worker);

static progress_function *next_progress(void)
{
    void *found = dlsym(RTLD_NEXT, "ucp_worker_progress");
    if (!found) abort();
    progress_function *f;
    *(void **)&f = found;
    return f;
}

/* Once in each turn of every loop that waits; returns how many events there were. */
unsigned ucp_worker_progress(void *worker);
unsigned ucp_worker_progress(void *worker)
{
    static progress_function *progress;
    static int idle; /* MPI is used by one thread only */
    if (!progress) progress = next_progress();
    const unsigned events = progress(worker);
    idle = events ? 0 : idle + (idle <= TURNS_AWAKE);
    if (idle > TURNS_AWAKE) nanosleep(&(struct timespec){.tv_nsec = SLEEP_NS}, NULL);
    return events;
}
