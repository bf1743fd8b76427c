/* The number of threads of this rank, and who has them: our loops or BLAS. */
#include "oddlot/par/threads.h"

#include "oddlot/base/blas_library.h"

#include <omp.h>
#include <sched.h>
#include <stdlib.h>

static int count = 1;

static void set_blas_threads(int threads)
{
    odd_blas_library_threads(threads);
    omp_set_num_threads(count); /* OpenBLAS on OpenMP changes it behind our back */
}

/* The CPUs this rank is bound to; none where the system has no such information. */
static cpu_set_t my_cpus(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    return set;
}

int odd_threads_ranks_sharing(MPI_Comm comm)
{
    MPI_Comm node;
    int ranks[CPU_SETSIZE], most = 1; /* count of this node's ranks that may run on each CPU */
    cpu_set_t mine = my_cpus();
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        ranks[cpu] = CPU_ISSET(cpu, &mine) != 0;
    MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Allreduce(MPI_IN_PLACE, ranks, CPU_SETSIZE, MPI_INT, MPI_SUM, node);
    MPI_Comm_free(&node);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &mine) && ranks[cpu] > most) most = ranks[cpu];
    return most;
}

static int default_threads(int ranks_sharing)
{
    const char *wish = getenv("OMP_NUM_THREADS");
    if (wish && atoi(wish) > 0) return atoi(wish);
    cpu_set_t mine = my_cpus();
    int each = CPU_COUNT(&mine) / (ranks_sharing > 0 ? ranks_sharing : 1);
    return each > 0 ? each : 1;
}

void odd_threads_setup(int threads, int ranks_sharing)
{
    count = threads > 0 ? threads : default_threads(ranks_sharing);
    set_blas_threads(1);
}

int odd_threads(void)
{
    return count;
}

void odd_threads_to_blas(int yes)
{
    set_blas_threads(yes ? count : 1);
}
