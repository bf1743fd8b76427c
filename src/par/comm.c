/* Collective operations with 64-bit counts: long arrays go through MPI piece by piece. */
#include "oddlot/par/comm.h"

#include "oddlot/base/log.h"
#include "oddlot/par/fault.h"
#include "par/comm_internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

size_t odd_longest_message = (size_t)1 << 30;

int odd_rank(MPI_Comm comm)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    return rank;
}

int odd_size(MPI_Comm comm)
{
    int size;
    MPI_Comm_size(comm, &size);
    return size;
}

bool odd_par_speaks(void)
{
    int started;
    MPI_Initialized(&started);
    return !started || odd_rank(MPI_COMM_WORLD) == 0;
}

static void abort_all_ranks(void)
{
    MPI_Abort(MPI_COMM_WORLD, 1);
}

odd_status odd_par_start(int *argc, char ***argv)
{
    int provided;
    odd_launch_alone();
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &provided);
    int rank = odd_rank(MPI_COMM_WORLD);
    odd_log_setup(rank, ODD_LOG_STAGE);
    odd_check_on_failure(abort_all_ranks);
    if (provided < MPI_THREAD_FUNNELED)
        return odd_fail(ODD_ARG, "this MPI cannot be used by a program with threads");
    return odd_fault_setup(getenv("ODD_FAULT"), rank);
}

void odd_par_stop(void)
{
    odd_check_on_failure(NULL);
    MPI_Finalize();
}

int odd_mpi_count(int64_t count)
{
    ODD_CHECK(count >= 0 && count <= INT_MAX);
    return (int)count;
}

/* The count of the message after `done` of `bytes` bytes. */
static int piece(size_t bytes, size_t done)
{
    size_t rest = bytes - done;
    return (int)(rest < odd_longest_message ? rest : odd_longest_message);
}

void odd_send(MPI_Comm comm, int to, odd_tag tag, const void *data, size_t bytes)
{
    for (size_t done = 0; done < bytes; done += odd_longest_message)
        MPI_Send((const char *)data + done, piece(bytes, done), MPI_BYTE, to, tag, comm);
}

void odd_receive(MPI_Comm comm, int from, odd_tag tag, void *data, size_t bytes)
{
    for (size_t done = 0; done < bytes; done += odd_longest_message)
        MPI_Recv((char *)data + done, piece(bytes, done), MPI_BYTE, from, tag, comm,
                 MPI_STATUS_IGNORE);
}

/* So many bytes as one message of `count` items: of bytes, or of one type made of long pieces. */
static MPI_Datatype message_type(size_t bytes, int *count)
{
    const size_t whole = bytes / odd_longest_message, rest = bytes % odd_longest_message;
    *count = (int)bytes;
    if (bytes <= odd_longest_message) return MPI_BYTE;
    const int counts[] = {odd_mpi_count((int64_t)whole), (int)rest};
    const MPI_Aint places[] = {0, (MPI_Aint)(bytes - rest)};
    MPI_Datatype types[] = {MPI_DATATYPE_NULL, MPI_BYTE}, all;
    MPI_Type_contiguous((int)odd_longest_message, MPI_BYTE, &types[0]);
    MPI_Type_create_struct(2, counts, places, types, &all);
    MPI_Type_commit(&all);
    MPI_Type_free(&types[0]);
    *count = 1;
    return all;
}

/* MPI keeps it until the message is through. */
static void drop_type(MPI_Datatype type)
{
    if (type != MPI_BYTE) MPI_Type_free(&type);
}

void odd_send_begin(MPI_Comm comm, int to, odd_tag tag, const void *data, size_t bytes,
                    MPI_Request *request)
{
    int count;
    const MPI_Datatype type = message_type(bytes, &count);
    MPI_Isend(data, count, type, to, tag, comm, request);
    drop_type(type);
}

void odd_receive_begin(MPI_Comm comm, int from, odd_tag tag, void *data, size_t bytes,
                       MPI_Request *request)
{
    int count;
    const MPI_Datatype type = message_type(bytes, &count);
    MPI_Irecv(data, count, type, from, tag, comm, request);
    drop_type(type);
}

void odd_broadcast(MPI_Comm comm, int root, void *data, size_t bytes)
{
    for (size_t done = 0; done < bytes; done += odd_longest_message)
        MPI_Bcast((char *)data + done, piece(bytes, done), MPI_BYTE, root, comm);
}

void odd_all_to_all(MPI_Comm comm, const void *out, const odd_extent send[], void *in,
                    const odd_extent receive[])
{
    const int rank = odd_rank(comm), size = odd_size(comm);
    const char *from_me = out;
    char *to_me = in;
    if (send[rank].bytes > 0)
        memcpy(to_me + receive[rank].at, from_me + send[rank].at, send[rank].bytes);
    for (int step = 1; step < size; step++) { /* not all to the same rank at once */
        const int to = (rank + step) % size, from = (rank + size - step) % size;
        MPI_Request request[2] = {MPI_REQUEST_NULL, MPI_REQUEST_NULL};
        if (receive[from].bytes > 0)
            odd_receive_begin(comm, from, ODD_TAG_ALL_TO_ALL, to_me + receive[from].at,
                              receive[from].bytes, &request[0]);
        if (send[to].bytes > 0)
            odd_send_begin(comm, to, ODD_TAG_ALL_TO_ALL, from_me + send[to].at, send[to].bytes,
                           &request[1]);
        MPI_Waitall(2, request, MPI_STATUSES_IGNORE);
    }
}

/* In place, for types of 8 bytes. */
static void reduce(MPI_Comm comm, void *value, int64_t count, MPI_Datatype type, MPI_Op op)
{
    size_t bytes = (size_t)count * 8;
    for (size_t done = 0; done < bytes; done += odd_longest_message)
        MPI_Allreduce(MPI_IN_PLACE, (char *)value + done, piece(bytes, done) / 8, type, op, comm);
}

void odd_sum_i64(MPI_Comm comm, int64_t value[], int64_t count)
{
    reduce(comm, value, count, MPI_INT64_T, MPI_SUM);
}

void odd_sum_f64(MPI_Comm comm, double value[], int64_t count)
{
    reduce(comm, value, count, MPI_DOUBLE, MPI_SUM);
}

void odd_max_f64(MPI_Comm comm, double value[], int64_t count)
{
    reduce(comm, value, count, MPI_DOUBLE, MPI_MAX);
}

void odd_max_i64(MPI_Comm comm, int64_t value[], int64_t count)
{
    reduce(comm, value, count, MPI_INT64_T, MPI_MAX);
}

int64_t odd_sum_before(MPI_Comm comm, int64_t value)
{
    int64_t before = 0;
    MPI_Exscan(&value, &before, 1, MPI_INT64_T, MPI_SUM, comm);
    return odd_rank(comm) == 0 ? 0 : before; /* MPI leaves it undefined on rank 0 */
}
