/* MPI meter: a function of ours for each call of MPI that may wait, which takes the time of the
 * true one. A call within a call, as some MPI libraries make them, is part of the outer one. */
#include "oddlot/par/mpi_meter.h"

#include "oddlot/base/log.h"

#include <mpi.h>
#include <time.h>

static odd_mpi_usage used;

odd_mpi_usage odd_mpi_usage_now(void)
{
    return used;
}

#ifdef ODDLOT_MPI_METER
static int depth; /* of calls within calls */

static double entered_cpu; /* of the outer one */

static double processor_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double enter(void)
{
    if (depth++ > 0) return 0;
    entered_cpu = processor_seconds();
    return odd_seconds();
}

static int leave_for(double *seconds, double entered, int code)
{
    if (--depth > 0) return code;
    *seconds += odd_seconds() - entered;
    used.cpu += processor_seconds() - entered_cpu;
    return code;
}

static int leave_file(double entered, int code)
{
    return leave_for(&used.filing, entered, code);
}

static int leave_wait(double entered, int code)
{
    return leave_for(&used.waiting, entered, code);
}

static int leave(double entered, int64_t count, MPI_Datatype type, int code)
{
    int width = 0;
    if (depth == 1 && count > 0) PMPI_Type_size(type, &width);
    if (depth == 1) used.calls++;
    used.bytes += count * width;
    return leave_wait(entered, code);
}

static int64_t sum(MPI_Comm comm, const int count[])
{
    int size;
    int64_t all = 0;
    PMPI_Comm_size(comm, &size);
    for (int i = 0; i < size; i++)
        all += count[i];
    return all;
}

static int size_of(MPI_Comm comm)
{
    int size;
    PMPI_Comm_size(comm, &size);
    return size;
}

/* -- two ranks -- */

int MPI_Send(const void *data, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm)
{
    const double at = enter();
    return leave(at, count, type, PMPI_Send(data, count, type, to, tag, comm));
}

int MPI_Rsend(const void *data, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm)
{
    const double at = enter();
    return leave(at, count, type, PMPI_Rsend(data, count, type, to, tag, comm));
}

int MPI_Isend(const void *data, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm,
              MPI_Request *request)
{
    const double at = enter();
    return leave(at, count, type, PMPI_Isend(data, count, type, to, tag, comm, request));
}

int MPI_Recv(void *data, int count, MPI_Datatype type, int from, int tag, MPI_Comm comm,
             MPI_Status *status)
{
    const double at = enter();
    return leave(at, 0, type, PMPI_Recv(data, count, type, from, tag, comm, status));
}

int MPI_Irecv(void *data, int count, MPI_Datatype type, int from, int tag, MPI_Comm comm,
              MPI_Request *request)
{
    const double at = enter();
    return leave(at, 0, type, PMPI_Irecv(data, count, type, from, tag, comm, request));
}

int MPI_Mrecv(void *data, int count, MPI_Datatype type, MPI_Message *message, MPI_Status *status)
{
    const double at = enter();
    return leave(at, 0, type, PMPI_Mrecv(data, count, type, message, status));
}

int MPI_Sendrecv(const void *data, int count, MPI_Datatype type, int to, int tag, void *room,
                 int most, MPI_Datatype type_in, int from, int tag_in, MPI_Comm comm,
                 MPI_Status *status)
{
    const double at = enter();
    return leave(
        at, count, type,
        PMPI_Sendrecv(data, count, type, to, tag, room, most, type_in, from, tag_in, comm, status));
}

int MPI_Mprobe(int from, int tag, MPI_Comm comm, MPI_Message *message, MPI_Status *status)
{
    const double at = enter();
    return leave_wait(at, PMPI_Mprobe(from, tag, comm, message, status));
}

int MPI_Wait(MPI_Request *request, MPI_Status *status)
{
    const double at = enter();
    return leave_wait(at, PMPI_Wait(request, status));
}

