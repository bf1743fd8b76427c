/* Sparse PCA as a reduction: scores by ridge regression on the axes, which are not orthogonal. */
#include "linalg/projector_internal.h"
#include "linalg/sparse_pca_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"
#include "oddlot/linalg/reduction.h"
#include "oddlot/par/agree.h"

#include <limits.h>
#include <string.h>

static const odd_option sparse_options[] = {
    ODD_INT(odd_sparse_options, components, "40", 1, 1e6, "directions kept"),
    ODD_REAL(odd_sparse_options, alpha, "1", 0, 1e300,
             "weight of the absolute loadings, in units of the features: more of it, more zeros"),
    ODD_REAL(odd_sparse_options, ridge, "0.01", 1e-9, 1e9,
             "steadies scores on axes that are alike, beside the 1 of each axis with itself"),
    ODD_INT(odd_sparse_options, iterations, "100", 1, 1e5, "passes over the rows, at most"),
    ODD_REAL(odd_sparse_options, tolerance, "1e-4", 0, 1,
             "stop when a pass lowers the objective by less than this share of it"),
    ODD_OPTIONS_END,
};

static odd_status plan_sparse(const void *options, int64_t n, int d, int ranks, int threads, int *k,
                              int64_t *bytes, odd_text *what)
{
    const odd_sparse_options *o = options;
    const int64_t rank = n - 1 < d ? n - 1 : d, most = rank > 0 ? rank : 0;
    *k = (int)(o->components < most ? o->components : most);
    *bytes = n > 0 && d > 0 ? odd_sparse_pca_bytes(n, d, *k, ranks, threads) : 0;
    odd_text_format(what, "sparse PCA from %d to %d features, alpha %g", d, *k, o->alpha);
    return odd_text_status(what);
}

/* What scores need of axes (k, d): gram (k, k) = axis axis', mix = (gram + ridge)^-1. @local */
static odd_status solve_axes(const odd_sparse_pca *s, double ridge, double *gram, double *mix)
{
    odd_status st = ODD_OK;
    const int k = s->k;
    double *l = NULL, *u = NULL;
    ODD_TRY(ODD_NEW(l, (int64_t)k * k));
    ODD_TRY(ODD_NEW(u, (int64_t)k * k));
    odd_dgemm(1, k, k, s->d, 1, s->axis, s->axis, 0, gram);
    memcpy(l, gram, (size_t)k * (size_t)k * sizeof *l);
    for (int64_t i = 0; i < k; i++)
        l[i * k + i] += ridge;
    ODD_TRY(odd_cholesky(k, l));
    ODD_TRY(odd_cholesky_inverse(k, l, u)); /* (l l')^-1 = u u' */
    odd_dgemm(1, k, k, k, 1, u, u, 0, mix);
done:
    odd_free(u);
    odd_free(l);
    return st;
}

static odd_status save_model(const odd_sparse_pca *s, double ridge, odd_bundle *b)
{
    const int64_t d = s->d, k = s->k;
    double *mean, *axis, *gram, *mix, *objective;
    odd_status st;
    ODD_TRY(odd_bundle_add(b, "mean", ODD_F64, "mean of each feature", &mean, 1, d));
    ODD_TRY(odd_bundle_add(b, "axis", ODD_F64, "unit directions with many zeros, one a row", &axis,
                           2, k, d));
    ODD_TRY(odd_bundle_add(b, "gram", ODD_F64, "products of the directions", &gram, 2, k, k));
    ODD_TRY(odd_bundle_add(b, "mix", ODD_F64, "from products with the directions to scores", &mix,
                           2, k, k));
    ODD_TRY(odd_bundle_add(b, "objective", ODD_F64, "what each pass reached", &objective, 1,
                           (int64_t)s->iterations));
    memcpy(mean, s->mean, (size_t)d * sizeof *mean);
    memcpy(axis, s->axis, (size_t)(k * d) * sizeof *axis);
    memcpy(objective, s->objective, (size_t)s->iterations * sizeof *objective);
    ODD_TRY(solve_axes(s, ridge, gram, mix));
done:
    return st;
}

static odd_status fit_sparse(const void *options, const odd_rows *rows, uint64_t seed,
                             odd_bundle *model, int *k, int64_t *bad_row)
{
    odd_status st = ODD_OK;
    odd_sparse_options o = *(const odd_sparse_options *)options;
    odd_sparse_pca *s = NULL;
    o.seed = seed;
    *k = 0;
    ODD_TRY(odd_sparse_pca_fit(rows, &o, &s, bad_row));
    ODD_TRY_ALL(rows->comm, save_model(s, o.ridge, model));
    *k = s->k;
done:
    odd_sparse_pca_free(&s);
    return st;
}

/* Array `name` (rows, columns) of finite values; columns 0: one dimension. */
static odd_status borrow(const odd_bundle *b, const char *name, int64_t rows, int64_t columns,
                         const double **out)
{
    const odd_array *a;
    odd_status st;
    ODD_TRY(odd_bundle_get(b, name, ODD_F64, columns ? 2 : 1, &a));
    if (a->shape.shape[0] != rows || (columns && a->shape.shape[1] != columns))
        ODD_TRY(odd_fail(ODD_FORMAT, "array '%s' does not fit the others of the sparse PCA", name));
    ODD_TRY(odd_array_check_finite(a));
    *out = a->data;
done:
    return st;
}

static odd_status sparse_width(const odd_bundle *model, int *d, int *k)
{
    const odd_array *axis;
    odd_status st;
    ODD_TRY(odd_bundle_get(model, "axis", ODD_F64, 2, &axis));
    const int64_t rows = axis->shape.shape[0], columns = axis->shape.shape[1];
    if (rows < 1 || rows > columns || columns > INT_MAX)
        ODD_TRY(odd_fail(ODD_FORMAT, "array 'axis' has %lld rows of %lld", (long long)rows,
                         (long long)columns));
    *k = (int)rows;
    *d = (int)columns;
done:
    return st;
}

static odd_status read_projector(const odd_bundle *model, odd_projector *p)
{
    odd_status st;
    *p = (odd_projector){0};
    ODD_TRY(sparse_width(model, &p->d, &p->k));
    ODD_TRY(borrow(model, "mean", p->d, 0, &p->mean));
    ODD_TRY(borrow(model, "axis", p->k, p->d, &p->axis));
    ODD_TRY(borrow(model, "gram", p->k, p->k, &p->gram));
    ODD_TRY(borrow(model, "mix", p->k, p->k, &p->mix));
done:
    return st;
}

static odd_status apply_sparse(const odd_bundle *model, const odd_rows *rows, float score[],
                               double residual[])
{
    odd_status st;
    odd_projector p;
    ODD_TRY_ALL(rows->comm, read_projector(model, &p));
    ODD_TRY(odd_project(&p, rows, score, residual));
done:
    return st;
}

const odd_reduction odd_reduction_sparse_pca = {
    .name = "sparse_pca",
    .summary = "sparse principal components: directions of much variance and few features",
    .options = sparse_options,
    .options_size = sizeof(odd_sparse_options),
    .plan = plan_sparse,
    .fit = fit_sparse,
    .width = sparse_width,
    .apply = apply_sparse,
};
