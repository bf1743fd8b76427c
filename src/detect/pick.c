/* The rows with the largest keys of all rows of all ranks: see pick_internal.h. */
#include "detect/pick_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <string.h>

/* The best row by one key that one thread has met. */
typedef struct {
    double key;
    int64_t row; /* -1: none yet */
    double *x;   /* (d) a copy: a streamed block does not stay */
} candidate;

typedef struct {
    odd_key_function keys;
    void *context;
    int count;        /* keys of a row */
    int64_t block;    /* rows of a block */
    double *key;      /* (threads, count, block) */
    double *copies;   /* (threads, count, d) */
    candidate *found; /* (threads, count) */
} pick;

static bool is_better(double key, int64_t row, const candidate *than)
{
    return than->row < 0 || key > than->key || (key == than->key && row < than->row);
}

static void scan_block(const odd_block *block, const double key[], candidate *best)
{
    for (int i = 0; i < block->count; i++) {
        if (!is_better(key[i], block->row + i, best)) continue;
        best->key = key[i];
        best->row = block->row + i;
        for (int j = 0; j < block->d; j++)
            best->x[j] = (double)block->x[(int64_t)i * block->d + j];
    }
}

static odd_status pick_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const pick *p = context;
    double *key = p->key + block->thread * p->count * p->block;
    p->keys(p->context, block, key);
    for (int c = 0; c < p->count; c++)
        scan_block(block, key + (int64_t)c * block->count,
                   &p->found[(int64_t)block->thread * p->count + c]);
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

/* The best of all threads. */
static const candidate *best_of_threads(const pick *p, int threads, int c)
{
    const candidate *best = &p->found[c];
    for (int t = 1; t < threads; t++) {
        const candidate *other = &p->found[t * p->count + c];
        if (other->row >= 0 && is_better(other->key, other->row, best)) best = other;
    }
    return best;
}

odd_status odd_pick_rows(const odd_rows *rows, int count, odd_key_function keys, void *context,
                         double x[], double key[])
{
    odd_status st;
    const int threads = odd_threads();
    const int64_t all = (int64_t)threads * count;
    pick p = {.keys = keys, .context = context, .count = count, .block = rows->part.block};
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.key, all * p.block));
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.copies, all * rows->d));
    ODD_TRY_ALL(rows->comm, ODD_NEW(p.found, all));
    for (int64_t i = 0; i < all; i++)
        p.found[i] = (candidate){.row = -1, .x = p.copies + i * rows->d};
    ODD_TRY(odd_rows_each(rows, pick_block, &p));
    for (int c = 0; c < count; c++)
        pick_among_ranks(rows->comm, rows->d, best_of_threads(&p, threads, c),
                         x + (int64_t)c * rows->d, &key[c]);
done:
    odd_free(p.found);
    odd_free(p.copies);
    odd_free(p.key);
    return st;
}
