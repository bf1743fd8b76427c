/* Neighbours between rows that are spread over ranks, see linalg/neighbours.h.
 *
 * A batch of rows of each rank waits while the reference comes by in panels, each from the rank
 * that owns it to all; then the next batch. All ranks see all panels in the order of their rows,
 * and products have the shapes that blocks of rows give, so that a pair's product has the same bits
 * whoever computes it.
 *
 * Where all rows that look for neighbours are few, they go to all ranks in place of the reference:
 * each looks among its own rows of that, and lists are joined by whoever asked.
 *
 * Letters: d features. */
#include "linalg/between_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/signals.h"
#include "oddlot/par/threads.h"

enum {
    BLOCK = 512,        /* rows of a product, at most */
    TILE = 512,         /* reference rows of a product, at most */
    BATCH_THREAD = 1024 /* rows of a batch for each thread, where threads need more than usual */
};

/* All rows of one rank come by. @collective */
static odd_status pass_owner(odd_between *p, int owner, odd_progress *progress)
{
    const MPI_Comm comm = p->reference->comm;
    const odd_partition part = odd_partition_of(p->reference->part.n, owner, odd_size(comm));
    odd_between_side *s = &p->passing;
    odd_status st = ODD_OK;
    for (int64_t local = 0; local < part.n_local; local += s->panels.step) {
        const int64_t count = odd_min(part.n_local - local, s->panels.step);
        ODD_TRY(odd_signals_check(comm));
        ODD_TRY_ALL(comm,
                    odd_rank(comm) == owner ? odd_between_side_read(s, local, p->origin) : ODD_OK);
        odd_broadcast(comm, owner, s->z, (size_t)(count * p->d) * sizeof *s->z);
        odd_broadcast(comm, owner, s->square, (size_t)count * sizeof *s->square);
        odd_between_multiply(p, count, part.row0 + local);
        odd_progress_add(progress, p->waiting.now.count * count);
    }
done:
    return st;
}

/* My rows from `local` on. @collective */
static odd_status pass_batch(odd_between *p, int64_t local, odd_progress *progress)
{
    const MPI_Comm comm = p->queries->comm;
    odd_status st;
    ODD_TRY_ALL(comm, odd_between_side_read(&p->waiting, local, p->origin));
    odd_between_ask_waiting(p);
    for (int owner = 0; owner < odd_size(comm); owner++)
        ODD_TRY(pass_owner(p, owner, progress));
    ODD_TRY(odd_between_tell(p));
done:
    return st;
}

/* -- the pass -- */

static odd_status pass_new(odd_between *p)
{
    const int threads = odd_threads();
    const int64_t most = odd_min(INT32_MAX, (int64_t)BATCH_THREAD * threads);
    odd_status st;
    if (p->queries->d != p->reference->d)
        return odd_fail(ODD_ARG, "rows have %d features, the reference has %d", p->queries->d,
                        p->reference->d);
    ODD_TRY(odd_between_side_new(p->queries, odd_max(most, ODD_BETWEEN_BATCH), &p->waiting));
    ODD_TRY(odd_between_side_new(p->reference, ODD_BETWEEN_BATCH, &p->passing));
    p->block = (int)odd_min(p->queries->part.block, BLOCK);
    p->tile = (int)odd_min(p->reference->part.block, TILE);
    ODD_TRY(odd_nearest_new(p->waiting.panels.step, p->options.keep, &p->nearest));
    ODD_TRY(ODD_NEW(p->product, (int64_t)threads * p->block * p->tile));
    ODD_TRY(ODD_NEW(p->near, threads * p->queries->part.block * p->options.keep));
done:
    return st;
}

/* @collective */
static odd_status pass_batches(odd_between *p, odd_progress *progress)
{
    const int64_t step = p->waiting.panels.step;
    const int64_t batches = odd_batches(p->queries->comm, p->queries->part.n_local, step);
    odd_status st = ODD_OK;
    for (int64_t b = 0; b < batches; b++)
        ODD_TRY(pass_batch(p, b * step, progress));
done:
    return st;
}

static void pass_free(odd_between *p)
{
    odd_free(p->origin);
    odd_between_side_free(&p->waiting);
    odd_between_side_free(&p->passing);
    odd_nearest_free(&p->nearest);
    odd_free(p->product);
    odd_free(p->near);
}

odd_status odd_neighbours_between(const odd_rows *queries, const odd_rows *reference,
                                  odd_neighbours_options options, odd_neighbours_function f,
                                  void *context)
{
    odd_between p = {.queries = queries,
                     .reference = reference,
                     .options = options,
                     .f = f,
                     .context = context,
                     .d = reference->d,
                     .failure = ODD_NO_FAILURE};
    odd_progress *progress = NULL;
    odd_status st;
    ODD_TRY_ALL(queries->comm, pass_new(&p));
    ODD_TRY(odd_between_find_origin(&p));
    progress = odd_progress_start(queries->comm, "neighbours", "pairs",
                                  queries->part.n * reference->part.n);
    ODD_TRY(odd_between_is_few(&p) ? odd_between_few(&p, progress) : pass_batches(&p, progress));
done:
    odd_progress_stop(&progress);
    pass_free(&p);
    return st;
}
