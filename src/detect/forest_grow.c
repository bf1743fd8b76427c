/* One isolation tree, from the root on. */
#include "detect/forest_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/random.h"

#include <stdlib.h>
#include <string.h>

/* So often one feature of all is drawn; if it is equal in all rows of a node each time, those that
 * are not are looked for. */
enum { TRIES = 16 };

struct odd_forest_grower {
    odd_forest_shape shape;
    bool by_density;
    odd_forest_draws draws;
    int32_t *order;   /* (m) rows of the sample, those of a node side by side */
    int32_t *right;   /* (m) of the node that is split, those that go right */
    double *value;    /* (m) what is compared, of the rows of a node */
    double *sorted;   /* (m) */
    int64_t *chosen;  /* (k) features, or places in `varying` */
    int32_t *varying; /* (d) features that are not equal in all rows of a node */
    const float *x;   /* (m, d) of the tree that grows */
    odd_forest_tree tree;
};

/* Rows order[begin] ... order[end - 1] at a node of level `level`. */
typedef struct {
    int64_t node;
    int64_t begin, end;
    int level;
} place;

odd_status odd_forest_grower_new(const odd_forest_shape *shape, bool by_density, uint64_t seed,
                                 odd_forest_grower **out)
{
    odd_status st;
    odd_forest_grower *g = NULL;
    *out = NULL;
    ODD_TRY(ODD_NEW(g, 1));
    g->shape = *shape;
    g->by_density = by_density;
    ODD_TRY(odd_forest_draws_new(seed, ODD_STREAM_SPLITS, shape->k, &g->draws));
    ODD_TRY(ODD_NEW(g->order, shape->sample));
    ODD_TRY(ODD_NEW(g->right, shape->sample));
    ODD_TRY(ODD_NEW(g->value, shape->sample));
    ODD_TRY(ODD_NEW(g->sorted, shape->sample));
    ODD_TRY(ODD_NEW(g->chosen, shape->k));
    ODD_TRY(ODD_NEW(g->varying, shape->d));
    *out = g;
    g = NULL; /* handed over */
done:
    odd_forest_grower_free(&g);
    return st;
}

void odd_forest_grower_free(odd_forest_grower **grower)
{
    odd_forest_grower *g = *grower;
    if (!g) return;
    odd_forest_draws_free(&g->draws);
    odd_free(g->order);
    odd_free(g->right);
    odd_free(g->value);
    odd_free(g->sorted);
    odd_free(g->chosen);
    odd_free(g->varying);
    odd_free(g);
    *grower = NULL;
}

/* ---- features ---- */

typedef struct {
    double low, high;
} ends;

static ends feature_ends(const odd_forest_grower *g, const place *p, int64_t feature)
{
    const int64_t d = g->shape.d;
    const float *x = g->x + feature;
    float low = x[g->order[p->begin] * d], high = low;
    for (int64_t i = p->begin + 1; i < p->end; i++) {
        const float v = x[g->order[i] * d];
        low = v < low ? v : low;
        high = v > high ? v : high;
    }
    return (ends){low, high};
}

static bool varies(const odd_forest_grower *g, const place *p, int64_t feature)
{
    const float first = g->x[g->order[p->begin] * (int64_t)g->shape.d + feature];
    for (int64_t i = p->begin + 1; i < p->end; i++)
        if (g->x[g->order[i] * (int64_t)g->shape.d + feature] != first) return true;
    return false;
}

/* Draw k of all features and keep those that vary; returns how many. */
static int draw_of_all(odd_forest_grower *g, const place *p)
{
    int kept = 0;
    odd_forest_draw_subset(&g->draws, g->shape.d, g->shape.k, g->chosen);
    for (int j = 0; j < g->shape.k; j++)
        if (varies(g, p, g->chosen[j])) g->chosen[kept++] = g->chosen[j];
    return kept;
}

/* The same of those that vary. */
static int draw_of_varying(odd_forest_grower *g, const place *p)
{
    int count = 0;
    for (int f = 0; f < g->shape.d; f++)
        if (varies(g, p, f)) g->varying[count++] = f;
    const int k = odd_min_int(count, g->shape.k);
    odd_forest_draw_subset(&g->draws, count, k, g->chosen);
    for (int j = 0; j < k; j++)
        g->chosen[j] = g->varying[g->chosen[j]];
    return k;
}

static int draw_features(odd_forest_grower *g, const place *p)
{
    int count = 0;
    for (int try = 0; try < TRIES && count == 0; try++)
        count = draw_of_all(g, p);
    return count ? count : draw_of_varying(g, p);
}

/* ---- what is compared ---- */

