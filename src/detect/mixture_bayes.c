/* The variational fit of a mixture: Bishop, "Pattern Recognition and Machine Learning", 10.2.
 *
 * Instead of the likeliest parameters it seeks distributions over them: Dirichlet over the weights,
 * normal-Wishart over means and precisions. Their parameters follow from the same sums by the same
 * formulas as those of MAP-EM (the prior's pseudo-rows being the degrees of freedom and the share
 * the Dirichlet's parameters), so only two things are of its own: the constants of the densities,
 * which are expected ones, and what the objective has beside the rows.
 *
 * Letters: alpha, beta, nu and W are Bishop's; inverse(W) = nu V, V the mixture's covariance. */
#include "detect/mixture_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>

#define LOG_2PI 1.8378770664093454836

/* The derivative of log Gamma at x > 0: recurrence up to 10, then its asymptotic series, whose
 * first term left out is 2e-14 there. */
static double digamma(double x)
{
    double value = 0;
    for (; x < 10; x++)
        value -= 1 / x;
    const double y = 1 / (x * x);
    return value + log(x) - 0.5 / x -
           y * (1. / 12 - y * (1. / 120 - y * (1. / 252 - y * (1. / 240 - y / 132))));
}

/* One component's distributions. */
typedef struct {
    double alpha, alpha0, beta, beta0, nu, nu0;
    double log_precision; /* expected log|inverse(V)| */
} component;

/* The rows that a component had are in its weight. */
static component component_of(const odd_mixture_prior *p, const odd_mixture *m, int k)
{
    const int g = odd_mixture_group(m, k);
    double all = p->n;
    for (int j = 0; j < m->components; j++)
        all += p->share[j];
    const double rows = fmax(m->weight[k] * all - p->share[k], 0);
    component c = {.alpha = p->share[k] + rows,
                   .alpha0 = p->share[k],
                   .beta = odd_mixture_prior_kappa(p, k) + rows,
                   .beta0 = odd_mixture_prior_kappa(p, k),
                   .nu = p->rows[g] + rows,
                   .nu0 = p->rows[g]};
    c.log_precision = m->d * log(2 / c.nu) - m->log_det[g];
    for (int i = 0; i < m->d; i++)
        c.log_precision += digamma((c.nu - i) / 2);
    return c;
}

/* How far the distribution of mean and precision is from its prior (Kullback and Leibler), but for
 * what depends on the prior alone. distance: of the means, trace: of inverse(V) S. */
static double divergence(const odd_mixture_prior *p, const odd_mixture *m, int k,
                         const component *c, double distance, double trace)
{
    const int g = odd_mixture_group(m, k);
    const double d = m->d, log_w = -m->log_det[g] - d * log(c->nu);
    const double mean =
        d * log(c->beta / c->beta0) + d * c->beta0 / c->beta - d + c->beta0 * distance;
    double log_b = -0.5 * c->nu * log_w - 0.5 * c->nu * d * log(2);
    for (int i = 0; i < m->d; i++)
        log_b -= lgamma((c->nu - i) / 2);
    const double precision = log_b + 0.5 * (c->nu - c->nu0) * c->log_precision - 0.5 * c->nu * d +
                             0.5 * c->nu0 * p->scale[g] * trace;
    return 0.5 * mean + precision;
}

odd_status odd_mixture_expect(const odd_mixture_prior *p, odd_mixture *m)
{
    const double d = m->d;
    double *scratch = odd_alloc(odd_mixture_size(m) + 2 * (int64_t)m->d, sizeof *scratch);
    if (!scratch) return ODD_NOMEM;
    double all = 0, apart = 0;
    for (int k = 0; k < m->components; k++)
        all += component_of(p, m, k).alpha;
    apart += lgamma(all);
    for (int k = 0; k < m->components; k++) {
        const component c = component_of(p, m, k);
        const double log_weight = digamma(c.alpha) - digamma(all);
        const double distance = odd_mixture_prior_distance(p, m, k, scratch);
        const double trace = odd_mixture_prior_trace(p, m, odd_mixture_group(m, k), scratch);
        m->constant[k] = log_weight + 0.5 * (c.log_precision - d * LOG_2PI - d / c.beta);
        apart += (c.alpha - c.alpha0) * log_weight - lgamma(c.alpha) +
                 divergence(p, m, k, &c, distance, trace);
    }
    *m->log_prior = -apart;
    odd_free(scratch);
    return ODD_OK;
}
