/* MAP-EM: the M-step and the loop. See mixture_internal.h for the objective. */
#include "detect/lowrank_internal.h"
#include "detect/mixture_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/signals.h"

#include <math.h>
#include <string.h>

/* Rounding moves the objective by this much of its size; a fall beyond it is an error. */
#define ROUNDING 1e-9

/* And rounded products by at most so many times the standard deviation of what they add. */
#define NOISE_MOST 4

enum { FACTOR_STEPS = 4 }; /* of the factor analysis in an M-step */

static odd_status update_weights(odd_mixture *m, const odd_mixture_prior *prior,
                                 const odd_mixture_sums *s)
{
    double all = 0;
    for (int k = 0; k < m->components; k++)
        all += s->rows[k] + prior->share[k];
    for (int k = 0; k < m->components; k++) {
        if (!(s->rows[k] + odd_mixture_prior_kappa(prior, k) > 0))
            return odd_fail(ODD_NUMERIC,
                            "component %d of the mixture lost all its rows; use the priors or "
                            "fewer components",
                            k + 1);
        m->weight[k] = (s->rows[k] + prior->share[k]) / all;
    }
    return ODD_OK;
}

/* Only the weight of a uniform anomaly is learnt. */
static bool is_fixed(const odd_mixture *m, int group)
{
    return m->background == ODD_BACKGROUND_UNIFORM && group == m->groups - 1;
}

static void update_mean(odd_mixture *m, const odd_mixture_prior *prior, const odd_mixture_sums *s,
                        int k)
{
    const double *first = s->first + (int64_t)k * m->d, *m0 = odd_mixture_prior_mean(prior, k);
    const double kappa = odd_mixture_prior_kappa(prior, k);
    double *mean = m->mean + (int64_t)k * m->d;
    for (int j = 0; j < m->d; j++)
        mean[j] = m->centre[j] + (kappa * (m0[j] - m->centre[j]) + first[j]) / (kappa + s->mass[k]);
}

/* covariance += sum r (x - m)(x - m)' - sum r z z' + kappa (m - m0)(m - m0)' of one component,
 * where z = x - centre and gap = m - centre: expand the squares. scratch: (2, d). */
static void add_about_mean(const odd_mixture *m, const odd_mixture_prior *prior,
                           const odd_mixture_sums *s, int k, double scratch[], double covariance[])
{
    const double *mean = m->mean + (int64_t)k * m->d, *first = s->first + (int64_t)k * m->d;
    const double *m0 = odd_mixture_prior_mean(prior, k);
    double *gap = scratch, *other = scratch + m->d;
    for (int j = 0; j < m->d; j++) {
        gap[j] = mean[j] - m->centre[j];
        other[j] = s->mass[k] * gap[j] - 2 * first[j];
    }
    odd_form_add_outer(m->form, m->d, 1, gap, other, covariance);
    for (int j = 0; j < m->d; j++)
        gap[j] = mean[j] - m0[j];
    odd_form_add_outer(m->form, m->d, odd_mixture_prior_kappa(prior, k), gap, gap, covariance);
}

/* The covariance (dense) that a group of no low rank would have. scratch: (2, d). */
static void pooled(const odd_mixture *m, const odd_mixture_prior *prior, const odd_mixture_sums *s,
                   int g, double scratch[], double covariance[])
{
    const int64_t dense = prior->dense;
    const double *scatter = s->scatter + g * dense, *spread = odd_mixture_prior_spread(prior, g);
    double rows = prior->rows[g];
    for (int64_t j = 0; j < dense; j++)
        covariance[j] = prior->rows[g] * prior->scale[g] * spread[j] + scatter[j];
    for (int k = 0; k < m->components; k++) {
        if (odd_mixture_group(m, k) != g) continue;
        add_about_mean(m, prior, s, k, scratch, covariance);
        rows += s->rows[k];
    }
    for (int64_t j = 0; j < dense; j++)
        covariance[j] /= rows;
}

static odd_status update_covariance(odd_mixture *m, const odd_mixture_prior *prior,
                                    const odd_mixture_sums *s, int g)
{
    odd_status st = ODD_OK;
    const int64_t room = 2 * (int64_t)m->d + (m->rank ? prior->dense : 0);
    double *covariance = odd_mixture_covariance(m, g);
    double *scratch = odd_alloc(room, sizeof *scratch);
    if (!scratch) return ODD_NOMEM;
    double *target = m->rank ? scratch + 2 * (int64_t)m->d : covariance;
    pooled(m, prior, s, g, scratch, target);
    if (m->rank)
        st = odd_lowrank_improve(m->d, m->rank, target, prior->least, FACTOR_STEPS, covariance);
    odd_free(scratch);
    return st;
}

odd_status odd_mixture_update(odd_mixture *m, const odd_mixture_prior *prior,
                              const odd_mixture_sums *s)
{
    odd_status st;
    ODD_TRY(update_weights(m, prior, s));
    for (int k = 0; k < m->components; k++)
        if (!is_fixed(m, odd_mixture_group(m, k))) update_mean(m, prior, s, k);
    for (int g = 0; g < m->groups; g++)
        if (!is_fixed(m, g)) ODD_TRY(update_covariance(m, prior, s, g));
done:
    return st;
}

/* What products that blur the log density of a row so much add to the objective: a standard
 * deviation. */
static double noise_of(double blur, int64_t n)
{
    return blur * sqrt((double)n);
}

/* Make it narrow for the next pass, where noise is no more than rounding may be: so that the few
 * rows of small data, which take no time, are multiplied in float64. */
