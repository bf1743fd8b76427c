/* The parameters of a mixture: one block of memory, its factors, and its way into a bundle. */
#include "mixture_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

/* Lay the arrays out one after the other; with no memory yet, only count. */
static void lay_out(odd_mixture *m)
{
    const int64_t d = m->d, dense = odd_form_dense(m->form, m->d);
    struct {
        double **array;
        int64_t count;
    } part[] = {
        {&m->centre, d},
        {&m->weight, m->components},
        {&m->mean, m->components * d},
        {&m->covariance, m->groups * dense},
        {&m->factor, m->groups * dense},
        {&m->log_det, m->groups},
        {&m->shift, m->components * d},
        {&m->log_prior, 1},
    };
    m->count = 0;
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        if (m->parameter) *part[i].array = m->parameter + m->count;
        m->count += part[i].count;
    }
}

odd_status odd_mixture_new(int d, int themes, odd_form form, bool tied, odd_mixture **out)
{
    odd_status st;
    odd_mixture *m = NULL;
    *out = NULL;
    ODD_TRY(ODD_NEW(m, 1));
    *m = (odd_mixture){.d = d,
                       .themes = themes,
                       .components = themes + 1,
                       .groups = (tied ? 1 : themes) + 1,
                       .form = form,
                       .tied = tied};
    lay_out(m);
    ODD_TRY(ODD_NEW(m->parameter, m->count));
    lay_out(m);
    *out = m;
    m = NULL;
done:
    odd_mixture_free(&m);
    return st;
}

void odd_mixture_free(odd_mixture **m)
{
    if (*m) odd_free((*m)->parameter);
    odd_free(*m);
    *m = NULL;
}

void odd_mixture_copy(odd_mixture *to, const odd_mixture *from)
{
    memcpy(to->parameter, from->parameter, (size_t)from->count * sizeof *to->parameter);
}

int odd_mixture_group(const odd_mixture *m, int component)
{
    return component == m->themes ? m->groups - 1 : m->tied ? 0 : component;
}

double *odd_mixture_covariance(const odd_mixture *m, int group)
{
    return m->covariance + group * odd_form_dense(m->form, m->d);
}

double *odd_mixture_factor(const odd_mixture *m, int group)
{
    return m->factor + group * odd_form_dense(m->form, m->d);
}

static void shift_means(odd_mixture *m)
{
    for (int k = 0; k < m->components; k++) {
        double *shift = m->shift + (int64_t)k * m->d;
        for (int j = 0; j < m->d; j++)
            shift[j] = m->mean[(int64_t)k * m->d + j] - m->centre[j];
        odd_form_whiten(m->form, 1, m->d, odd_mixture_factor(m, odd_mixture_group(m, k)), shift,
                        shift);
    }
}

odd_status odd_mixture_factorize(odd_mixture *m)
{
    for (int g = 0; g < m->groups; g++) {
        odd_status st = odd_form_factor(m->form, m->d, odd_mixture_covariance(m, g),
                                        odd_mixture_factor(m, g), &m->log_det[g]);
        if (st == ODD_NUMERIC)
            return odd_fail_prefix(st,
                                   "covariance %d of %d of the mixture cannot be inverted (use the "
                                   "priors, or fewer components): ",
                                   g + 1, m->groups);
        if (st != ODD_OK) return st;
    }
    shift_means(m);
    return ODD_OK;
}

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

/* Dimensions of all covariances together: (groups, d, d), (groups, d) or (groups). */
static int covariance_rank(odd_form form)
{
    return form == ODD_FORM_FULL ? 3 : form == ODD_FORM_DIAGONAL ? 2 : 1;
}

static odd_status save_by_form(const odd_mixture *m, odd_bundle *b, const char *name,
                               const char *about, const double from[])
{
    return save_array(b, name, about, from, covariance_rank(m->form), m->groups, m->d, m->d);
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
    ODD_TRY(save_array(b, "centre", "mean of the data, units of the features", m->centre, 1, m->d,
                       0, 0));
    ODD_TRY(save_array(b, "weight", "share of the rows of each component", m->weight, 1,
                       m->components, 0, 0));
    ODD_TRY(save_array(b, "mean", "mean of each component, units of the features", m->mean, 2,
                       m->components, m->d, 0));
    ODD_TRY(save_by_form(m, b, "covariance", "covariances, units squared; the anomaly's is last",
                         m->covariance));
    ODD_TRY(save_by_form(
        m, b, "factor", "inverse of the transposed Cholesky factor of each covariance", m->factor));
    ODD_TRY(save_array(b, "log_determinant", "of each covariance", m->log_det, 1, m->groups, 0, 0));
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
    if (st == ODD_OK) memcpy(to, a->data, (size_t)count * sizeof *to);
    return st;
}

static odd_status load_shape(const odd_bundle *b, int64_t shape[4])
{
    static const char *const name[4] = {"features", "theme_components", "form", "tied"};
    static const int64_t low[4] = {1, 1, 0, 0}, high[4] = {1 << 20, 1 << 10, 2, 1};
    for (int i = 0; i < 4; i++) {
        odd_status st = odd_bundle_get_i64(b, name[i], &shape[i]);
        if (st != ODD_OK) return st;
        if (shape[i] < low[i] || shape[i] > high[i])
            return odd_fail(ODD_FORMAT, "'%s' of the mixture is %lld", name[i],
                            (long long)shape[i]);
    }
    return ODD_OK;
}

odd_status odd_mixture_load(const odd_bundle *b, odd_mixture **out)
{
    odd_status st;
    odd_mixture *m = NULL;
    const odd_array *claimed;
    int64_t shape[4];
    *out = NULL;
    ODD_TRY(load_shape(b, shape));
    const int d = (int)shape[0], themes = (int)shape[1], rank = covariance_rank((odd_form)shape[2]);
    const int64_t groups = (shape[3] ? 1 : themes) + 1;
    const int64_t spread = groups * odd_form_dense((odd_form)shape[2], d);
    /* Before memory is asked for: a small file may claim a large mixture. */
    ODD_TRY(find_array(b, "covariance", rank, spread, &claimed));
    ODD_TRY(odd_mixture_new(d, themes, (odd_form)shape[2], shape[3], &m));
    ODD_TRY(load_array(b, "centre", 1, m->d, m->centre));
    ODD_TRY(load_array(b, "weight", 1, m->components, m->weight));
    ODD_TRY(load_array(b, "mean", 2, (int64_t)m->components * m->d, m->mean));
    ODD_TRY(load_array(b, "covariance", rank, spread, m->covariance));
    ODD_TRY(load_array(b, "factor", rank, spread, m->factor));
    ODD_TRY(load_array(b, "log_determinant", 1, m->groups, m->log_det));
    shift_means(m);
    *out = m;
    m = NULL;
done:
    odd_mixture_free(&m);
    return st;
}