int MPI_Waitall(int count, MPI_Request request[], MPI_Status status[])
{
    const double at = enter();
    return leave_wait(at, PMPI_Waitall(count, request, status));
}

int MPI_Test(MPI_Request *request, int *done, MPI_Status *status)
{
    const double at = enter();
    return leave_wait(at, PMPI_Test(request, done, status));
}

int MPI_Testall(int count, MPI_Request request[], int *done, MPI_Status status[])
{
    const double at = enter();
    return leave_wait(at, PMPI_Testall(count, request, done, status));
}

/* -- all ranks -- */

int MPI_Barrier(MPI_Comm comm)
{
    const double at = enter();
    return leave(at, 0, MPI_BYTE, PMPI_Barrier(comm));
}

int MPI_Bcast(void *data, int count, MPI_Datatype type, int root, MPI_Comm comm)
{
    const double at = enter();
    int rank;
    PMPI_Comm_rank(comm, &rank);
    return leave(at, rank == root ? count : 0, type, PMPI_Bcast(data, count, type, root, comm));
}

int MPI_Reduce(const void *data, void *out, int count, MPI_Datatype type, MPI_Op op, int root,
               MPI_Comm comm)
{
    const double at = enter();
    return leave(at, count, type, PMPI_Reduce(data, out, count, type, op, root, comm));
}

int MPI_Ireduce(const void *data, void *out, int count, MPI_Datatype type, MPI_Op op, int root,
                MPI_Comm comm, MPI_Request *request)
{
    const double at = enter();
    return leave(at, count, type, PMPI_Ireduce(data, out, count, type, op, root, comm, request));
}

int MPI_Allreduce(const void *data, void *out, int count, MPI_Datatype type, MPI_Op op,
                  MPI_Comm comm)
{
    const double at = enter();
    return leave(at, count, type, PMPI_Allreduce(data, out, count, type, op, comm));
}

int MPI_Exscan(const void *data, void *out, int count, MPI_Datatype type, MPI_Op op, MPI_Comm comm)
{
    const double at = enter();
    return leave(at, count, type, PMPI_Exscan(data, out, count, type, op, comm));
}

int MPI_Gather(const void *data, int count, MPI_Datatype type, void *out, int each,
               MPI_Datatype type_out, int root, MPI_Comm comm)
{
    const double at = enter();
    return leave(at, count, type, PMPI_Gather(data, count, type, out, each, type_out, root, comm));
}

int MPI_Gatherv(const void *data, int count, MPI_Datatype type, void *out, const int each[],
                const int place[], MPI_Datatype type_out, int root, MPI_Comm comm)
{
    const double at = enter();
    return leave(at, count, type,
                 PMPI_Gatherv(data, count, type, out, each, place, type_out, root, comm));
}

int MPI_Scatterv(const void *data, const int count[], const int place[], MPI_Datatype type,
                 void *out, int most, MPI_Datatype type_out, int root, MPI_Comm comm)
{
    const double at = enter();
    int rank;
    PMPI_Comm_rank(comm, &rank);
    return leave(at, rank == root ? sum(comm, count) : 0, type,
                 PMPI_Scatterv(data, count, place, type, out, most, type_out, root, comm));
}

/* In place what a rank brings in is of the other type. */
int MPI_Allgather(const void *data, int count, MPI_Datatype type, void *out, int each,
                  MPI_Datatype type_out, MPI_Comm comm)
{
    const double at = enter();
    const int code = PMPI_Allgather(data, count, type, out, each, type_out, comm);
    return leave(at, each, type_out, code);
}

int MPI_Allgatherv(const void *data, int count, MPI_Datatype type, void *out, const int each[],
                   const int place[], MPI_Datatype type_out, MPI_Comm comm)
{
    const double at = enter();
    int rank;
    PMPI_Comm_rank(comm, &rank);
    return leave(at, each[rank], type_out,
                 PMPI_Allgatherv(data, count, type, out, each, place, type_out, comm));
}

