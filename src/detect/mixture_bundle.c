/* A mixture's way into a bundle and back. */
#include "detect/mixture_internal.h"

#include <math.h>
#include <string.h>

static odd_status save_array(odd_bundle *b, const char *name, const char *about,
                             const double from[], int rank, int64_t first, int64_t second,
                             int64_t third)
{
    double *to;
    odd_status st = odd_bundle_add(b, name, ODD_F64, about, &to, rank, first, second, third);
    if (st != ODD_OK) return st;
    const int64_t count = first * (rank > 1 ? second : 1) * (rank > 2 ? third : 1);
    memcpy(to, from, (size_t)count * sizeof *to);
    return ODD_OK;
}

/* Dimensions of all covariances together: (groups, d, d), (groups, d) or (groups); of low rank,
 * (groups, rank + 1, d). */
static int covariance_rank(const odd_mixture *m)
{
    return m->form == ODD_FORM_FULL ? 3 : m->form == ODD_FORM_DIAGONAL ? 2 : 1;
}

static odd_status save_by_form(const odd_mixture *m, odd_bundle *b, const char *name,
                               const char *about, const double from[])
{
    return save_array(b, name, about, from, covariance_rank(m), m->groups,
                      m->rank ? m->rank + 1 : m->d, m->d);
}

odd_status odd_mixture_save(const odd_mixture *m, odd_bundle *b)
{
    odd_status st;
    ODD_TRY(odd_bundle_add_i64(b, "features", "number of features", m->d));
    ODD_TRY(odd_bundle_add_i64(b, "theme_components",
                               "components of the theme; the one after them is the anomaly",
                               m->themes));
    ODD_TRY(odd_bundle_add_i64(b, "form", "covariances: 0 full, 1 diagonal, 2 spherical",
                               (int64_t)m->form));
    ODD_TRY(odd_bundle_add_i64(b, "tied", "1: the theme's components share the first covariance",
                               m->tied));
    ODD_TRY(
        odd_bundle_add_i64(b, "rank",
                           "above 0: each covariance is diag(its first row) + that many further "
                           "rows, each times itself",
                           m->rank));
    ODD_TRY(
        odd_bundle_add_i64(b, "background",
                           "the anomaly: 0 Gaussian, 1 Student's t (its covariance is the scale "
                           "matrix), 2 uniform everywhere",
                           (int64_t)m->background));
    ODD_TRY(
        odd_bundle_add_f64(b, "degrees", "degrees of freedom of Student's anomaly", m->degrees));
    ODD_TRY(save_array(b, "centre", "mean of the data, units of the features", m->centre, 1, m->d,
                       0, 0));
    ODD_TRY(save_array(b, "weight", "share of the rows of each component", m->weight, 1,
                       m->components, 0, 0));
    ODD_TRY(save_array(b, "mean", "mean of each component, units of the features", m->mean, 2,
                       m->components, m->d, 0));
    ODD_TRY(save_by_form(m, b, "covariance", "covariances, units squared; the anomaly's is last",
                         m->covariance));
    ODD_TRY(save_by_form(m, b, "factor",
                         m->rank ? "s, then rows v: w = z s whitens to w - (w v') v"
                                 : "inverse of the transposed Cholesky factor of each covariance",
                         m->factor));
    ODD_TRY(save_array(b, "log_determinant", "of each covariance", m->log_det, 1, m->groups, 0, 0));
    ODD_TRY(save_array(b, "constant", "log of weight times density of each component at its mean",
                       m->constant, 1, m->components, 0, 0));
done:
    return st;
}

/* An array that must have `count` numbers. */
static odd_status find_array(const odd_bundle *b, const char *name, int rank, int64_t count,
                             const odd_array **out)
{
    int64_t bytes;
    odd_status st = odd_bundle_get(b, name, ODD_F64, rank, out);
    if (st == ODD_OK) st = odd_shape_bytes(&(*out)->shape, &bytes);
    if (st != ODD_OK) return st;
    if (bytes != count * (int64_t)sizeof(double))
        return odd_fail(ODD_FORMAT, "array '%s' of the mixture has the wrong shape", name);
    return ODD_OK;
}

