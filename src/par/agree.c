/* Agreement of all ranks on a status, and on the values that must be the same everywhere. */
#include "oddlot/par/agree.h"

#include "oddlot/par/comm.h"

#include <stdio.h>
#include <string.h>

/* Memory is short on one machine, not in general: then the reader wants to know where. */
static odd_status name_the_rank(MPI_Comm comm, odd_status worst, int rank, int known_everywhere)
{
    MPI_Allreduce(MPI_IN_PLACE, &known_everywhere, 1, MPI_INT, MPI_MIN, comm);
    if (worst == ODD_NOMEM && !known_everywhere) odd_fail_prefix(worst, "rank %d: ", rank);
    return worst;
}

odd_status odd_agree(MPI_Comm comm, odd_status mine)
{
    struct {
        int status, rank;
    } in = {(int)mine, odd_rank(comm)}, worst;
    MPI_Allreduce(&in, &worst, 1, MPI_2INT, MPI_MAXLOC, comm); /* of equals, the lowest rank */
    if (worst.status == ODD_OK) return ODD_OK;

    char reason[ODD_REASON_SIZE] = "";
    snprintf(reason, sizeof reason, "%s", odd_fail_reason());
    MPI_Bcast(reason, sizeof reason, MPI_CHAR, worst.rank, comm);
    int known = in.status == worst.status && strcmp(reason, odd_fail_reason()) == 0;
    if (!known) odd_fail((odd_status)worst.status, "%s", reason);
    return name_the_rank(comm, (odd_status)worst.status, worst.rank, known);
}

/* The largest of all is the complement of the smallest complement. */
odd_status odd_same_i64(MPI_Comm comm, const char *what, int64_t value)
{
    int64_t ends[2] = {value, ~value};
    MPI_Allreduce(MPI_IN_PLACE, ends, 2, MPI_INT64_T, MPI_MIN, comm);
    const int64_t low = ends[0], high = ~ends[1];
    if (low == high) return ODD_OK;
    return odd_fail(ODD_DIFFER, "%s is not the same on all ranks: %lld to %lld", what,
                    (long long)low, (long long)high);
}
