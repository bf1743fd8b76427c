/* A forest as named arrays, and what rows are compared with, made of these. */
#include "detect/forest_internal.h"

#include "oddlot/base/memory.h"

#include <float.h>
#include <math.h>

odd_status odd_forest_model_add(odd_bundle *model, const odd_forest_shape *s, int64_t trees,
                                odd_forest_tree *first)
{
    const int64_t k = s->k;
    odd_status st;
    *first = (odd_forest_tree){0};
    ODD_TRY(odd_bundle_add_i64(model, "features", "of a row", s->d));
    ODD_TRY(odd_bundle_add_i64(model, "planes", "1: features are weighed and added, 0: one alone",
                               s->planes));
    ODD_TRY(odd_bundle_add(model, "feature", ODD_I32,
                           "of each tree and node the features that split it; -1: a leaf. Node i "
                           "has the children 2 i + 1 and 2 i + 2",
                           &first->feature, 3, trees, s->inner, k));
    if (s->planes)
        ODD_TRY(odd_bundle_add(model, "weight", ODD_F64, "of each of them in the sum, 1/units",
                               &first->weight, 3, trees, s->inner, k));
    ODD_TRY(odd_bundle_add(model, "threshold", ODD_F64,
                           "what is below it goes to child 2 i + 1: units of the feature, or a sum",
                           &first->threshold, 2, trees, s->inner));
    ODD_TRY(odd_bundle_add(model, "rows", ODD_I32, "of the tree's sample in each node",
                           &first->rows, 2, trees, s->nodes));
done:
    return st;
}

odd_forest_tree odd_forest_tree_at(const odd_forest_shape *s, odd_forest_tree first, int64_t number)
{
    const int64_t features = number * s->inner * s->k;
    return (odd_forest_tree){.feature = first.feature + features,
                             .weight = first.weight ? first.weight + features : NULL,
                             .threshold = first.threshold + number * s->inner,
                             .rows = first.rows + number * s->nodes};
}

/* ---- checks of a model ---- */

static odd_status not_a_forest(const char *what)
{
    return odd_fail(ODD_FORMAT, "the arrays of the isolation forest do not fit each other: %s",
                    what);
}

/* The sizes that the arrays have, which may be any. */
static odd_status find_shape(const odd_array *feature, const odd_array *rows, int64_t d,
                             bool planes, odd_forest_shape *s)
{
    const int64_t trees = rows->shape.shape[0], nodes = rows->shape.shape[1];
    const int64_t k = feature->shape.shape[2];
    if (d < 1 || d > UINT32_MAX / ODD_FOREST_LANES || trees < 1 || trees > ODD_FOREST_TREES ||
        nodes < 1)
        return not_a_forest("numbers of trees, nodes and features");
    const int64_t sample = ((const int32_t *)rows->data)[0];
    if (sample < 1 || sample > ODD_FOREST_SAMPLE || k < 1 || k > ODD_FOREST_DIMENSIONS ||
        (!planes && k > 1))
        return not_a_forest("rows of a sample and features of a split");
    *s = odd_forest_shape_of(sample, (int)d, (int)k, planes);
    if (nodes != s->nodes || feature->shape.shape[0] != trees ||
        feature->shape.shape[1] != s->inner)
        return not_a_forest("nodes of a tree");
    return ODD_OK;
}

static odd_status get_weight(const odd_bundle *model, const odd_array *feature,
                             odd_forest_tree *first)
{
    const odd_array *weight;
    odd_status st;
    ODD_TRY(odd_bundle_get(model, "weight", ODD_F64, 3, &weight));
    ODD_TRY(odd_array_check_finite(weight));
    for (int i = 0; i < 3; i++)
        if (weight->shape.shape[i] != feature->shape.shape[i]) return not_a_forest("weights");
    first->weight = weight->data;
done:
    return st;
}

/* The arrays, lent, of sizes that fit each other. */
static odd_status find_arrays(const odd_bundle *model, odd_forest *forest, odd_forest_tree *first)
{
    const odd_array *feature, *threshold, *rows;
    int64_t d, planes;
    odd_status st;
    *first = (odd_forest_tree){0};
    ODD_TRY(odd_bundle_get_i64(model, "features", &d));
    ODD_TRY(odd_bundle_get_i64(model, "planes", &planes));
    ODD_TRY(odd_bundle_get(model, "feature", ODD_I32, 3, &feature));
    ODD_TRY(odd_bundle_get(model, "threshold", ODD_F64, 2, &threshold));
    ODD_TRY(odd_bundle_get(model, "rows", ODD_I32, 2, &rows));
    ODD_TRY(odd_array_check_finite(threshold));
    if (planes < 0 || planes > 1) return not_a_forest("kind of split");
    ODD_TRY(find_shape(feature, rows, d, planes == 1, &forest->shape));
    forest->trees = rows->shape.shape[0];
    if (threshold->shape.shape[0] != forest->trees ||
        threshold->shape.shape[1] != forest->shape.inner)
        return not_a_forest("thresholds");
    if (planes) ODD_TRY(get_weight(model, feature, first));
    *first = (odd_forest_tree){feature->data, first->weight, threshold->data, rows->data};
done:
    return st;
}

