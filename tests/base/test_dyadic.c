/* The dyadic tree: which leaves its subtrees have, and that sums follow it to the bit. */
#include "oddlot_test.h"

#include "oddlot/base/dyadic.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"

#include <math.h>
#include <string.h>

const char *odd_test_name = "base.dyadic";

enum { MOST = 70, LENGTH = 600 };

static bool is_one(odd_subtree tree, int level, int64_t index)
{
    return tree.level == level && tree.index == index;
}

/* Drawn by hand: leaves 3 ... 12 are 3, 4-7, 8-11, 12. */
static void runs_by_hand(void)
{
    odd_subtree tree[ODD_SUBTREES];
    CU_ASSERT_EQUAL(odd_subtrees_of_run(3, 13, tree), 4);
    CU_ASSERT(is_one(tree[0], 0, 3) && is_one(tree[1], 2, 1));
    CU_ASSERT(is_one(tree[2], 2, 2) && is_one(tree[3], 0, 12));
    CU_ASSERT_EQUAL(odd_subtrees_of_run(5, 5, tree), 0);
    CU_ASSERT(is_one(odd_subtree_from(0, 5), 2, 0));
    CU_ASSERT(is_one(odd_subtree_from((int64_t)1 << 62, INT64_MAX), 61, 2));
    CU_ASSERT_EQUAL(odd_subtrees_of_run(1, INT64_MAX, tree), 2 * 62);
}

static void halves(void)
{
    const odd_subtree a = {2, 4}, b = {2, 5}, c = {2, 6}, small = {1, 5};
    CU_ASSERT(odd_subtrees_pair(a, b));
    CU_ASSERT(!odd_subtrees_pair(b, c)); /* neighbours, of two parents */
    CU_ASSERT(!odd_subtrees_pair(b, a));
    CU_ASSERT(!odd_subtrees_pair(a, small));
    CU_ASSERT(is_one(odd_subtree_parent(a), 3, 2) && is_one(odd_subtree_parent(b), 3, 2));
    CU_ASSERT_EQUAL(odd_subtree_end(b), 24);
}

/* Whole, from left to right, each as large as can be. */
static void runs_are_whole(void)
{
    odd_subtree tree[ODD_SUBTREES];
    for (int64_t first = 0; first < MOST; first++)
        for (int64_t end = first; end < MOST; end++) {
            const int trees = odd_subtrees_of_run(first, end, tree);
            int64_t at = first;
            for (int t = 0; t < trees; t++) {
                CU_ASSERT_EQUAL(tree[t].index << tree[t].level, at);
                CU_ASSERT(t == 0 || !odd_subtrees_pair(tree[t - 1], tree[t]));
                at = odd_subtree_end(tree[t]);
            }
            CU_ASSERT_EQUAL(at, end);
        }
}

static void ranges(void)
{
    for (int64_t count = 0; count < 20; count++)
        for (int parts = 1; parts < 7; parts++) {
            int64_t at = 0, first, length, longest = 0;
            for (int p = 0; p < parts; p++, at += length) {
                odd_shard_range(count, parts, p, &first, &length);
                CU_ASSERT_EQUAL(first, at);
                if (p == 0) longest = length;
                CU_ASSERT(length == longest || length == longest - 1);
            }
            CU_ASSERT_EQUAL(at, count);
        }
}

/* ---- Sums ---- */

/* Leaves of very different sizes, so that every order of additions shows. */
static void draw_leaves(int leaves, float *leaf[])
{
    for (int s = 0; s < leaves; s++) {
        leaf[s] = odd_alloc(LENGTH, sizeof *leaf[s]);
        for (int i = 0; i < LENGTH; i++)
            leaf[s][i] = (float)odd_normal(4, ODD_STREAM_TEST, (uint64_t)s, (uint32_t)i) *
                         powf(10, (float)(s % 7 * 3));
    }
}

static void free_leaves(int leaves, float *leaf[])
{
    for (int s = 0; s < leaves; s++)
        odd_free(leaf[s]);
}

static void sum_by_hand(void)
{
    enum { LEAVES = 7 };
    float *leaf[LEAVES];
    double sum[LENGTH];
    draw_leaves(LEAVES, leaf);
    odd_dyadic_sum(LENGTH, LEAVES, (const float *const *)leaf, sum);
    for (int i = 0; i < LENGTH; i++) {
        double v[LEAVES];
        for (int s = 0; s < LEAVES; s++)
            v[s] = leaf[s][i];
        CU_ASSERT(sum[i] == ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + v[6]));
    }
    free_leaves(LEAVES, leaf);
}

/* The definition, by recursion: whole subtrees, then from right to left. */
static double whole(float *const leaf[], int64_t first, int64_t leaves, int i)
{
    if (leaves == 1) return leaf[first][i];
    return whole(leaf, first, leaves / 2, i) + whole(leaf, first + leaves / 2, leaves / 2, i);
}

static double definition(float *const leaf[], int64_t first, int64_t end, int i)
{
    const odd_subtree tree = odd_subtree_from(first, end);
    const int64_t behind = odd_subtree_end(tree);
    const double left = whole(leaf, first, behind - first, i);
    return behind == end ? left : left + definition(leaf, behind, end, i);
}

/* The leaves of a run, cut in two, become subtrees on either side; these the sum of all. */
static void check_cut(float *const leaf[], int leaves, int cut, const double want[])
{
    odd_subtree tree[2 * ODD_SUBTREES];
    double *part[2 * ODD_SUBTREES], sum[LENGTH];
    int trees = odd_subtrees_of_run(0, cut, tree);
    trees += odd_subtrees_of_run(cut, leaves, tree + trees);
    for (int t = 0; t < trees; t++) {
        const int64_t first = tree[t].index << tree[t].level;
        part[t] = odd_alloc(LENGTH, sizeof(double));
        odd_dyadic_sum(LENGTH, 1 << tree[t].level, (const float *const *)leaf + first, part[t]);
    }
    odd_dyadic_sum_subtrees(LENGTH, trees, tree, part, sum);
    CU_ASSERT(memcmp(sum, want, sizeof sum) == 0);
    for (int t = 0; t < trees; t++)
        odd_free(part[t]);
}

static void sums_are_the_tree(void)
{
    float *leaf[MOST];
    double sum[LENGTH];
    draw_leaves(MOST, leaf);
    for (int leaves = 1; leaves <= MOST; leaves++) {
        odd_dyadic_sum(LENGTH, leaves, (const float *const *)leaf, sum);
        for (int i = 0; i < LENGTH; i++)
            CU_ASSERT(sum[i] == definition(leaf, 0, leaves, i));
        for (int cut = 0; cut <= leaves; cut += 3)
            check_cut(leaf, leaves, cut, sum);
    }
    free_leaves(MOST, leaf);
}

static void sum_of_none(void)
{
    double sum[] = {7, 8};
    odd_dyadic_sum_subtrees(2, 0, NULL, NULL, sum);
    CU_ASSERT(sum[0] == 0 && sum[1] == 0);
}

CU_TestInfo odd_tests[] = {
    {"runs by hand", runs_by_hand},     {"halves", halves},
    {"runs are whole", runs_are_whole}, {"ranges", ranges},
    {"a sum by hand", sum_by_hand},     {"sums are the tree", sums_are_the_tree},
    {"a sum of none", sum_of_none},     CU_TEST_INFO_NULL,
};