/* Features in multiples of their width in the node, so that their units do not matter. */
static void draw_plane(odd_forest_grower *g, const place *p, int count)
{
    const int k = g->shape.k;
    double *weight = g->tree.weight + p->node * k;
    for (int j = 0; j < k; j++) {
        const ends e = j < count ? feature_ends(g, p, g->chosen[j]) : (ends){0, 1};
        weight[j] = j < count ? odd_forest_draw_normal(&g->draws) / (e.high - e.low) : 0;
    }
}

static void set_features(odd_forest_grower *g, const place *p, int count)
{
    int32_t *feature = g->tree.feature + p->node * g->shape.k;
    for (int j = 0; j < g->shape.k; j++)
        feature[j] = (int32_t)g->chosen[j < count ? j : 0];
    if (g->shape.planes) draw_plane(g, p, count);
}

/* The values of the node's rows, in their order. */
static ends fill_values(odd_forest_grower *g, const place *p)
{
    const int k = g->shape.k;
    const int32_t *feature = g->tree.feature + p->node * k;
    const double *weight = g->shape.planes ? g->tree.weight + p->node * k : NULL;
    ends e = {0};
    for (int64_t i = p->begin; i < p->end; i++) {
        const float *x = g->x + g->order[i] * (int64_t)g->shape.d;
        double value = weight ? 0 : (double)x[feature[0]];
        for (int j = 0; weight && j < k; j++)
            value += weight[j] * (double)x[feature[j]];
        g->value[i - p->begin] = value;
        e.low = i == p->begin || value < e.low ? value : e.low;
        e.high = i == p->begin || value > e.high ? value : e.high;
    }
    return e;
}

/* ---- the cut ---- */

static int compare_values(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double cut_at(odd_forest_grower *g, const place *p, ends e)
{
    const int64_t count = p->end - p->begin;
    if (!g->by_density) return odd_forest_cut_uniform(&g->draws, e.low, e.high);
    memcpy(g->sorted, g->value, (size_t)count * sizeof *g->sorted);
    qsort(g->sorted, (size_t)count, sizeof *g->sorted, compare_values);
    return odd_forest_cut_density(count, g->sorted);
}

/* A feature is compared as float32, as rows have it. */
static double as_compared(const odd_forest_grower *g, double cut, ends e)
{
    const double rounded = g->shape.planes ? cut : (double)(float)cut;
    return rounded <= e.low || rounded > e.high ? e.high : rounded;
}

/* Rows whose value is below the cut come first, in their order; returns where the others begin. */
static int64_t part_rows(odd_forest_grower *g, const place *p, double cut)
{
    int64_t left = p->begin, right = 0;
    for (int64_t i = p->begin; i < p->end; i++)
        if (g->value[i - p->begin] < cut)
            g->order[left++] = g->order[i];
        else
            g->right[right++] = g->order[i];
    memcpy(g->order + left, g->right, (size_t)right * sizeof *g->right);
    return left;
}

/* Cut the rows of a node; false: they are equal, as far as can be told. */
static bool split_node(odd_forest_grower *g, const place *p, int64_t *middle)
{
    const int count = draw_features(g, p);
    if (count == 0) return false;
    set_features(g, p, count);
    const ends e = fill_values(g, p);
    if (!(e.low < e.high)) return false;
    const double cut = as_compared(g, cut_at(g, p, e), e);
    g->tree.threshold[p->node] = cut;
    *middle = part_rows(g, p, cut);
    return true;
}

static void make_leaf(odd_forest_grower *g, const place *p)
{
    if (p->node >= g->shape.inner) return;
    g->tree.feature[p->node * g->shape.k] = -1;
}

static void grow_node(odd_forest_grower *g, place p)
{
    int64_t middle;
    g->tree.rows[p.node] = (int32_t)(p.end - p.begin);
    if (p.end - p.begin < 2 || p.level == g->shape.height || !split_node(g, &p, &middle)) {
        make_leaf(g, &p);
        return;
    }
    grow_node(g, (place){2 * p.node + 1, p.begin, middle, p.level + 1});
    grow_node(g, (place){2 * p.node + 2, middle, p.end, p.level + 1});
}

void odd_forest_grow(odd_forest_grower *g, int64_t number, const float x[], odd_forest_tree tree)
{
    g->x = x;
    g->tree = tree;
    odd_forest_draws_begin(&g->draws, number);
    for (int64_t i = 0; i < g->shape.sample; i++)
        g->order[i] = (int32_t)i;
    for (int64_t i = 0; i < g->shape.inner; i++)
        tree.feature[i * g->shape.k] = -1;
    grow_node(g, (place){0, 0, g->shape.sample, 0});
}
