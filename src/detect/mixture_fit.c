/* Fit of the mixture: the starts, the best of them, and the number of theme components if it is to
 * be found. */
#include "detect/mixture_internal.h"

#include "detect/detectors_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <string.h>

static odd_status new_mixture(const odd_mixture_task *t, int themes, odd_mixture **out)
{
    odd_mixture shape = t->shape;
    shape.themes = themes;
    odd_status st = odd_mixture_new(&shape, out);
    if (st == ODD_OK) memcpy((*out)->centre, t->mean, (size_t)shape.d * sizeof *t->mean);
    return st;
}

static odd_status run_em(const odd_mixture_task *t, const odd_mixture_prior *prior, odd_mixture *m,
                         odd_em_history *history)
{
    const odd_em_limits limits = {t->options->max_iterations, t->options->tolerance};
    return odd_mixture_em(t->rows, t->verified, prior, t->total, limits, m, history);
}

static odd_status start_broad(const odd_mixture_task *t, const odd_mixture_prior *prior,
                              const double theme_mean[], odd_mixture *m)
{
    odd_status st;
    ODD_TRY_ALL(t->rows->comm,
                odd_mixture_start_broad(m, prior, t->options->anomaly_share, theme_mean));
    if (m->background == ODD_BACKGROUND_UNIFORM) ODD_TRY(odd_mixture_start_bounds(m, t->rows));
done:
    return st;
}

/* One theme component at the mean, fitted, then split along its first axis. */
static odd_status start_by_splitting(const odd_mixture_task *t, const double theme_mean[],
                                     odd_mixture *m)
{
    odd_status st;
    odd_mixture *single = NULL;
    odd_mixture_prior *prior = NULL;
    odd_em_history history = {0};
    ODD_TRY_ALL(t->rows->comm, new_mixture(t, 1, &single));
    ODD_TRY_ALL(t->rows->comm, odd_mixture_prior_of_task(t, single, &prior));
    ODD_TRY(start_broad(t, prior, theme_mean, single));
    ODD_TRY(run_em(t, prior, single, &history));
    ODD_TRY_ALL(t->rows->comm, odd_mixture_start_split(m, single));
done:
    odd_free(history.objective);
    odd_mixture_prior_free(&prior);
    odd_mixture_free(&single);
    return st;
}

static odd_status set_start(const odd_mixture_task *t, const odd_mixture_prior *prior,
                            int64_t restart, odd_mixture *m)
{
    const bool verified = strcmp(t->options->start, "verified") == 0;
    const double *theme_mean = verified ? t->theme_mean : t->mean;
    odd_status st = start_broad(t, prior, theme_mean, m);
    if (st != ODD_OK) return st;
    if (restart > 0) return odd_mixture_start_drawn(m, t->rows, t->seed, restart);
    if (strcmp(t->options->start, "kmeans") == 0)
        return odd_mixture_start_kmeans(m, t->rows, t->seed);
    if (verified && t->theme_rows < 2)
        odd_log(ODD_LOG_WARN, "mixture: fewer than 2 verified theme rows; starting at the mean");
    return m->themes > 1 ? start_by_splitting(t, theme_mean, m) : ODD_OK;
}

static double final_objective(const odd_em_history *h)
{
    return h->objective[h->iterations];
}

/* All starts; the best mixture stays in r->m, its history in r->history. */
static odd_status fit_best(const odd_mixture_task *t, odd_mixture *trial, odd_mixture_result *r)
{
    odd_status st = ODD_OK;
    odd_em_history history = {0};
    for (int64_t restart = 0; restart < t->options->restarts; restart++) {
        ODD_TRY(set_start(t, r->prior, restart, trial));
        ODD_TRY(run_em(t, r->prior, trial, &history));
        if (!r->history.objective || final_objective(&history) > final_objective(&r->history)) {
            odd_mixture_copy(r->m, trial);
            odd_free(r->history.objective);
            r->history = history;
        } else {
            odd_free(history.objective);
        }
        history = (odd_em_history){0};
    }
done:
    odd_free(history.objective);
    return st;
}

static void result_free(odd_mixture_result *r)
{
    odd_free(r->history.objective);
    odd_mixture_prior_free(&r->prior);
    odd_mixture_free(&r->m);
    odd_free(r->bic);
    *r = (odd_mixture_result){0};
}