static odd_status narrow_parameters(odd_mixture *m, const odd_mixture_sums *s, int64_t n)
{
    const double blur = s->exact ? 0 : odd_mixture_blur(m, s->total);
    const double most = ROUNDING * (double)n * m->d;
    return blur > 0 && NOISE_MOST * noise_of(blur, n) < most ? odd_mixture_narrow(m, blur) : ODD_OK;
}

/* What follows from the parameters. */
static odd_status settle_parameters(odd_mixture *m, const odd_mixture_prior *prior,
                                    const odd_mixture_sums *s, int64_t n, bool may_narrow)
{
    odd_status st;
    ODD_TRY(odd_mixture_factorize(m));
    if (may_narrow) ODD_TRY(narrow_parameters(m, s, n));
    ODD_TRY(prior->bayes ? odd_mixture_expect(prior, m) : odd_mixture_prior_value(prior, m));
done:
    return st;
}

/* The serial work between two passes, done by one rank and given to all: they need not have the
 * same CPU to have the same parameters. No update before the first pass and after the last, and
 * nothing narrow: there the objective may well depend on how factors are rounded. */
static odd_status next_parameters(const odd_rows *rows, odd_mixture *m,
                                  const odd_mixture_prior *prior, const odd_mixture_sums *s,
                                  bool update)
{
    const MPI_Comm comm = rows->comm;
    odd_status mine = ODD_OK;
    if (odd_rank(comm) == 0) {
        if (update) mine = odd_mixture_update(m, prior, s);
        if (mine == ODD_OK) mine = settle_parameters(m, prior, s, rows->part.n, update);
    }
    odd_status st = odd_agree(comm, mine);
    if (st == ODD_OK) odd_broadcast(comm, 0, m->parameter, (size_t)m->count * sizeof(double));
    return st;
}

/* EM never makes the objective fall; if it does, something is wrong with us. */
static void check_climb(double before, double now, int64_t n, double noise)
{
    const double slack = ROUNDING * (fabs(before) + (double)n) + NOISE_MOST * noise;
#ifdef ODD_DEBUG
    ODD_CHECK(now >= before - slack);
#else
    if (now < before - slack)
        odd_log(ODD_LOG_WARN, "the log posterior of the mixture fell from %.12g to %.12g", before,
                now);
#endif
}

/* Whether an iteration gained too little to go on; noise: of the objective before or now. What
 * float32 cannot tell is left to float64, from the next pass on. */
static bool has_converged(const odd_mixture *m, double gain, double least, double noise,
                          odd_mixture_sums *s)
{
    if (*m->blur > 0) {
        s->exact = gain <= fmax(least, NOISE_MOST * noise);
        return false;
    }
    return gain <= least - NOISE_MOST * noise;
}

/* Grow the history by one entry. */
static odd_status grow_history(odd_em_history *history, int64_t *room)
{
    odd_status st = odd_fault("detect.iteration");
    if (st != ODD_OK || history->iterations < *room) return st;
    const int64_t more = *room * 2 + 64;
    double *objective = odd_alloc(more, sizeof *objective);
    if (!objective) return ODD_NOMEM;
    if (*room) memcpy(objective, history->objective, (size_t)*room * sizeof *objective);
    odd_free(history->objective);
    history->objective = objective;
    *room = more;
    return ODD_OK;
}

/* A pass takes the present parameters and returns their objective and the sums that the next ones
 * are made of. So the loop ends behind a pass: what it returns is what the last objective belongs
 * to.
 */
odd_status odd_mixture_em(const odd_rows *rows, const uint8_t verified[],
                          const odd_mixture_prior *prior, const double total[],
                          odd_em_limits limits, odd_mixture *m, odd_em_history *history)
{
    odd_status st;
    odd_mixture_sums *s = NULL;
    const int64_t n = rows->part.n;
    const double least = limits.tolerance * (double)n;
    double noise = 0;
    int64_t room = 0;
    *history = (odd_em_history){0};
    ODD_TRY_ALL(rows->comm, odd_mixture_sums_new(m, &s));
    s->total = total;
    ODD_TRY(next_parameters(rows, m, prior, s, false));
    for (;; history->iterations++) {
        ODD_TRY(odd_signals_check(rows->comm));
        ODD_TRY(odd_mixture_pass(m, rows, verified, s));
        ODD_TRY_ALL(rows->comm, grow_history(history, &room));
        const double now = s->log_likelihood + *m->log_prior;
        history->objective[history->iterations] = now;
        if (!isfinite(now)) {
            st = odd_fail(ODD_NUMERIC, "the log posterior of the mixture is not finite");
            goto done;
        }
        if (history->iterations > 0) {
            const double before = history->objective[history->iterations - 1];
            noise = fmax(noise, noise_of(*m->blur, n));
            check_climb(before, now, n, noise);
            history->converged = has_converged(m, now - before, least, noise, s);
        }
        odd_log(ODD_LOG_DEBUG, "mixture: iteration %d, log posterior %.10g", history->iterations,
                now);
        history->odd_share = s->rows[m->themes] / (double)n;
        if (history->converged || history->iterations == limits.max_iterations) break;
        noise = noise_of(*m->blur, n);
        ODD_TRY(next_parameters(rows, m, prior, s, true));
    }
    if (*m->blur > 0) ODD_TRY(next_parameters(rows, m, prior, s, false));
done:
    odd_mixture_sums_free(&s);
    if (st != ODD_OK) {
        odd_free(history->objective);
        history->objective = NULL;
    }
    return st;
}
