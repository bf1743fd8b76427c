/* Subtrees: the sums of whole subtrees become that of all shards, in one fixed order. */
#include "learn/gradient_subtrees_internal.h"

#include "oddlot/base/simd.h"
#include "oddlot/par/treesum.h"

#include <string.h>

enum {
    COLUMNS = 256,      /* summed at a time, so that they stay in the nearest cache */
    WORTH_IT = 1 << 18, /* values; fewer are summed sooner than threads are woken */
    LEVELS = 2 * 31     /* no more subtrees can wait for their neighbours */
};

int odd_subtrees_list(int64_t first, int64_t count, odd_subtree tree[])
{
    const int64_t end = first + count;
    int trees = 0;
    for (int64_t at = first; at < end; at += (int64_t)1 << tree[trees++].level) {
        const int level = odd_treesum_level(at, end);
        tree[trees] = (odd_subtree){level, (int)(at >> level)};
    }
    return trees;
}

/* One that waits for its neighbour. */
typedef struct {
    odd_subtree tree;
    double *sum; /* of some columns */
} summed;

ODD_SIMD(static, void, add, (int64_t n, double *restrict a, const double *restrict b), (n, a, b))
{
    for (int64_t i = 0; i < n; i++)
        a[i] += b[i];
}

/* Neighbours of one level become one subtree; what is left is added from the right. In place. */
static void add_columns(const odd_subtree tree[], int trees, double *part, int64_t stride,
                        int64_t n)
{
    summed stack[LEVELS];
    int count = 0;
    for (int t = 0; t < trees; t++) {
        summed right = {tree[t], part + t * stride};
        while (count > 0 && right.tree.index % 2 == 1 &&
               stack[count - 1].tree.level == right.tree.level) {
            add(n, stack[--count].sum, right.sum);
            right.tree = (odd_subtree){right.tree.level + 1, right.tree.index / 2};
            right.sum = stack[count].sum;
        }
        stack[count++] = right;
    }
    while (count-- > 1)
        add(n, stack[count - 1].sum, stack[count].sum);
}

void odd_subtrees_add(int64_t n, const odd_subtree tree[], int trees, double part[], double sum[])
{
#pragma omp parallel for if (n * trees >= WORTH_IT) default(none) shared(n, tree, trees, part, sum)
    for (int64_t at = 0; at < n; at += COLUMNS) {
        const int64_t columns = n - at < COLUMNS ? n - at : COLUMNS;
        add_columns(tree, trees, part + at, n, columns);
        memcpy(sum + at, part + at, (size_t)columns * sizeof *sum);
    }
}
