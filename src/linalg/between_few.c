/* Few rows that look for neighbours: they go to all ranks, each of which looks among its own rows
 * of the reference, and whoever asked joins the lists. */
#include "linalg/between_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/signals.h"

/* Neighbours that a rank has in memory while lists are joined. */
static const int64_t most_joined = (int64_t)1 << 21;

/* All that ranks ask for goes to each, where each of them otherwise gets the whole reference. */
bool odd_between_is_few(const odd_between *p)
{
    const int64_t n = p->queries->part.n, size = odd_size(p->queries->comm);
    return size > 1 && n < p->reference->part.n &&
           n <= odd_between_rows(p->queries, ODD_BETWEEN_BATCH) &&
           n * p->options.keep * size <= most_joined;
}

/* Those of all ranks among my rows of the reference. @collective */
static odd_status pass_mine(odd_between *p, odd_progress *progress)
{
    const MPI_Comm comm = p->reference->comm;
    const odd_partition *part = &p->reference->part;
    odd_between_side *s = &p->passing;
    const int64_t batches = odd_batches(comm, part->n_local, s->panels.step);
    odd_status st = ODD_OK;
    for (int64_t b = 0; b < batches; b++) {
        const odd_batch mine = odd_batch_of(b, s->panels.step, part->n_local);
        ODD_TRY(odd_signals_check(comm));
        ODD_TRY_ALL(comm,
                    mine.count > 0 ? odd_between_side_read(s, mine.first, p->origin) : ODD_OK);
        odd_between_multiply(p, mine.count, part->row0 + mine.first);
        odd_progress_add(progress, p->asked * mine.count);
    }
done:
    return st;
}

/* What each rank has found for my rows: ranks in their order, whose numbers rise. `all` (ranks, n,
 * keep) */
static void join_lists(odd_between *p, const odd_neighbour all[])
{
    const int64_t n = p->queries->part.n, row0 = p->queries->part.row0;
    const int keep = p->options.keep, size = odd_size(p->queries->comm);
    odd_between_ask_waiting(p);
    for (int64_t i = 0; i < p->asked; i++)
        for (int rank = 0; rank < size; rank++) {
            const odd_neighbour *near = all + (rank * n + row0 + i) * keep;
            for (int j = 0; j < keep && near[j].at >= 0; j++)
                odd_nearest_push(&p->nearest, i, near[j].key, near[j].at);
        }
}

/* @collective */
static odd_status join(odd_between *p)
{
    const MPI_Comm comm = p->queries->comm;
    const int64_t keep = p->options.keep;
    odd_neighbour *mine = NULL, *all = NULL;
    int64_t lists;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(mine, p->asked * keep));
    for (int64_t i = 0; i < p->asked; i++)
        odd_nearest_end(&p->nearest, i, mine + i * keep);
    ODD_TRY(
        odd_share_rows(comm, mine, p->asked, (size_t)keep * sizeof *mine, (void **)&all, &lists));
    join_lists(p, all);
done:
    odd_free(mine);
    odd_free(all);
    return st;
}

/* @collective */
odd_status odd_between_few(odd_between *p, odd_progress *progress)
{
    const MPI_Comm comm = p->queries->comm;
    odd_between_side *s = &p->waiting;
    float *z = NULL, *square = NULL;
    int64_t n;
    odd_status st;
    ODD_TRY_ALL(comm, odd_between_side_read(s, 0, p->origin));
    ODD_TRY(odd_share_rows(comm, s->z, s->now.count, (size_t)p->d * sizeof *z, (void **)&z, &n));
    ODD_TRY(odd_share_rows(comm, s->square, s->now.count, sizeof *square, (void **)&square, &n));
    odd_between_ask(p, n, z, square);
    ODD_TRY(pass_mine(p, progress));
    ODD_TRY(join(p));
    ODD_TRY(odd_between_tell(p));
done:
    odd_free(z);
    odd_free(square);
    return st;
}
