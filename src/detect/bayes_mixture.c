/* Detector `bayes_mixture`: the mixture of theme and anomaly, fitted by variational Bayes.
 *
 * It averages over what the parameters may be instead of taking the likeliest, and theme components
 * that the rows do not need empty themselves: their number need only be large enough. Scores are
 * those of `mixture`, with expected log densities. See mixture_bayes.c for the method. */
#include "detect/mixture_internal.h"

#include "detect/detectors_internal.h"

static const odd_option bayes_table[] = {
    ODD_INT(odd_mixture_options, theme_components, "6", 1, 1000,
            "Gaussians that may make up the theme; those that are not needed empty themselves"),
    ODD_REAL(
        odd_mixture_options, concentration, "0.01", 1e-9, 1e9,
        "pseudo-rows of each theme component: the fewer, the more components empty themselves"),
    ODD_SHARED(odd_mixture_option_table),
    ODD_OPTIONS_END,
};

static odd_status bayes_fit(const void *options, const odd_rows *rows, const odd_known *known,
                            uint64_t seed, odd_bundle *model)
{
    static char full[] = "full", gaussian[] = "gaussian", map[] = "map";
    odd_mixture_options o = *(const odd_mixture_options *)options;
    o.bayes = true;
    o.covariance = full;
    o.background = gaussian;
    o.degrees = 1;
    o.prior = map;
    return odd_mixture_fit(&o, rows, known, seed, model);
}

const odd_detector odd_detector_bayes_mixture = {
    .name = "bayes_mixture",
    .summary = "theme and anomaly as Gaussians, fitted by variational Bayes",
    .options = bayes_table,
    .options_size = sizeof(odd_mixture_options),
    .columns = odd_mixture_columns,
    .fit = bayes_fit,
    .score = odd_mixture_score,
    .reason = odd_mixture_reason,
};
