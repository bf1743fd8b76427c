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
 *   - 1/2 sum_g (rows_g log|V_g| + rows_g scale_g tr(inverse(V_g) S_g))  inverse Wishart
 *   - 1/2 sum_k kappa_k (m_k - m0_k)' inverse(V_g(k)) (m_k - m0_k)       normal
 *
 * so rows_g are pseudo-rows whose covariance is scale_g S_g, kappa_k pseudo-rows lie at m0_k, and
 * share_k pseudo-rows belong to component k. S, kappa and m0 differ between theme and anomaly only.
 *
 * S is a covariance of all rows, or of few, and with hundreds of features a noisy one: its small
 * axes are far too small, and new rows seem far from everything. It is therefore shrunk, S :=
 * (1 - s) S + s mu I with mu the mean variance: s by Ledoit and Wolf, "A well-conditioned estimator
 * for large-dimensional covariance matrices", J. Multivariate Analysis 88, 2004, equation (14), and
 * at least `isotropy`, the gamma of Friedman, "Regularized discriminant analysis", J. American
 * Statistical Association 84, 1989, whose lambda the pseudo-rows are. An inverse Wishart prior of
 * rows_g pseudo-rows makes each covariance the mean of S and its rows', so it is proper, and no
 * covariance singular, with any number of features. Without priors (`prior: none`) the covariances
 * alone keep one, of mu I and as many pseudo-rows as shrink a covariance of all rows by s.
 *
 * Covariances of low rank plus diagonal (`rank` > 0) climb the same objective: their M-step takes
 * some steps of a factor analysis of the covariance that a full one would have.
 *
 * The anomaly may be other than Gaussian. Student's t with few degrees of freedom: a row at squared
 * distance s weighs (degrees + d) / (degrees + s) in mean and scatter (Peel and McLachlan, "Robust
 * mixture modelling using the t distribution", 2000). Uniform: the same density everywhere, that
 * of the ellipsoid of the data's covariance that holds all rows; nothing of it is learnt but its
 * weight.
 */
#ifndef ODDLOT_DETECT_MIXTURE_INTERNAL_H
#define ODDLOT_DETECT_MIXTURE_INTERNAL_H

#include "detect/covariance_internal.h"
#include "oddlot/base/bundle.h"
#include "oddlot/detect/detector.h"
#include "oddlot/par/rows.h"

#include <stdbool.h>
#include <stddef.h>

/* ---- mixture_model.c: the parameters ---- */

typedef enum {
    ODD_BACKGROUND_GAUSSIAN,
    ODD_BACKGROUND_STUDENT,
    ODD_BACKGROUND_UNIFORM
} odd_background;

typedef struct {
    int d;
    int themes;    /* K */
    odd_form form; /* of the scatters, and of the covariances unless they have a rank */
    bool tied;
    int rank;                  /* of covariances of low rank plus diagonal; 0: they are not that */
    odd_background background; /* what the anomaly is */
    double degrees;            /* of freedom, of Student's anomaly */

    int components;     /* C */
    int groups;         /* G */
    int64_t count;      /* of `parameter` */
    double *parameter;  /* all that follows in one piece, so that one broadcast shares it */
    double *centre;     /* (d) about which rows are taken; the mean of the data */
    double *weight;     /* (C) */
    double *mean;       /* (C, d) */
    double *covariance; /* (G, size) dense, or the parts of lowrank_internal.h */
    double *factor;     /* (G, size) */
    double *log_det;    /* (G) of the covariances */
    double *constant;   /* (C) what the log density of a row has beside its distance */
    double *shift;      /* (C, d) (mean - centre) factor: the means among whitened rows */
    double *log_prior;  /* (1) the objective's terms that do not depend on rows */
    double *blur;       /* (1) see odd_mixture_blur(); 0: not narrow */
} odd_mixture;

/** Allocate a mixture of the shape given by the first seven fields of `shape`. */
odd_status odd_mixture_new(const odd_mixture *shape, odd_mixture **out);
void odd_mixture_free(odd_mixture **m);
void odd_mixture_copy(odd_mixture *to, const odd_mixture *from); /* of the same shape */
int odd_mixture_group(const odd_mixture *m, int component);
int64_t odd_mixture_size(const odd_mixture *m); /* numbers in a covariance or a factor */
double *odd_mixture_covariance(const odd_mixture *m, int group);
double *odd_mixture_factor(const odd_mixture *m, int group);
/** Multiply a covariance. */
void odd_mixture_scale(odd_mixture *m, int group, double times);
/** y (n, d) = z whitened by a group's factor; y may be z. scratch: (n, rank). */
void odd_mixture_whiten(const odd_mixture *m, int group, int n, const double z[], double y[],
                        double scratch[]);
/** Factors, log determinants, constants and shifts from the rest; ODD_NUMERIC names the
 *  covariance. */
odd_status odd_mixture_factorize(odd_mixture *m);
/** Constants and shifts from the rest, factors and log determinants included. */
odd_status odd_mixture_settle(odd_mixture *m);
/** Shifts from means and factors. */
odd_status odd_mixture_shift(odd_mixture *m);
/** Exchange the only theme component and the anomaly. */
void odd_mixture_swap(odd_mixture *m);

/* ---- mixture_narrow.c ---- */

/** By what products in float32 would change the log density of a row: a standard deviation over the
 *  rows of a component, the largest. 0: float32 would not do, or not be worth it. m is factorized,
 *  total: sum of z z' of all rows, dense. @local */
double odd_mixture_blur(const odd_mixture *m, const double total[]);
/** Make a factorized mixture narrow: its factors become float32 numbers, and what is made of
 * factors follows. A pass then multiplies in float32. @local; ODD_NOMEM */
odd_status odd_mixture_narrow(odd_mixture *m, double blur);

/* ---- mixture_bundle.c ---- */

odd_status odd_mixture_save(const odd_mixture *m, odd_bundle *b);
odd_status odd_mixture_load(const odd_bundle *b, odd_mixture **out);

/* ---- mixture_task.c: settings, and what is computed from the rows before the fit ---- */

/* Settings, explained in mixture.c and bayes_mixture.c. */
typedef struct {
    int64_t theme_components, most_theme_components;
    char *covariance; /* of the choices in mixture.c, as are the next ones */
    int64_t rank;
    char *shrinkage;
    double isotropy;
    char *background;
    double degrees;
    char *prior, *theme_prior;
    double prior_scale, prior_strength, theme_strength, mean_strength;
    double anomaly_share, share_strength, concentration;
    int64_t max_iterations;
    double tolerance;
    int64_t restarts;
    char *start;
    bool bayes; /* not a setting: set by the detector bayes_mixture */
} odd_mixture_options;

/* The settings of every way to fit a mixture. */
extern const odd_option odd_mixture_option_table[];

/* The input of a fit. */
typedef struct {
    const odd_mixture_options *options;
    const odd_rows *rows;
    const uint8_t *verified; /* (n_local) or NULL */
    uint64_t seed;
    odd_mixture shape;    /* its first fields; the number of theme components may change */
    int64_t theme_rows;   /* verified ones */
    int64_t anomaly_rows; /* verified ones */
    double *mean;         /* (d) of all rows */
    double *theme_mean; /* (d) of the verified theme rows; of all rows if there are fewer than 2 */
    double *total;      /* dense: sum of z z' about the mean */
    double *spread;     /* (2, dense): S of the theme, of the anomaly */
    double ridge;       /* mu: the mean variance of a feature */
    double ridge_rows;  /* pseudo-rows of mu I in each covariance without priors; 0: none */
} odd_mixture_task;

/** Compute means and scatters of the rows. Free it also after a failure. @collective */
odd_status odd_mixture_task_new(const odd_mixture_options *options, const odd_rows *rows,
                                const uint8_t verified[], uint64_t seed, odd_mixture_task *task);
void odd_mixture_task_free(odd_mixture_task *task);

/* ---- mixture_prior.c ---- */

typedef struct {
    int d, components, groups;
    double n;        /* rows of the data */
    double *share;   /* (C) */
    double *mean;    /* (2, d): m0 of the theme, of the anomaly */
    double kappa[2]; /* pseudo-rows at m0, of the theme and of the anomaly */
    double *rows;    /* (G) */
    double *scale;   /* (G) prior_scale for the anomaly, else 1: in the M-step (mixture_em.c) and in
                        the   objective (mixture_prior.c) */
    int64_t dense;   /* numbers in an S */
    double *spread;  /* (2, dense): S of the theme, of the anomaly */
    double *origin;  /* (2, dense): the covariances that EM starts from, times start_scale for the
                        anomaly, a half for the theme */
    double start_scale;
    double *least; /* (d) the least noise of covariances of low rank */
    bool bayes;    /* distributions over the parameters are sought: see mixture_bayes.c */
} odd_mixture_prior;

odd_status odd_mixture_prior_new(const odd_mixture *shape, odd_mixture_prior **out);
void odd_mixture_prior_free(odd_mixture_prior **p);
/** The prior of a mixture of the task, by its settings. @local; ODD_NOMEM */
odd_status odd_mixture_prior_of_task(const odd_mixture_task *task, const odd_mixture *m,
                                     odd_mixture_prior **out);
const double *odd_mixture_prior_mean(const odd_mixture_prior *p, int component);
double odd_mixture_prior_kappa(const odd_mixture_prior *p, int component);
const double *odd_mixture_prior_spread(const odd_mixture_prior *p, int group);
/** Set `least` from the spreads. */
void odd_mixture_prior_secure(odd_mixture_prior *p, const odd_mixture *m);
/** The squared Mahalanobis distance between a component's mean and m0. scratch: (d + rank). */
double odd_mixture_prior_distance(const odd_mixture_prior *p, const odd_mixture *m, int component,
                                  double scratch[]);
/** Trace of inverse(V_g) S_g. scratch: (size + 2 d). */
double odd_mixture_prior_trace(const odd_mixture_prior *p, const odd_mixture *m, int group,
                               double scratch[]);
/** Put the prior's terms of the objective into m->log_prior. */
odd_status odd_mixture_prior_value(const odd_mixture_prior *p, odd_mixture *m);

/* ---- mixture_bayes.c: the variational fit, whose M-step is that of MAP-EM ---- */

/** Put the expected constants of the densities into m->constant, and what the lower bound of the
 *  evidence has beside the rows into m->log_prior. m is factorized. @local */
odd_status odd_mixture_expect(const odd_mixture_prior *p, odd_mixture *m);

/* ---- mixture_estep.c: log densities of rows ---- */

/** Rows of a block to work on at a time, so that they and their results stay in cache. */
int64_t odd_mixture_panel(int64_t block, int d);
/** For rows z (n, d) about m->centre: joint (C, n) = log w_k p_k(x_i), and `square` (C, n) the
 *  squared Mahalanobis distances. white: scratch (n, d + rank). */
void odd_mixture_joint(const odd_mixture *m, int n, const double z[], double white[],
                       double joint[], double square[]);
/** joint (n) = log w_k p_k of rows at squared distances `square` (n). */
void odd_mixture_log_density(const odd_mixture *m, int k, int n, const double square[],
                             double joint[]);
/** The same of one row x (d), by the definition, loop by loop: joint, square (C). */
void odd_mixture_joint_plain(const odd_mixture *m, const float x[], double joint[],
                             double square[]);
/** log sum exp of values that lie `stride` apart; -inf if all are. */
double odd_log_sum_exp(int count, const double value[], int64_t stride);

/* ---- mixture_products.c: panels of rows in a pass ---- */

/* The memory for it: one block of float64 for each thread and, of a narrow mixture, one of float32,
 * which then has rows and scatters. */
typedef struct {
    const odd_mixture *m;
    bool narrow;        /* products are float32 */
    int64_t panel;      /* rows worked on at a time, so that they stay in cache */
    int64_t dense;      /* numbers in a scatter */
    int64_t rows, own;  /* numbers of one thread: rows and scatters; float64 */
    double *room;       /* (threads, own) */
    float *narrow_room; /* (threads, rows) */
    float *factor;      /* (G, d, d) of a narrow mixture */
} odd_mixture_products;

/* One thread's part; joint and square are for as many rows as the panel has. */
typedef struct {
    double *joint, *square;      /* (C, rows); joint becomes the responsibilities */
    double *weight;              /* (panel) */
    double *z, *white, *scatter; /* (panel, d), (panel, d + rank), (G, dense) */
    float *narrow_z, *narrow_white, *narrow_scatter;
} odd_mixture_space;

/** For blocks of so many rows. Free it also after a failure. @local; ODD_NOMEM */
odd_status odd_mixture_products_new(const odd_mixture *m, int64_t block, odd_mixture_products *p);
void odd_mixture_products_free(odd_mixture_products *p);
odd_mixture_space odd_mixture_space_of(const odd_mixture_products *p, int thread);
/** The group's scatter begins at 0, with a block. */
void odd_mixture_begin_scatter(const odd_mixture_products *p, const odd_mixture_space *s,
                               int group);
/** joint and square of rows, as odd_mixture_joint() */
void odd_mixture_panel_joint(const odd_mixture_products *p, const odd_mixture_space *s,
                             const odd_block *part);
/** first (C, d) += sum of r z, r being what joint has become. */
void odd_mixture_panel_first(const odd_mixture_products *p, const odd_mixture_space *s, int n,
                             double first[]);
/** The group's scatter += sum of weight z z'; what is whitened is lost. */
void odd_mixture_panel_scatter(const odd_mixture_products *p, const odd_mixture_space *s, int group,
                               int n);
/** The group's scatter of this block, packed. */
void odd_mixture_pack_scatter(const odd_mixture_products *p, const odd_mixture_space *s, int group,
                              double packed[]);

/* ---- mixture_sums.c: one pass over all rows, E and M in one ---- */

typedef struct {
    double log_likelihood;
    double *rows;        /* (C) sum of the responsibilities */
    double *mass;        /* (C) the same times what Student's anomaly lets rows weigh */
    double *first;       /* (C, d) sum of r z, z about the mixture's centre */
    double *scatter;     /* (G, dense) sum of r z z', of Student's anomaly weighed; not of a uniform
                            one */
    double *packed;      /* what odd_rows_sum() gives */
    const double *total; /* dense: sum of z z' of all rows; borrowed */
    bool exact;          /* no mixture is made narrow any more */
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
 *  covariances those of `origin`. @local */
odd_status odd_mixture_start_broad(odd_mixture *m, const odd_mixture_prior *prior, double share,
                                   const double theme_mean[]);
/** Let a uniform anomaly hold all rows: of its start's covariance, the multiple of the uniform
 *  distribution in the ellipsoid that reaches the farthest row. @collective */
odd_status odd_mixture_start_bounds(odd_mixture *m, const odd_rows *rows);
/** From a mixture with one theme component: its copies along the theme's first axis. @local */
odd_status odd_mixture_start_split(odd_mixture *m, const odd_mixture *single);
/** Theme means and weights from k-means. @collective */
odd_status odd_mixture_start_kmeans(odd_mixture *m, const odd_rows *rows, uint64_t seed);
/** Theme means from rows drawn for restart number `restart`. @collective */
odd_status odd_mixture_start_drawn(odd_mixture *m, const odd_rows *rows, uint64_t seed,
                                   int64_t restart);

/* ---- mixture_check.c ---- */

enum { ODD_CAUTION_NONE, ODD_CAUTION_NARROW, ODD_CAUTION_SWAPPED };

/** Whether the names of the components are doubtful: ODD_CAUTION_NARROW if the anomaly is
 *  not broader than the theme in every direction (of `dominance`, below), so that far rows are
 *  taken for theme there; ODD_CAUTION_SWAPPED if its determinant is not the larger one. @local */
int odd_mixture_caution(const odd_mixture *m, double dominance);
/** The smallest ratio of the anomaly's variance to a theme component's over all directions: above
 *  1 if the anomaly is broader everywhere. @local */
odd_status odd_mixture_dominance(const odd_mixture *m, double *ratio);

/* ---- mixture_fit.c, mixture_result.c, mixture_score.c, mixture.c: the detector's functions ----
 */

/* A fitted mixture. */
typedef struct {
    odd_mixture *m;
    odd_mixture_prior *prior;
    odd_em_history history;
    double dominance; /* see odd_mixture_dominance() */
    double *bic;      /* (tried) Bayesian information criterion of 1, 2, ... theme components */
    int64_t tried;    /* 0: their number was given */
} odd_mixture_result;

enum {
    ODD_MIXTURE_LOG_ODDS,
    ODD_MIXTURE_POSTERIOR,
    ODD_MIXTURE_LOG_DENSITY,
    ODD_MIXTURE_DISTANCE,
    ODD_MIXTURE_COLUMNS
};

extern const odd_score_column odd_mixture_columns[];

odd_status odd_mixture_fit(const void *options, const odd_rows *rows, const odd_known *known,
                           uint64_t seed, odd_bundle *model);
/** Log the fitted mixture. @local */
void odd_mixture_log(const odd_mixture_task *task, const odd_mixture_result *r);
odd_status odd_mixture_result_save(const odd_mixture_task *task, const odd_mixture_result *r,
                                   odd_bundle *b);
odd_status odd_mixture_score(const odd_bundle *model, const odd_rows *rows, double score[]);
void odd_mixture_reason(const odd_bundle *model, const double score[], char *buffer, size_t size);

#endif
