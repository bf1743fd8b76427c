/* Chunks: work on rows that are spread over ranks, `width` numbers for each row. */
#include "stage/train/training_internal.h"

#include "oddlot/base/dyadic.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <string.h>

/* My run of the chunks; the values of others' rows stay 0. */
static odd_status run_my_chunks(MPI_Comm comm, int64_t count, const int64_t row[], int width,
                                odd_chunk_work work, void *context, double value[])
{
    const int64_t chunks = (count + ODD_CHUNK - 1) / ODD_CHUNK;
    int64_t first, mine;
    odd_status st = ODD_OK;
    odd_shard_range(chunks, odd_size(comm), odd_rank(comm), &first, &mine);
    for (int64_t p = first; p < first + mine && st == ODD_OK; p++) {
        const int64_t at = p * ODD_CHUNK, left = count - at;
        st = work(context, left < ODD_CHUNK ? left : ODD_CHUNK, row + at, value + at * width);
    }
    return st;
}

odd_status odd_train_chunks(MPI_Comm comm, int64_t count, const int64_t row[], int width,
                            odd_chunk_work work, void *context, double value[])
{
    const int64_t values = count * width;
    odd_status st;
    memset(value, 0, (size_t)values * sizeof *value);
    ODD_TRY_ALL(comm, run_my_chunks(comm, count, row, width, work, context, value));
    odd_sum_f64(comm, value, values); /* one of the summands is not 0 */
    for (int64_t i = 0; i < values; i++)
        value[i] += 0.0; /* -0.0, which others' zeros make 0.0, on one rank too */
done:
    return st;
}