static odd_status fit_themes(const odd_mixture_task *t, int themes, odd_mixture_result *r)
{
    odd_status st;
    odd_mixture *trial = NULL;
    ODD_TRY_ALL(t->rows->comm, new_mixture(t, themes, &trial));
    ODD_TRY_ALL(t->rows->comm, new_mixture(t, themes, &r->m));
    ODD_TRY_ALL(t->rows->comm, odd_mixture_prior_of_task(t, trial, &r->prior));
    ODD_TRY(fit_best(t, trial, r));
done:
    odd_mixture_free(&trial);
    return st;
}

/* ---- the number of theme components ---- */

/* Free numbers of the theme: of each weight, mean and covariance. */
static double count_free_parameters(const odd_mixture *m)
{
    const double d = m->d, r = m->rank;
    const double covariance = m->rank                        ? d * (r + 1) - r * (r - 1) / 2
                              : m->form == ODD_FORM_FULL     ? d * (d + 1) / 2
                              : m->form == ODD_FORM_DIAGONAL ? d
                                                             : 1;
    return m->themes * (d + 1) + (m->groups - 1) * covariance;
}

/* Schwarz, "Estimating the dimension of a model", Annals of Statistics 6, 1978: less is better. */
static double bic_of(const odd_mixture_result *r)
{
    const double likelihood = final_objective(&r->history) - *r->m->log_prior;
    return count_free_parameters(r->m) * log(r->prior->n) - 2 * likelihood;
}

/* A result of more components replaces a better one's place only if it is better. */
static odd_status fit_by_criterion(const odd_mixture_task *t, odd_mixture_result *best)
{
    odd_status st;
    odd_mixture_result trial = {0};
    double *bic = NULL;
    const int64_t n = t->rows->part.n, most = t->options->most_theme_components;
    const int64_t tried = most < n ? most : n;
    int64_t found = 0;
    ODD_TRY_ALL(t->rows->comm, ODD_NEW(bic, tried));
    for (int64_t k = 0; k < tried; k++) {
        ODD_TRY(fit_themes(t, (int)k + 1, &trial));
        bic[k] = bic_of(&trial);
        odd_log(ODD_LOG_INFO, "mixture: %lld theme components, BIC %.8g", (long long)k + 1, bic[k]);
        if (k == 0 || bic[k] < bic[found]) {
            result_free(best);
            *best = trial;
            trial = (odd_mixture_result){0};
            found = k;
        }
        result_free(&trial);
    }
    best->bic = bic;
    best->tried = tried;
    bic = NULL;
done:
    odd_free(bic);
    result_free(&trial);
    return st;
}

/* ---- the fit ---- */

/* Where neither priors nor verified rows distinguish them, the broader component is the anomaly. */
static void name_components(const odd_mixture_task *t, odd_mixture_result *r)
{
    const bool is_known =
        strcmp(t->options->prior, "none") != 0 || t->theme_rows || t->anomaly_rows;
    if (is_known || r->m->themes > 1 || r->m->background != ODD_BACKGROUND_GAUSSIAN) return;
    if (odd_mixture_caution(r->m, INFINITY) != ODD_CAUTION_SWAPPED) return;
    odd_mixture_swap(r->m);
    r->history.odd_share = 1 - r->history.odd_share;
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

odd_status odd_mixture_fit(const void *options, const odd_rows *rows, const odd_known *known,
                           uint64_t seed, odd_bundle *model)
{
    odd_status st;
    const odd_mixture_options *o = options;
    odd_mixture_task t = {0};
    odd_mixture_result r = {0};
    ODD_TRY(odd_detector_check_rows(o->bayes ? "bayes_mixture" : "mixture", rows));
    ODD_TRY(odd_mixture_task_new(o, rows, known->verified, seed, &t));
    if (t.shape.themes > 0)
        ODD_TRY(fit_themes(&t, t.shape.themes, &r));
    else
        ODD_TRY(fit_by_criterion(&t, &r));
    name_components(&t, &r);
    ODD_TRY(share_dominance(rows->comm, r.m, &r.dominance));
    odd_mixture_log(&t, &r);
    ODD_TRY_ALL(rows->comm, odd_mixture_result_save(&t, &r, model));
done:
    result_free(&r);
    odd_mixture_task_free(&t);
    return st;
}
