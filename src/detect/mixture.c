/* Detector `mixture`: a theme of one or more Gaussians and one broad Gaussian for the anomalies,
 * fitted by MAP-EM (Wang and Xu's latent-space mixture). See mixture_internal.h for the method.
 *
 * Left to itself, maximum likelihood uses the second component to describe the theme better. The
 * default priors keep the anomaly's covariance near a multiple of the covariance of all rows, so
 * it stays broader than the theme in every direction and takes what the theme cannot explain. */
#include "mixture_internal.h"

#include "detectors_internal.h"
#include "moments_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/threads.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    int64_t theme_components;
    char *covariance;
    char *prior;
    double prior_scale, prior_strength, theme_strength, mean_strength;
    double anomaly_share, share_strength;
    int64_t max_iterations;
    double tolerance;
    int64_t restarts;
    char *start;
} mixture_options;

static const char *const covariances[] = {"full", "tied", "diagonal", "spherical", NULL};
static const char *const priors[] = {"map", "none", NULL};
static const char *const starts[] = {"data", "verified", "kmeans", NULL};

#define OPTION(field, type, value, low, high, choices, help)                                       \
    {                                                                                              \
#field, ODD_OPTION_##type, offsetof(mixture_options, field), value, low, high, choices,    \
            help                                                                                   \
    }

static const odd_option mixture_table[] = {
    OPTION(theme_components, INT, "1", 1, 1000, NULL, "Gaussians that make up the theme"),
    OPTION(covariance, CHOICE, "full", 0, 0, covariances,
           "form of the covariances; tied: full, shared by the theme's components"),
    OPTION(prior, CHOICE, "map", 0, 0, priors,
           "map: the priors below; none: plain maximum likelihood"),
    OPTION(prior_scale, REAL, "15", 1e-6, 1e9, NULL,
           "the anomaly's covariance is believed to be this many times that of all rows"),
    OPTION(prior_strength, REAL, "1", 0, 1e9, NULL,
           "pseudo-rows behind that belief, in multiples of the number of rows"),
    OPTION(theme_strength, REAL, "0.005", 0, 1e9, NULL,
           "pseudo-rows that pull the theme's covariance to that of all rows, likewise"),
    OPTION(mean_strength, REAL, "1", 0, 1e12, NULL,
           "pseudo-rows at the mean of all rows; for the theme at that of its verified rows, if "
           "there are at least 2"),
    OPTION(anomaly_share, REAL, "0.05", 1e-9, 0.999999999, NULL,
           "share of anomalies believed beforehand"),
    OPTION(share_strength, REAL, "0.1", 0, 1e9, NULL,
           "pseudo-rows behind that belief, in multiples of the number of rows"),
    OPTION(max_iterations, INT, "500", 0, 1000000, NULL, "of EM, at most"),
    OPTION(tolerance, REAL, "1e-6", 0, 1e9, NULL,
           "stop when the log posterior gains less than this for each row"),
    OPTION(restarts, INT, "1", 1, 1000, NULL,
           "starts, all but the first at random rows; the best log posterior is kept"),
    OPTION(start, CHOICE, "data", 0, 0, starts,
           "the theme's first mean: that of all rows, that of the verified ones; or k-means"),
    ODD_OPTIONS_END};

enum { LOG_ODDS, POSTERIOR, LOG_DENSITY, DISTANCE, COLUMNS };

static const odd_score_column mixture_columns[] = {
    {"log_odds", "log of P(anomaly | row) / P(theme | row); odd rows are high", 1},
    {"posterior", "P(anomaly | row); odd rows are near 1", 1},
    {"log_density", "log density of the row under the whole mixture; odd rows are low", -1},
    {"mahalanobis", "Mahalanobis distance to the nearest theme component; odd rows are high", 1},
    {NULL, NULL, 0}};

/* ---- fit ---- */

