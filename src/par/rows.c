/* The one loop over a catalogue: panels of rows, their blocks shared out over the threads. */
#include "oddlot/par/rows.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/signals.h"
#include "oddlot/par/threads.h"
#include "oddlot/par/treesum.h"

#include <stdio.h>

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
    float *buffer;       /* (panel, d) with a reader, else NULL */

    odd_status status; /* of the lowest block that failed, and why */
    int64_t failed;    /* its number; INT64_MAX: none */
    char reason[ODD_REASON_SIZE];
} walk;

typedef struct {
    int64_t block0, blocks; /* global number of its first block */
    const float *x;
} panel;

odd_rows odd_rows_in_memory(MPI_Comm comm, int64_t n, int d, const float x[])
{
    return (odd_rows){.comm = comm, .part = odd_partition_rows(comm, n), .d = d, .x = x};
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t my_blocks(const odd_partition *p)
{
    return p->n_local / p->block + (p->n_local % p->block != 0);
}

static int64_t at_least_one(int64_t n)
{
    return n < 1 ? 1 : n;
}

/* Blocks of a panel that is read, unless the caller says so. */
static int64_t default_blocks(const odd_rows *rows, int shares)
{
    int64_t bytes = at_least_one(rows->part.block * rows->d * (int64_t)sizeof(float));
    int64_t each = at_least_one(smaller(BLOCKS_PER_SHARE, share_bytes / bytes));
    return smaller(shares * each, at_least_one(panel_bytes / bytes));
}

/* Blocks of a panel; in memory one panel is all. */
static int64_t blocks_of_panel(const odd_rows *rows, int shares)
{
    int64_t mine = my_blocks(&rows->part);
    if (rows->x) return mine;
    int64_t want =
        rows->panel ? at_least_one(rows->panel / rows->part.block) : default_blocks(rows, shares);
    return smaller(want, mine);
}

static odd_status start_walk(walk *w, int64_t panel_blocks, bool sums)
{
    odd_status st = ODD_OK;
    const odd_rows *rows = w->rows;
    if (!rows->x) ODD_TRY(ODD_NEW(w->buffer, panel_blocks * rows->part.block * rows->d));
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
    odd_free(w->buffer);
}

/* The reason is kept per thread, so it is copied for the thread that goes on. Of several failures
 * the lowest block counts, so that the message does not depend on the threads. */
static void note_failure(walk *w, int64_t block, odd_status status)
{
#pragma omp critical(odd_rows_failure)
    if (block < w->failed) {
        w->status = status;
        snprintf(w->reason, sizeof w->reason, "%s", odd_fail_reason());
#pragma omp atomic write
        w->failed = block;
    }
}

static int64_t lowest_failure(const walk *w)
{
    int64_t block;
#pragma omp atomic read
    block = w->failed;
    return block;
}

static odd_status do_block(walk *w, const panel *p, int64_t number, int share)
{
    const odd_partition *part = &w->rows->part;
    int64_t row = number * part->block;
    odd_block block = {.row = row,
                       .local = row - part->row0,
                       .count = (int)smaller(part->block, part->n - row),
                       .d = w->rows->d,
                       .x = p->x + (row - p->block0 * part->block) * w->rows->d,
                       .thread = share};
    double *sum = NULL;
    if (w->share && !(sum = odd_treesum_next(w->share[share]))) return ODD_NOMEM;
    odd_status st = w->f(w->context, &block, sum);
    if (sum && st == ODD_OK) odd_treesum_push(w->share[share]);
    return st;
}

/* One thread's run of blocks. A failure further down does not stop it: it may still fail first. */
static void do_share(walk *w, const panel *p, int share)
{
    int64_t begin = p->block0 + p->blocks * share / w->shares;
    int64_t end = p->block0 + p->blocks * (share + 1) / w->shares;
    if (w->share) odd_treesum_begin(w->share[share], begin);
    for (int64_t block = begin; block < end && block < lowest_failure(w); block++) {
        odd_status st = odd_signals_look();
        if (st == ODD_OK) st = do_block(w, p, block, share);
        if (st != ODD_OK) note_failure(w, block, st);
    }
}

static odd_status read_panel(walk *w, panel *p)
{
    const odd_rows *rows = w->rows;
    const odd_partition *part = &rows->part;
    int64_t local = p->block0 * part->block - part->row0;
    p->x = rows->x ? rows->x + local * rows->d : w->buffer;
    if (rows->x) return ODD_OK;
    int64_t count = smaller(p->blocks * part->block, part->n_local - local);
    return rows->read(rows->reader, local, count, w->buffer);
}

static odd_status do_panel(walk *w, panel *p)
{
    odd_status st = ODD_OK;
    int shares = w->shares;
    ODD_TRY(read_panel(w, p));
#pragma omp parallel for schedule(static, 1) num_threads(shares) default(none) shared(w, p, shares)
    for (int share = 0; share < shares; share++)
        do_share(w, p, share);
    if (w->status != ODD_OK) ODD_TRY(odd_fail(w->status, "%s", w->reason));
    for (int i = 0; w->share && i < shares; i++)
        ODD_TRY(odd_treesum_join(w->total, w->share[i]));
done:
    return st;
}

/* All my panels; @local. */
static odd_status do_walk(walk *w, bool sums)
{
    odd_status st = ODD_OK;
    const odd_partition *part = &w->rows->part;
    int64_t end = part->block0 + my_blocks(part), step = blocks_of_panel(w->rows, w->shares);
    ODD_TRY(start_walk(w, step, sums));
    for (int64_t block = part->block0; block < end; block += step) {
        panel p = {block, smaller(step, end - block), NULL};
        ODD_TRY(do_panel(w, &p));
    }
done:
    return st;
}

odd_status odd_rows_each(const odd_rows *rows, odd_block_function f, void *context)
{
    walk w = {
        .rows = rows, .f = f, .context = context, .shares = odd_threads(), .failed = INT64_MAX};
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
              .failed = INT64_MAX};
    ODD_TRY_ALL(rows->comm, do_walk(&w, true));
    ODD_TRY(odd_treesum_total(rows->comm, w.total, sum));
done:
    end_walk(&w);
    return st;
}
