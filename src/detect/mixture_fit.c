/* Fit of the mixture: what the data say beforehand, the priors made of it, the starts, and the best
 * of them with what is odd about it. */
#include "mixture_internal.h"

#include "detectors_internal.h"
#include "moments_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <string.h>

/* What a fit works on. */
typedef struct {
    const odd_mixture_options *options;
    const odd_rows *rows;
    const uint8_t *verified;
    uint64_t seed;
    odd_form form;
    bool tied;
    double *mean;       /* (d) of all rows */
    double *theme_mean; /* (d) of the verified theme rows; of all rows if there are fewer than 2 */
    bool theme_known;   /* there are at least 2 of them */
    double *total;      /* dense: sum of z z' about the mean */
} fit_task;

static odd_form form_of(const char *name)
{
    return strcmp(name, "diagonal") == 0    ? ODD_FORM_DIAGONAL
           : strcmp(name, "spherical") == 0 ? ODD_FORM_SPHERICAL
                                            : ODD_FORM_FULL;
}

static odd_status task_new(fit_task *t)
{
    odd_status st;
    const int d = t->rows->d;
    t->form = form_of(t->options->covariance);
    t->tied = strcmp(t->options->covariance, "tied") == 0;
    ODD_TRY(ODD_NEW(t->mean, d));
    ODD_TRY(ODD_NEW(t->theme_mean, d));
    ODD_TRY(ODD_NEW(t->total, odd_form_dense(t->form, d)));
done:
    return st;
}

static void task_free(fit_task *t)
{
    odd_free(t->mean);
    odd_free(t->theme_mean);
    odd_free(t->total);
}

static odd_status look_at_data(fit_task *t)
{
    odd_status st;
    const odd_selection theme = {false, t->verified, ODD_VERIFIED_THEME};
    int64_t n;
    double fourth;
    ODD_TRY(odd_mean(t->rows, ODD_ALL_ROWS, t->mean, &n));
    ODD_TRY(odd_scatter(t->rows, ODD_ALL_ROWS, t->form, t->mean, t->total, &fourth));
    t->theme_known = odd_count_marked(t->rows, t->verified, ODD_VERIFIED_THEME) >= 2;
    if (t->theme_known)
        ODD_TRY(odd_mean(t->rows, theme, t->theme_mean, &n));
    else
        memcpy(t->theme_mean, t->mean, (size_t)t->rows->d * sizeof *t->mean);
done:
    return st;
}

/* S, the covariance of all rows. */
static void prior_spread(const fit_task *t, double spread[])
{
    for (int64_t j = 0; j < odd_form_dense(t->form, t->rows->d); j++)
        spread[j] = t->total[j] / (double)t->rows->part.n;
    odd_secure_covariance(t->form, t->rows->d, t->mean, spread);
}

static odd_status prior_new(const fit_task *t, const odd_mixture *m, odd_mixture_prior **out)
{
    const odd_mixture_options *o = t->options;
    odd_status st = odd_mixture_prior_new(m, out);
    if (st != ODD_OK) return st;
    odd_mixture_prior *p = *out;
    const double n = (double)t->rows->part.n;
    const bool map = strcmp(o->prior, "map") == 0;
    for (int k = 0; map && k < m->components; k++) {
        const double share = k == m->themes ? o->anomaly_share : (1 - o->anomaly_share) / m->themes;
        p->share[k] = o->share_strength * n * share;
    }
    p->kappa = map ? o->mean_strength : 0;
    for (int g = 0; g < m->groups; g++) {
        const bool anomaly = g == m->groups - 1;
        const int members = m->tied && !anomaly ? m->themes : 1;
        const double strength = anomaly ? o->prior_strength : o->theme_strength;
        /* degrees of freedom d + strength n, and the powers of |V| in the prior's density */
        p->rows[g] = map ? strength * n + 2.0 * m->d + 1 + members : 0;
        p->scale[g] = anomaly ? o->prior_scale : 1;
    }
    memcpy(p->mean, t->theme_mean, (size_t)m->d * sizeof *p->mean);
    memcpy(p->mean + m->d, t->mean, (size_t)m->d * sizeof *p->mean);
    prior_spread(t, p->spread);
    return ODD_OK;
}

