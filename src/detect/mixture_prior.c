/* Prior of a mixture: its parameters, by the settings and the task, and its terms of the objective,
 * which are given in mixture_internal.h. */
#include "detect/lowrank_internal.h"
#include "detect/mixture_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <string.h>

/* Of the prior's variance of a feature: what noise of low-rank covariances keeps at least. */
#define LEAST_NOISE 1e-6
#define LEAST_KAPPA 1e-6 /* a distribution over means needs some rows to stand on */

odd_status odd_mixture_prior_new(const odd_mixture *shape, odd_mixture_prior **out)
{
    odd_status st;
    odd_mixture_prior *p = NULL;
    *out = NULL;
    ODD_TRY(ODD_NEW(p, 1));
    p->d = shape->d;
    p->components = shape->components;
    p->groups = shape->groups;
    p->dense = odd_form_dense(shape->form, shape->d);
    ODD_TRY(ODD_NEW(p->share, p->components));
    ODD_TRY(ODD_NEW(p->mean, 2 * (int64_t)p->d));
    ODD_TRY(ODD_NEW(p->rows, p->groups));
    ODD_TRY(ODD_NEW(p->scale, p->groups));
    ODD_TRY(ODD_NEW(p->spread, 2 * p->dense));
    ODD_TRY(ODD_NEW(p->origin, 2 * p->dense));
    ODD_TRY(ODD_NEW(p->least, p->d));
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
    odd_free(p->origin);
    odd_free(p->least);
    odd_free(p);
    *prior = NULL;
}

const double *odd_mixture_prior_mean(const odd_mixture_prior *p, int component)
{
    return component == p->components - 1 ? p->mean + p->d : p->mean;
}

double odd_mixture_prior_kappa(const odd_mixture_prior *p, int component)
{
    return p->kappa[component == p->components - 1];
}

const double *odd_mixture_prior_spread(const odd_mixture_prior *p, int group)
{
    return group == p->groups - 1 ? p->spread + p->dense : p->spread;
}

/* Low-rank covariances could explain a feature wholly by loadings, and their noise would vanish. */
void odd_mixture_prior_secure(odd_mixture_prior *p, const odd_mixture *m)
{
    for (int64_t j = 0; m->rank && j < p->d; j++)
        p->least[j] = LEAST_NOISE * p->spread[j * p->d + j];
}

/* Pseudo-rows of the components. A variational fit empties theme components that are not needed,
 * if they have next to none. */
static void set_shares(const odd_mixture_task *t, const odd_mixture *m, odd_mixture_prior *p)
{
    const odd_mixture_options *o = t->options;
    const double all = o->share_strength * p->n;
    for (int k = 0; k < m->themes; k++)
        p->share[k] = o->bayes ? o->concentration : all * ((1 - o->anomaly_share) / m->themes);
    p->share[m->themes] = all * o->anomaly_share + (o->bayes ? o->concentration : 0);
}

/* Pseudo-rows of the covariances. Of MAP-EM: degrees of freedom d + strength n, and the powers of
 * |V| in the prior's density; of a variational fit: the degrees of freedom. */
static void set_covariance_rows(const odd_mixture_task *t, const odd_mixture *m,
                                odd_mixture_prior *p)
{
    const odd_mixture_options *o = t->options;
    for (int g = 0; g < m->groups; g++) {
        const bool anomaly = g == m->groups - 1;
        const int members = m->tied && !anomaly ? m->themes : 1;
        const double strength = anomaly ? o->prior_strength : o->theme_strength;
        p->rows[g] = strength * p->n + (o->bayes ? m->d : 2.0 * m->d + 1 + members);
    }
}

/* A uniform anomaly has no parameters that could have a prior. */
static void clear_uniform(const odd_mixture *m, odd_mixture_prior *p)
{
    if (m->background != ODD_BACKGROUND_UNIFORM) return;
    p->kappa[1] = p->rows[m->groups - 1] = 0;
    p->scale[m->groups - 1] = p->start_scale = 1;
}

