/* The partition: every row is owned once, in whole blocks, in rank order. */
#include "oddlot_test_mpi.h"

#include "oddlot/par/partition.h"

static void test_block_rows(void)
{
    CU_ASSERT_EQUAL(odd_block_rows(0), 8);
    CU_ASSERT_EQUAL(odd_block_rows(1023), 8);
    CU_ASSERT_EQUAL(odd_block_rows(1024), 16);
    CU_ASSERT_EQUAL(odd_block_rows(60000), 512);
    CU_ASSERT_EQUAL(odd_block_rows(131784), 1024);
    CU_ASSERT_EQUAL(odd_block_rows(INT64_MAX), 1024);
}

/* The parts of all ranks follow each other without a gap, and none is two blocks behind. */
static bool is_whole(int64_t n, int size)
{
    int64_t row = 0, block = 0, most = 0, least = INT64_MAX;
    for (int rank = 0; rank < size; rank++) {
        odd_partition p = odd_partition_of(n, rank, size);
        int64_t mine = p.n_local / p.block + (p.n_local % p.block != 0);
        bool follows = p.row0 == row && p.block0 == block && p.n == n;
        bool aligned = p.row0 == n || p.row0 == p.block0 * p.block;
        if (!follows || !aligned || p.n_local < 0) return false;
        row += p.n_local;
        block += mine;
        if (mine > most) most = mine;
        if (mine < least) least = mine;
    }
    return row == n && block == odd_partition_of(n, 0, size).blocks && most - least <= 1;
}

static void test_covers_all_rows(void)
{
    for (int64_t n = 0; n < 300; n++)
        for (int size = 1; size < 12; size++)
            CU_ASSERT(is_whole(n, size));
}

static void test_large(void)
{
    const int64_t sizes[] = {131784, 100000000, (int64_t)1 << 40, INT64_MAX};
    for (int i = 0; i < 4; i++) {
        CU_ASSERT(is_whole(sizes[i], 1));
        CU_ASSERT(is_whole(sizes[i], 7));
        CU_ASSERT(is_whole(sizes[i], 1000));
    }
}

/* 10 rows are 2 blocks: on 4 ranks the last two own nothing. */
static void test_more_ranks_than_blocks(void)
{
    const int64_t row0[] = {0, 8, 10, 10}, n_local[] = {8, 2, 0, 0}, block0[] = {0, 1, 2, 2};
    for (int rank = 0; rank < 4; rank++) {
        odd_partition p = odd_partition_of(10, rank, 4);
        CU_ASSERT_EQUAL(p.row0, row0[rank]);
        CU_ASSERT_EQUAL(p.n_local, n_local[rank]);
        CU_ASSERT_EQUAL(p.block0, block0[rank]);
    }
}

static void test_of_communicator(void)
{
    odd_partition p = odd_partition_rows(MPI_COMM_SELF, 1000);
    CU_ASSERT_EQUAL(p.n_local, 1000);
    CU_ASSERT_EQUAL(p.blocks, 125);
}

/* 131,784 images keep 1,024 ranks busy: the most that one has is a ninth more than its share. */
static void test_images(void)
{
    int64_t row = 0, most = 0, least = INT64_MAX;
    for (int rank = 0; rank < 1024; rank++) {
        const odd_partition p = odd_partition_images_of(131784, rank, 1024);
        CU_ASSERT(p.row0 == row && p.row0 % 16 == 0);
        row += p.n_local;
        most = p.n_local > most ? p.n_local : most;
        least = p.n_local < least ? p.n_local : least;
    }
    CU_ASSERT(row == 131784 && most == 144 && least >= 120);
    CU_ASSERT_EQUAL(odd_partition_images_of(131784, 0, 1).n_local, 131784);
    CU_ASSERT_EQUAL(odd_partition_images(MPI_COMM_SELF, 100).block, 8);
}

const char *odd_test_name = "par.partition";
CU_TestInfo odd_tests[] = {
    {"rows of a block", test_block_rows},
    {"covers all rows", test_covers_all_rows},
    {"large catalogues", test_large},
    {"more ranks than blocks", test_more_ranks_than_blocks},
    {"of a communicator", test_of_communicator},
    {"images", test_images},
    CU_TEST_INFO_NULL,
};
