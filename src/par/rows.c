/* The one loop over a catalogue: panels of rows, their blocks shared out over the threads. */
#include "oddlot/par/rows.h"

#include "oddlot/base/first_failure.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/panels.h"
#include "oddlot/par/signals.h"
#include "oddlot/par/threads.h"
#include "oddlot/par/treesum.h"

/* A panel that is read: some blocks a thread, so that reading and joining cost little beside the
 * work, but no more memory than this, unless one block is more. */
enum { BLOCKS_PER_SHARE = 16 };
static const int64_t share_bytes = (int64_t)1 << 25;
static const int64_t panel_bytes = (int64_t)1 << 30;

typedef struct {
    const odd_rows *rows;
    odd_block_function f;
    void *context;
    int64_t length;      /* of the sums; unused without them */
    int shares;          /* parts of a panel, one a thread */
    odd_treesum **share; /* (shares) the run of each in this panel; NULL: no sums */
    odd_treesum *total;  /* the run of the panels so far */
    odd_panels panels;
    odd_first_failure failure; /* of blocks */
} walk;

odd_rows odd_rows_in_memory(MPI_Comm comm, int64_t n, int d, const float x[])
{
    return (odd_rows){.comm = comm, .part = odd_partition_rows(comm, n), .d = d, .x = x};
}

odd_block odd_block_part(const odd_block *block, int64_t first, int64_t most)
{
    odd_block part = *block;
    part.row += first;
    part.local += first;
    part.count = (int)odd_min(block->count - first, most);
    part.x += first * block->d;
    return part;
}

odd_status odd_block_parts_each(const odd_block *block, int64_t most, odd_block_function f,
                                void *context, double sum[])
{
    odd_status st = ODD_OK;
    for (int64_t first = 0; st == ODD_OK && first < block->count; first += most) {
        const odd_block part = odd_block_part(block, first, most);
        st = f(context, &part, sum);
    }
    return st;
}

/* Blocks that so many of my rows, whole blocks but for the last, are. */
static int64_t blocks_in(const odd_partition *p, int64_t rows)
{
    return rows / p->block + (rows % p->block != 0);
}

static int64_t at_least_one(int64_t n)
{
    return n < 1 ? 1 : n;
}

/* Blocks of a panel that is read, unless the caller says so. */
static int64_t default_blocks(const odd_rows *rows, int shares)
{
    int64_t bytes = at_least_one(rows->part.block * rows->d * (int64_t)sizeof(float));
    int64_t each = at_least_one(odd_min(BLOCKS_PER_SHARE, share_bytes / bytes));
    return odd_min(shares * each, at_least_one(panel_bytes / bytes));
}

/* Blocks of a panel; in memory one panel is all. */
static int64_t blocks_of_panel(const odd_rows *rows, int shares)
{
    int64_t mine = blocks_in(&rows->part, rows->part.n_local);
    if (rows->x) return mine;
    int64_t want =
        rows->panel ? at_least_one(rows->panel / rows->part.block) : default_blocks(rows, shares);
    return odd_min(want, mine);
}

static odd_status start_walk(walk *w, bool sums)
{
    odd_status st = ODD_OK;
    const odd_rows *rows = w->rows;
    const int64_t step = blocks_of_panel(rows, w->shares) * rows->part.block;
    ODD_TRY(odd_panels_new(rows, step, &w->panels));
    if (!sums) goto done;
    ODD_TRY(odd_treesum_new(w->length, rows->part.block0, &w->total));
    ODD_TRY(ODD_NEW(w->share, w->shares));
    for (int i = 0; i < w->shares; i++)
        ODD_TRY(odd_treesum_new(w->length, 0, &w->share[i]));
done:
    return st;
}

static void end_walk(walk *w)
{
    for (int i = 0; w->share && i < w->shares; i++)
        odd_treesum_free(&w->share[i]);
    odd_free(w->share);
    odd_treesum_free(&w->total);
    odd_panels_free(&w->panels);
}

