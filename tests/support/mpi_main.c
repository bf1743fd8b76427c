/* Driver of the CUnit programs that run on several ranks: every rank runs the suite, rank 0 speaks,
 * and the exit code is "a test failed on any rank, or none ran". */
#include "foreign_leaks.h"
#include "oddlot_test_mpi.h"
#include "test_driver.h"

#include "oddlot/base/log.h"
#include "oddlot/base/status.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <stdio.h>

bool check_all(MPI_Comm comm, bool condition)
{
    int mine = condition, all;
    MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_MIN, comm);
    CU_ASSERT(all);
    if (!condition)
        fprintf(stderr, "rank %d: failed; last reason: %s\n", odd_rank(comm), odd_fail_reason());
    return all;
}

MPI_Comm test_team(int size)
{
    MPI_Comm team;
    const int rank = odd_rank(MPI_COMM_WORLD);
    MPI_Comm_split(MPI_COMM_WORLD, rank < size ? 0 : MPI_UNDEFINED, rank, &team);
    return team;
}

void test_team_free(MPI_Comm *team)
{
    if (*team != MPI_COMM_NULL) MPI_Comm_free(team);
}

int main(int argc, char **argv)
{
    if (odd_par_start(&argc, &argv) != ODD_OK) return 1;
    odd_log_setup(odd_rank(MPI_COMM_WORLD), ODD_LOG_WARN);
    odd_threads_setup(0, odd_threads_ranks_sharing(MPI_COMM_WORLD));
    int bad = !test_register();
    if (!bad) {
        CU_basic_set_mode(odd_rank(MPI_COMM_WORLD) == 0 ? CU_BRM_VERBOSE : CU_BRM_SILENT);
        CU_basic_run_tests();
        bad = CU_get_number_of_failures() != 0 || CU_get_number_of_tests_run() == 0;
    }
    MPI_Allreduce(MPI_IN_PLACE, &bad, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    CU_cleanup_registry();
    odd_par_stop();
    return bad;
}
