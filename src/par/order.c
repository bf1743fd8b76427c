/* Order: a sort over ranks, with exact splitters. P ranks, part r of the order for rank r. */
#include "oddlot/par/order.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "par/route_internal.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ---- by what is sorted ---- */

/* Rises as the value falls. NaN comes last, behind all keys of numbers. */
static uint64_t key_of(double value)
{
    const uint64_t sign = UINT64_C(1) << 63;
    uint64_t bits;
    if (isnan(value)) return UINT64_MAX;
    value += 0.0; /* -0 is 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits & sign ? bits : ~(bits | sign);
}

static int compare(const void *a, const void *b)
{
    const odd_ordered *x = a, *y = b;
    const uint64_t k = key_of(x->value), l = key_of(y->value);
    if (k != l) return k < l ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

static void sort(odd_ordered *at, int64_t n)
{
    if (n > 1) qsort(at, (size_t)n, sizeof *at, compare);
}

/* The count of mine that are not behind (key, row). */
static int64_t count_up_to(const odd_ordered *mine, int64_t n, uint64_t key, int64_t row)
{
    int64_t low = 0, high = n;
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        const uint64_t k = key_of(mine[middle].value);
        if (k < key || (k == key && mine[middle].row <= row))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* ---- where the order is cut ---- */

/* Parts into which a range is cut in one exchange, and the places between them. */
enum { FINER = 16, TRIED = FINER - 1 };

/* The last thing of each part but the last rank's: its key, then, among equal keys, its row. */
typedef struct {
    int cuts;                    /* P - 1 */
    int64_t *target;             /* (cuts) things up to there */
    uint64_t *key, *row;         /* (cuts) the end of what is known to hold it, */
    uint64_t *low_key, *low_row; /* and the beginning */
    int64_t *count;              /* (cuts, TRIED) of things up to each place that is tried */
} splitters;

static odd_status splitters_new(int64_t n, int size, splitters *s)
{
    odd_status st;
    *s = (splitters){.cuts = size - 1};
    ODD_TRY(ODD_NEW(s->target, s->cuts));
    ODD_TRY(ODD_NEW(s->key, s->cuts));
    ODD_TRY(ODD_NEW(s->row, s->cuts));
    ODD_TRY(ODD_NEW(s->low_key, s->cuts));
    ODD_TRY(ODD_NEW(s->low_row, s->cuts));
    ODD_TRY(ODD_NEW(s->count, s->cuts * TRIED));
    for (int c = 0; c < s->cuts; c++) {
        s->target[c] = odd_partition_of(n, c + 1, size).row0;
        s->key[c] = UINT64_MAX;
        s->row[c] = INT64_MAX;
    }
done:
    return st;
}

static void splitters_free(splitters *s)
{
    odd_free(s->target);
    odd_free(s->key);
    odd_free(s->row);
    odd_free(s->low_key);
    odd_free(s->low_row);
    odd_free(s->count);
}

/* The q-th of the places that cut a range into FINER parts. */
static uint64_t try_at(uint64_t low, uint64_t high, int q)
{
    const uint64_t range = high - low, part = (uint64_t)q + 1;
    return low + range / FINER * part + range % FINER * part / FINER;
}

/* Of the places that were tried the first up to which there is enough is the new end. */
static void take_range(const int64_t count[], int64_t target, uint64_t *low, uint64_t *high)
{
    const uint64_t l = *low, h = *high;
    for (int q = 0; q < TRIED; q++) {
        if (count[q] >= target) {
            *high = try_at(l, h, q);
            return;
        }
        *low = try_at(l, h, q) + 1;
    }
}

/* Narrow the ranges of the keys, or, where these are found, of the rows among equal keys, down to
 * one value each. @collective */
static void narrow(MPI_Comm comm, const odd_ordered *mine, int64_t n, bool rows, splitters *s)
{
    uint64_t *low = rows ? s->low_row : s->low_key, *high = rows ? s->row : s->key;
    for (bool wide = true; wide;) {
        for (int k = 0; k < s->cuts * TRIED; k++) {
            const int c = k / TRIED;
            const uint64_t at = try_at(low[c], high[c], k % TRIED);
            s->count[k] = rows ? count_up_to(mine, n, s->key[c], (int64_t)at)
                               : count_up_to(mine, n, at, INT64_MAX);
        }
        odd_sum_i64(comm, s->count, s->cuts * TRIED);
        wide = false;
        for (int c = 0; c < s->cuts; c++) {
            take_range(s->count + c * TRIED, s->target[c], &low[c], &high[c]);
            wide = wide || low[c] < high[c];
        }
    }
}

/* The count of mine in the parts of ranks 0 ... r. */
static int64_t end_of_part(const splitters *s, int64_t r, const odd_ordered *mine, int64_t n)
{
    if (r == s->cuts) return n;
    return s->target[r] == 0 ? 0 : count_up_to(mine, n, s->key[r], (int64_t)s->row[r]);
}

/* How many of mine go to each rank. @collective */
static odd_status cut_mine(MPI_Comm comm, const odd_ordered *mine, int64_t n_local, int64_t n,
                           int64_t send[])
{
    const int size = odd_size(comm);
    splitters s;
    odd_status st;
    ODD_TRY_ALL(comm, splitters_new(n, size, &s));
    narrow(comm, mine, n_local, false, &s);
    narrow(comm, mine, n_local, true, &s);
    for (int64_t r = 0, before = 0; r < size; r++) {
        const int64_t end = end_of_part(&s, r, mine, n_local);
        send[r] = end - before;
        before = end;
    }
done:
    splitters_free(&s);
    return st;
}

/* ---- there, and back ---- */

/* My part of the order, sorted; `from` says as which thing it came. @collective */
static odd_status collect_part(MPI_Comm comm, odd_traffic *e, const odd_ordered *mine,
                               odd_order *out)
{
    odd_status st;
    odd_traffic_count(comm, e);
    ODD_TRY_ALL(comm, ODD_NEW(out->at, out->part.n_local));
    odd_traffic_lay_out(comm, e, sizeof *mine);
    odd_all_to_all(comm, mine, e->out, out->at, e->in);
    for (int64_t i = 0; i < out->part.n_local; i++)
        out->at[i].from = i;
    sort(out->at, out->part.n_local);
done:
    return st;
}

/* Tell those who sent my part where their things are in the order. @collective */
static odd_status send_places(MPI_Comm comm, odd_traffic *e, const odd_order *order,
                              int64_t n_local, const odd_ordered mine[], int64_t place[])
{
    int64_t *told = NULL, *come = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(told, order->part.n_local));
    ODD_TRY_ALL(comm, ODD_NEW(come, n_local));
    for (int64_t i = 0; i < order->part.n_local; i++)
        told[order->at[i].from] = order->part.row0 + i;
    odd_traffic_lay_out(comm, e, sizeof *told);
    odd_all_to_all(comm, told, e->in, come, e->out);
    for (int64_t i = 0; i < n_local; i++)
        place[mine[i].from] = come[i];
done:
    odd_free(told);
    odd_free(come);
    return st;
}

static odd_status sort_mine(int64_t n, const double value[], const int64_t row[], odd_ordered **out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(*out, n));
    for (int64_t i = 0; i < n; i++)
        (*out)[i] = (odd_ordered){value[i], row[i], i};
    sort(*out, n);
done:
    return st;
}

