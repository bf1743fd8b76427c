/* The reference rows of `knn`: chosen by every rank alike, gathered into the model. */
#include "detect/knn_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

typedef struct {
    int64_t *slot; /* (n_local) where my row goes in x; -1: it is no reference row */
    int64_t count; /* my reference rows */
    int d;
    float *x;     /* (count, d) */
    int64_t *row; /* (count) global numbers */
} collection;

static odd_status check_row(int d, const float x[], int64_t row)
{
    double check = 0;
    for (int j = 0; j < d; j++)
        check += (double)x[j];
    if (isfinite(check)) return ODD_OK;
    return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite", (long long)row);
}

static odd_status copy_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const collection *c = context;
    for (int i = 0; i < block->count; i++) {
        const int64_t to = c->slot[block->local + i];
        const float *x = block->x + (int64_t)i * block->d;
        const odd_status st = check_row(block->d, x, block->row + i);
        if (st != ODD_OK) return st;
        if (to < 0) continue;
        memcpy(c->x + to * block->d, x, (size_t)block->d * sizeof *x);
        c->row[to] = block->row + i;
    }
    return ODD_OK;
}

/* Number my candidates from `before` on; those whose number is chosen (`most`, rising) stay. */
static void mark_chosen(const odd_rows *rows, odd_row_filter filter, int64_t before,
                        const int64_t chosen[], int64_t most, collection *c)
{
    int64_t number = before, next = 0;
    for (int64_t i = 0; i < rows->part.n_local; i++) {
        c->slot[i] = -1;
        if (!odd_row_counts(filter, i)) continue;
        while (next < most && chosen[next] < number)
            next++;
        if (next < most && chosen[next] == number) c->slot[i] = c->count++;
        number++;
    }
}

/* Which of my rows are reference rows, of the `candidates` of all ranks. */
static odd_status choose_rows(const odd_rows *rows, odd_row_filter filter, int64_t candidates,
                              int64_t most, uint64_t seed, collection *c)
{
    odd_status st;
    int64_t *chosen = NULL, mine = 0;
    for (int64_t i = 0; i < rows->part.n_local; i++)
        mine += odd_row_counts(filter, i);
    const int64_t before = odd_sum_before(rows->comm, mine);
    ODD_TRY_ALL(rows->comm, ODD_NEW(chosen, most));
    ODD_TRY_ALL(rows->comm, ODD_NEW(c->slot, rows->part.n_local));
    ODD_TRY_ALL(rows->comm, odd_choose(candidates, most, seed, ODD_STREAM_NEIGHBOURS, chosen));
    mark_chosen(rows, filter, before, chosen, most, c);
    ODD_TRY_ALL(rows->comm, ODD_NEW(c->x, c->count * c->d));
    ODD_TRY_ALL(rows->comm, ODD_NEW(c->row, c->count));
done:
    odd_free(chosen);
    return st;
}

/* The model's array of all ranks' parts, on every rank. */
static odd_status join_parts(MPI_Comm comm, const void *mine, int64_t count, size_t width,
                             int64_t m, void *to)
{
    void *all = NULL;
    int64_t n;
    odd_status st = odd_gather_rows(comm, 0, mine, count, width, &all, &n);
    if (st != ODD_OK) return st;
    if (all) memcpy(to, all, (size_t)m * width);
    odd_broadcast(comm, 0, to, (size_t)m * width);
    odd_free(all);
    return ODD_OK;
}

odd_status odd_knn_collect(const odd_rows *rows, odd_row_filter filter, int64_t candidates,
                           int64_t m, uint64_t seed, odd_bundle *model)
{
    odd_status st;
    collection c = {.d = rows->d};
    float *x;
    int64_t *row;
    ODD_TRY(choose_rows(rows, filter, candidates, m, seed, &c));
    ODD_TRY(odd_rows_each(rows, copy_block, &c));
    ODD_TRY_ALL(rows->comm,
                odd_bundle_add(model, "reference", ODD_F32, "reference rows, units of the features",
                               &x, 2, m, (int64_t)rows->d));
    ODD_TRY_ALL(rows->comm, odd_bundle_add(model, "reference_row", ODD_I64,
                                           "their numbers among the rows", &row, 1, m));
    ODD_TRY(join_parts(rows->comm, c.x, c.count, (size_t)rows->d * sizeof *x, m, x));
    ODD_TRY(join_parts(rows->comm, c.row, c.count, sizeof *row, m, row));
done:
    odd_free(c.slot);
    odd_free(c.x);
    odd_free(c.row);
    return st;
}
