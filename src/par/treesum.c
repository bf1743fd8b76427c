/* Sums in one fixed order: a run of blocks is kept as its whole subtrees of the dyadic tree. The
 * set of largest subtrees in a run is unique, so it does not matter in which pieces the run was
 * made. */
#include "oddlot/par/treesum.h"

#include "oddlot/base/dyadic.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/threads.h"
#include "par/comm_internal.h"

#include <omp.h>
#include <stdbool.h>
#include <string.h>

enum { PIECE = 1 << 15 }; /* entries that a thread adds at a time */

struct odd_treesum {
    int64_t length;
    int64_t first, end; /* the run holds the blocks first ... end - 1, */
    int count;          /* as these subtrees, from left to right, */
    odd_subtree tree[ODD_SUBTREES];
    double *sum[ODD_SUBTREES]; /* (length) each */
    int spares;
    double *spare[ODD_SUBTREES]; /* vectors to use again, values of no meaning */
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
    if (t->spares < ODD_SUBTREES)
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
        keep_spare(t, t->sum[--t->count]);
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

/* Long vectors are added by all threads, unless these are at work on blocks of their own. */
static void add_vector(int64_t n, double *restrict a, const double *restrict b)
{
    int64_t pieces = n / PIECE + (n % PIECE != 0);
#pragma omp parallel for num_threads(odd_threads()) if (pieces > 1 && !omp_in_parallel()) default( \
    none) shared(n, a, b, pieces)
    for (int64_t i = 0; i < pieces; i++)
        odd_dyadic_add(i + 1 < pieces ? PIECE : n - i * PIECE, a + i * PIECE, b + i * PIECE);
}

/* Put the next subtree at the right end, and add up what became whole: into the left half's vector,
 * the right half's is spare. */
static void append_tree(odd_treesum *t, odd_subtree tree, double *sum)
{
    t->end = odd_subtree_end(tree);
    while (t->count > 0 && odd_subtrees_pair(t->tree[t->count - 1], tree)) {
        double *left = t->sum[--t->count];
        add_vector(t->length, left, sum);
        keep_spare(t, sum);
        tree = odd_subtree_parent(tree);
        sum = left;
    }
    t->tree[t->count] = tree;
    t->sum[t->count++] = sum;
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
    append_tree(t, (odd_subtree){0, t->end}, t->next);
    t->next = NULL;
}

odd_status odd_treesum_join(odd_treesum *left, odd_treesum *right)
{
    if (left->end != right->first || left->length != right->length)
        return odd_fail(ODD_ARG, "a run of blocks from %lld cannot follow one that ends at %lld",
                        (long long)right->first, (long long)left->end);
    for (int i = 0; i < right->count; i++) {
        append_tree(left, right->tree[i], right->sum[i]);
        /* a vector for a vector: loops of pushes and joins stop allocating */
        if (left->spares > 0) keep_spare(right, left->spare[--left->spares]);
    }
    right->count = 0;
    right->first = right->end;
    return ODD_OK;
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
        odd_send(comm, to, ODD_TAG_TREESUM, t->sum[i], (size_t)t->length * sizeof(double));
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
        const odd_subtree tree = odd_subtree_from(block, head.end);
        double *sum = *broken ? NULL : take_spare(t);
        odd_receive(comm, from, ODD_TAG_TREESUM, sum ? sum : sink,
                    (size_t)t->length * sizeof(double));
        if (sum) append_tree(t, tree, sum);
        if (!sum && !*broken) st = ODD_NOMEM;
        *broken = *broken || !sum;
        block = odd_subtree_end(tree);
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

odd_status odd_treesum_total(MPI_Comm comm, odd_treesum *t, double sum[])
{
    odd_status st = ODD_OK;
    ODD_SAME(comm, "length of a sum", t->length);
    ODD_TRY_ALL(comm, join_ranks(comm, t, sum));
    if (odd_rank(comm) == 0) odd_dyadic_sum_subtrees(t->length, t->count, t->tree, t->sum, sum);
    odd_broadcast(comm, 0, sum, (size_t)t->length * sizeof(double));
done:
    odd_treesum_begin(t, t->end);
    return st;
}
