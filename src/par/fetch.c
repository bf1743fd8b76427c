/* Fetch: row numbers go to the owners of the rows, and the rows come back. */
#include "oddlot/par/fetch.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/route.h"
#include "par/route_internal.h"

#include <string.h>

struct odd_fetch {
    const odd_rows *rows;
    int64_t most;
    int size;

    /* On two ranks and more. What I want and receive is in the order of the owners; what others
     * request of me and I send, in that of these ranks. */
    odd_owners owners;
    odd_traffic numbers;       /* counts wanted of each owner, requested by each rank */
    int64_t *next;             /* (size) where the next one of each owner goes */
    int64_t *number, *place;   /* (most) rows that I want, and where in x they go */
    int64_t *number_requested; /* (most) */
    float *sent, *come;        /* (most, d) */
};

static odd_status allocate_fetch(odd_fetch *f)
{
    const int64_t values = f->most * f->rows->d;
    odd_status st;
    ODD_TRY(odd_owners_new(f->rows->comm, f->rows->part.n, &f->owners));
    ODD_TRY(odd_traffic_new(f->size, &f->numbers));
    ODD_TRY(ODD_NEW(f->next, f->size));
    ODD_TRY(ODD_NEW(f->number, f->most));
    ODD_TRY(ODD_NEW(f->place, f->most));
    ODD_TRY(ODD_NEW(f->number_requested, f->most));
    ODD_TRY(ODD_NEW(f->sent, values));
    ODD_TRY(ODD_NEW(f->come, values));
done:
    return st;
}

odd_status odd_fetch_new(const odd_rows *rows, int64_t most, odd_fetch **out)
{
    odd_fetch *f = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY(ODD_NEW(f, 1));
    *f = (odd_fetch){.rows = rows, .most = most, .size = odd_size(rows->comm)};
    if (f->size > 1) ODD_TRY(allocate_fetch(f));
    *out = f;
    f = NULL; /* handed over */
done:
    odd_fetch_free(&f);
    return st;
}

void odd_fetch_free(odd_fetch **fetch)
{
    odd_fetch *f = *fetch;
    if (!f) return;
    odd_owners_free(&f->owners);
    odd_traffic_free(&f->numbers);
    odd_free(f->next);
    odd_free(f->number);
    odd_free(f->place);
    odd_free(f->number_requested);
    odd_free(f->sent);
    odd_free(f->come);
    odd_free(f);
    *fetch = NULL;
}

/* Rows of mine by their numbers over all ranks: x (count, d). @local */
static odd_status read_rows(const odd_rows *rows, int64_t count, const int64_t row[], float x[])
{
    const int64_t d = rows->d, row0 = rows->part.row0;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < count && st == ODD_OK; i++)
        if (rows->x)
            memcpy(x + i * d, rows->x + (row[i] - row0) * d, (size_t)d * sizeof *x);
        else
            st = rows->read(rows->reader, row[i] - row0, 1, x + i * d);
    return st;
}

/* What I want by owner: the count of each, then the row numbers. */
static void sort_by_owner(odd_fetch *f, int64_t count, const int64_t row[])
{
    memset(f->numbers.send, 0, (size_t)f->size * sizeof *f->numbers.send);
    for (int64_t i = 0; i < count; i++)
        f->numbers.send[odd_partition_owner(&f->owners, row[i])]++;
    f->next[0] = 0;
    for (int r = 1; r < f->size; r++)
        f->next[r] = f->next[r - 1] + f->numbers.send[r - 1];
    for (int64_t i = 0; i < count; i++) {
        const int64_t at = f->next[odd_partition_owner(&f->owners, row[i])]++;
        f->number[at] = row[i];
        f->place[at] = i;
    }
}

/* Receive the row numbers that others request of me; returns their count. @collective */
static int64_t exchange_numbers(odd_fetch *f)
{
    const MPI_Comm comm = f->rows->comm;
    odd_traffic *t = &f->numbers;
    odd_traffic_count(comm, t);
    const int64_t wanted = odd_lay_out(f->size, t->send, sizeof *f->number, t->out);
    const int64_t requested = odd_lay_out(f->size, t->receive, sizeof *f->number, t->in);
    ODD_CHECK(wanted <= f->most && requested <= f->most);
    odd_all_to_all(comm, f->number, t->out, f->number_requested, t->in);
    return requested;
}

/* The other way round: rows go to those who sent their numbers. @collective */
static void exchange_rows(odd_fetch *f)
{
    odd_traffic *t = &f->numbers;
    odd_traffic_lay_out(f->rows->comm, t, (size_t)f->rows->d * sizeof *f->sent);
    odd_all_to_all(f->rows->comm, f->sent, t->in, f->come, t->out);
}

odd_status odd_fetch_rows(odd_fetch *f, int64_t count, const int64_t row[], float x[])
{
    const odd_rows *rows = f->rows;
    const int64_t d = rows->d;
    odd_status st;
    ODD_CHECK(count <= f->most);
    if (f->size == 1) return read_rows(rows, count, row, x);
    sort_by_owner(f, count, row);
    const int64_t requested = exchange_numbers(f);
    ODD_TRY_ALL(rows->comm, read_rows(rows, requested, f->number_requested, f->sent));
    exchange_rows(f);
    for (int64_t i = 0; i < count; i++)
        memcpy(x + f->place[i] * d, f->come + i * d, (size_t)d * sizeof *x);
done:
    return st;
}
