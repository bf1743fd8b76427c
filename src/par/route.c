/* Route: things to the ranks that want them, sorted by rank before they go. */
#include "oddlot/par/route.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"
#include "par/route_internal.h"

#include <string.h>

odd_status odd_owners_new(MPI_Comm comm, int64_t n, odd_owners *out)
{
    odd_status st;
    *out = (odd_owners){.size = odd_size(comm)};
    ODD_TRY(ODD_NEW(out->first, out->size + 1));
    for (int r = 0; r < out->size; r++)
        out->first[r] = odd_partition_of(n, r, out->size).row0;
    out->first[out->size] = n;
done:
    return st;
}

void odd_owners_free(odd_owners *owners)
{
    odd_free(owners->first);
    *owners = (odd_owners){0};
}

/* The last rank whose first row is not behind this one: those before it that begin there too have
 * no rows. */
int odd_partition_owner(const odd_owners *owners, int64_t row)
{
    int low = 0, high = owners->size; /* first[low] <= row < first[high] */
    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        if (owners->first[middle] <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

typedef struct {
    odd_traffic t;
    size_t *next; /* (size) where the next one to a rank goes */
    char *sorted, *come;
} routing;

static odd_status routing_new(int size, int64_t count, size_t width, routing *r)
{
    odd_status st;
    ODD_TRY(odd_traffic_new(size, &r->t));
    ODD_TRY(ODD_NEW(r->next, size));
    r->sorted = odd_alloc(count, width);
    st = r->sorted ? ODD_OK : ODD_NOMEM;
done:
    return st;
}

static void routing_free(routing *r)
{
    odd_traffic_free(&r->t);
    odd_free(r->next);
    odd_free(r->sorted);
    odd_free(r->come);
}

int64_t odd_lay_out(int size, const int64_t count[], size_t width, odd_extent message[])
{
    int64_t all = 0;
    for (int r = 0; r < size; r++) {
        message[r] = (odd_extent){(size_t)all * width, (size_t)count[r] * width};
        all += count[r];
    }
    return all;
}

odd_status odd_traffic_new(int size, odd_traffic *t)
{
    odd_status st;
    *t = (odd_traffic){0};
    ODD_TRY(ODD_NEW(t->send, size));
    ODD_TRY(ODD_NEW(t->receive, size));
    ODD_TRY(ODD_NEW(t->out, size));
    ODD_TRY(ODD_NEW(t->in, size));
done:
    return st;
}

void odd_traffic_free(odd_traffic *t)
{
    odd_free(t->send);
    odd_free(t->receive);
    odd_free(t->out);
    odd_free(t->in);
    *t = (odd_traffic){0};
}

void odd_traffic_count(MPI_Comm comm, odd_traffic *t)
{
    MPI_Alltoall(t->send, 1, MPI_INT64_T, t->receive, 1, MPI_INT64_T, comm);
}

void odd_traffic_lay_out(MPI_Comm comm, odd_traffic *t, size_t width)
{
    odd_lay_out(odd_size(comm), t->send, width, t->out);
    odd_lay_out(odd_size(comm), t->receive, width, t->in);
}

odd_status odd_route(MPI_Comm comm, const void *things, int64_t count, size_t width,
                     int (*to)(const void *context, const void *thing), const void *context,
                     void **come, int64_t *n)
{
    const int size = odd_size(comm);
    const char *thing = things;
    routing r = {0};
    odd_status st;
    *come = NULL;
    *n = 0;
    ODD_TRY_ALL(comm, routing_new(size, count, width, &r));
    for (int64_t i = 0; i < count; i++)
        r.t.send[to(context, thing + (size_t)i * width)]++;
    odd_lay_out(size, r.t.send, width, r.t.out);
    for (int rank = 0; rank < size; rank++)
        r.next[rank] = r.t.out[rank].at;
    for (int64_t i = 0; i < count; i++) {
        size_t *next = &r.next[to(context, thing + (size_t)i * width)];
        memcpy(r.sorted + *next, thing + (size_t)i * width, width);
        *next += width;
    }
    odd_traffic_count(comm, &r.t);
    *n = odd_lay_out(size, r.t.receive, width, r.t.in);
    ODD_TRY_ALL(comm, (r.come = odd_alloc(*n, width)) ? ODD_OK : ODD_NOMEM);
    odd_all_to_all(comm, r.sorted, r.t.out, r.come, r.t.in);
    *come = r.come;
    r.come = NULL; /* handed over */
done:
    if (st != ODD_OK) *n = 0;
    routing_free(&r);
    return st;
}
