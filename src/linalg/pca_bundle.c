/* A PCA to and from named arrays. */
#include "linalg/pca_internal.h"

#include "oddlot/base/memory.h"

#include <limits.h>
#include <string.h>

odd_status odd_pca_save(const odd_pca *pca, odd_bundle *b)
{
    odd_status st = ODD_OK;
    const int64_t d = pca->d, k = pca->k;
    double *mean, *axis, *value;
    ODD_TRY(odd_bundle_add(b, "mean", ODD_F64, "mean of each feature", &mean, 1, d));
    memcpy(mean, pca->mean, (size_t)d * sizeof *mean);
    ODD_TRY(odd_bundle_add(b, "axis", ODD_F64, "unit directions, one a row", &axis, 2, k, d));
    memcpy(axis, pca->axis, (size_t)k * (size_t)d * sizeof *axis);
    ODD_TRY(odd_bundle_add(b, "value", ODD_F64,
                           "variance along each direction, feature units squared", &value, 1, k));
    memcpy(value, pca->value, (size_t)k * sizeof *value);
    ODD_TRY(odd_bundle_add_f64(b, "total_variance", "variance of all features together",
                               pca->total_variance));
    ODD_TRY(odd_bundle_add_i64(b, "rows", "rows that it was learnt from", pca->n));
    ODD_TRY(
        odd_bundle_add_i64(b, "whiten", "1 if scores are scaled to unit variance", pca->whiten));
    ODD_TRY(odd_bundle_add_text(b, "solver", "how it was computed", pca->solver));
done:
    return st;
}

/* Array `name` of one or two dimensions, as a view; `columns` is 0 for one. */
static odd_status borrow_array(const odd_bundle *b, const char *name, int64_t rows, int64_t columns,
                               double **out)
{
    odd_status st = ODD_OK;
    const odd_array *a;
    ODD_TRY(odd_bundle_get(b, name, ODD_F64, columns ? 2 : 1, &a));
    if (a->shape.shape[0] != rows || (columns && a->shape.shape[1] != columns))
        ODD_TRY(odd_fail(ODD_FORMAT, "array '%s' does not fit the others of the PCA", name));
    ODD_TRY(odd_array_check_finite(a));
    *out = a->data;
done:
    return st;
}

/* d and k, from the array that has both. */
static odd_status borrow_shape(const odd_bundle *b, odd_pca *view)
{
    odd_status st = ODD_OK;
    const odd_array *axis;
    ODD_TRY(odd_bundle_get(b, "axis", ODD_F64, 2, &axis));
    const int64_t k = axis->shape.shape[0], d = axis->shape.shape[1];
    if (k < 1 || k > d || d > INT_MAX)
        ODD_TRY(
            odd_fail(ODD_FORMAT, "array 'axis' has %lld rows of %lld", (long long)k, (long long)d));
    view->k = (int)k;
    view->d = (int)d;
done:
    return st;
}

static const char *solver_of(const char *saved)
{
    if (strcmp(saved, "gram") == 0) return "gram";
    return strcmp(saved, "randomized") == 0 ? "randomized" : "covariance";
}

odd_status odd_pca_borrow(const odd_bundle *b, odd_pca *view)
{
    odd_status st = ODD_OK;
    int64_t whiten;
    const char *solver;
    *view = (odd_pca){0};
    ODD_TRY(borrow_shape(b, view));
    ODD_TRY(borrow_array(b, "mean", view->d, 0, &view->mean));
    ODD_TRY(borrow_array(b, "axis", view->k, view->d, &view->axis));
    ODD_TRY(borrow_array(b, "value", view->k, 0, &view->value));
    ODD_TRY(odd_bundle_get_f64(b, "total_variance", &view->total_variance));
    ODD_TRY(odd_bundle_get_i64(b, "rows", &view->n));
    ODD_TRY(odd_bundle_get_i64(b, "whiten", &whiten));
    ODD_TRY(odd_bundle_get_text(b, "solver", &solver));
    view->whiten = whiten != 0;
    view->solver = solver_of(solver);
done:
    return st;
}

odd_status odd_pca_load(const odd_bundle *b, odd_pca **out)
{
    odd_status st = ODD_OK;
    odd_pca view, *pca = NULL;
    *out = NULL;
    ODD_TRY(odd_pca_borrow(b, &view));
    ODD_TRY(odd_pca_new(view.d, view.k, &pca));
    memcpy(pca->mean, view.mean, (size_t)view.d * sizeof *pca->mean);
    memcpy(pca->axis, view.axis, (size_t)view.k * (size_t)view.d * sizeof *pca->axis);
    memcpy(pca->value, view.value, (size_t)view.k * sizeof *pca->value);
    view.mean = pca->mean;
    view.axis = pca->axis;
    view.value = pca->value;
    *pca = view;
    *out = pca;
    pca = NULL;
done:
    odd_pca_free(&pca);
    return st;
}
