/* The number of threads of this rank, and who has them: our loops or BLAS. */
#include "oddlot/par/threads.h"

#include <dlfcn.h>
#include <omp.h>
#include <sched.h>
#include <stdlib.h>

static int count = 1;

/* Which BLAS runs is decided when the program is loaded, so its own switch is looked up then. */
static void set_blas_threads(int threads)
{
    static const char *const names[] = {"openblas_set_num_threads", "bli_thread_set_num_threads"};
    for (int i = 0; i < 2; i++) {
        void *symbol = dlsym(RTLD_DEFAULT, names[i]);
        if (!symbol) continue;
        if (i == 0)
            ((void (*)(int))symbol)(threads);
        else
            ((void (*)(long))symbol)(threads); /* dim_t of BLIS */
    }
    omp_set_num_threads(count); /* OpenBLAS on OpenMP changes it behind our back */
}

static int cpus_of_this_rank(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

static int default_threads(int ranks_sharing)
{
    const char *wish = getenv("OMP_NUM_THREADS");
    if (wish && atoi(wish) > 0) return atoi(wish);
    int each = cpus_of_this_rank() / (ranks_sharing > 0 ? ranks_sharing : 1);
    return each > 0 ? each : 1;
}

void odd_threads_setup(int threads, int ranks_on_node)
{
    count = threads > 0 ? threads : default_threads(ranks_on_node);
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
