/* Rows of lists that are there twice, found over all ranks: those of one file come together. */
#include "run/catalogue_cut_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/image/twice.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/route.h"

static int rank_of_file(const void *context, const void *thing)
{
    const int *ranks = context;
    const odd_catalogue_row *row = thing;
    return (int)(row->file % (uint64_t)*ranks);
}

/* What is found among the rows of each file. @collective */
static odd_status find_mine(MPI_Comm comm, const odd_catalogue *c, odd_rows_twice *out)
{
    const int ranks = odd_size(comm);
    odd_catalogue_row *come = NULL;
    int64_t n;
    odd_status st;
    ODD_TRY(
        odd_route(comm, c->row, c->rows, sizeof *c->row, rank_of_file, &ranks, (void **)&come, &n));
    odd_rows_find_twice(n, come, out);
done:
    odd_free(come);
    return st;
}

/* The same on all ranks. @collective */
static odd_status join_all(MPI_Comm comm, odd_rows_twice *twice)
{
    odd_rows_twice *part = NULL;
    int64_t parts;
    odd_status st;
    ODD_TRY(odd_share_rows(comm, twice, 1, sizeof *twice, (void **)&part, &parts));
    *twice = (odd_rows_twice){0};
    for (int64_t r = 0; r < parts; r++)
        odd_rows_join_twice(&part[r], twice);
done:
    odd_free(part);
    return st;
}

/* Whoever has the image that is listed again knows its name. @local */
static odd_status refuse(const odd_catalogue *c, const odd_list *list, const odd_rows_twice *twice)
{
    const int64_t i = twice->same.again.item - c->first;
    if (twice->same.count == 0 || i < 0 || i >= c->count) return ODD_OK;
    return odd_rows_fail_twice(twice, list, odd_catalogue_text(c, c->item[i].name));
}

odd_status odd_catalogue_check_rows(MPI_Comm comm, const odd_list *list, odd_catalogue *c)
{
    odd_rows_twice twice = {0};
    int64_t rows = c->rows;
    odd_status st = ODD_OK;
    odd_sum_i64(comm, &rows, 1);
    if (rows == 0) return ODD_OK;
    for (int64_t i = 0; i < c->rows; i++)
        c->row[i].item += c->first;
    ODD_TRY(find_mine(comm, c, &twice));
    ODD_TRY(join_all(comm, &twice));
    ODD_TRY_ALL(comm, refuse(c, list, &twice));
    if (odd_rank(comm) == 0) odd_rows_tell_shared(&twice, list);
done:
    odd_catalogue_drop_rows(c);
    return st;
}