static bool is_split(const odd_forest_shape *s, const odd_forest_tree *t, int64_t node)
{
    return node < s->inner && t->feature[node * s->k] >= 0;
}

/* Nothing hangs below a leaf, both children of a split have rows, and together its own. */
static odd_status check_tree(const odd_forest_shape *s, const odd_forest_tree *t)
{
    if (t->rows[0] != s->sample) return not_a_forest("samples of different sizes");
    for (int64_t i = 0; i < s->inner; i++) {
        const int64_t left = 2 * i + 1, right = 2 * i + 2;
        if (!is_split(s, t, i)) {
            if (is_split(s, t, left) || is_split(s, t, right))
                return not_a_forest("a split below a leaf");
            continue;
        }
        if (t->rows[left] < 1 || t->rows[right] < 1 || t->rows[left] > s->sample ||
            t->rows[right] > s->sample || t->rows[left] + t->rows[right] != t->rows[i])
            return not_a_forest("rows of a split");
        for (int j = 0; j < s->k; j++)
            if (t->feature[i * s->k + j] < 0 || t->feature[i * s->k + j] >= s->d)
                return not_a_forest("a feature that rows do not have");
    }
    return ODD_OK;
}

/* ---- ready for rows ---- */

static odd_status allocate_forest(odd_forest *f)
{
    const int64_t splits = f->trees * f->shape.inner, nodes = f->trees * f->shape.nodes;
    odd_status st;
    ODD_TRY(ODD_NEW(f->path, nodes));
    ODD_TRY(ODD_NEW(f->gain, nodes));
    if (!f->shape.planes) return ODD_NEW(f->node, splits);
    ODD_TRY(ODD_NEW(f->threshold, splits));
    ODD_TRY(ODD_NEW(f->feature, splits * f->shape.k));
done:
    return st;
}

/* A model that was not made here may have any. */
static float as_float(double threshold)
{
    return threshold > FLT_MAX ? INFINITY : threshold < -FLT_MAX ? -INFINITY : (float)threshold;
}

static void set_node(odd_forest *f, const odd_forest_tree *t, int64_t number, int64_t i)
{
    const odd_forest_shape *s = &f->shape;
    const bool split = is_split(s, t, i);
    const double threshold = split ? t->threshold[i] : INFINITY;
    const int64_t at = number * s->inner + i;
    if (!s->planes) {
        const uint32_t feature = split ? (uint32_t)t->feature[i] : 0;
        f->node[at] =
            (odd_forest_node){feature * ODD_FOREST_LANES, odd_forest_key(as_float(threshold))};
        return;
    }
    f->threshold[at] = threshold;
    for (int j = 0; j < s->k; j++)
        f->feature[at * s->k + j] = split ? t->feature[i * s->k + j] : 0;
}

/* What the children of node i at `level` stand for. mean: c(m) */
static void set_children(odd_forest *f, const odd_forest_tree *t, int64_t number, int64_t i,
                         int level, const double mean[])
{
    const odd_forest_shape *s = &f->shape;
    float *path = f->path + number * s->nodes;
    odd_forest_gain *gain = f->gain + number * s->nodes;
    const bool split = is_split(s, t, i);
    const int32_t feature = split ? s->planes ? (int32_t)i : t->feature[i * s->k] : 0;
    for (int64_t child = 2 * i + 1; child <= 2 * i + 2; child++) {
        path[child] = split ? (float)(level + 1 + mean[t->rows[child]]) : path[i];
        gain[child] = (odd_forest_gain){
            feature, split ? (float)(mean[t->rows[i]] - 1 - mean[t->rows[child]]) : 0};
    }
}

static void set_tree(odd_forest *f, const odd_forest_tree *t, int64_t number, const double mean[])
{
    const odd_forest_shape *s = &f->shape;
    int level = 0;
    f->path[number * s->nodes] = (float)f->usual;
    for (int64_t i = 0; i < s->inner; i++) {
        if (i + 1 == (int64_t)2 << level) level++;
        set_node(f, t, number, i);
        set_children(f, t, number, i, level, mean);
    }
}

odd_status odd_forest_open(const odd_bundle *model, odd_forest *out)
{
    odd_forest_tree first;
    double *mean = NULL;
    odd_status st;
    *out = (odd_forest){0};
    ODD_TRY(find_arrays(model, out, &first));
    for (int64_t t = 0; t < out->trees; t++) {
        const odd_forest_tree tree = odd_forest_tree_at(&out->shape, first, t);
        ODD_TRY(check_tree(&out->shape, &tree));
    }
    ODD_TRY(ODD_NEW(mean, out->shape.sample + 1));
    odd_forest_paths(out->shape.sample + 1, mean);
    out->usual = mean[out->shape.sample];
    out->weight = first.weight;
    ODD_TRY(allocate_forest(out));
    for (int64_t t = 0; t < out->trees; t++) {
        const odd_forest_tree tree = odd_forest_tree_at(&out->shape, first, t);
        set_tree(out, &tree, t, mean);
    }
done:
    odd_free(mean);
    return st;
}

void odd_forest_free(odd_forest *forest)
{
    odd_free(forest->node);
    odd_free(forest->threshold);
    odd_free(forest->feature);
    odd_free(forest->path);
    odd_free(forest->gain);
    *forest = (odd_forest){0};
}