odd_status odd_order_falling(MPI_Comm comm, int64_t n_local, const double value[],
                             const int64_t row[], int64_t place[], odd_order *out)
{
    odd_ordered *mine = NULL;
    odd_traffic e = {0};
    int64_t n = n_local, places = place != NULL;
    odd_status st;
    *out = (odd_order){.comm = comm};
    odd_sum_i64(comm, &n, 1);
    odd_sum_i64(comm, &places, 1);
    out->part = odd_partition_rows(comm, n);
    ODD_TRY_ALL(comm, sort_mine(n_local, value, row, &mine));
    ODD_TRY_ALL(comm, odd_traffic_new(odd_size(comm), &e));
    ODD_TRY(cut_mine(comm, mine, n_local, n, e.send));
    ODD_TRY(collect_part(comm, &e, mine, out));
    if (places > 0) ODD_TRY(send_places(comm, &e, out, n_local, mine, place));
done:
    odd_free(mine);
    odd_traffic_free(&e);
    if (st != ODD_OK) odd_order_free(out);
    return st;
}

void odd_order_free(odd_order *order)
{
    odd_free(order->at);
    *order = (odd_order){.comm = MPI_COMM_NULL};
}

double odd_order_value(const odd_order *order, int64_t place)
{
    const odd_partition *part = &order->part;
    const bool mine = place >= part->row0 && place < part->row0 + part->n_local;
    int64_t owner = mine ? odd_rank(order->comm) : 0;
    double value = mine ? order->at[place - part->row0].value : 0;
    odd_sum_i64(order->comm, &owner, 1);
    odd_broadcast(order->comm, (int)owner, &value, sizeof value);
    return value;
}
