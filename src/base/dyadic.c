/* The dyadic tree: its shape, and sums of vectors in it. */
#include "oddlot/base/dyadic.h"

#include "oddlot/base/simd.h"
#include "oddlot/base/status.h"

#include <string.h>

enum {
    COLUMNS = 256,       /* summed at a time, so that partial sums stay in the nearest cache */
    WORTH_IT = 1 << 18,  /* values; fewer are summed sooner than threads are woken */
    WAITING = 8 * 4 + 1, /* leaves are counted by an int: one subtree of each level, and a leaf */
};

odd_subtree odd_subtree_from(int64_t first, int64_t end)
{
    int level = 0;
    while ((first >> level) % 2 == 0 && (int64_t)1 << level <= (end - first) / 2)
        level++;
    return (odd_subtree){level, first >> level};
}

int64_t odd_subtree_end(odd_subtree tree)
{
    return (tree.index + 1) << tree.level;
}

bool odd_subtrees_pair(odd_subtree left, odd_subtree right)
{
    return left.level == right.level && right.index % 2 == 1 && left.index + 1 == right.index;
}

odd_subtree odd_subtree_parent(odd_subtree tree)
{
    return (odd_subtree){tree.level + 1, tree.index / 2};
}

int odd_subtrees_of_run(int64_t first, int64_t end, odd_subtree tree[])
{
    int trees = 0;
    for (int64_t at = first; at < end; at = odd_subtree_end(tree[trees++]))
        tree[trees] = odd_subtree_from(at, end);
    return trees;
}

void odd_shard_range(int64_t count, int parts, int part, int64_t *first, int64_t *length)
{
    const int64_t whole = count / parts, rest = count % parts;
    *first = part * whole + (part < rest ? part : rest);
    *length = whole + (part < rest);
}

ODD_SIMD(, void, odd_dyadic_add, (int64_t n, double *restrict a, const double *restrict b),
         (n, a, b))
{
    for (int64_t i = 0; i < n; i++)
        a[i] += b[i];
}

ODD_SIMD(static, void, widen, (int64_t n, const float x[], double y[]), (n, x, y))
{
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i];
}

/* ---- Sums ---- */

/* Subtrees whose other half has not come yet, from left to right, each with its sum. */
typedef struct {
    int count;
    odd_subtree tree[ODD_SUBTREES];
    double *sum[ODD_SUBTREES]; /* (n) */
} waiting;

/* The next subtree to the right, and what becomes whole with it: a half is added to the left one,
 * in the left one's place. */
static void push_tree(waiting *w, int64_t n, odd_subtree tree, double *sum)
{
    while (w->count > 0 && odd_subtrees_pair(w->tree[w->count - 1], tree)) {
        double *left = w->sum[--w->count];
        odd_dyadic_add(n, left, sum);
        tree = odd_subtree_parent(tree);
        sum = left;
    }
    w->tree[w->count] = tree;
    w->sum[w->count++] = sum;
}

/* What waits to the end is added from the right. */
static void add_waiting(waiting *w, int64_t n, double sum[])
{
    for (int t = w->count - 1; t > 0; t--)
        odd_dyadic_add(n, w->sum[t - 1], w->sum[t]);
    if (w->count > 0)
        memcpy(sum, w->sum[0], (size_t)n * sizeof *sum);
    else
        memset(sum, 0, (size_t)n * sizeof *sum);
}

/* n columns of all leaves, from column `at` on. */
static void sum_leaves(int64_t at, int64_t n, int leaves, const float *const leaf[], double sum[])
{
    double room[WAITING][COLUMNS]; /* the i-th that waits has room[i] */
    waiting w;
    w.count = 0;
    for (int i = 0; i < leaves; i++) {
        double *wide = room[w.count];
        widen(n, leaf[i] + at, wide);
        push_tree(&w, n, (odd_subtree){0, i}, wide);
    }
    add_waiting(&w, n, sum);
}

static int64_t columns_from(int64_t at, int64_t n)
{
    return n - at < COLUMNS ? n - at : COLUMNS;
}

void odd_dyadic_sum(int64_t n, int leaves, const float *const leaf[], double sum[])
{
#pragma omp parallel for if (n * leaves >= WORTH_IT) default(none) shared(n, leaves, leaf, sum)
    for (int64_t at = 0; at < n; at += COLUMNS)
        sum_leaves(at, columns_from(at, n), leaves, leaf, sum + at);
}

static void sum_parts(int64_t at, int64_t n, int trees, const odd_subtree tree[],
                      double *const part[], double sum[])
{
    waiting w;
    w.count = 0;
    for (int t = 0; t < trees; t++)
        push_tree(&w, n, tree[t], part[t] + at);
    add_waiting(&w, n, sum);
}

void odd_dyadic_sum_subtrees(int64_t n, int trees, const odd_subtree tree[], double *const part[],
                             double sum[])
{
#pragma omp parallel for if (n * trees >= WORTH_IT) default(none) shared(n, trees, tree, part, sum)
    for (int64_t at = 0; at < n; at += COLUMNS)
        sum_parts(at, columns_from(at, n), trees, tree, part, sum + at);
}