static odd_status mixture_shape(const fit_task *t, int themes, odd_mixture **out)
{
    odd_status st = odd_mixture_new(t->rows->d, themes, t->form, t->tied, out);
    if (st == ODD_OK) memcpy((*out)->centre, t->mean, (size_t)t->rows->d * sizeof *t->mean);
    return st;
}

static odd_status climb(const fit_task *t, const odd_mixture_prior *prior, odd_mixture *m,
                        odd_em_history *history)
{
    const odd_em_limits limits = {t->options->max_iterations, t->options->tolerance};
    return odd_mixture_em(t->rows, t->verified, prior, t->total, limits, m, history);
}

/* One theme component at the mean, fitted, then split along its first axis. */
static odd_status start_by_splitting(const fit_task *t, const double theme_mean[], odd_mixture *m)
{
    odd_status st;
    odd_mixture *single = NULL;
    odd_mixture_prior *prior = NULL;
    odd_em_history history = {0};
    ODD_TRY_ALL(t->rows->comm, mixture_shape(t, 1, &single));
    ODD_TRY_ALL(t->rows->comm, prior_new(t, single, &prior));
    odd_mixture_start_broad(single, prior, t->options->anomaly_share, theme_mean);
    ODD_TRY(climb(t, prior, single, &history));
    ODD_TRY_ALL(t->rows->comm, odd_mixture_start_split(m, single));
done:
    odd_free(history.objective);
    odd_mixture_prior_free(&prior);
    odd_mixture_free(&single);
    return st;
}

static odd_status start(const fit_task *t, const odd_mixture_prior *prior, int64_t restart,
                        odd_mixture *m)
{
    const bool verified = strcmp(t->options->start, "verified") == 0;
    const double *theme_mean = verified ? t->theme_mean : t->mean;
    odd_mixture_start_broad(m, prior, t->options->anomaly_share, theme_mean);
    if (restart > 0) return odd_mixture_start_drawn(m, t->rows, t->seed, restart);
    if (strcmp(t->options->start, "kmeans") == 0)
        return odd_mixture_start_kmeans(m, t->rows, t->seed);
    if (verified && !t->theme_known)
        odd_log(ODD_LOG_WARN, "mixture: fewer than 2 verified theme rows; starting at the mean");
    return m->themes > 1 ? start_by_splitting(t, theme_mean, m) : ODD_OK;
}

/* All starts; the best mixture comes out in *best, its history in *best_history. */
static odd_status fit_best(const fit_task *t, const odd_mixture_prior *prior, odd_mixture *trial,
                           odd_mixture *best, odd_em_history *best_history)
{
    odd_status st = ODD_OK;
    odd_em_history history = {0};
    for (int64_t r = 0; r < t->options->restarts; r++) {
        ODD_TRY(start(t, prior, r, trial));
        ODD_TRY(climb(t, prior, trial, &history));
        if (!best_history->objective || history.objective[history.iterations] >
                                            best_history->objective[best_history->iterations]) {
            odd_mixture_copy(best, trial);
            odd_free(best_history->objective);
            *best_history = history;
        } else {
            odd_free(history.objective);
        }
        history = (odd_em_history){0};
    }
done:
    odd_free(history.objective);
    return st;
}

static void tell(const fit_task *t, const odd_mixture *m, const odd_em_history *h, double dominance)
{
    const odd_mixture_options *o = t->options;
    odd_log(ODD_LOG_INFO,
            "mixture: %d iterations%s; %.2f %% anomalies; in every direction the anomaly has at "
            "least %.3g times the theme's variance",
            h->iterations, h->converged ? "" : " (not converged)", 100 * h->odd_share, dominance);
    if (dominance <= 1)
        odd_log(ODD_LOG_WARN,
                "mixture: the anomaly component is not the broad one in every direction; a larger "
                "prior_scale or prior_strength keeps it so");
    for (int g = 0; g < m->groups - 1; g++)
        if (m->log_det[g] >= m->log_det[m->groups - 1]) {
            odd_log(ODD_LOG_WARN, "mixture: the theme is broader than the anomaly: the names of "
                                  "the components are not to be trusted");
            break;
        }
    if (h->odd_share < o->anomaly_share / 2)
        odd_log(ODD_LOG_WARN,
                "mixture: only %.2g %% anomalies where %.2g %% were believed; if there should be "
                "more, they are inside the theme: try a smaller prior_scale",
                100 * h->odd_share, 100 * o->anomaly_share);
    if (h->odd_share > 2 * o->anomaly_share)
        odd_log(ODD_LOG_INFO, "mixture: more anomalies than the %.2g %% believed",
                100 * o->anomaly_share);
}