/* Block `number` of all, which is in this panel. */
static odd_status do_block(walk *w, const odd_panel *p, int64_t number, int share)
{
    const odd_partition *part = &w->rows->part;
    const int64_t row = number * part->block, local = row - part->row0;
    const odd_block block = {.row = row,
                             .local = local,
                             .count = (int)odd_min(part->block, part->n - row),
                             .d = w->rows->d,
                             .x = p->x + (local - p->local) * w->rows->d,
                             .thread = share};
    double *sum = NULL;
    if (w->share && !(sum = odd_treesum_next(w->share[share]))) return ODD_NOMEM;
    odd_status st = w->f(w->context, &block, sum);
    if (sum && st == ODD_OK) odd_treesum_push(w->share[share]);
    return st;
}

/* One thread's run of blocks. A failure further down does not stop it: it may still fail first. */
static void do_share(walk *w, const odd_panel *p, int share)
{
    const odd_partition *part = &w->rows->part;
    const int64_t block0 = part->block0 + p->local / part->block;
    const int64_t blocks = blocks_in(part, p->count);
    int64_t begin = block0 + blocks * share / w->shares;
    int64_t end = block0 + blocks * (share + 1) / w->shares;
    if (w->share) odd_treesum_begin(w->share[share], begin);
    for (int64_t b = begin; b < end && b < odd_first_failure_place(&w->failure); b++) {
        odd_status st = odd_signals_look();
        if (st == ODD_OK) st = do_block(w, p, b, share);
        odd_first_failure_keep(&w->failure, b, st);
    }
}

static odd_status do_panel(void *context, const odd_panel *p)
{
    odd_status st = ODD_OK;
    walk *w = context;
    const int shares = w->shares;
#pragma omp parallel for schedule(static, 1) num_threads(shares) default(none) shared(w, p, shares)
    for (int share = 0; share < shares; share++)
        do_share(w, p, share);
    ODD_TRY(odd_first_failure_tell(&w->failure));
    for (int i = 0; w->share && i < shares; i++)
        ODD_TRY(odd_treesum_join(w->total, w->share[i]));
done:
    return st;
}

/* All my panels; @local. */
static odd_status do_walk(walk *w, bool sums)
{
    odd_status st = ODD_OK;
    ODD_TRY(start_walk(w, sums));
    ODD_TRY(odd_panels_each(&w->panels, do_panel, w));
done:
    return st;
}

odd_status odd_rows_each(const odd_rows *rows, odd_block_function f, void *context)
{
    walk w = {.rows = rows,
              .f = f,
              .context = context,
              .shares = odd_threads(),
              .failure = ODD_NO_FAILURE};
    odd_status st = odd_agree(rows->comm, do_walk(&w, false));
    end_walk(&w);
    return st;
}

odd_status odd_rows_sum(const odd_rows *rows, odd_block_function f, void *context, int64_t length,
                        double sum[])
{
    odd_status st = ODD_OK;
    walk w = {.rows = rows,
              .f = f,
              .context = context,
              .length = length,
              .shares = odd_threads(),
              .failure = ODD_NO_FAILURE};
    ODD_SAME(rows->comm, "number of rows", rows->part.n);
    ODD_SAME(rows->comm, "length of a sum over rows", length);
    ODD_TRY_ALL(rows->comm, do_walk(&w, true));
    ODD_TRY(odd_treesum_total(rows->comm, w.total, sum));
done:
    end_walk(&w);
    return st;
}

odd_status odd_rows_pass(const odd_rows *rows, odd_block_function f, void *context, int64_t length,
                         double sum[])
{
    const int64_t bytes = length * (int64_t)sizeof *sum;
    if (odd_pass_recall(rows->passes, sum, bytes)) return ODD_OK;
    const odd_status st = odd_rows_sum(rows, f, context, length, sum);
    if (st == ODD_OK) odd_pass_keep(rows->passes, sum, bytes);
    return st;
}
