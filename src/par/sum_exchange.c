/* Exchange: sums over ranks that begin before all of their vectors is there.
 *
 * What a rank may add alone are the whole subtrees of its shards; each goes as one vector to the
 * ranks that sum its slices, which know all subtrees and so add them in the order of the tree. The
 * shape of messages follows from length, shards and ranks alone: sizes are not sent. Parts begin
 * in the same order on every rank, from the last to the first, so that one tag is enough: messages
 * of two ranks do not overtake each other. */
#include "oddlot/par/sum_exchange.h"

#include "oddlot/base/dyadic.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "par/comm_internal.h"
#include "par/sum_exchange_internal.h"

struct odd_exchange {
    MPI_Comm comm;
    int rank, size;
    int64_t length, part; /* values of a vector, of a part */
    int parts;
    int shards;           /* in force: what follows fits them */
    int left;             /* parts 0 ... left - 1 are not on their way yet */
    float *const *vector; /* of my shards, the first of which is `first` */
    int first;
    odd_subtree *tree;    /* (room) of all ranks, from left to right */
    int *begin;           /* (size + 1) in `tree`: where those of a rank begin */
    const float **column; /* (room) vectors of a subtree, from some value on */
    double **row;         /* (room) subtrees of all ranks in my slice of a part */
    int room;             /* shards */
    double *sent;         /* (my subtrees, length), slice after slice */
    double *taken;        /* (subtrees, mine[parts]), part after part */
    int64_t sent_room, taken_room;
    int64_t *mine;        /* (parts + 1) values of my slices in the parts before */
    MPI_Request *request; /* (parts, 2, size): receives from each rank, sends to it */
    MPI_Request *whole;   /* (parts) sums of the slices, on their way to all */
    int *count, *place;   /* (parts, size) of the slices in a part, as MPI takes them */
};

/* ---- Parts and slices ---- */

static int64_t part_length(const odd_exchange *e, int part)
{
    int64_t left = e->length - part * e->part;
    return left < e->part ? left : e->part;
}

/* The values of a part that a rank sums. */
static void slice_of(const odd_exchange *e, int part, int rank, int64_t *first, int64_t *count)
{
    odd_shard_range(part_length(e, part), e->size, rank, first, count);
    *first += part * e->part;
}

static void cut_parts(odd_exchange *e)
{
    e->part = (e->length + ODD_SUM_PARTS - 1) / ODD_SUM_PARTS;
    if (e->part < ODD_SUM_SHORTEST_PART) e->part = ODD_SUM_SHORTEST_PART;
    if (e->part < (int64_t)ODD_SUM_SHORTEST_SLICE * e->size)
        e->part = (int64_t)ODD_SUM_SHORTEST_SLICE * e->size;
    e->parts = (int)((e->length + e->part - 1) / e->part);
}

static MPI_Request *requests_of(const odd_exchange *e, int part)
{
    return e->request + (int64_t)part * 2 * e->size;
}

static void list_slices(odd_exchange *e)
{
    int64_t first, count;
    for (int p = 0; p < e->parts; p++) {
        for (int r = 0; r < e->size; r++) {
            slice_of(e, p, r, &first, &count);
            e->count[p * e->size + r] = odd_mpi_count(count);
            e->place[p * e->size + r] = odd_mpi_count(first - p * e->part);
            if (r == e->rank) e->mine[p + 1] = e->mine[p] + count;
        }
    }
}

odd_status odd_exchange_new(MPI_Comm comm, int64_t length, odd_exchange **out)
{
    odd_exchange *e;
    odd_status st;
    *out = NULL;
    ODD_TRY(ODD_NEW(e, 1));
    *e = (odd_exchange){.comm = comm, .rank = odd_rank(comm), .size = odd_size(comm)};
    e->length = length;
    cut_parts(e);
    ODD_TRY(ODD_NEW(e->begin, e->size + 1));
    ODD_TRY(ODD_NEW(e->mine, e->parts + 1));
    ODD_TRY(ODD_NEW(e->request, (int64_t)e->parts * 2 * e->size));
    ODD_TRY(ODD_NEW(e->whole, e->parts));
    ODD_TRY(ODD_NEW(e->count, e->parts * e->size));
    ODD_TRY(ODD_NEW(e->place, e->parts * e->size));
    list_slices(e);
    *out = e;
    e = NULL; /* handed over */
done:
    odd_exchange_free(&e);
    return st;
}

void odd_exchange_free(odd_exchange **exchange)
{
    odd_exchange *e = *exchange;
    if (!e) return;
    odd_free(e->tree);
    odd_free(e->begin);
    odd_free(e->column);
    odd_free(e->row);
    odd_free(e->sent);
    odd_free(e->taken);
    odd_free(e->mine);
    odd_free(e->request);
    odd_free(e->whole);
    odd_free(e->count);
    odd_free(e->place);
    odd_free(e);
    *exchange = NULL;
}

/* ---- The tree ---- */

static odd_status reserve_shards(odd_exchange *e, int shards)
{
    odd_status st = ODD_OK;
    if (shards <= e->room) return ODD_OK;
    odd_free(e->tree);
    odd_free(e->column);
    odd_free(e->row);
    e->tree = NULL;
    e->column = NULL;
    e->row = NULL;
    e->room = 0;
    ODD_TRY(ODD_NEW(e->tree, shards));
    ODD_TRY(ODD_NEW(e->column, shards));
    ODD_TRY(ODD_NEW(e->row, shards));
    e->room = shards;
done:
    return st;
}

