/* What is believed of a mixture before its rows are seen: see mixture_internal.h for the terms. */
#include "mixture_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>

odd_status odd_mixture_prior_new(const odd_mixture *shape, odd_mixture_prior **out)
{
    odd_status st;
    odd_mixture_prior *p = NULL;
    *out = NULL;
    ODD_TRY(ODD_NEW(p, 1));
    p->d = shape->d;
    p->components = shape->components;
    p->groups = shape->groups;
    ODD_TRY(ODD_NEW(p->share, p->components));
    ODD_TRY(ODD_NEW(p->mean, 2 * (int64_t)p->d));
    ODD_TRY(ODD_NEW(p->rows, p->groups));
    ODD_TRY(ODD_NEW(p->scale, p->groups));
    ODD_TRY(ODD_NEW(p->spread, odd_form_dense(shape->form, p->d)));
    *out = p;
    p = NULL;
done:
    odd_mixture_prior_free(&p);
    return st;
}

void odd_mixture_prior_free(odd_mixture_prior **prior)
{
    odd_mixture_prior *p = *prior;
    if (!p) return;
    odd_free(p->share);
    odd_free(p->mean);
    odd_free(p->rows);
    odd_free(p->scale);
    odd_free(p->spread);
    odd_free(p);
    *prior = NULL;
}

const double *odd_mixture_prior_mean(const odd_mixture_prior *p, int component)
{
    return component == p->components - 1 ? p->mean + p->d : p->mean;
}

/* The squared Mahalanobis distance between a component's mean and where the prior has it. */
static double mean_distance(const odd_mixture_prior *p, const odd_mixture *m, int k, double gap[])
{
    const double *m0 = odd_mixture_prior_mean(p, k), *mean = m->mean + (int64_t)k * m->d;
    double square = 0;
    for (int j = 0; j < m->d; j++)
        gap[j] = mean[j] - m0[j];
    odd_form_whiten(m->form, 1, m->d, odd_mixture_factor(m, odd_mixture_group(m, k)), gap, gap);
    for (int j = 0; j < m->d; j++)
        square += gap[j] * gap[j];
    return square;
}

odd_status odd_mixture_prior_value(const odd_mixture_prior *p, odd_mixture *m)
{
    double *scratch = odd_alloc(odd_form_dense(m->form, m->d) + m->d, sizeof *scratch);
    if (!scratch) return ODD_NOMEM;
    double value = 0;
    for (int g = 0; g < m->groups; g++) {
        if (!(p->rows[g] > 0)) continue;
        const double trace =
            odd_form_trace_solve(m->form, m->d, odd_mixture_factor(m, g), p->spread, scratch);
        value -= 0.5 * p->rows[g] * (m->log_det[g] + p->scale[g] * trace);
    }
    for (int k = 0; k < m->components; k++) {
        if (p->share[k] > 0) value += p->share[k] * log(m->weight[k]);
        if (p->kappa > 0) value -= 0.5 * p->kappa * mean_distance(p, m, k, scratch);
    }
    *m->log_prior = value;
    odd_free(scratch);
    return ODD_OK;
}
