/* Where the EM of a mixture begins. */
#include "mixture_internal.h"

#include "kmeans_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/linalg/blas.h"

#include <math.h>
#include <string.h>

enum { START_KMEANS_ITERATIONS = 50 };

static double *mean_of(const odd_mixture *m, int k)
{
    return m->mean + (int64_t)k * m->d;
}

void odd_mixture_start_broad(odd_mixture *m, const odd_mixture_prior *prior, double share,
                             const double theme_mean[])
{
    const int64_t dense = odd_form_dense(m->form, m->d);
    const size_t row = (size_t)m->d * sizeof(double);
    for (int k = 0; k < m->themes; k++) {
        m->weight[k] = (1 - share) / m->themes;
        memcpy(mean_of(m, k), theme_mean, row);
    }
    m->weight[m->themes] = share;
    memcpy(mean_of(m, m->themes), odd_mixture_prior_mean(prior, m->themes), row);
    for (int g = 0; g < m->groups; g++) {
        const double scale = g == m->groups - 1 ? prior->scale[g] : 0.5;
        for (int64_t j = 0; j < dense; j++)
            odd_mixture_covariance(m, g)[j] = scale * prior->spread[j];
    }
}

/* z with P(standard normal < z) = p, by bisection. */
static double normal_quantile(double p)
{
    double low = -9, high = 9;
    for (int i = 0; i < 80; i++) {
        const double z = 0.5 * (low + high);
        if (0.5 * erfc(-z / sqrt(2)) < p)
            low = z;
        else
            high = z;
    }
    return 0.5 * (low + high);
}

/* The direction (d) of the largest variance, as long as its standard deviation. */
static odd_status first_axis_full(int d, const double covariance[], double axis[])
{
    odd_status st;
    double *a = NULL, *value = NULL, *vector = NULL;
    ODD_TRY(ODD_NEW(a, (int64_t)d * d));
    ODD_TRY(ODD_NEW(vector, (int64_t)d * d));
    ODD_TRY(ODD_NEW(value, d));
    memcpy(a, covariance, (size_t)d * (size_t)d * sizeof *a);
    ODD_TRY(odd_eigh_small(d, a, value, vector));
    for (int j = 0; j < d; j++)
        axis[j] = sqrt(fmax(value[0], 0)) * vector[j];
done:
    odd_free(value);
    odd_free(vector);
    odd_free(a);
    return st;
}

static odd_status first_axis(odd_form form, int d, const double covariance[], double axis[])
{
    if (form == ODD_FORM_FULL) return first_axis_full(d, covariance, axis);
    int widest = 0;
    for (int j = 1; form == ODD_FORM_DIAGONAL && j < d; j++)
        if (covariance[j] > covariance[widest]) widest = j;
    memset(axis, 0, (size_t)d * sizeof *axis);
    axis[widest] = sqrt(covariance[widest]);
    return ODD_OK;
}

odd_status odd_mixture_start_split(odd_mixture *m, const odd_mixture *single)
{
    odd_status st;
    const size_t spread = (size_t)odd_form_dense(m->form, m->d) * sizeof(double);
    double *axis = NULL;
    ODD_TRY(ODD_NEW(axis, m->d));
    ODD_TRY(first_axis(m->form, m->d, odd_mixture_covariance(single, 0), axis));
    for (int k = 0; k < m->components; k++) {
        const bool theme = k < m->themes;
        const double z = theme ? normal_quantile((k + 0.5) / m->themes) : 0;
        for (int j = 0; j < m->d; j++)
            mean_of(m, k)[j] = mean_of(single, !theme)[j] + z * axis[j];
        m->weight[k] = single->weight[!theme] / (theme ? m->themes : 1);
        memcpy(odd_mixture_covariance(m, odd_mixture_group(m, k)),
               odd_mixture_covariance(single, !theme), spread);
    }
done:
    odd_free(axis);
    return st;
}

odd_status odd_mixture_start_kmeans(odd_mixture *m, const odd_rows *rows, uint64_t seed)
{
    odd_kmeans *km = NULL;
    const odd_kmeans_options options = {.clusters = m->themes,
                                        .max_iterations = START_KMEANS_ITERATIONS,
                                        .tolerance = 1e-4,
                                        .restarts = 1};
    odd_status st = odd_kmeans_fit(rows, &options, seed, &km);
    if (st != ODD_OK) return st;
    const double theme = 1 - m->weight[m->themes];
    memcpy(m->mean, km->centre, (size_t)m->themes * (size_t)m->d * sizeof *m->mean);
    for (int k = 0; k < m->themes; k++) /* one row more each, so that none begins with weight 0 */
        m->weight[k] = theme * (km->rows[k] + 1) / (double)(km->n + m->themes);
    odd_kmeans_free(&km);
    return ODD_OK;
}

odd_status odd_mixture_start_drawn(odd_mixture *m, const odd_rows *rows, uint64_t seed,
                                   int64_t restart)
{
    return odd_kmeans_start(rows, m->themes, seed, ODD_STREAM_EM, (uint32_t)(restart * m->themes),
                            m->mean);
}
