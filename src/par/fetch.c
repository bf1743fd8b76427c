/* Fetch: who wants which rows goes to their owners, and the rows come back. */
#include "oddlot/par/fetch.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <string.h>

struct odd_fetch {
    const odd_rows *rows;
    int64_t most;
    int size;

    /* On two ranks and more. What I want and what comes are in the order of the owners; what is
     * asked of me and what I send, in that of the askers. */
    int64_t *first;          /* (size + 1) first row of each rank */
    int64_t *want, *asked;   /* (size) how many of each owner, and by each asker */
    int64_t *next;           /* (size) where the next one of each owner goes */
    odd_extent *out, *in;    /* (size) of a message to, and from each rank */
    int64_t *number, *place; /* (most) rows that I want, and where in x they go */
    int64_t *number_asked;   /* (most) */
    float *sent, *come;      /* (most, d) */
};

static odd_status make_room(odd_fetch *f)
{
    const int64_t values = f->most * f->rows->d;
    odd_status st;
    ODD_TRY(ODD_NEW(f->first, f->size + 1));
    ODD_TRY(ODD_NEW(f->want, f->size));
    ODD_TRY(ODD_NEW(f->asked, f->size));
    ODD_TRY(ODD_NEW(f->next, f->size));
    ODD_TRY(ODD_NEW(f->out, f->size));
    ODD_TRY(ODD_NEW(f->in, f->size));
    ODD_TRY(ODD_NEW(f->number, f->most));
    ODD_TRY(ODD_NEW(f->place, f->most));
    ODD_TRY(ODD_NEW(f->number_asked, f->most));
    ODD_TRY(ODD_NEW(f->sent, values));
    ODD_TRY(ODD_NEW(f->come, values));
    for (int r = 0; r < f->size; r++)
        f->first[r] = odd_partition_of(f->rows->part.n, r, f->size).row0;
    f->first[f->size] = f->rows->part.n;
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
    if (f->size > 1) ODD_TRY(make_room(f));
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
    odd_free(f->first);
    odd_free(f->want);
    odd_free(f->asked);
    odd_free(f->next);
    odd_free(f->out);
    odd_free(f->in);
    odd_free(f->number);
    odd_free(f->place);
    odd_free(f->number_asked);
    odd_free(f->sent);
    odd_free(f->come);
    odd_free(f);
    *fetch = NULL;
}

/* Rows of mine by their numbers over all ranks: x (count, d). @local */
static odd_status look_up(const odd_rows *rows, int64_t count, const int64_t row[], float x[])
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

/* The last rank whose first row is not behind this one: those before it that begin there too have
 * no rows. */
static int owner_of(const odd_fetch *f, int64_t row)
{
    int low = 0, high = f->size; /* first[low] <= row < first[high] */
    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        if (f->first[middle] <= row)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Messages of so many things of `width` bytes to or from each rank, one behind the other; the
 * number of things in all. */
static int64_t lay_out(int size, const int64_t count[], size_t width, odd_extent message[])
{
    int64_t all = 0;
    for (int r = 0; r < size; r++) {
        message[r] = (odd_extent){(size_t)all * width, (size_t)count[r] * width};
        all += count[r];
    }
    return all;
}

/* What I want by owner: how many of each, then their numbers. */
static void sort_wanted(odd_fetch *f, int64_t count, const int64_t row[])
{
    memset(f->want, 0, (size_t)f->size * sizeof *f->want);
    for (int64_t i = 0; i < count; i++)
        f->want[owner_of(f, row[i])]++;
    f->next[0] = 0;
    for (int r = 1; r < f->size; r++)
        f->next[r] = f->next[r - 1] + f->want[r - 1];
    for (int64_t i = 0; i < count; i++) {
        const int64_t at = f->next[owner_of(f, row[i])]++;
        f->number[at] = row[i];
        f->place[at] = i;
    }
}

/* What is asked of me; returns how many rows. @collective */
static int64_t ask(odd_fetch *f)
{
    const MPI_Comm comm = f->rows->comm;
    MPI_Alltoall(f->want, 1, MPI_INT64_T, f->asked, 1, MPI_INT64_T, comm);
    const int64_t wanted = lay_out(f->size, f->want, sizeof *f->number, f->out);
    const int64_t asked = lay_out(f->size, f->asked, sizeof *f->number_asked, f->in);
    ODD_CHECK(wanted <= f->most && asked <= f->most);
    odd_all_to_all(comm, f->number, f->out, f->number_asked, f->in);
    return asked;
}

/* @collective */
static void answer(odd_fetch *f)
{
    const size_t width = (size_t)f->rows->d * sizeof *f->sent;
    lay_out(f->size, f->asked, width, f->out);
    lay_out(f->size, f->want, width, f->in);
    odd_all_to_all(f->rows->comm, f->sent, f->out, f->come, f->in);
}

odd_status odd_fetch_rows(odd_fetch *f, int64_t count, const int64_t row[], float x[])
{
    const odd_rows *rows = f->rows;
    const int64_t d = rows->d;
    odd_status st;
    ODD_CHECK(count <= f->most);
    if (f->size == 1) return look_up(rows, count, row, x);
    sort_wanted(f, count, row);
    const int64_t asked = ask(f);
    ODD_TRY_ALL(rows->comm, look_up(rows, asked, f->number_asked, f->sent));
    answer(f);
    for (int64_t i = 0; i < count; i++)
        memcpy(x + f->place[i] * d, f->come + i * d, (size_t)d * sizeof *x);
done:
    return st;
}
