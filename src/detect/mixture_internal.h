/**
 * Mixture: the parts behind the detector in mixture.c, in the order in which a fit uses them.
 *
 * Legend: n rows in all, d features; components 0 ... K - 1 are the theme, component K the anomaly;
 * C = K + 1 components. Components that share a covariance form a group: with `tied` the theme is
 * one group, else each component is its own; the anomaly is the last of the G groups.
 *
 * The log posterior that MAP-EM climbs (constants left out), Gelman et al., "Bayesian Data
 * Analysis", 3rd ed., sections 3.6 and 22.2; Murphy, "Machine Learning", section 11.4.2.8:
 *
 *   sum_i log sum_k w_k N(x_i | m_k, V_g(k))
 *   + sum_k share_k log w_k                                            Dirichlet
 *   - 1/2 sum_g (rows_g log|V_g| + rows_g scale_g tr(inverse(V_g) S))  inverse Wishart
 *   - 1/2 sum_k kappa (m_k - m0_k)' inverse(V_g(k)) (m_k - m0_k)       normal
 *
 * so rows_g are pseudo-rows whose covariance is scale_g S, kappa pseudo-rows lie at m0_k, and
 * share_k pseudo-rows belong to component k.
 */
#ifndef ODDLOT_DETECT_MIXTURE_INTERNAL_H
#define ODDLOT_DETECT_MIXTURE_INTERNAL_H

#include "covariance_internal.h"
#include "oddlot/base/bundle.h"
#include "oddlot/par/rows.h"

#include <stdbool.h>

/* ---- mixture_model.c: the parameters ---- */

typedef struct {
    int d;
    int themes;     /* K */
    int components; /* C */
    int groups;     /* G */
    odd_form form;
    bool tied;
    int64_t count;      /* of `parameter` */
    double *parameter;  /* all that follows in one piece, so that one broadcast shares it */
    double *centre;     /* (d) about which rows are taken; the mean of the data */
    double *weight;     /* (C) */
    double *mean;       /* (C, d) */
    double *covariance; /* (G, dense) */
    double *factor;     /* (G, dense) */
    double *log_det;    /* (G) of the covariances */
    double *shift;      /* (C, d) (mean - centre) factor: the means among whitened rows */
    double *log_prior;  /* (1) the objective's terms that do not depend on rows */
} odd_mixture;

odd_status odd_mixture_new(int d, int themes, odd_form form, bool tied, odd_mixture **out);
void odd_mixture_free(odd_mixture **m);
void odd_mixture_copy(odd_mixture *to, const odd_mixture *from); /* of the same shape */
int odd_mixture_group(const odd_mixture *m, int component);
double *odd_mixture_covariance(const odd_mixture *m, int group);
double *odd_mixture_factor(const odd_mixture *m, int group);
/** Factors, log determinants and shifts from the rest; ODD_NUMERIC names the covariance. */
odd_status odd_mixture_factorize(odd_mixture *m);
odd_status odd_mixture_save(const odd_mixture *m, odd_bundle *b);
odd_status odd_mixture_load(const odd_bundle *b, odd_mixture **out);

/* ---- mixture_prior.c ---- */

typedef struct {
    int d, components, groups;
    double *share;  /* (C) */
    double *mean;   /* (2, d): m0 of the theme, of the anomaly */
    double kappa;   /* pseudo-rows at m0 */
    double *rows;   /* (G) */
    double *scale;  /* (G) */
    double *spread; /* S, dense: the covariance of the data */
} odd_mixture_prior;

odd_status odd_mixture_prior_new(const odd_mixture *shape, odd_mixture_prior **out);
void odd_mixture_prior_free(odd_mixture_prior **p);
const double *odd_mixture_prior_mean(const odd_mixture_prior *p, int component);
/** Put the prior's terms of the objective into m->log_prior. */
odd_status odd_mixture_prior_value(const odd_mixture_prior *p, odd_mixture *m);

/* ---- mixture_estep.c: log densities of rows ---- */

/** Rows of a block to work on at a time, so that they and what comes of them stay in cache. */
int64_t odd_mixture_panel(int64_t block, int d);
/** For rows z (n, d) about m->centre: joint (C, n) = log w_k N(x_i | ...), and `square` (C, n) the
 *  squared Mahalanobis distances. white: scratch (n, d). */
void odd_mixture_joint(const odd_mixture *m, int n, const double z[], double white[],
                       double joint[], double square[]);
