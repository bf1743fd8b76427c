/* Detector `mixture`: a theme of one or more Gaussians and one broad Gaussian for the anomalies,
 * fitted by MAP-EM (Wang and Xu's latent-space mixture). See mixture_internal.h for the method.
 *
 * Left to itself, maximum likelihood uses the second component to describe the theme better. The
 * default priors keep the anomaly's covariance near a multiple of the covariance of all rows, so
 * it stays broader than the theme in every direction and takes what the theme cannot explain. */
#include "mixture_internal.h"

#include "detectors_internal.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static const char *const covariances[] = {"full", "tied", "diagonal", "spherical", NULL};
static const char *const priors[] = {"map", "none", NULL};
static const char *const starts[] = {"data", "verified", "kmeans", NULL};

/* The rest: default, range, choices, help. */
#define OPTION(field, kind, ...)                                                                   \
    {                                                                                              \
        .key = #field, .type = ODD_OPTION_##kind, .offset = offsetof(odd_mixture_options, field),  \
        __VA_ARGS__                                                                                \
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

static const odd_score_column mixture_columns[] = {
    {"log_odds", "log of P(anomaly | row) / P(theme | row); odd rows are high", 1},
    {"posterior", "P(anomaly | row); odd rows are near 1", 1},
    {"log_density", "log density of the row under the whole mixture; odd rows are low", -1},
    {"mahalanobis", "Mahalanobis distance to the nearest theme component; odd rows are high", 1},
    {NULL, NULL, 0}};

/* The usual distance of a theme row is the root of the number of features. */
static void mixture_reason(const odd_bundle *model, const double score[], char *buffer, size_t size)
{
    int64_t d = 1;
    if (odd_bundle_get_i64(model, "features", &d) != ODD_OK || d < 1) d = 1;
    const double times = score[ODD_MIXTURE_DISTANCE] / sqrt((double)d),
                 p = score[ODD_MIXTURE_POSTERIOR];
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
    .options_size = sizeof(odd_mixture_options),
    .columns = mixture_columns,
    .fit = odd_mixture_fit,
    .score = odd_mixture_score,
    .reason = mixture_reason,
};
