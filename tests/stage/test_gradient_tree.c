/* The sum of gradients on one rank has the bits of the tree over ranks, however many shards. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/nn/train.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/treesum.h"

#include <string.h>

const char *odd_test_name = "stage.gradient_tree";

enum { LENGTH = 700, MOST = 37 };

static float *draw_vector(int shard)
{
    float *x = odd_alloc(LENGTH, sizeof *x);
    for (int i = 0; x && i < LENGTH; i++)
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
        vector[s] = draw_vector(s);
    for (int shards = 1; shards <= MOST; shards++) {
        odd_gradient_sum(LENGTH, shards, (const float *const *)vector, here);
        CU_ASSERT_EQUAL(sum_over_ranks(MPI_COMM_WORLD, shards, vector, ranks), ODD_OK);
        CU_ASSERT(memcmp(here, ranks, sizeof here) == 0);
    }
    for (int s = 0; s < MOST; s++)
        odd_free(vector[s]);
}

CU_TestInfo odd_tests[] = {
    {"same bits", same_bits},
    CU_TEST_INFO_NULL,
};