/* What a fit works on. */
typedef struct {
    const mixture_options *options;
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

/* The prior covariance S of all rows; a little is added so that it can be inverted where rows are
 * fewer than features or all the same. */
static void prior_spread(const fit_task *t, double spread[])
{
    const int d = t->rows->d;
    const double n = (double)t->rows->part.n;
    for (int64_t j = 0; j < odd_form_dense(t->form, d); j++)
        spread[j] = t->total[j] / n;
    const double least = 1e-9 * odd_form_trace(t->form, d, spread) / d;
    odd_form_add_identity(t->form, d, least + odd_variance_floor(d, t->mean), spread);
}

static odd_status prior_new(const fit_task *t, const odd_mixture *m, odd_mixture_prior **out)
{
    const mixture_options *o = t->options;
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
    const mixture_options *o = t->options;
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

static odd_status mixture_fit(const void *options, const odd_rows *rows, const uint8_t verified[],
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

/* ---- score ---- */

typedef struct {
    const odd_mixture *m;
    int64_t panel;     /* rows at a time */
    int64_t room;      /* doubles of one thread's workspace */
    double *workspace; /* (threads, room): z, white (panel, d), joint, square (C, panel) */
    double *score;     /* (n_local, COLUMNS) */
} score_pass;

static void score_row(const odd_mixture *m, const double joint[], const double square[],
                      int64_t stride, double score[])
{
    const double theme = odd_log_sum_exp(m->themes, joint, stride);
    const double anomaly = joint[m->themes * stride];
    double nearest = INFINITY;
    for (int k = 0; k < m->themes; k++)
        nearest = fmin(nearest, square[k * stride]);
    score[LOG_ODDS] = anomaly - theme;
    score[POSTERIOR] = 1 / (1 + exp(theme - anomaly));
    score[LOG_DENSITY] = odd_log_sum_exp(m->components, joint, stride);
    score[DISTANCE] = sqrt(nearest);
}

static odd_status score_block(void *context, const odd_block *block, double sum[])
{
    (void)sum;
    const score_pass *p = context;
    const odd_mixture *m = p->m;
    double *z = p->workspace + block->thread * p->room, *white = z + p->panel * m->d;
    double *joint = white + p->panel * m->d, *square = joint + p->panel * m->components;
    for (int64_t first = 0; first < block->count; first += p->panel) {
        const int n = (int)(block->count - first < p->panel ? block->count - first : p->panel);
        odd_centre_rows(n, m->d, block->x + first * m->d, m->centre, z);
        odd_mixture_joint(m, n, z, white, joint, square);
        for (int i = 0; i < n; i++) {
            double *score = p->score + (block->local + first + i) * COLUMNS;
            score_row(m, joint + i, square + i, n, score);
            if (isnan(score[LOG_ODDS]) || isnan(score[DISTANCE]))
                return odd_fail(ODD_NUMERIC, "row %lld has a value that is not finite",
                                (long long)(block->row + first + i));
        }
    }
    return ODD_OK;
}

static odd_status score_new(const odd_bundle *model, const odd_rows *rows, odd_mixture **m,
                            score_pass *p)
{
    odd_status st;
    ODD_TRY(odd_mixture_load(model, m));
    ODD_TRY(odd_detector_check_width("mixture", rows, (*m)->d));
    p->m = *m;
    p->panel = odd_mixture_panel(rows->part.block, (*m)->d);
    p->room = 2 * p->panel * ((int64_t)(*m)->d + (*m)->components);
    ODD_TRY(ODD_NEW(p->workspace, odd_threads() * p->room));
done:
    return st;
}

static odd_status mixture_score(const odd_bundle *model, const odd_rows *rows, double score[])
{
    odd_status st;
    odd_mixture *m = NULL;
    score_pass p = {.score = score};
    ODD_TRY_ALL(rows->comm, score_new(model, rows, &m, &p));
    ODD_TRY(odd_rows_each(rows, score_block, &p));
done:
    odd_free(p.workspace);
    odd_mixture_free(&m);
    return st;
}

/* The usual distance of a theme row is the root of the number of features. */
static void mixture_reason(const odd_bundle *model, const double score[], char *buffer, size_t size)
{
    int64_t d = 1;
    if (odd_bundle_get_i64(model, "features", &d) != ODD_OK || d < 1) d = 1;
    const double times = score[DISTANCE] / sqrt((double)d), p = score[POSTERIOR];
    char probability[32];
    if (p > 0.999)
        snprintf(probability, sizeof probability, "above 0.999");
    else if (p < 0.001)
        snprintf(probability, sizeof probability, "below 0.001");
    else
        snprintf(probability, sizeof probability, "%.3f", p);
    snprintf(buffer, size,
             "anomaly with probability %s; %.3g times the usual distance from the theme",
             probability, times);
}

const odd_detector odd_detector_mixture = {
    .name = "mixture",
    .summary = "theme and anomaly as Gaussians with priors, fitted by MAP-EM",
    .options = mixture_table,
    .options_size = sizeof(mixture_options),
    .columns = mixture_columns,
    .fit = mixture_fit,
    .score = mixture_score,
    .reason = mixture_reason,
};
