/* Selection: rows and what is known of them go to the ranks that own them. */
#include "run/catalogue_cut_internal.h"
#include "run/selection_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/route.h"

/* The owners of rows that are images, cut finer than others. */
typedef struct {
    odd_owners owners;
    const odd_selected *rows; /* mine as yet */
    int64_t row0;             /* the number of the first of them */
} destination;

static odd_status destination_new(MPI_Comm comm, int64_t n, destination *d)
{
    const int size = odd_size(comm);
    odd_status st;
    d->owners.size = size;
    ODD_TRY(ODD_NEW(d->owners.first, size + 1));
    for (int r = 0; r < size; r++)
        d->owners.first[r] = odd_partition_images_of(n, r, size).row0;
    d->owners.first[size] = n;
done:
    return st;
}

static int owner_of_row(const void *context, const void *row)
{
    const destination *d = context;
    return odd_partition_owner(&d->owners, d->row0 + ((const odd_selected *)row - d->rows));
}

/* @collective */
static odd_status route_rows(MPI_Comm comm, const odd_catalogue *list, const odd_selected *rows,
                             odd_selected **mine)
{
    destination d = {.rows = rows, .row0 = list->first};
    int64_t n;
    odd_status st;
    ODD_TRY_ALL(comm, destination_new(comm, list->all, &d));
    ODD_TRY(odd_route(comm, rows, list->count, sizeof *rows, owner_of_row, &d, (void **)mine, &n));
done:
    odd_owners_free(&d.owners);
    return st;
}

/* What all ranks know of all. @collective */
static void sum_up(MPI_Comm comm, odd_selection *s)
{
    const odd_catalogue *list = &s->list;
    int64_t sum[2] = {
        list->pool_size + list->count * (int64_t)(sizeof *list->item + sizeof *s->row), 0};
    for (int64_t i = 0; i < s->part.n_local; i++)
        sum[1] += s->row[i].held_out;
    odd_sum_i64(comm, sum, 2);
    s->list_bytes = sum[0];
    s->holds_out = sum[1] > 0;
}

odd_status odd_selection_settle(MPI_Comm comm, odd_selected *rows, odd_selection *s)
{
    odd_status st;
    s->part = odd_partition_images(comm, s->list.all);
    ODD_TRY(route_rows(comm, &s->list, rows, &s->row));
    ODD_TRY(odd_catalogue_cut(comm, &s->list));
    sum_up(comm, s);
done:
    odd_free(rows);
    return st;
}
