/* Group spread: what rank 0 has found of the images that are looked at becomes known of all images,
 * to each rank of its own. */
#include "stage/groups/groups_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/deal.h"

/* all: (count) on rank 0; *mine (images.n_local). @collective */
static odd_status spread(MPI_Comm comm, const odd_group_rows *r, const int32_t all[],
                         int32_t **mine)
{
    const odd_speakers *s = &r->speakers;
    int32_t *spoken = NULL, *row = NULL;
    odd_partition part;
    odd_status st;
    ODD_TRY(odd_deal(comm, all, odd_rank(comm) == 0 ? r->count : 0, sizeof *all, (void **)&spoken,
                     &part));
    ODD_TRY_ALL(comm, ODD_NEW(row, s->rows));
    ODD_TRY(odd_ask(comm, &part, spoken, sizeof *spoken, s->rows, s->spoken, row));
    ODD_TRY_ALL(comm, ODD_NEW(*mine, s->images.n_local));
    for (int64_t i = 0; i < s->images.n_local; i++)
        (*mine)[i] = -1;
    for (int64_t i = 0; i < s->rows; i++)
        (*mine)[s->image[i] - s->images.row0] = row[i];
done:
    odd_free(spoken);
    odd_free(row);
    return st;
}

odd_status odd_groups_spread(MPI_Comm comm, const odd_group_rows *rows, odd_view_groups *g)
{
    odd_status st;
    odd_broadcast(comm, 0, &g->kinds, sizeof g->kinds);
    odd_broadcast(comm, 0, &g->parts, sizeof g->parts);
    odd_broadcast(comm, 0, &g->splits, sizeof g->splits);
    ODD_TRY(spread(comm, rows, g->kind, &g->my_kind));
    ODD_TRY(spread(comm, rows, g->part, &g->my_part));
done:
    return st;
}
