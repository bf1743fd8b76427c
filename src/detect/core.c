/* Detector `core`: the distances of a row from the dense core of the rows and from the theme that
 * is grown from it; nothing need be known of the share of odd rows. See core_internal.h for the
 * method. */
#include "detect/core_internal.h"

#include "detect/detectors_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>

static const odd_option core_table[] = {
    ODD_REAL(odd_core_options, core_share, "0.6", 0.5, 0.99,
             "share of the rows, the densest, that the theme grows from; the rest may be odd"),
    ODD_REAL(odd_core_options, growth, "0.02", 0.001, 0.5,
             "share of the rows by which it grows at a time"),
    ODD_INT(odd_core_options, axes, "20", 0, 100000,
            "directions with a variance of their own, at most; the rest share one"),
    ODD_REAL(odd_core_options, neighbours, "0.1", 0, 1,
             "a row is dense if so large a share of the rows is near; odd rows that are alike "
             "should be fewer"),
    ODD_INT(odd_core_options, sample, "500", 1, 1e9,
            "rows to look for neighbours among, drawn by the seed"),
    ODD_REAL(odd_core_options, odd_share, "0.05", 1e-6, 0.5,
             "share of odd rows believed beforehand"),
    ODD_REAL(odd_core_options, share_strength, "0.1", 0, 1e9,
             "pseudo-rows behind that belief, in multiples of the number of rows"),
    ODD_OPTIONS_END,
};

static const odd_score_column core_columns[] = {
    {"log_odds", "log of P(odd | row) / P(theme | row); odd rows are high", 1},
    {"posterior", "P(odd | row); odd rows are near 1", 1},
    {"core", "Mahalanobis distance from the core; odd rows are high", 1},
    {"mahalanobis", "Mahalanobis distance from the theme; odd rows are high", 1},
    {NULL, NULL, 0}};

/* The columns of one row from its log squared distances. */
static void fill_columns(double offset, double slope, double core, double theme, double score[])
{
    const double log_odds = offset + slope * odd_core_score(core, theme);
    score[ODD_CORE_LOG_ODDS] = log_odds;
    score[ODD_CORE_POSTERIOR] = 1 / (1 + exp(-log_odds));
    score[ODD_CORE_CORE] = exp(0.5 * core);
    score[ODD_CORE_THEME] = exp(0.5 * theme);
}

static odd_status find_parts(const odd_bundle *model, odd_core_gaussian *core,
                             odd_core_gaussian *theme, double *offset, double *slope)
{
    odd_status st;
    ODD_TRY(odd_core_gaussian_find(model, "core", core));
    ODD_TRY(odd_core_gaussian_find(model, "theme", theme));
    ODD_TRY(odd_bundle_get_f64(model, "odds/offset", offset));
    ODD_TRY(odd_bundle_get_f64(model, "odds/slope", slope));
    if (core->d != theme->d)
        return odd_fail(ODD_FORMAT, "core and theme are not of the same features");
    if (!isfinite(*offset) || !isfinite(*slope))
        return odd_fail(ODD_FORMAT, "the odds of the model are not finite");
done:
    return st;
}

static odd_status core_score(const odd_bundle *model, const odd_rows *rows, double score[])
{
    odd_status st;
    odd_core_gaussian core, theme;
    double *from_core = NULL, *from_theme = NULL, offset, slope;
    ODD_TRY_ALL(rows->comm, find_parts(model, &core, &theme, &offset, &slope));
    ODD_TRY_ALL(rows->comm, odd_detector_check_width("core", rows, core.d));
    ODD_TRY_ALL(rows->comm, ODD_NEW(from_core, rows->part.n_local));
    ODD_TRY_ALL(rows->comm, ODD_NEW(from_theme, rows->part.n_local));
    ODD_TRY(odd_core_gaussian_distances(rows, &core, from_core));
    ODD_TRY(odd_core_gaussian_distances(rows, &theme, from_theme));
    for (int64_t i = 0; i < rows->part.n_local; i++)
        fill_columns(offset, slope, from_core[i], from_theme[i], score + i * ODD_CORE_COLUMNS);
done:
    odd_free(from_core);
    odd_free(from_theme);
    return st;
}

static void core_reason(const odd_bundle *model, const double score[], char *buffer, size_t size)
{
    char probability[ODD_PROBABILITY_WORDS];
    double usual = 0;
    if (odd_bundle_get_f64(model, "usual", &usual) != ODD_OK || !(usual > 0)) usual = 1;
    snprintf(buffer, size,
             "anomaly with probability %s; %.3g times the usual distance from the theme",
             odd_probability_words(score[ODD_CORE_POSTERIOR], probability),
             score[ODD_CORE_THEME] / usual);
}

const odd_detector odd_detector_core = {
    .name = "core",
    .summary = "distance from the dense core of the rows and from the theme grown from it",
    .options = core_table,
    .options_size = sizeof(odd_core_options),
    .columns = core_columns,
    .fit = odd_core_fit,
    .score = core_score,
    .reason = core_reason,
};
