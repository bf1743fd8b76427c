/* Collect: some rows of all ranks brought together on every rank: see par/collect.h. */
#include "oddlot/par/collect.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdlib.h>
#include <string.h>

static odd_status grow_collected(odd_collected *c)
{
    const int64_t room = c->room ? 2 * c->room : 16;
    int64_t *row = NULL;
    float *x = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(row, room));
    ODD_TRY(ODD_NEW(x, room * c->d));
    if (c->count > 0) {
        memcpy(row, c->row, (size_t)c->count * sizeof *row);
        memcpy(x, c->x, (size_t)(c->count * c->d) * sizeof *x);
    }
    odd_free(c->row);
    odd_free(c->x);
    c->row = row;
    c->x = x;
    c->room = room;
    return ODD_OK;
done:
    odd_free(row);
    odd_free(x);
    return st;
}

static odd_status add_row(odd_collected *c, int64_t row, const float x[])
{
    odd_status st = c->count < c->room ? ODD_OK : grow_collected(c);
    if (st != ODD_OK) return st;
    c->row[c->count] = row;
    memcpy(c->x + c->count * c->d, x, (size_t)c->d * sizeof *x);
    c->count++;
    return ODD_OK;
}

odd_status odd_collect_row(odd_collected *c, int64_t row, const float x[])
{
    odd_status st;
#pragma omp critical(odd_collect)
    st = add_row(c, row, x);
    return st;
}

void odd_collected_free(odd_collected *c)
{
    odd_free(c->row);
    odd_free(c->x);
    *c = (odd_collected){.d = c->d};
}

static int by_number(const void *a, const void *b, void *context)
{
    const int64_t *row = context;
    const int64_t i = row[*(const int64_t *)a], j = row[*(const int64_t *)b];
    return (i > j) - (i < j);
}

/* My rows by rising number. */
static odd_status sort_rows(const odd_collected *c, float **x)
{
    const size_t width = (size_t)c->d * sizeof **x;
    int64_t *order = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(*x, c->count * c->d));
    ODD_TRY(ODD_NEW(order, c->count));
    for (int64_t i = 0; i < c->count; i++)
        order[i] = i;
    if (c->count > 0) qsort_r(order, (size_t)c->count, sizeof *order, by_number, c->row);
    for (int64_t i = 0; i < c->count; i++)
        memcpy(*x + i * c->d, c->x + order[i] * c->d, width);
done:
    odd_free(order);
    return st;
}

/* Ranks hold rising runs of rows, so rank by rank is the order of the catalogue. */
odd_status odd_collect_share(MPI_Comm comm, const odd_collected *mine, float **all, int64_t *count)
{
    const size_t width = (size_t)mine->d * sizeof **all;
    float *x = NULL;
    odd_status st;
    *all = NULL;
    ODD_TRY_ALL(comm, sort_rows(mine, &x));
    ODD_TRY(odd_share_rows(comm, x, mine->count, width, (void **)all, count));
done:
    odd_free(x);
    return st;
}

typedef struct {
    int64_t count;
    const int64_t *row;
    odd_collected *to;
} wanted;

/* The first of the wanted numbers that is not below. */
static int64_t first_from(const wanted *w, int64_t row)
{
    int64_t low = 0, high = w->count;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (w->row[middle] < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Threads add rows in no order: sharing sorts them. */
static odd_status collect_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const wanted *w = context;
    odd_status st = ODD_OK;
    for (int64_t i = first_from(w, block->row);
         st == ODD_OK && i < w->count && w->row[i] < block->row + block->count; i++) {
        const float *x = block->x + (w->row[i] - block->row) * block->d;
        st = odd_collect_row(w->to, w->row[i], x);
    }
    return st;
}

odd_status odd_collect_rows(const odd_rows *rows, int64_t count, const int64_t row[], float **x)
{
    odd_collected found = {.d = rows->d};
    wanted w = {count, row, &found};
    int64_t all;
    odd_status st;
    *x = NULL;
    ODD_TRY(odd_rows_each(rows, collect_block, &w));
    ODD_TRY(odd_collect_share(rows->comm, &found, x, &all));
done:
    odd_collected_free(&found);
    return st;
}