static odd_status save_array(odd_bundle *b, const char *name, const char *about,
                             const double from[], int64_t count)
{
    double *to;
    odd_status st = odd_bundle_add(b, name, ODD_F64, about, &to, 1, count);
    if (st == ODD_OK) memcpy(to, from, (size_t)count * sizeof *to);
    return st;
}

static odd_status save_fit(const fit_task *t, const odd_mixture *m, const odd_mixture_prior *p,
                           const odd_em_history *h, double dominance, odd_bundle *b)
{
    odd_status st;
    ODD_TRY(odd_mixture_save(m, b));
    ODD_TRY(odd_bundle_add_i64(b, "rows", "rows it was learnt from", t->rows->part.n));
    ODD_TRY(odd_bundle_add_i64(b, "iterations", "of EM", h->iterations));
    ODD_TRY(odd_bundle_add_i64(b, "converged", "1: EM stopped by itself", h->converged));
    ODD_TRY(odd_bundle_add_f64(b, "anomaly_share", "mean posterior of the anomaly over all rows",
                               h->odd_share));
    ODD_TRY(odd_bundle_add_f64(b, "dominance",
                               "smallest ratio, over all directions, of the anomaly's variance to "
                               "a theme component's",
                               dominance));
    ODD_TRY(save_array(b, "objective",
                       "log posterior at the start and after each iteration, constants left out",
                       h->objective, (int64_t)h->iterations + 1));
    ODD_TRY(save_array(b, "prior/share", "pseudo-rows of each component", p->share, m->components));
    ODD_TRY(save_array(b, "prior/rows", "pseudo-rows of each covariance", p->rows, m->groups));
    ODD_TRY(save_array(b, "prior/scale", "prior covariances in multiples of that of all rows",
                       p->scale, m->groups));
    ODD_TRY(odd_bundle_add_f64(b, "prior/mean_rows", "pseudo-rows at each prior mean", p->kappa));
    ODD_TRY(save_array(b, "prior/theme_mean", "prior mean of the theme, units of the features",
                       p->mean, m->d));
    ODD_TRY(save_array(b, "prior/anomaly_mean", "prior mean of the anomaly", p->mean + m->d, m->d));
done:
    return st;
}

/* Computed by one rank, as its eigenvalues need not have the same bits on another CPU. */
static odd_status share_dominance(MPI_Comm comm, const odd_mixture *m, double *dominance)
{
    *dominance = 0;
    odd_status st =
        odd_agree(comm, odd_rank(comm) == 0 ? odd_mixture_dominance(m, dominance) : ODD_OK);
    if (st == ODD_OK) odd_broadcast(comm, 0, dominance, sizeof *dominance);
    return st;
}

odd_status odd_mixture_fit(const void *options, const odd_rows *rows, const uint8_t verified[],
                           uint64_t seed, odd_bundle *model)
{
    odd_status st;
    fit_task t = {.options = options, .rows = rows, .verified = verified, .seed = seed};
    odd_mixture *trial = NULL, *best = NULL;
    odd_mixture_prior *prior = NULL;
    odd_em_history history = {0};
    double dominance;
    const int themes = (int)t.options->theme_components;
    ODD_TRY(odd_detector_check_rows("mixture", rows));
    ODD_TRY_ALL(rows->comm, task_new(&t));
    ODD_TRY(look_at_data(&t));
    ODD_TRY_ALL(rows->comm, mixture_shape(&t, themes, &trial));
    ODD_TRY_ALL(rows->comm, mixture_shape(&t, themes, &best));
    ODD_TRY_ALL(rows->comm, prior_new(&t, trial, &prior));
    ODD_TRY(fit_best(&t, prior, trial, best, &history));
    ODD_TRY(share_dominance(rows->comm, best, &dominance));
    tell(&t, best, &history, dominance);
    ODD_TRY_ALL(rows->comm, save_fit(&t, best, prior, &history, dominance, model));
done:
    odd_free(history.objective);
    odd_mixture_prior_free(&prior);
    odd_mixture_free(&best);
    odd_mixture_free(&trial);
    task_free(&t);
    return st;
}