/** The same of one row x (d), by the definition, loop by loop: joint, square (C). */
void odd_mixture_joint_plain(const odd_mixture *m, const float x[], double joint[],
                             double square[]);
/** log sum exp of values that lie `stride` apart; -inf if all are. */
double odd_log_sum_exp(int count, const double value[], int64_t stride);

/* ---- mixture_sums.c: one pass over all rows, E and M in one ---- */

typedef struct {
    double log_likelihood;
    double *rows;        /* (C) sum of the responsibilities */
    double *first;       /* (C, d) sum of r z, z about the mixture's centre */
    double *scatter;     /* (G, dense) sum of r z z' */
    double *packed;      /* what odd_rows_sum() gives */
    const double *total; /* dense: sum of z z' of all rows; borrowed */
    bool direct;         /* compute the scatter of every group, none from the total */
} odd_mixture_sums;

odd_status odd_mixture_sums_new(const odd_mixture *m, odd_mixture_sums **out);
void odd_mixture_sums_free(odd_mixture_sums **s);
/** verified (n_local) or NULL: rows held to their side. @collective */
odd_status odd_mixture_pass(const odd_mixture *m, const odd_rows *rows, const uint8_t verified[],
                            odd_mixture_sums *s);

/* ---- mixture_em.c ---- */

/** The M-step: parameters that maximize the expected log posterior. @local */
odd_status odd_mixture_update(odd_mixture *m, const odd_mixture_prior *prior,
                              const odd_mixture_sums *s);

typedef struct {
    int64_t max_iterations;
    double tolerance; /* gain of the objective per row */
} odd_em_limits;

typedef struct {
    double *objective; /* (iterations + 1) log posterior before each iteration and at the end */
    int iterations;
    bool converged;
    double odd_share; /* mean posterior of the anomaly */
} odd_em_history;

/** MAP-EM from the parameters in m (factors need not be set). total: sum of z z' about m->centre,
 *  dense. history->objective is owned by caller: odd_free(). @collective */
odd_status odd_mixture_em(const odd_rows *rows, const uint8_t verified[],
                          const odd_mixture_prior *prior, const double total[],
                          odd_em_limits limits, odd_mixture *m, odd_em_history *history);

/* ---- mixture_start.c ---- */

/** Weights by `share` of the anomaly, all theme means at `theme_mean` (d), the anomaly's at m0;
 *  covariances S / 2 and scale S. @local */
void odd_mixture_start_broad(odd_mixture *m, const odd_mixture_prior *prior, double share,
                             const double theme_mean[]);
/** From a mixture with one theme component: its copies along the theme's first axis. @local */
odd_status odd_mixture_start_split(odd_mixture *m, const odd_mixture *single);
/** Theme means and weights from k-means. @collective */
odd_status odd_mixture_start_kmeans(odd_mixture *m, const odd_rows *rows, uint64_t seed);
/** Theme means from rows drawn for restart number `restart`. @collective */
odd_status odd_mixture_start_drawn(odd_mixture *m, const odd_rows *rows, uint64_t seed,
                                   int64_t restart);

/* ---- mixture_check.c ---- */

/** The smallest ratio of the anomaly's variance to a theme component's over all directions: above
 *  1 if the anomaly is broader everywhere. @local */
odd_status odd_mixture_dominance(const odd_mixture *m, double *ratio);

/* ---- mixture_fit.c, mixture_score.c: the detector's functions ---- */

/* Settings, explained in mixture.c. */
typedef struct {
    int64_t theme_components;
    char *covariance; /* of the choices in mixture.c, as are prior and start */
    char *prior;
    double prior_scale, prior_strength, theme_strength, mean_strength;
    double anomaly_share, share_strength;
    int64_t max_iterations;
    double tolerance;
    int64_t restarts;
    char *start;
} odd_mixture_options;

enum {
    ODD_MIXTURE_LOG_ODDS,
    ODD_MIXTURE_POSTERIOR,
    ODD_MIXTURE_LOG_DENSITY,
    ODD_MIXTURE_DISTANCE,
    ODD_MIXTURE_COLUMNS
};

odd_status odd_mixture_fit(const void *options, const odd_rows *rows, const uint8_t verified[],
                           uint64_t seed, odd_bundle *model);
odd_status odd_mixture_score(const odd_bundle *model, const odd_rows *rows, double score[]);

#endif
