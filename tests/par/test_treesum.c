/* Tree sums: the same bits for any spread of the blocks, and close to the exact sum. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/threads.h"
#include "oddlot/par/treesum.h"
#include "par/comm_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD
enum { MOST_BLOCKS = 70, LONGEST = 33 };

/* Entry i of a block: of very different sizes, so that every order of additions shows. */
static double value(int64_t block, int64_t i)
{
    double size = odd_uniform(1, ODD_STREAM_TEST, (uint64_t)block, (uint32_t)i);
    return odd_normal(2, ODD_STREAM_TEST, (uint64_t)block, (uint32_t)i) * exp2(20 * size - 10);
}

static odd_treesum *run_of(int64_t length, int64_t first, int64_t end)
{
    odd_treesum *t;
    if (odd_treesum_new(length, first, &t) != ODD_OK) return NULL;
    for (int64_t block = first; block < end; block++) {
        double *sum = odd_treesum_next(t);
        for (int64_t i = 0; i < length; i++)
            sum[i] += value(block, i);
        odd_treesum_push(t);
    }
    return t;
}

/* The definition: whole subtrees by recursion, then from right to left. */
static double subtree_sum(int64_t first, int64_t blocks, int64_t i)
{
    if (blocks == 1) return value(first, i);
    return subtree_sum(first, blocks / 2, i) + subtree_sum(first + blocks / 2, blocks / 2, i);
}

static double plain_sum(int64_t first, int64_t blocks, int64_t i)
{
    int64_t whole = 1;
    if (blocks == 0) return 0;
    while (whole * 2 <= blocks)
        whole *= 2;
    double left = subtree_sum(first, whole, i);
    return blocks == whole ? left : left + plain_sum(first + whole, blocks - whole, i);
}

/* Where the run of each rank begins: even shares, or drawn ones, in which ranks may be empty. */
static int64_t run_begin(int rank, int64_t blocks, uint64_t seed)
{
    if (rank <= 0) return 0;
    if (rank >= odd_size(WORLD)) return blocks;
    if (seed == 0) return blocks * rank / odd_size(WORLD);
    int64_t begin = 0;
    for (int64_t b = 0; b < blocks; b++)
        begin +=
            (int)odd_below((uint64_t)odd_size(WORLD), seed, ODD_STREAM_TEST, (uint64_t)b, 9) < rank;
    return begin;
}

static bool same_bits(int64_t blocks, int64_t length, uint64_t seed)
{
    double spread[LONGEST], serial[LONGEST];
    int rank = odd_rank(WORLD);
    odd_treesum *mine =
        run_of(length, run_begin(rank, blocks, seed), run_begin(rank + 1, blocks, seed));
    odd_treesum *all = run_of(length, 0, blocks);
    bool good = odd_treesum_total(WORLD, mine, spread) == ODD_OK &&
                odd_treesum_total(MPI_COMM_SELF, all, serial) == ODD_OK &&
                memcmp(spread, serial, (size_t)length * sizeof(double)) == 0;
    for (int64_t i = 0; i < length; i++)
        good = good && serial[i] == plain_sum(0, blocks, i);
    odd_treesum_free(&mine);
    odd_treesum_free(&all);
    return good;
}

static void test_ranks(void)
{
    const int64_t lengths[] = {1, 7, LONGEST};
    for (int64_t blocks = 0; blocks <= MOST_BLOCKS; blocks++)
        for (uint64_t seed = 0; seed < 3; seed++)
            if (!check_all(WORLD, same_bits(blocks, lengths[blocks % 3], seed))) return;
}

static void test_length_zero(void)
{
    CU_ASSERT(check_all(WORLD, same_bits(5, 0, 0)));
}

/* Messages of 16 bytes: vectors travel in pieces. */
static void test_pieces(void)
{
    size_t longest = odd_longest_message;
    odd_longest_message = 16;
    CU_ASSERT(check_all(WORLD, same_bits(MOST_BLOCKS, LONGEST, 1)));
    odd_longest_message = longest;
}

/* Vectors so long that all threads add them. */
static void test_long(void)
{
    enum { LONG = 70001 };
    bool good = true;
    odd_threads_setup(3, 1);
    odd_treesum *t = run_of(LONG, 0, 5);
    double *sum = odd_alloc(LONG, sizeof *sum);
    CU_ASSERT(odd_treesum_total(MPI_COMM_SELF, t, sum) == ODD_OK);
    for (int64_t i = 0; i < LONG; i++)
        good = good && sum[i] == plain_sum(0, 5, i);
    CU_ASSERT(good);
    odd_free(sum);
    odd_treesum_free(&t);
}

/* Every way to cut a run in three, as threads do. */
static bool joins(int64_t first, int64_t a, int64_t b, int64_t end, const double expected[])
{
    double sum[3];
    odd_treesum *x = run_of(3, first, a), *y = run_of(3, a, b), *z = run_of(3, b, end);
    bool good = odd_treesum_join(y, z) == ODD_OK && odd_treesum_join(x, y) == ODD_OK &&
                odd_treesum_total(MPI_COMM_SELF, x, sum) == ODD_OK &&
                memcmp(sum, expected, sizeof sum) == 0;
    odd_treesum_free(&x);
    odd_treesum_free(&y);
    odd_treesum_free(&z);
    return good;
}