static odd_status reserve_values(double **values, int64_t *room, int64_t count)
{
    odd_status st;
    if (count <= *room) return ODD_OK;
    odd_free(*values);
    *room = 0;
    ODD_TRY(ODD_NEW(*values, count));
    *room = count;
done:
    return st;
}

/* The whole subtrees of each rank's shards. */
static void list_subtrees(odd_exchange *e, int shards)
{
    int trees = 0;
    for (int r = 0; r < e->size; r++) {
        int64_t first, count;
        odd_shard_range(shards, e->size, r, &first, &count);
        if (r == e->rank) e->first = (int)first;
        e->begin[r] = trees;
        trees += odd_subtrees_of_run(first, first + count, e->tree + trees);
    }
    e->begin[e->size] = trees;
}

static int trees_of(const odd_exchange *e, int rank)
{
    return e->begin[rank + 1] - e->begin[rank];
}

static odd_status reserve(odd_exchange *e, int shards)
{
    odd_status st;
    ODD_TRY(reserve_shards(e, shards));
    list_subtrees(e, shards);
    ODD_TRY(reserve_values(&e->sent, &e->sent_room, trees_of(e, e->rank) * e->length));
    ODD_TRY(reserve_values(&e->taken, &e->taken_room, e->begin[e->size] * e->mine[e->parts]));
done:
    return st;
}

odd_status odd_exchange_cut(odd_exchange *e, int shards)
{
    odd_status st = ODD_OK;
    if (shards == e->shards) return ODD_OK; /* as on every rank */
    e->shards = 0;
    ODD_TRY_ALL(e->comm, reserve(e, shards));
    e->shards = shards;
done:
    return st;
}

void odd_exchange_begin(odd_exchange *e, float *const vector[])
{
    for (int i = 0; i < e->parts * 2 * e->size; i++)
        e->request[i] = MPI_REQUEST_NULL;
    e->vector = vector;
    e->left = e->parts;
}

/* ---- On the way ---- */

/* My subtrees of `count` values: sum (subtrees, count). */
static void sum_subtrees(const odd_exchange *e, int64_t first, int64_t count, double sum[])
{
    const odd_subtree *mine = e->tree + e->begin[e->rank];
    for (int t = 0; t < trees_of(e, e->rank); t++) {
        const int64_t from = (mine[t].index << mine[t].level) - e->first;
        const int shards = 1 << mine[t].level;
        for (int s = 0; s < shards; s++)
            e->column[s] = e->vector[from + s] + first;
        odd_dyadic_sum(count, shards, e->column, sum + t * count);
    }
}

/* Where a rank's subtrees of my slice go. */
static double *place_of(const odd_exchange *e, int part, int rank)
{
    int64_t count = e->mine[part + 1] - e->mine[part];
    return e->taken + e->begin[e->size] * e->mine[part] + e->begin[rank] * count;
}

static size_t bytes_of(int64_t values)
{
    return (size_t)values * sizeof(double);
}

static void take_part(odd_exchange *e, int part)
{
    int64_t count = e->mine[part + 1] - e->mine[part];
    for (int r = 0; r < e->size; r++)
        if (r != e->rank && count > 0 && trees_of(e, r) > 0)
            odd_receive_begin(e->comm, r, ODD_TAG_EXCHANGE, place_of(e, part, r),
                              bytes_of(trees_of(e, r) * count), &requests_of(e, part)[r]);
}

static void send_part(odd_exchange *e, int part)
{
    int trees = trees_of(e, e->rank);
    for (int i = 1; i < e->size && trees > 0; i++) {
        int r = (e->rank + i) % e->size; /* not all to the same rank at once */
        int64_t first, count;
        slice_of(e, part, r, &first, &count);
        double *sum = e->sent + trees * first;
        sum_subtrees(e, first, count, sum);
        if (count > 0)
            odd_send_begin(e->comm, r, ODD_TAG_EXCHANGE, sum, bytes_of(trees * count),
                           &requests_of(e, part)[e->size + r]);
    }
}

static void begin_part(odd_exchange *e, int part)
{
    int64_t first, count;
    take_part(e, part);
    send_part(e, part);
    slice_of(e, part, e->rank, &first, &count);
    sum_subtrees(e, first, count, place_of(e, part, e->rank));
}

void odd_exchange_ready(odd_exchange *e, int64_t first)
{
    int arrived;
    while (e->left > 0 && (e->left - 1) * e->part >= first)
        begin_part(e, --e->left);
    /* a library without a thread of its own moves long messages only in its calls */
    MPI_Testall(e->parts * 2 * e->size, e->request, &arrived, MPI_STATUSES_IGNORE);
}

/* My slice of a part: sum (slice) of all ranks' subtrees. */
static void sum_slice(const odd_exchange *e, int part, double sum[])
{
    const int64_t count = e->mine[part + 1] - e->mine[part];
    const int trees = e->begin[e->size];
    for (int t = 0; t < trees; t++)
        e->row[t] = place_of(e, part, 0) + t * count;
    odd_dyadic_sum_subtrees(count, trees, e->tree, e->row, sum);
}

void odd_exchange_end(odd_exchange *e, double sum[])
{
    while (e->left > 0)
        begin_part(e, --e->left);
    for (int p = e->parts - 1; p >= 0; p--) {
        const int *count = e->count + p * e->size, *place = e->place + p * e->size;
        double *part = sum + p * e->part;
        MPI_Waitall(2 * e->size, requests_of(e, p), MPI_STATUSES_IGNORE);
        sum_slice(e, p, part + place[e->rank]);
        MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, part, count, place, MPI_DOUBLE, e->comm,
                        &e->whole[p]);
    }
    MPI_Waitall(e->parts, e->whole, MPI_STATUSES_IGNORE);
}
