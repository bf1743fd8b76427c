/* Detector `mixture`: a theme of one or more Gaussians and one broad Gaussian for the anomalies,
 * fitted by MAP-EM (Wang and Xu's latent-space mixture). See mixture_internal.h for the method.
 *
 * Left to itself, maximum likelihood uses the second component to describe the theme better. The
 * default priors keep the anomaly's covariance near a multiple of the covariance of all rows, so
 * it stays broader than the theme in every direction and takes what the theme cannot explain. */
#include "detect/mixture_internal.h"

#include "detect/detectors_internal.h"

static const char *const covariances[] = {"full", "tied", "diagonal", "spherical", "factor", NULL};
static const char *const shrinkages[] = {"auto", "ledoit_wolf", "none", NULL};
static const char *const backgrounds[] = {"gaussian", "student", "uniform", NULL};
static const char *const priors[] = {"map", "none", NULL};
static const char *const theme_priors[] = {"data", "verified", NULL};
static const char *const starts[] = {"data", "verified", "kmeans", NULL};

const odd_option odd_mixture_option_table[] = {
    ODD_CHOICE(odd_mixture_options, shrinkage, "auto", shrinkages,
               "shrink the covariance of all rows, which the priors start from, as Ledoit and Wolf "
               "do; auto: where there are fewer than 10 rows for each feature (diagonal, "
               "spherical: 1). Without priors it steadies the covariances of the components"),
    ODD_REAL(odd_mixture_options, isotropy, "0", 0, 1,
             "shrink it by this share at least: towards the mean variance in all directions; 0.5 "
             "serves hundreds of components"),
    ODD_CHOICE(odd_mixture_options, theme_prior, "data", theme_priors,
               "covariance that the theme is believed to have: that of all rows; or of the "
               "verified theme rows, which may be few"),
    ODD_REAL(odd_mixture_options, prior_scale, "15", 1e-6, 1e9,
             "the anomaly's covariance is believed to be this many times that of all rows"),
    ODD_REAL(odd_mixture_options, prior_strength, "1", 0, 1e9,
             "pseudo-rows behind that belief, in multiples of the number of rows"),
    ODD_REAL(odd_mixture_options, theme_strength, "0.005", 0, 1e9,
             "pseudo-rows that pull the theme's covariance to that of theme_prior, likewise"),
    ODD_REAL(odd_mixture_options, mean_strength, "1", 0, 1e12,
             "pseudo-rows at the mean of all rows; for the theme at that of its verified rows, if "
             "there are at least 2"),
    ODD_REAL(odd_mixture_options, anomaly_share, "0.05", 1e-9, 0.999999999,
             "share of anomalies believed beforehand"),
    ODD_REAL(odd_mixture_options, share_strength, "0.1", 0, 1e9,
             "pseudo-rows behind that belief, likewise; 0: the share is not known, 1000: it is"),
    ODD_INT(odd_mixture_options, max_iterations, "500", 0, 1000000, "of EM, at most"),
    ODD_REAL(odd_mixture_options, tolerance, "1e-6", 0, 1e9,
             "stop when the log posterior gains less than this for each row"),
    ODD_INT(odd_mixture_options, restarts, "1", 1, 1000,
            "starts, all but the first at random rows; the best log posterior is kept"),
    ODD_CHOICE(odd_mixture_options, start, "data", starts,
               "the theme's first mean: that of all rows, that of the verified ones; or k-means"),
    ODD_OPTIONS_END,
};

static const odd_option mixture_table[] = {
    ODD_INT(
        odd_mixture_options, theme_components, "1", 0, 1000,
        "Gaussians that make up the theme; 0: as many as the Bayesian information criterion says"),
    ODD_INT(odd_mixture_options, most_theme_components, "8", 1, 1000,
            "of these, where their number is 0"),
    ODD_CHOICE(odd_mixture_options, covariance, "full", covariances,
               "form of the covariances; tied: full, shared by the theme's components; factor: of "
               "low rank plus diagonal"),
    ODD_INT(odd_mixture_options, rank, "10", 1, 1000000,
            "of the low-rank part, for covariance: factor"),
    ODD_CHOICE(odd_mixture_options, background, "gaussian", backgrounds,
               "the anomaly: one Gaussian; Student's t, of heavy tails; or the same density "
               "wherever rows are"),
    ODD_REAL(odd_mixture_options, degrees, "4", 0.1, 1e6,
             "degrees of freedom, for background: student; the fewer, the heavier the tails"),
    ODD_CHOICE(odd_mixture_options, prior, "map", priors,
               "map: the priors below; none: plain maximum likelihood"),
    ODD_SHARED(odd_mixture_option_table),
    ODD_OPTIONS_END,
};

const odd_score_column odd_mixture_columns[] = {
    {"log_odds", "log of P(anomaly | row) / P(theme | row); odd rows are high", 1},
    {"posterior", "P(anomaly | row); odd rows are near 1", 1},
    {"log_density", "log density of the row under the whole mixture; odd rows are low", -1},
    {"mahalanobis", "Mahalanobis distance to the nearest theme component; odd rows are high", 1},
    {NULL, NULL, 0}};

const odd_detector odd_detector_mixture = {
    .name = "mixture",
    .summary = "theme and anomaly as Gaussians with priors, fitted by MAP-EM",
    .options = mixture_table,
    .options_size = sizeof(odd_mixture_options),
    .columns = odd_mixture_columns,
    .fit = odd_mixture_fit,
    .score = odd_mixture_score,
    .reason = odd_mixture_reason,
};
