/* The parameters of a mixture: one block of memory, and what follows from them. */
#include "detect/mixture_internal.h"

#include "detect/lowrank_internal.h"
#include "oddlot/base/memory.h"

#include <math.h>
#include <string.h>

#define LOG_2PI 1.8378770664093454836

/* Lay the arrays out one after the other; with no memory yet, only count. */
static void lay_out(odd_mixture *m)
{
    const int64_t d = m->d, size = odd_mixture_size(m);
    struct {
        double **array;
        int64_t count;
    } part[] = {
        {&m->centre, d},
        {&m->weight, m->components},
        {&m->mean, m->components * d},
        {&m->covariance, m->groups * size},
        {&m->factor, m->groups * size},
        {&m->log_det, m->groups},
        {&m->constant, m->components},
        {&m->shift, m->components * d},
        {&m->log_prior, 1},
        {&m->blur, 1},
    };
    m->count = 0;
    for (size_t i = 0; i < sizeof part / sizeof *part; i++) {
        if (m->parameter) *part[i].array = m->parameter + m->count;
        m->count += part[i].count;
    }
}

odd_status odd_mixture_new(const odd_mixture *shape, odd_mixture **out)
{
    odd_status st;
    odd_mixture *m = NULL;
    *out = NULL;
    ODD_TRY(ODD_NEW(m, 1));
    *m = (odd_mixture){.d = shape->d,
                       .themes = shape->themes,
                       .form = shape->form,
                       .tied = shape->tied,
                       .rank = shape->rank,
                       .background = shape->background,
                       .degrees = shape->degrees,
                       .components = shape->themes + 1,
                       .groups = (shape->tied ? 1 : shape->themes) + 1};
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

int64_t odd_mixture_size(const odd_mixture *m)
{
    return m->rank ? ((int64_t)m->rank + 1) * m->d : odd_form_dense(m->form, m->d);
}

double *odd_mixture_covariance(const odd_mixture *m, int group)
{
    return m->covariance + group * odd_mixture_size(m);
}

double *odd_mixture_factor(const odd_mixture *m, int group)
{
    return m->factor + group * odd_mixture_size(m);
}

void odd_mixture_scale(odd_mixture *m, int group, double times)
{
    double *covariance = odd_mixture_covariance(m, group);
    if (m->rank) {
        odd_lowrank_scale(m->d, m->rank, times, covariance);
        return;
    }
    for (int64_t j = 0; j < odd_mixture_size(m); j++)
        covariance[j] *= times;
}

void odd_mixture_whiten(const odd_mixture *m, int group, int n, const double z[], double y[],
                        double scratch[])
{
    const double *factor = odd_mixture_factor(m, group);
    if (m->rank)
        odd_lowrank_whiten(n, m->d, m->rank, factor, z, y, scratch);
    else
        odd_form_whiten(m->form, n, m->d, factor, z, y);
}

/* Means are whitened once for all rows: a squared distance is then that of two whitened rows. */
odd_status odd_mixture_shift(odd_mixture *m)
{
    double *scratch = odd_alloc(m->rank, sizeof *scratch);
    if (!scratch) return ODD_NOMEM;
    for (int k = 0; k < m->components; k++) {
        double *shift = m->shift + (int64_t)k * m->d;
        for (int j = 0; j < m->d; j++)
            shift[j] = m->mean[(int64_t)k * m->d + j] - m->centre[j];
        odd_mixture_whiten(m, odd_mixture_group(m, k), 1, shift, shift, scratch);
    }
    odd_free(scratch);
    return ODD_OK;
}

/* The constant of each density, its weight included. The uniform one has the covariance of its
 * ellipsoid, which is the ellipsoid's matrix over d + 2. */
static void set_constants(odd_mixture *m)
{
    const double d = m->d;
    for (int k = 0; k < m->components; k++)
        m->constant[k] =
            log(m->weight[k]) - 0.5 * (d * LOG_2PI + m->log_det[odd_mixture_group(m, k)]);
    double *anomaly = &m->constant[m->themes];
    if (m->background == ODD_BACKGROUND_STUDENT)
        *anomaly +=
            lgamma((m->degrees + d) / 2) - lgamma(m->degrees / 2) - 0.5 * d * log(m->degrees / 2);
    else if (m->background == ODD_BACKGROUND_UNIFORM)
        *anomaly += lgamma(d / 2 + 1) - 0.5 * d * log((d + 2) / 2);
}

odd_status odd_mixture_settle(odd_mixture *m)
{
    set_constants(m);
    return odd_mixture_shift(m);
}

static odd_status factorize_group(odd_mixture *m, int g)
{
    const double *covariance = odd_mixture_covariance(m, g);
    double *factor = odd_mixture_factor(m, g);
    if (m->rank) return odd_lowrank_factor(m->d, m->rank, covariance, factor, &m->log_det[g]);
    return odd_form_factor(m->form, m->d, covariance, factor, &m->log_det[g]);
}

odd_status odd_mixture_factorize(odd_mixture *m)
{
    for (int g = 0; g < m->groups; g++) {
        odd_status st = factorize_group(m, g);
        if (st == ODD_NUMERIC)
            return odd_fail_prefix(st,
                                   "covariance %d of %d of the mixture cannot be inverted (use the "
                                   "priors, shrinkage: ledoit_wolf, or fewer components): ",
                                   g + 1, m->groups);
        if (st != ODD_OK) return st;
    }
    *m->blur = 0;
    return odd_mixture_settle(m);
}

/* a (count) and b (count) change places. */
static void swap_arrays(int64_t count, double a[], double b[])
{
    for (int64_t j = 0; j < count; j++) {
        const double keep = a[j];
        a[j] = b[j];
        b[j] = keep;
    }
}

void odd_mixture_swap(odd_mixture *m)
{
    const int64_t size = odd_mixture_size(m);
    ODD_CHECK(m->themes == 1 && m->background == ODD_BACKGROUND_GAUSSIAN);
    swap_arrays(1, m->weight, m->weight + 1);
    swap_arrays(m->d, m->mean, m->mean + m->d);
    swap_arrays(size, m->covariance, m->covariance + size);
    swap_arrays(size, m->factor, m->factor + size);
    swap_arrays(1, m->log_det, m->log_det + 1);
    swap_arrays(1, m->constant, m->constant + 1);
    swap_arrays(m->d, m->shift, m->shift + m->d);
}
