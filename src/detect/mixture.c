/* Detector `mixture`: a theme of one or more Gaussians and one broad Gaussian for the anomalies,
 * fitted by MAP-EM (Wang and Xu's latent-space mixture). See mixture_internal.h for the method.
 *
 * Left to itself, maximum likelihood uses the second component to describe the theme better. The
 * default priors keep the anomaly's covariance near a multiple of the covariance of all rows, so
 * it stays broader than the theme in every direction and takes what the theme cannot explain. */
#include "detect/mixture_internal.h"

#include "detect/detectors_internal.h"

static const char *const covariances[] = {"full", "tied", "diagonal", "spherical", "factor", NULL};
const char *const odd_mixture_shrinkages[] = {"auto", "ledoit_wolf", "none", NULL};
static const char *const backgrounds[] = {"gaussian", "student", "uniform", NULL};
static const char *const priors[] = {"map", "none", NULL};
const char *const odd_mixture_theme_priors[] = {"data", "verified", NULL};
const char *const odd_mixture_starts[] = {"data", "verified", "kmeans", NULL};

static const odd_option mixture_table[] = {
    ODD_MIXTURE_OPTION(
        theme_components, INT, "1", 0, 1000, NULL,
        "Gaussians that make up the theme; 0: as many as the Bayesian information criterion "
        "says"),
    ODD_MIXTURE_OPTION(most_theme_components, INT, "8", 1, 1000, NULL,
                       "of these, where their number is 0"),
    ODD_MIXTURE_OPTION(
        covariance, CHOICE, "full", 0, 0, covariances,
        "form of the covariances; tied: full, shared by the theme's components; factor: of low "
        "rank plus diagonal"),
    ODD_MIXTURE_OPTION(rank, INT, "10", 1, 1000000, NULL,
                       "of the low-rank part, for covariance: factor"),
    ODD_MIXTURE_OPTION(
        background, CHOICE, "gaussian", 0, 0, backgrounds,
        "the anomaly: one Gaussian; Student's t, of heavy tails; or the same density wherever "
        "rows are"),
    ODD_MIXTURE_OPTION(
        degrees, REAL, "4", 0.1, 1e6, NULL,
        "degrees of freedom, for background: student; the fewer, the heavier the tails"),
    ODD_MIXTURE_OPTION(prior, CHOICE, "map", 0, 0, priors,
                       "map: the priors below; none: plain maximum likelihood"),
    ODD_MIXTURE_SHARED_OPTIONS,
    ODD_OPTIONS_END};

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
