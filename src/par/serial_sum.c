/* Serial sum: what has been added goes from rank to rank. */
#include "oddlot/par/serial_sum.h"

#include "oddlot/par/comm.h"
#include "par/comm_internal.h"

#include <math.h>

int64_t odd_serial_sum(MPI_Comm comm, int64_t n_local, const double value[], double *sum)
{
    const int rank = odd_rank(comm), last = odd_size(comm) - 1;
    int64_t count = 0;
    *sum = 0;
    if (rank > 0) odd_receive(comm, rank - 1, ODD_TAG_SERIAL_SUM, sum, sizeof *sum);
    for (int64_t i = 0; i < n_local; i++) {
        if (isnan(value[i])) continue;
        *sum += value[i];
        count++;
    }
    if (rank < last) odd_send(comm, rank + 1, ODD_TAG_SERIAL_SUM, sum, sizeof *sum);
    odd_broadcast(comm, last, sum, sizeof *sum);
    odd_sum_i64(comm, &count, 1);
    return count;
}

void odd_serial_sums(MPI_Comm comm, int64_t n_local, const int32_t kind[], const double value[],
                     int64_t kinds, double sum[])
{
    const int rank = odd_rank(comm), last = odd_size(comm) - 1;
    const size_t bytes = (size_t)kinds * sizeof *sum;
    for (int64_t k = 0; k < kinds; k++)
        sum[k] = 0;
    if (rank > 0) odd_receive(comm, rank - 1, ODD_TAG_SERIAL_SUM, sum, bytes);
    for (int64_t i = 0; i < n_local; i++)
        if (kind[i] >= 0) sum[kind[i]] += value[i];
    if (rank < last) odd_send(comm, rank + 1, ODD_TAG_SERIAL_SUM, sum, bytes);
    odd_broadcast(comm, last, sum, bytes);
}