static void test_joins(void)
{
    for (int64_t first = 0; first < 9; first++) {
        double expected[3];
        odd_treesum *whole = run_of(3, first, 23);
        odd_treesum_total(MPI_COMM_SELF, whole, expected);
        odd_treesum_free(&whole);
        for (int64_t a = first; a <= 23; a++)
            for (int64_t b = a; b <= 23; b++)
                CU_ASSERT(joins(first, a, b, 23, expected));
    }
}

/* A run can be used again: after a join, after a total, and when it begins anew. */
static void test_use_again(void)
{
    double sum[2], expected[2];
    odd_treesum *whole = run_of(2, 0, 12), *again = run_of(2, 3, 8), *left = run_of(2, 0, 5);
    odd_treesum_total(MPI_COMM_SELF, whole, expected);
    odd_treesum_begin(again, 5);
    for (int64_t block = 5; block < 12; block++) {
        double *next = odd_treesum_next(again);
        next[0] = 1e300; /* lent twice without a push: zeroed again */
        next = odd_treesum_next(again);
        for (int i = 0; i < 2; i++)
            next[i] += value(block, i);
        odd_treesum_push(again);
    }
    CU_ASSERT(odd_treesum_join(left, again) == ODD_OK);
    CU_ASSERT(odd_treesum_total(MPI_COMM_SELF, left, sum) == ODD_OK);
    CU_ASSERT(memcmp(sum, expected, sizeof sum) == 0);
    CU_ASSERT(odd_treesum_total(MPI_COMM_SELF, left, sum) == ODD_OK); /* emptied */
    CU_ASSERT(sum[0] == 0 && sum[1] == 0);
    odd_treesum_free(&whole);
    odd_treesum_free(&again);
    odd_treesum_free(&left);
}

static void test_gap(void)
{
    odd_treesum *left = run_of(1, 0, 2), *right = run_of(1, 3, 4);
    CU_ASSERT(odd_treesum_join(left, right) == ODD_ARG);
    odd_treesum_free(&left);
    odd_treesum_free(&right);
    odd_treesum_free(&right); /* NULL by now */
}

/* |computed - exact| <= (log2(blocks) + 1) u sum |x| (Higham, Accuracy and Stability, 4.2). */
static void test_error(void)
{
    enum { BLOCKS = 4099 };
    double sum;
    long double exact = 0, size = 0;
    odd_treesum *t = run_of(1, 0, BLOCKS);
    odd_treesum_total(MPI_COMM_SELF, t, &sum);
    for (int64_t block = 0; block < BLOCKS; block++) {
        exact += value(block, 0);
        size += fabs(value(block, 0));
    }
    CU_ASSERT(fabsl(sum - exact) <= (log2(BLOCKS) + 2) * 0x1p-53L * size);
    odd_treesum_free(&t);
}

/* Wherever memory runs out, all ranks hear of it, nobody waits, and the next sum is right. */
static bool fails_and_recovers(int rank, int after)
{
    char list[64];
    double sum[LONGEST];
    odd_treesum *t =
        run_of(LONGEST, run_begin(odd_rank(WORLD), 60, 0), run_begin(odd_rank(WORLD) + 1, 60, 0));
    snprintf(list, sizeof list, "treesum.memory:rank=%d:after=%d", rank, after);
    odd_fault_setup(list, odd_rank(WORLD));
    odd_status st = odd_treesum_total(WORLD, t, sum);
    odd_fault_setup(NULL, 0);
    odd_treesum_free(&t);
    int64_t sum_of_status = st;
    odd_sum_i64(WORLD, &sum_of_status, 1);
    bool must_fail = rank == 0 && after == 0 && odd_size(WORLD) > 1;
    return (st == ODD_NOMEM || (st == ODD_OK && !must_fail)) &&
           sum_of_status == (int64_t)st * odd_size(WORLD) && same_bits(60, LONGEST, 0);
}

static void test_short_memory(void)
{
    for (int rank = 0; rank < odd_size(WORLD); rank++)
        for (int after = 0; after < 6; after++)
            if (!check_all(WORLD, fails_and_recovers(rank, after))) return;
    odd_fault_setup("treesum.memory", odd_rank(WORLD));
    odd_treesum *t = NULL;
    CU_ASSERT(odd_treesum_new(5, 0, &t) == ODD_OK);
    CU_ASSERT(odd_treesum_next(t) == NULL);
    odd_treesum_free(&t);
    odd_fault_setup(NULL, 0);
}

const char *odd_test_name = "par.treesum";
CU_TestInfo odd_tests[] = {
    {"the bits of a spread sum are those of the serial one", test_ranks},
    {"vectors of no length", test_length_zero},
    {"vectors in pieces", test_pieces},
    {"long vectors", test_long},
    {"any cut into runs", test_joins},
    {"runs are used again", test_use_again},
    {"runs with a gap", test_gap},
    {"error bound", test_error},
    {"short memory", test_short_memory},
    CU_TEST_INFO_NULL,
};
