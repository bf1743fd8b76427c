/* Choose: the choice of odd_choose(), whichever ranks have the items. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/choose.h"
#include "oddlot/par/comm.h"

const char *odd_test_name = "par.choose";

#define WORLD MPI_COMM_WORLD

/* The first of n items that a rank has: they are cut unevenly, and some ranks have none. */
static int64_t first_of(int64_t n, int rank, int size)
{
    if (rank <= 0) return 0;
    if (rank >= size) return n;
    return size > 2 && rank == 1 ? 0 : n * rank * rank / (size * size);
}

/* Mine of those that odd_choose() takes of all; n on failure. */
static int64_t expect_mine(int64_t n, int64_t k, int64_t first, int64_t mine, int64_t wanted[])
{
    int64_t *all = NULL, count = 0;
    if (ODD_NEW(all, k) != ODD_OK || odd_choose(n, k, 4, ODD_STREAM_TEST, all) != ODD_OK)
        count = -1;
    for (int64_t i = 0; count >= 0 && i < k; i++)
        if (all[i] >= first && all[i] < first + mine) wanted[count++] = all[i] - first;
    odd_free(all);
    return count;
}

static bool is_same_choice(int64_t n, int64_t k)
{
    const int64_t first = first_of(n, odd_rank(WORLD), odd_size(WORLD));
    const int64_t mine = first_of(n, odd_rank(WORLD) + 1, odd_size(WORLD)) - first;
    int64_t *chosen = NULL, *wanted = NULL, count = 0;
    ODD_CHECK(ODD_NEW(chosen, mine) == ODD_OK && ODD_NEW(wanted, mine) == ODD_OK);
    bool good = odd_choose_mine(WORLD, mine, k, 4, ODD_STREAM_TEST, chosen, &count) == ODD_OK;
    good = good && count == expect_mine(n, k, first, mine, wanted);
    for (int64_t i = 0; good && i < count; i++)
        good = chosen[i] == wanted[i];
    odd_free(chosen);
    odd_free(wanted);
    return good;
}

static void test_as_on_one_rank(void)
{
    static const int64_t n[] = {0, 1, 2, 3, 10, 1000, 4097};
    for (size_t i = 0; i < sizeof n / sizeof *n; i++) {
        check_all(WORLD, is_same_choice(n[i], 0));
        check_all(WORLD, is_same_choice(n[i], n[i]));
        check_all(WORLD, is_same_choice(n[i], n[i] / 2));
        check_all(WORLD, is_same_choice(n[i], n[i] / 100));
        if (n[i] > 0) check_all(WORLD, is_same_choice(n[i], n[i] - 1));
    }
}

static void test_refused(void)
{
    const int64_t mine = odd_rank(WORLD) == 0 ? 3 : 0;
    int64_t chosen[3], count;
    check_all(WORLD,
              odd_choose_mine(WORLD, mine, 4, 4, ODD_STREAM_TEST, chosen, &count) == ODD_ARG &&
                  count == 0);
    check_all(WORLD,
              odd_choose_mine(WORLD, mine, -1, 4, ODD_STREAM_TEST, chosen, &count) == ODD_ARG &&
                  count == 0);
}

CU_TestInfo odd_tests[] = {
    {"as on one rank", test_as_on_one_rank},
    {"refused", test_refused},
    CU_TEST_INFO_NULL,
};
