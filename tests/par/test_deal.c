/* Deal: things stay in order and come to who owns their place; answers are those of who has them.
 */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/deal.h"

#include <string.h>

const char *odd_test_name = "par/deal";

#define WORLD MPI_COMM_WORLD

/* Not a size of a number. */
typedef struct {
    char byte[5];
} thing;

static thing thing_of(int64_t number)
{
    thing t;
    for (int b = 0; b < 5; b++)
        t.byte[b] = (char)(number * 31 + b * number);
    return t;
}

static bool is_thing(const thing *t, int64_t number)
{
    const thing should = thing_of(number);
    return memcmp(t, &should, sizeof should) == 0;
}

/* How many of n things a rank has before they are dealt: all, none or some. */
static int64_t had_by(int way, int64_t n, int rank, int size)
{
    const int64_t even = n * (rank + 1) / size - n * rank / size;
    if (way == 0) return even;
    return rank == (way == 1 ? 0 : size - 1) ? n : 0;
}

static bool is_dealt(int way, int64_t n)
{
    const int64_t mine = had_by(way, n, odd_rank(WORLD), odd_size(WORLD));
    const int64_t first = odd_sum_before(WORLD, mine);
    const odd_partition should = odd_partition_rows(WORLD, n);
    odd_partition part;
    thing *had = NULL, *dealt = NULL;
    ODD_CHECK(ODD_NEW(had, mine) == ODD_OK);
    for (int64_t i = 0; i < mine; i++)
        had[i] = thing_of(first + i);
    bool good = odd_deal(WORLD, had, mine, sizeof *had, (void **)&dealt, &part) == ODD_OK;
    good = good && part.n == n && part.row0 == should.row0 && part.n_local == should.n_local;
    for (int64_t i = 0; good && i < part.n_local; i++)
        good = is_thing(&dealt[i], part.row0 + i);
    odd_free(had);
    odd_free(dealt);
    return good;
}

static void test_deal(void)
{
    static const int64_t n[] = {0, 1, 7, 8, 100, 5000};
    for (size_t i = 0; i < sizeof n / sizeof *n; i++)
        for (int way = 0; way < 3; way++)
            check_all(WORLD, is_dealt(way, n[i]));
}

/* Each rank asks for `count` of n numbers, by lot. */
static bool is_answered(int64_t n, int64_t count)
{
    const odd_partition part = odd_partition_rows(WORLD, n);
    int64_t *number = NULL;
    thing *mine = NULL, *got = NULL;
    ODD_CHECK(ODD_NEW(number, count) == ODD_OK && ODD_NEW(got, count) == ODD_OK &&
              ODD_NEW(mine, part.n_local) == ODD_OK);
    for (int64_t i = 0; i < part.n_local; i++)
        mine[i] = thing_of(part.row0 + i);
    for (int64_t i = 0; i < count; i++)
        number[i] = (int64_t)odd_below((uint64_t)n, (uint64_t)odd_rank(WORLD), ODD_STREAM_TEST,
                                       (uint64_t)i, 0);
    bool good = odd_ask(WORLD, &part, mine, sizeof *mine, count, number, got) == ODD_OK;
    for (int64_t i = 0; good && i < count; i++)
        good = is_thing(&got[i], number[i]);
    odd_free(number);
    odd_free(mine);
    odd_free(got);
    return good;
}

static void test_ask(void)
{
    static const int64_t n[] = {1, 9, 100, 3000};
    for (size_t i = 0; i < sizeof n / sizeof *n; i++) {
        check_all(WORLD, is_answered(n[i], 0));
        check_all(WORLD, is_answered(n[i], 1));
        check_all(WORLD, is_answered(n[i], 500));
        check_all(WORLD, is_answered(n[i], odd_rank(WORLD) == 1 ? 700 : 0));
    }
}

CU_TestInfo odd_tests[] = {
    {"deal", test_deal},
    {"ask", test_ask},
    CU_TEST_INFO_NULL,
};