int MPI_Iallgatherv(const void *data, int count, MPI_Datatype type, void *out, const int each[],
                    const int place[], MPI_Datatype type_out, MPI_Comm comm, MPI_Request *request)
{
    const double at = enter();
    int rank;
    PMPI_Comm_rank(comm, &rank);
    return leave(at, each[rank], type_out,
                 PMPI_Iallgatherv(data, count, type, out, each, place, type_out, comm, request));
}

int MPI_Alltoall(const void *data, int count, MPI_Datatype type, void *out, int each,
                 MPI_Datatype type_out, MPI_Comm comm)
{
    const double at = enter();
    return leave(at, (int64_t)count * size_of(comm), type,
                 PMPI_Alltoall(data, count, type, out, each, type_out, comm));
}

int MPI_Comm_dup(MPI_Comm comm, MPI_Comm *out)
{
    const double at = enter();
    return leave_wait(at, PMPI_Comm_dup(comm, out));
}

int MPI_Comm_split(MPI_Comm comm, int colour, int key, MPI_Comm *out)
{
    const double at = enter();
    return leave_wait(at, PMPI_Comm_split(comm, colour, key, out));
}

int MPI_Comm_split_type(MPI_Comm comm, int type, int key, MPI_Info info, MPI_Comm *out)
{
    const double at = enter();
    return leave_wait(at, PMPI_Comm_split_type(comm, type, key, info, out));
}

int MPI_Comm_create(MPI_Comm comm, MPI_Group group, MPI_Comm *out)
{
    const double at = enter();
    return leave_wait(at, PMPI_Comm_create(comm, group, out));
}

int MPI_Comm_free(MPI_Comm *comm)
{
    const double at = enter();
    return leave_wait(at, PMPI_Comm_free(comm));
}

/* -- files -- */

int MPI_File_open(MPI_Comm comm, const char *name, int mode, MPI_Info info, MPI_File *out)
{
    const double at = enter();
    return leave_file(at, PMPI_File_open(comm, name, mode, info, out));
}

int MPI_File_close(MPI_File *file)
{
    const double at = enter();
    return leave_file(at, PMPI_File_close(file));
}

int MPI_File_sync(MPI_File file)
{
    const double at = enter();
    return leave_file(at, PMPI_File_sync(file));
}

int MPI_File_set_size(MPI_File file, MPI_Offset size)
{
    const double at = enter();
    return leave_file(at, PMPI_File_set_size(file, size));
}

int MPI_File_set_view(MPI_File file, MPI_Offset place, MPI_Datatype unit, MPI_Datatype type,
                      const char *form, MPI_Info info)
{
    const double at = enter();
    return leave_file(at, PMPI_File_set_view(file, place, unit, type, form, info));
}

int MPI_File_read_at(MPI_File file, MPI_Offset place, void *data, int count, MPI_Datatype type,
                     MPI_Status *status)
{
    const double at = enter();
    return leave_file(at, PMPI_File_read_at(file, place, data, count, type, status));
}

int MPI_File_read_at_all(MPI_File file, MPI_Offset place, void *data, int count, MPI_Datatype type,
                         MPI_Status *status)
{
    const double at = enter();
    return leave_file(at, PMPI_File_read_at_all(file, place, data, count, type, status));
}

int MPI_File_write_at(MPI_File file, MPI_Offset place, const void *data, int count,
                      MPI_Datatype type, MPI_Status *status)
{
    const double at = enter();
    return leave_file(at, PMPI_File_write_at(file, place, data, count, type, status));
}

int MPI_File_write_at_all(MPI_File file, MPI_Offset place, const void *data, int count,
                          MPI_Datatype type, MPI_Status *status)
{
    const double at = enter();
    return leave_file(at, PMPI_File_write_at_all(file, place, data, count, type, status));
}
#endif