static odd_status load_array(const odd_bundle *b, const char *name, int rank, int64_t count,
                             double to[])
{
    const odd_array *a;
    odd_status st = find_array(b, name, rank, count, &a);
    if (st == ODD_OK) st = odd_array_check_finite(a);
    if (st == ODD_OK) memcpy(to, a->data, (size_t)count * sizeof *to);
    return st;
}

/* A component without any weight has the logarithm of 0. */
static odd_status load_constants(const odd_bundle *b, odd_mixture *m)
{
    const odd_array *a;
    odd_status st;
    ODD_TRY(find_array(b, "constant", 1, m->components, &a));
    memcpy(m->constant, a->data, (size_t)m->components * sizeof *m->constant);
    for (int k = 0; k < m->components; k++)
        if (!(m->constant[k] < INFINITY))
            ODD_TRY(odd_fail(ODD_FORMAT, "'constant' of the model has a value that is no density"));
done:
    return st;
}

static odd_status load_shape(const odd_bundle *b, odd_mixture *shape)
{
    static const char *const name[6] = {"features", "theme_components", "form", "tied",
                                        "rank",     "background"};
    static const int64_t low[6] = {1, 1, 0, 0, 0, 0},
                         high[6] = {1 << 20, 1 << 10, 2, 1, 1 << 20, 2};
    int64_t value[6];
    odd_status st;
    for (int i = 0; i < 6; i++) {
        ODD_TRY(odd_bundle_get_i64(b, name[i], &value[i]));
        if (value[i] < low[i] || value[i] > high[i])
            return odd_fail(ODD_FORMAT, "'%s' of the mixture is %lld", name[i],
                            (long long)value[i]);
    }
    *shape = (odd_mixture){.d = (int)value[0],
                           .themes = (int)value[1],
                           .form = (odd_form)value[2],
                           .tied = value[3],
                           .rank = (int)value[4],
                           .background = (odd_background)value[5]};
    ODD_TRY(odd_bundle_get_f64(b, "degrees", &shape->degrees));
    if (shape->rank > shape->d || (shape->rank && shape->form != ODD_FORM_FULL) ||
        !(shape->degrees > 0))
        return odd_fail(ODD_FORMAT, "'rank' or 'degrees' of the mixture do not fit the rest");
done:
    return st;
}

odd_status odd_mixture_load(const odd_bundle *b, odd_mixture **out)
{
    odd_status st;
    odd_mixture shape, *m = NULL;
    const odd_array *claimed;
    *out = NULL;
    ODD_TRY(load_shape(b, &shape));
    const int rank = covariance_rank(&shape);
    const int64_t groups = (shape.tied ? 1 : shape.themes) + 1;
    const int64_t spread = groups * odd_mixture_size(&shape);
    /* Before memory is allocated: a small file may claim a large mixture. */
    ODD_TRY(find_array(b, "covariance", rank, spread, &claimed));
    ODD_TRY(odd_mixture_new(&shape, &m));
    ODD_TRY(load_array(b, "centre", 1, m->d, m->centre));
    ODD_TRY(load_array(b, "weight", 1, m->components, m->weight));
    ODD_TRY(load_array(b, "mean", 2, (int64_t)m->components * m->d, m->mean));
    ODD_TRY(load_array(b, "covariance", rank, spread, m->covariance));
    ODD_TRY(load_array(b, "factor", rank, spread, m->factor));
    ODD_TRY(load_array(b, "log_determinant", 1, m->groups, m->log_det));
    ODD_TRY(load_constants(b, m));
    ODD_TRY(odd_mixture_shift(m));
    *out = m;
    m = NULL;
done:
    odd_mixture_free(&m);
    return st;
}