/* Covariances alone have a prior, of mu I. */
static void set_ridge(const odd_mixture_task *t, const odd_mixture *m, odd_mixture_prior *p)
{
    for (int g = 0; g < m->groups; g++) {
        p->rows[g] = t->ridge_rows;
        p->scale[g] = 1;
    }
    p->kappa[0] = p->kappa[1] = LEAST_KAPPA; /* so that a component may lose all its rows */
    memset(p->spread, 0, 2 * (size_t)p->dense * sizeof *p->spread);
    for (int side = 0; side < 2; side++)
        odd_form_add_identity(m->form, m->d, t->ridge, p->spread + side * p->dense);
}

odd_status odd_mixture_prior_of_task(const odd_mixture_task *task, const odd_mixture *m,
                                     odd_mixture_prior **out)
{
    const odd_mixture_options *o = task->options;
    odd_status st = odd_mixture_prior_new(m, out);
    if (st != ODD_OK) return st;
    odd_mixture_prior *p = *out;
    p->n = (double)task->rows->part.n;
    p->bayes = o->bayes;
    for (int g = 0; g < m->groups; g++)
        p->scale[g] = g == m->groups - 1 ? o->prior_scale : 1;
    if (strcmp(o->prior, "map") == 0) {
        set_shares(task, m, p);
        set_covariance_rows(task, m, p);
        p->kappa[0] = p->kappa[1] =
            o->bayes ? fmax(o->mean_strength, LEAST_KAPPA) : o->mean_strength;
    }
    memcpy(p->mean, task->theme_mean, (size_t)m->d * sizeof *p->mean);
    memcpy(p->mean + m->d, task->mean, (size_t)m->d * sizeof *p->mean);
    memcpy(p->spread, task->spread, 2 * (size_t)p->dense * sizeof *p->spread);
    memcpy(p->origin, task->spread, 2 * (size_t)p->dense * sizeof *p->origin);
    p->start_scale = o->prior_scale;
    if (task->ridge_rows > 0) set_ridge(task, m, p);
    clear_uniform(m, p);
    odd_mixture_prior_secure(p, m);
    return ODD_OK;
}

double odd_mixture_prior_distance(const odd_mixture_prior *p, const odd_mixture *m, int component,
                                  double scratch[])
{
    const double *m0 = odd_mixture_prior_mean(p, component);
    const double *mean = m->mean + (int64_t)component * m->d;
    double square = 0, *gap = scratch;
    for (int j = 0; j < m->d; j++)
        gap[j] = mean[j] - m0[j];
    odd_mixture_whiten(m, odd_mixture_group(m, component), 1, gap, gap, scratch + m->d);
    for (int j = 0; j < m->d; j++)
        square += gap[j] * gap[j];
    return square;
}

double odd_mixture_prior_trace(const odd_mixture_prior *p, const odd_mixture *m, int group,
                               double scratch[])
{
    const double *factor = odd_mixture_factor(m, group), *s = odd_mixture_prior_spread(p, group);
    if (m->rank) return odd_lowrank_trace_solve(m->d, m->rank, factor, s, scratch);
    return odd_form_trace_solve(m->form, m->d, factor, s, scratch);
}

/* The terms of the objective in mixture_internal.h that do not depend on rows. scratch holds what
 * a distance or a trace wants, one after the other. */
odd_status odd_mixture_prior_value(const odd_mixture_prior *p, odd_mixture *m)
{
    double *scratch = odd_alloc(odd_mixture_size(m) + 2 * (int64_t)m->d, sizeof *scratch);
    if (!scratch) return ODD_NOMEM;
    double value = 0;
    for (int g = 0; g < m->groups; g++) {
        if (!(p->rows[g] > 0)) continue;
        const double trace = odd_mixture_prior_trace(p, m, g, scratch);
        value -= 0.5 * p->rows[g] * (m->log_det[g] + p->scale[g] * trace);
    }
    for (int k = 0; k < m->components; k++) {
        const double kappa = odd_mixture_prior_kappa(p, k);
        if (p->share[k] > 0) value += p->share[k] * log(m->weight[k]);
        if (kappa > 0) value -= 0.5 * kappa * odd_mixture_prior_distance(p, m, k, scratch);
    }
    *m->log_prior = value;
    odd_free(scratch);
    return ODD_OK;
}
