/* What was within MPI is counted: bytes by who brings them in, seconds by who waits for whom, and
 * calls of libraries as well as ours. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/log.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/mpi_meter.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define WORLD MPI_COMM_WORLD
enum { BYTES = 12345 };

static void work_for(long milliseconds)
{
    const struct timespec t = {0, milliseconds * 1000000};
    nanosleep(&t, NULL);
}

static odd_mpi_usage since(const odd_mpi_usage *then)
{
    const odd_mpi_usage now = odd_mpi_usage_now();
    return (odd_mpi_usage){.waiting = now.waiting - then->waiting,
                           .filing = now.filing - then->filing,
                           .cpu = now.cpu - then->cpu,
                           .bytes = now.bytes - then->bytes,
                           .calls = now.calls - then->calls};
}

static void test_bytes(void)
{
    char data[BYTES] = "";
    const int last = odd_size(WORLD) - 1;
    const odd_mpi_usage then = odd_mpi_usage_now();
    odd_broadcast(WORLD, last, data, sizeof data);
    const odd_mpi_usage took = since(&then);
    CU_ASSERT_EQUAL(took.bytes, odd_rank(WORLD) == last ? BYTES : 0);
    CU_ASSERT_EQUAL(took.calls, 1);
}

static void test_sums(void)
{
    double value[7] = {0};
    const odd_mpi_usage then = odd_mpi_usage_now();
    odd_sum_f64(WORLD, value, 7);
    const odd_mpi_usage took = since(&then);
    CU_ASSERT_EQUAL(took.bytes, 7 * 8);
    CU_ASSERT(took.waiting > 0 && took.filing == 0);
    CU_ASSERT(took.cpu > 0 && took.cpu < took.waiting + 0.02);
}

/* Rank 0 is late by its own work, which is none of MPI's; the others wait for it. */
static void test_waiting(void)
{
    int64_t one = 1;
    MPI_Barrier(WORLD);
    const double began = odd_seconds();
    const odd_mpi_usage then = odd_mpi_usage_now();
    if (odd_rank(WORLD) == 0) work_for(200);
    odd_sum_i64(WORLD, &one, 1);
    const double elapsed = odd_seconds() - began, waited = since(&then).waiting;
    CU_ASSERT(waited <= elapsed);
    if (odd_rank(WORLD) == 0)
        CU_ASSERT(elapsed - waited > 0.19)
    else
        CU_ASSERT(waited > 0.1);
}

static void test_files(void)
{
    char name[] = "/tmp/oddlot-mpi-meter-XXXXXX";
    const odd_mpi_usage then = odd_mpi_usage_now();
    MPI_File file;
    if (odd_rank(WORLD) == 0) close(mkstemp(name));
    odd_broadcast(WORLD, 0, name, sizeof name);
    MPI_File_open(WORLD, name, MPI_MODE_RDWR | MPI_MODE_DELETE_ON_CLOSE, MPI_INFO_NULL, &file);
    MPI_File_set_size(file, BYTES);
    MPI_File_close(&file);
    CU_ASSERT(since(&then).filing > 0);
}

const char *odd_test_name = "par.mpi_meter";
CU_TestInfo odd_tests[] = {
    {"bytes are of who brings them in", test_bytes},
    {"of a sum all bring in", test_sums},
    {"who is late does not wait", test_waiting},
    {"files have a count of their own", test_files},
    CU_TEST_INFO_NULL,
};
