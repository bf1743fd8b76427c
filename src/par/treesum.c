/* Sums in one fixed order: a run of blocks is kept as its whole dyadic subtrees, left to right.
 *
 * Subtree (level, index) covers the blocks index * 2^level ... (index + 1) * 2^level - 1. The set
 * of largest subtrees in a run is unique, so it does not matter in which pieces the run was made;
 * what is left at the end is folded from right to left. */
#include "oddlot/par/treesum.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/threads.h"
#include "par/comm_internal.h"

#include <omp.h>
#include <stdbool.h>
#include <string.h>

enum { MAX_SUBTREES = 128 }; /* two of each level, for blocks counted in 64 bits */
enum { PIECE = 1 << 15 };    /* entries that a thread adds at a time */

typedef struct {
    int level;
    int64_t index;
    double *sum; /* (length) */
} subtree;

struct odd_treesum {
    int64_t length;
    int64_t first, end; /* the run holds the blocks first ... end - 1 */
    int count;
    subtree tree[MAX_SUBTREES];
    int spares;
    double *spare[MAX_SUBTREES]; /* vectors to use again, values of no meaning */
    double *next;                /* lent by odd_treesum_next() until its push */
};

odd_status odd_treesum_new(int64_t length, int64_t first, odd_treesum **out)
{
    ODD_CHECK(length >= 0 && first >= 0);
    odd_treesum *t = *out = odd_alloc(1, sizeof *t);
    if (!t) return ODD_NOMEM;
    t->length = length;
    t->first = t->end = first;
    return ODD_OK;
}

static void keep_spare(odd_treesum *t, double *vector)
{
    if (t->spares < MAX_SUBTREES)
        t->spare[t->spares++] = vector;
    else
        odd_free(vector);
}

static double *take_spare(odd_treesum *t)
{
    if (odd_fault("treesum.memory") != ODD_OK) return NULL;
    return t->spares > 0 ? t->spare[--t->spares] : odd_alloc(t->length, sizeof(double));
}

void odd_treesum_begin(odd_treesum *t, int64_t first)
{
    while (t->count > 0)
        keep_spare(t, t->tree[--t->count].sum);
    t->first = t->end = first;
}

void odd_treesum_free(odd_treesum **t)
{
    if (!*t) return;
    odd_treesum_begin(*t, 0);
    while ((*t)->spares > 0)
        odd_free((*t)->spare[--(*t)->spares]);
    odd_free((*t)->next);
    odd_free(*t);
    *t = NULL;
}

ODD_SIMD(static, void, add_piece, (int64_t n, double *restrict a, const double *restrict b),
         (n, a, b))
{
    for (int64_t i = 0; i < n; i++)
        a[i] += b[i];
}

/* Long vectors are added by all threads, unless these are at work on blocks of their own. */
static void add(int64_t n, double *restrict a, const double *restrict b)
{
    int64_t pieces = n / PIECE + (n % PIECE != 0);
#pragma omp parallel for num_threads(odd_threads()) if (pieces > 1 && !omp_in_parallel()) default( \
    none) shared(n, a, b, pieces)
    for (int64_t i = 0; i < pieces; i++)
        add_piece(i + 1 < pieces ? PIECE : n - i * PIECE, a + i * PIECE, b + i * PIECE);
}

/* Put the next subtree at the right end, and add up what became whole. */
static void append(odd_treesum *t, subtree right)
{
    while (t->count > 0 && right.index % 2 == 1) {
        subtree left = t->tree[t->count - 1];
        if (left.level != right.level) break;
        add(t->length, left.sum, right.sum);
        keep_spare(t, right.sum);
        right = (subtree){left.level + 1, left.index / 2, left.sum};
        t->count--;
    }
    t->tree[t->count++] = right;
    t->end = (right.index + 1) << right.level;
}

double *odd_treesum_next(odd_treesum *t)
{
    if (!t->next) t->next = take_spare(t);
    if (t->next) memset(t->next, 0, (size_t)t->length * sizeof(double));
    return t->next;
}

void odd_treesum_push(odd_treesum *t)
{
    ODD_CHECK(t->next);
    append(t, (subtree){0, t->end, t->next});
    t->next = NULL;
}

