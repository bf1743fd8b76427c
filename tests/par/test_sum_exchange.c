/* Sums over ranks have the bits of one tree: however many vectors, and whenever parts of them are
 * sent. */
#include "oddlot_test_mpi.h"

#include "oddlot/par/sum_exchange.h"

#include "oddlot/base/dyadic.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/treesum.h"
#include "par/comm_internal.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "par.sum_exchange";

enum { LENGTH = 700, LONG = 150001, MOST = 37, FEW = 9 };

static float *draw_vector(int64_t length, int shard)
{
    float *x = odd_alloc(length, sizeof *x);
    for (int64_t i = 0; x && i < length; i++)
        x[i] = (float)odd_normal(6, ODD_STREAM_TEST, (uint64_t)shard, (uint32_t)i);
    return x;
}

/* My run of the shards, summed over ranks. */
static odd_status sum_over_ranks(MPI_Comm comm, int shards, float *const vector[], double sum[])
{
    odd_treesum *tree = NULL;
    odd_status st;
    int64_t first, count;
    odd_shard_range(shards, odd_size(comm), odd_rank(comm), &first, &count);
    ODD_TRY(odd_treesum_new(LENGTH, first, &tree));
    for (int64_t s = first; s < first + count; s++) {
        double *next = odd_treesum_next(tree);
        for (int i = 0; next && i < LENGTH; i++)
            next[i] = vector[s][i];
        if (next) odd_treesum_push(tree);
    }
    ODD_TRY(odd_treesum_total(comm, tree, sum));
done:
    odd_treesum_free(&tree);
    return st;
}

static void same_bits(void)
{
    float *vector[MOST];
    double here[LENGTH], ranks[LENGTH];
    for (int s = 0; s < MOST; s++)
        vector[s] = draw_vector(LENGTH, s);
    for (int shards = 1; shards <= MOST; shards++) {
        odd_dyadic_sum(LENGTH, shards, (const float *const *)vector, here);
        CU_ASSERT_EQUAL(sum_over_ranks(MPI_COMM_WORLD, shards, vector, ranks), ODD_OK);
        CU_ASSERT(memcmp(here, ranks, sizeof here) == 0);
    }
    for (int s = 0; s < MOST; s++)
        odd_free(vector[s]);
}

/* ---- The exchange ---- */

/* Values that are not final yet are no numbers, and become what they will be step by step: on the
 * ranks at different times. */
static void exchange(odd_exchange *e, int64_t length, int shards, float *const vector[], int steps,
                     double sum[])
{
    MPI_Comm comm = MPI_COMM_WORLD;
    float *mine[MOST];
    int64_t first, count, done = length;
    odd_shard_range(shards, odd_size(comm), odd_rank(comm), &first, &count);
    for (int64_t s = 0; s < count; s++) {
        mine[s] = odd_alloc(length, sizeof *mine[s]);
        for (int64_t i = 0; i < length; i++)
            mine[s][i] = NAN;
    }
    CU_ASSERT_EQUAL(odd_exchange_cut(e, shards), ODD_OK);
    odd_exchange_begin(e, mine);
    for (int i = 0; i < steps + odd_rank(comm) && steps > 0; i++) {
        done = length - length * (i + 1) / (steps + odd_rank(comm) + 1);
        for (int64_t s = 0; s < count; s++)
            memcpy(mine[s] + done, vector[first + s] + done, (size_t)(length - done) * 4);
        odd_exchange_ready(e, done);
    }
    for (int64_t s = 0; s < count; s++)
        memcpy(mine[s], vector[first + s], (size_t)done * 4);
    odd_exchange_end(e, sum);
    for (int64_t s = 0; s < count; s++)
        odd_free(mine[s]);
}

static void check_exchange(int64_t length, int most, int steps)
{
    float *vector[MOST];
    odd_exchange *e = NULL;
    size_t bytes = (size_t)length * sizeof(double);
    double *here = odd_alloc(length, sizeof *here), *ranks = odd_alloc(length, sizeof *ranks);
    for (int s = 0; s < most; s++)
        vector[s] = draw_vector(length, s);
    CU_ASSERT_EQUAL(odd_exchange_new(MPI_COMM_WORLD, length, &e), ODD_OK);
    for (int shards = most; e && shards >= 1; shards--) {
        odd_dyadic_sum(length, shards, (const float *const *)vector, here);
        memset(ranks, 0xff, bytes);
        exchange(e, length, shards, vector, steps, ranks);
        CU_ASSERT(memcmp(here, ranks, bytes) == 0);
    }
    odd_exchange_free(&e);
    for (int s = 0; s < most; s++)
        odd_free(vector[s]);
    odd_free(here);
    odd_free(ranks);
}

static void at_once(void)
{
    check_exchange(LENGTH, MOST, 0);
    check_exchange(1, FEW, 0); /* fewer values than ranks */
    check_exchange(LONG, FEW, 0);
}

static void part_by_part(void)
{
    check_exchange(LONG, FEW, 1);
    check_exchange(LONG, FEW, 4);
}

/* Both once more, with messages made of pieces. */
static void in_pieces(void)
{
    const size_t longest = odd_longest_message;
    odd_longest_message = 40;
    check_exchange(LENGTH, FEW, 0);
    odd_longest_message = 1 << 10;
    check_exchange(LONG, 3, 2);
    odd_longest_message = longest;
}

CU_TestInfo odd_tests[] = {
    {"same bits as a tree sum", same_bits},
    {"exchanged at once", at_once},
    {"exchanged part by part", part_by_part},
    {"in pieces", in_pieces},
    CU_TEST_INFO_NULL,
};
