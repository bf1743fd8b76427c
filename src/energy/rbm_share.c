/* Which rank does what of a step, and how the others get it. */
#include "energy/rbm_internal.h"

#include "oddlot/base/minmax.h"
#include "oddlot/par/comm.h"

odd_rbm_range odd_rbm_range_of(int64_t count, int64_t each, int rank, int size)
{
    const int64_t parts = (count + each - 1) / each;
    return (odd_rbm_range){odd_min(parts * rank / size * each, count),
                           odd_min(parts * (rank + 1) / size * each, count)};
}

void odd_rbm_share(MPI_Comm comm, int64_t count, int64_t each, int64_t width, float value[])
{
    const int size = odd_size(comm);
    for (int rank = 0; rank < size && size > 1; rank++) {
        const odd_rbm_range part = odd_rbm_range_of(count, each, rank, size);
        if (part.first < part.last)
            odd_broadcast(comm, rank, value + part.first * width,
                          (size_t)((part.last - part.first) * width) * sizeof *value);
    }
}