odd_status odd_treesum_join(odd_treesum *left, odd_treesum *right)
{
    if (left->end != right->first || left->length != right->length)
        return odd_fail(ODD_ARG, "a run of blocks from %lld cannot follow one that ends at %lld",
                        (long long)right->first, (long long)left->end);
    for (int i = 0; i < right->count; i++) {
        append(left, right->tree[i]);
        /* a vector for a vector: loops of pushes and joins stop allocating */
        if (left->spares > 0) keep_spare(right, left->spare[--left->spares]);
    }
    right->count = 0;
    right->first = right->end;
    return ODD_OK;
}

int odd_treesum_level(int64_t first, int64_t end)
{
    int level = 0;
    while ((first >> level) % 2 == 0 && (int64_t)1 << level <= (end - first) / 2)
        level++;
    return level;
}

/* What goes before the vectors of a run; its subtrees follow from first and end. */
typedef struct {
    int64_t length, first, end;
    int64_t broken; /* no vectors follow: memory was short */
} run_head;

static void send_run(MPI_Comm comm, int to, const odd_treesum *t, bool broken)
{
    run_head head = {t->length, t->first, t->end, broken};
    odd_send(comm, to, ODD_TAG_TREESUM, &head, sizeof head);
    for (int i = 0; i < t->count && !broken; i++)
        odd_send(comm, to, ODD_TAG_TREESUM, t->tree[i].sum, (size_t)t->length * sizeof(double));
}

/* Receive the run of a neighbour and append it. A rank that is broken, by itself or by what it
 * received, only drains its messages (into `sink`), so that nobody waits. */
static odd_status receive_run(MPI_Comm comm, int from, odd_treesum *t, double sink[], bool *broken)
{
    run_head head;
    odd_status st = ODD_OK;
    odd_receive(comm, from, ODD_TAG_TREESUM, &head, sizeof head);
    *broken = *broken || head.broken;
    if (head.broken) return ODD_OK;
    ODD_CHECK(head.length == t->length && (*broken || head.first == t->end));
    for (int64_t block = head.first; block < head.end;) {
        int level = odd_treesum_level(block, head.end);
        subtree right = {level, block >> level, *broken ? NULL : take_spare(t)};
        odd_receive(comm, from, ODD_TAG_TREESUM, right.sum ? right.sum : sink,
                    (size_t)t->length * sizeof(double));
        if (right.sum) append(t, right);
        if (!right.sum && !*broken) st = ODD_NOMEM;
        *broken = *broken || !right.sum;
        block = (right.index + 1) << right.level;
    }
    return st;
}

/* Neighbours join two by two until rank 0 holds the run of all blocks. */
static odd_status join_ranks(MPI_Comm comm, odd_treesum *t, double sink[])
{
    int rank = odd_rank(comm), size = odd_size(comm);
    bool broken = false;
    odd_status st = ODD_OK;
    for (int step = 1; step < size; step *= 2) {
        if (rank % (2 * step) == step) {
            send_run(comm, rank - step, t, broken);
            break;
        }
        if (rank + step < size) {
            odd_status now = receive_run(comm, rank + step, t, sink, &broken);
            if (st == ODD_OK) st = now;
        }
    }
    return st;
}

/* The sum of the subtrees of a run, from right to left. */
static void fold(odd_treesum *t, double sum[])
{
    size_t bytes = (size_t)t->length * sizeof(double);
    for (int i = t->count - 1; i > 0; i--)
        add(t->length, t->tree[i - 1].sum, t->tree[i].sum);
    if (t->count > 0)
        memcpy(sum, t->tree[0].sum, bytes);
    else
        memset(sum, 0, bytes);
}

odd_status odd_treesum_total(MPI_Comm comm, odd_treesum *t, double sum[])
{
    odd_status st = ODD_OK;
    ODD_TRY_ALL(comm, join_ranks(comm, t, sum));
    if (odd_rank(comm) == 0) fold(t, sum);
    odd_broadcast(comm, 0, sum, (size_t)t->length * sizeof(double));
done:
    odd_treesum_begin(t, t->end);
    return st;
}
