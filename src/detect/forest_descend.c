/* Some rows go down a tree side by side: which way each goes hangs on what it meets, so only rows
 * beside it can use the time while it waits for memory.
 *
 * Where splits compare one feature, a group of LANES rows is kept feature by feature, as whole
 * numbers in the order of the values: a step is two loads and a comparison, without a branch. All
 * rows meet the few splits near the root, so these are compared with the whole group at once. */
#include "detect/forest_internal.h"

#include "oddlot/base/simd.h"

enum { LANES = ODD_FOREST_LANES, BESIDE = 8 };
enum { TOP = 3, TOP_SPLITS = (1 << TOP) - 1 }; /* levels that a group goes down at once */

/* Feature by feature; rows of a group are near enough to be read across. */
ODD_SIMD(static, void, fill_keys, (int d, const float *const row[], int32_t key[]), (d, row, key))
{
    for (int j = 0; j < d; j++) {
        float value[LANES];
        for (int l = 0; l < LANES; l++)
            value[l] = row[l][j];
        for (int l = 0; l < LANES; l++)
            key[(int64_t)j * LANES + l] = odd_forest_key(value[l]);
    }
}

void odd_forest_keys(int count, int d, const float x[], int32_t key[])
{
    const float *row[LANES];
    for (int l = 0; l < LANES; l++)
        row[l] = x + (int64_t)(l < count ? l : count - 1) * d;
    fill_keys(d, row, key);
}

static inline uint32_t step(const odd_forest_node node[], const int32_t key[], uint32_t at)
{
    return 2 * at + 1 + (key[node[at].column] >= node[at].key);
}

/* A group through the first TOP levels: each split asks all rows, and the answers are combined. */
ODD_SIMD(static, void, descend_top,
         (const odd_forest_node node[], const int32_t key[], uint32_t at[]), (node, key, at))
{
    int32_t right[TOP_SPLITS][LANES];
    for (int i = 0; i < TOP_SPLITS; i++) {
        const int32_t *value = key + node[i].column, split = node[i].key;
#pragma omp simd
        for (int l = 0; l < LANES; l++)
            right[i][l] = value[l] >= split;
    }
#pragma omp simd
    for (int l = 0; l < LANES; l++) {
        const int32_t first = right[0][l], second = first ? right[2][l] : right[1][l];
        const int32_t low = right[1][l] ? right[4][l] : right[3][l];
        const int32_t high = right[2][l] ? right[6][l] : right[5][l];
        at[l] = (uint32_t)(TOP_SPLITS + 4 * first + 2 * second + (first ? high : low));
    }
}

/* BESIDE rows so many levels down from where they are: each place is a variable of its own, so that
 * all stay in registers. */
static void descend_beside(int levels, const odd_forest_node n[], const int32_t k[], uint32_t at[])
{
    uint32_t a = at[0], b = at[1], c = at[2], d = at[3];
    uint32_t e = at[4], f = at[5], g = at[6], h = at[7];
    for (int level = 0; level < levels; level++) {
        a = step(n, k, a);
        b = step(n, k + 1, b);
        c = step(n, k + 2, c);
        d = step(n, k + 3, d);
        e = step(n, k + 4, e);
        f = step(n, k + 5, f);
        g = step(n, k + 6, g);
        h = step(n, k + 7, h);
    }
    const uint32_t all[BESIDE] = {a, b, c, d, e, f, g, h};
    memcpy(at, all, sizeof all);
}

static void descend_features(int height, const odd_forest_node node[], const int32_t key[],
                             uint32_t at[])
{
    const int top = height < TOP ? 0 : TOP;
    if (top > 0)
        descend_top(node, key, at);
    else
        memset(at, 0, LANES * sizeof *at);
    for (int l = 0; l < LANES; l += BESIDE)
        descend_beside(height - top, node, key + l, at + l);
}

/* Several features, weighed. feature, weight: (I, k); threshold: (I) of the tree */
ODD_SIMD(static, void, descend_planes,
         (int height, int d, int k, const int32_t feature[], const double weight[],
          const double threshold[], int count, const float x[], uint32_t at[]),
         (height, d, k, feature, weight, threshold, count, x, at))
{
    for (int l = 0; l < LANES; l++)
        at[l] = 0;
    for (int level = 0; level < height; level++)
        for (int l = 0; l < count; l++) {
            const int64_t node = at[l];
            double sum = 0;
            for (int j = 0; j < k; j++)
                sum += weight[node * k + j] * (double)x[(int64_t)l * d + feature[node * k + j]];
            at[l] = (uint32_t)(2 * node + 1 + !(sum < threshold[node]));
        }
}

void odd_forest_descend(const odd_forest *f, int64_t tree, int count, const float x[],
                        const int32_t key[], uint32_t at[])
{
    const odd_forest_shape *s = &f->shape;
    const int64_t first = tree * s->inner;
    if (s->planes)
        descend_planes(s->height, s->d, s->k, f->feature + first * s->k, f->weight + first * s->k,
                       f->threshold + first, count, x, at);
    else
        descend_features(s->height, f->node + first, key, at);
}
