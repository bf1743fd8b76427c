/* Which rows are whose: blocks whose size depends on n alone, dealt out in contiguous runs. */
#include "oddlot/par/partition.h"

#include "oddlot/base/minmax.h"
#include "oddlot/base/status.h"
#include "oddlot/par/comm.h"

enum { GRAIN = 16 /* images */ };

int64_t odd_block_rows(int64_t n)
{
    int64_t block = 8;
    while (block < 1024 && block * 2 <= n / 64)
        block *= 2;
    return block;
}

/* The first row of a block; after the last one, the end. */
static int64_t first_row(const odd_partition *p, int64_t block)
{
    return block < p->blocks ? block * p->block : p->n;
}

static odd_partition deal(int64_t n, int64_t block, int rank, int size)
{
    ODD_CHECK(n >= 0 && 0 <= rank && rank < size);
    odd_partition p = {.n = n, .block = block};
    p.blocks = n / p.block + (n % p.block != 0);

    /* The first ranks take one more: the short block is the last, so nobody has less twice. */
    int64_t each = p.blocks / size, more = p.blocks % size;
    p.block0 = each * rank + (rank < more ? rank : more);
    int64_t end = p.block0 + each + (rank < more);
    p.row0 = first_row(&p, p.block0);
    p.n_local = first_row(&p, end) - p.row0;
    return p;
}

odd_partition odd_partition_of(int64_t n, int rank, int size)
{
    return deal(n, odd_block_rows(n), rank, size);
}

odd_partition odd_partition_images_of(int64_t n, int rank, int size)
{
    return deal(n, odd_min(odd_block_rows(n), GRAIN), rank, size);
}

odd_partition odd_partition_images(MPI_Comm comm, int64_t n)
{
    return odd_partition_images_of(n, odd_rank(comm), odd_size(comm));
}

odd_partition odd_partition_rows(MPI_Comm comm, int64_t n)
{
    return odd_partition_of(n, odd_rank(comm), odd_size(comm));
}

int64_t odd_batches(MPI_Comm comm, int64_t n_local, int64_t size)
{
    int64_t batches = (n_local + size - 1) / size;
    odd_max_i64(comm, &batches, 1);
    return batches;
}

odd_batch odd_batch_of(int64_t b, int64_t size, int64_t n_local)
{
    int64_t first = b * size < n_local ? b * size : n_local;
    int64_t count = n_local - first < size ? n_local - first : size;
    return (odd_batch){first, count};
}
