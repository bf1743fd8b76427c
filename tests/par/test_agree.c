/* Agreement: the same status and reason on every rank, whoever failed. */
#include "oddlot_test_mpi.h"

#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <string.h>

#define WORLD MPI_COMM_WORLD

/* Rank `failing` fails; what is agreed must be `status` with `reason` everywhere. */
static bool agrees(int failing, odd_status status, const char *reason)
{
    odd_fail(ODD_OK, "old reason of rank %d", odd_rank(WORLD));
    odd_status mine = odd_rank(WORLD) == failing ? odd_fail(status, "%s", reason) : ODD_OK;
    odd_status st = odd_agree(WORLD, mine);
    return st == status && (st == ODD_OK || strcmp(odd_fail_reason(), reason) == 0);
}

static void test_success(void)
{
    CU_ASSERT(check_all(WORLD, odd_agree(WORLD, ODD_OK) == ODD_OK));
}

static void test_one_rank_fails(void)
{
    for (int rank = 0; rank < odd_size(WORLD); rank++)
        for (int status = ODD_STOPPED; status < ODD_NOMEM; status++)
            if (!check_all(WORLD, agrees(rank, (odd_status)status, "cannot open 'a'"))) return;
}

static void test_all_ranks_fail(void)
{
    odd_status st = odd_agree(WORLD, odd_fail(ODD_IO, "rank %d has it", odd_rank(WORLD)));
    CU_ASSERT(check_all(WORLD, st == ODD_IO && strcmp(odd_fail_reason(), "rank 0 has it") == 0));
}

static void test_worst_counts(void)
{
    bool last = odd_rank(WORLD) == odd_size(WORLD) - 1;
    odd_status mine = last ? odd_fail(ODD_NUMERIC, "worse") : odd_fail(ODD_FORMAT, "bad");
    odd_status st = odd_agree(WORLD, mine);
    CU_ASSERT(check_all(WORLD, st == ODD_NUMERIC && strcmp(odd_fail_reason(), "worse") == 0));
}

/* Short memory is a matter of one machine, so its rank is named; not if it is short everywhere. */
static void test_short_memory_names_its_rank(void)
{
    int last = odd_size(WORLD) - 1;
    char expected[64] = "no room";
    if (last > 0) snprintf(expected, sizeof expected, "rank %d: no room", last);
    odd_fail(ODD_OK, "old");
    odd_agree(WORLD, odd_rank(WORLD) == last ? odd_fail(ODD_NOMEM, "no room") : ODD_OK);
    CU_ASSERT(check_all(WORLD, strcmp(odd_fail_reason(), expected) == 0));
    odd_agree(WORLD, odd_fail(ODD_NOMEM, "no room"));
    CU_ASSERT(check_all(WORLD, strcmp(odd_fail_reason(), "no room") == 0));
}

static void test_long_reason(void)
{
    char reason[ODD_REASON_SIZE];
    memset(reason, 'x', sizeof reason - 1);
    reason[sizeof reason - 1] = '\0';
    CU_ASSERT(check_all(WORLD, agrees(odd_size(WORLD) - 1, ODD_IO, reason)));
}

static odd_status leave_together(int failing)
{
    odd_status st = ODD_OK;
    odd_status mine = odd_rank(WORLD) == failing ? odd_fail(ODD_ARG, "mine") : ODD_OK;
    ODD_TRY_ALL(WORLD, mine);
    MPI_Barrier(WORLD); /* hangs if some rank left */
done:
    return st;
}

static void test_try_all(void)
{
    int last = odd_size(WORLD) - 1;
    CU_ASSERT(check_all(WORLD, leave_together(last) == ODD_ARG));
    CU_ASSERT(check_all(WORLD, leave_together(-1) == ODD_OK));
}

static void test_same(void)
{
    int rank = odd_rank(WORLD), size = odd_size(WORLD);
    CU_ASSERT(check_all(WORLD, odd_same_i64(WORLD, "d", 1536) == ODD_OK));
    CU_ASSERT(check_all(WORLD, odd_same_i64(WORLD, "d", INT64_MIN) == ODD_OK));
    if (size == 1) return;
    CU_ASSERT(check_all(WORLD, odd_same_i64(WORLD, "d", 7 + (rank == 1)) == ODD_DIFFER));
    const char *expected = "d is not the same on all ranks: 7 to 8";
    CU_ASSERT(check_all(WORLD, strcmp(odd_fail_reason(), expected) == 0));
}

const char *odd_test_name = "par.agree";
CU_TestInfo odd_tests[] = {
    {"success on all ranks", test_success},
    {"one rank fails", test_one_rank_fails},
    {"all ranks fail", test_all_ranks_fail},
    {"the worst status counts", test_worst_counts},
    {"short memory names its rank", test_short_memory_names_its_rank},
    {"the longest reason travels whole", test_long_reason},
    {"ODD_TRY_ALL leaves on all ranks", test_try_all},
    {"the same value everywhere", test_same},
    CU_TEST_INFO_NULL,
};
