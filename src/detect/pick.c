/* The row with the largest key of all rows of all ranks: see pick_internal.h. */
#include "pick_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <string.h>

/* The best row that one thread has met. */
typedef struct {
    double key;
    int64_t row; /* -1: none yet */
    double *x;   /* (d) a copy: a streamed block does not stay */
} candidate;

typedef struct {
    odd_key_function keys;
    void *context;
    int64_t block;    /* rows of a block */
    double *key;      /* (threads, block) */
    double *copies;   /* (threads, d) */
    candidate *found; /* (threads) */
} pick;

static bool better(double key, int64_t row, const candidate *than)
{
    return than->row < 0 || key > than->key || (key == than->key && row < than->row);
}

static odd_status pick_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const pick *p = context;
    double *key = p->key + block->thread * p->block;
    candidate *best = &p->found[block->thread];
    p->keys(p->context, block, key);
    for (int i = 0; i < block->count; i++) {
        if (!better(key[i], block->row + i, best)) continue;
        best->key = key[i];
        best->row = block->row + i;
        for (int j = 0; j < block->d; j++)
            best->x[j] = (double)block->x[(int64_t)i * block->d + j];
    }
    return ODD_OK;
}

/* The best of all ranks: the largest key, then the lowest row that has it, then that row itself
 * as a sum to which only its owner adds something. */
static void pick_among_ranks(MPI_Comm comm, int d, const candidate *mine, double x[], double *key)
{
    double top = mine->row < 0 ? -1 : mine->key;
    odd_max_f64(comm, &top, 1);
    int64_t first = mine->row >= 0 && mine->key == top ? -mine->row : INT64_MIN;
    const int64_t offer = first;
    odd_max_i64(comm, &first, 1);
    if (offer == first && mine->row >= 0)
        memcpy(x, mine->x, (size_t)d * sizeof *x);
    else
        memset(x, 0, (size_t)d * sizeof *x);
    odd_sum_f64(comm, x, d);
    *key = top;
}

odd_status odd_pick_row(const odd_rows *rows, odd_key_function keys, void *context, double x[],
                        double *key)
{
    odd_status st;
    const int threads = odd_threads();
    pick p = {.keys = keys, .context = context, .block = rows->part.block};
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.key, threads * p.block));
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.copies, threads * (int64_t)rows->d));
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.found, threads));
    for (int t = 0; t < threads; t++)
        p.found[t] = (candidate){.row = -1, .x = p.copies + t * (int64_t)rows->d};
    ODD_TRY(odd_rows_each(rows, pick_block, &p));
    candidate *best = &p.found[0];
    for (int t = 1; t < threads; t++)
        if (p.found[t].row >= 0 && better(p.found[t].key, p.found[t].row, best)) best = &p.found[t];
    pick_among_ranks(rows->comm, rows->d, best, x, key);
done:
    odd_free(p.found);
    odd_free(p.copies);
    odd_free(p.key);
    return st;
}
