/* Some rows go down a tree side by side: which way each goes hangs on what it meets, so only rows
 * beside it can use the time while it waits for memory.
 *
 * Where splits compare one feature, a group of LANES rows is kept feature by feature, as whole
 * numbers in the order of the values: a step is two loads and a comparison, without a branch. */
#include "detect/forest_internal.h"

#include "oddlot/base/simd.h"

enum { LANES = ODD_FOREST_LANES, BESIDE = 8 };

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

/* BESIDE rows: each place is a variable of its own, so that all stay in registers. */
static void descend_beside(int height, const odd_forest_node n[], const int32_t k[], uint32_t at[])
{
    uint32_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
    for (int level = 0; level < height; level++) {
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
        for (int l = 0; l < LANES; l += BESIDE)
            descend_beside(s->height, f->node + first, key + l, at + l);
}
