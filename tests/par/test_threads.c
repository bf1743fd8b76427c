/* The number of threads: asked for, from the environment, from the CPUs; and who has them. */
#include "oddlot_test_mpi.h"

#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <dlfcn.h>
#include <omp.h>
#include <sched.h>
#include <stdlib.h>

#define WORLD MPI_COMM_WORLD

static int my_cpus(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

static void test_asked_for(void)
{
    odd_threads_setup(3, 1);
    CU_ASSERT_EQUAL(odd_threads(), 3);
    CU_ASSERT_EQUAL(omp_get_max_threads(), 3);
}

static void test_environment(void)
{
    setenv("OMP_NUM_THREADS", "5", 1);
    odd_threads_setup(0, 1);
    CU_ASSERT_EQUAL(odd_threads(), 5);
    setenv("OMP_NUM_THREADS", "nonsense", 1);
    odd_threads_setup(0, 1);
    CU_ASSERT_EQUAL(odd_threads(), my_cpus());
}

static void test_shared_cpus(void)
{
    unsetenv("OMP_NUM_THREADS");
    odd_threads_setup(0, 1);
    CU_ASSERT_EQUAL(odd_threads(), my_cpus());
    odd_threads_setup(0, 1000000);
    CU_ASSERT_EQUAL(odd_threads(), 1);
    odd_threads_setup(0, 0);
    CU_ASSERT_EQUAL(odd_threads(), my_cpus());
}

/* The first CPUs that the process may use, at most two. */
static int first_cpus(int cpu[2])
{
    cpu_set_t set;
    int found = 0;
    sched_getaffinity(0, sizeof set, &set);
    for (int i = 0; i < CPU_SETSIZE && found < 2; i++)
        if (CPU_ISSET(i, &set)) cpu[found++] = i;
    return found;
}

/* Ranks bound to two CPUs in turn share only with those on the same one. */
static void test_ranks_sharing(void)
{
    int cpu[2], rank = odd_rank(WORLD), size = odd_size(WORLD);
    CU_ASSERT_EQUAL(odd_threads_ranks_sharing(WORLD), size); /* the tests run unbound */
    cpu_set_t all, one;
    sched_getaffinity(0, sizeof all, &all);
    CPU_ZERO(&one);
    int found = first_cpus(cpu);
    CPU_SET(cpu[rank % found], &one);
    sched_setaffinity(0, sizeof one, &one);
    CU_ASSERT_EQUAL(odd_threads_ranks_sharing(WORLD), (size - rank % found + found - 1) / found);
    sched_setaffinity(0, sizeof all, &all);
}

/* With OpenBLAS in the process, it gets one thread and all of them when lent. */
static void test_blas(void)
{
    void *blas = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_GLOBAL);
    int (*blas_threads)(void) = NULL;
    if (blas) *(void **)&blas_threads = dlsym(blas, "openblas_get_num_threads");
    odd_threads_setup(2, 1);
    if (blas_threads) CU_ASSERT_EQUAL(blas_threads(), 1);
    odd_threads_to_blas(1);
    CU_ASSERT_EQUAL(odd_threads(), 2);
    odd_threads_to_blas(0);
    if (blas_threads) CU_ASSERT_EQUAL(blas_threads(), 1);
    CU_ASSERT_EQUAL(omp_get_max_threads(), 2);
}

const char *odd_test_name = "par.threads";
CU_TestInfo odd_tests[] = {
    {"asked for", test_asked_for},        {"OMP_NUM_THREADS", test_environment},
    {"shared CPUs", test_shared_cpus},    {"ranks that share CPUs", test_ranks_sharing},
    {"lent to BLAS and back", test_blas}, CU_TEST_INFO_NULL,
};
