/* The result of a mixture: in the log, in the model, and in the sentence for a row. */
#include "detect/mixture_internal.h"

#include "detect/detectors_internal.h"
#include "oddlot/base/log.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void log_names(const odd_mixture_task *t, int caution)
{
    if (caution == ODD_CAUTION_NARROW)
        odd_log(ODD_LOG_WARN,
                "mixture: the anomaly component is not the broad one in every direction; a larger "
                "prior_scale or prior_strength keeps it so");
    if (caution == ODD_CAUTION_SWAPPED)
        odd_log(ODD_LOG_WARN,
                "mixture: the theme is broader than the anomaly: the names of the "
                "components are not to be trusted%s",
                t->theme_rows ? "" : "; some verified theme rows would tell them apart");
}

static void log_share(const odd_mixture_options *o, double share)
{
    if (share < o->anomaly_share / 2)
        odd_log(ODD_LOG_WARN,
                "mixture: only %.2g %% anomalies where %.2g %% were believed; if there should be "
                "more, they are inside the theme: try a smaller prior_scale",
                100 * share, 100 * o->anomaly_share);
    if (share > 2 * o->anomaly_share)
        odd_log(ODD_LOG_INFO, "mixture: more anomalies than the %.2g %% believed",
                100 * o->anomaly_share);
}

void odd_mixture_log(const odd_mixture_task *task, const odd_mixture_result *r)
{
    const odd_em_history *h = &r->history;
    odd_log(ODD_LOG_INFO,
            "mixture: %d theme components, %d iterations%s; %.2f %% anomalies; in every direction "
            "the anomaly has at least %.3g times the theme's variance",
            r->m->themes, h->iterations, h->converged ? "" : " (not converged)", 100 * h->odd_share,
            r->dominance);
    log_names(task, odd_mixture_caution(r->m, r->dominance));
    log_share(task->options, h->odd_share);
}

static odd_status save_array(odd_bundle *b, const char *name, const char *about,
                             const double from[], int64_t count)
{
    double *to;
    odd_status st = odd_bundle_add(b, name, ODD_F64, about, &to, 1, count);
    if (st == ODD_OK) memcpy(to, from, (size_t)count * sizeof *to);
    return st;
}

static odd_status save_prior(const odd_mixture *m, const odd_mixture_prior *p, odd_bundle *b)
{
    odd_status st;
    ODD_TRY(save_array(b, "prior/share", "pseudo-rows of each component", p->share, m->components));
    ODD_TRY(save_array(b, "prior/rows", "pseudo-rows of each covariance", p->rows, m->groups));
    ODD_TRY(save_array(b, "prior/scale",
                       "prior covariances in multiples of that of all rows, or of the verified "
                       "theme rows",
                       p->scale, m->groups));
    ODD_TRY(save_array(b, "prior/mean_rows", "pseudo-rows at the prior mean of theme, of anomaly",
                       p->kappa, 2));
    ODD_TRY(save_array(b, "prior/theme_mean", "prior mean of the theme, units of the features",
                       p->mean, m->d));
    ODD_TRY(save_array(b, "prior/anomaly_mean", "prior mean of the anomaly", p->mean + m->d, m->d));
done:
    return st;
}

odd_status odd_mixture_result_save(const odd_mixture_task *task, const odd_mixture_result *r,
                                   odd_bundle *b)
{
    odd_status st;
    const odd_em_history *h = &r->history;
    ODD_TRY(odd_mixture_save(r->m, b));
    ODD_TRY(odd_bundle_add_i64(b, "rows", "rows it was learnt from", task->rows->part.n));
    ODD_TRY(odd_bundle_add_i64(b, "iterations", "of EM", h->iterations));
    ODD_TRY(odd_bundle_add_i64(b, "converged", "1: EM stopped by itself", h->converged));
    ODD_TRY(odd_bundle_add_f64(b, "anomaly_share", "mean posterior of the anomaly over all rows",
                               h->odd_share));
    ODD_TRY(odd_bundle_add_f64(b, "dominance",
                               "smallest ratio, over all directions, of the anomaly's variance to "
                               "a theme component's",
                               r->dominance));
    ODD_TRY(odd_bundle_add_i64(b, "caution",
                               "1: the anomaly is not broader than the theme in every direction; "
                               "2: it is narrower on the whole; 0: all is well",
                               odd_mixture_caution(r->m, r->dominance)));
    ODD_TRY(save_array(b, "objective",
                       task->options->bayes
                           ? "lower bound of the log evidence at the start and after each "
                             "iteration, constants left out"
                           : "log posterior at the start and after each iteration, constants left "
                             "out",
                       h->objective, (int64_t)h->iterations + 1));
    if (r->tried > 0)
        ODD_TRY(save_array(b, "bic",
                           "Bayesian information criterion of 1, 2, ... theme components; the "
                           "least was taken",
                           r->bic, r->tried));
    ODD_TRY(save_prior(r->m, r->prior, b));
done:
    return st;
}

static const char *const cautions[] = {
    [ODD_CAUTION_NONE] = "",
    [ODD_CAUTION_NARROW] = "; beware: far rows may pass for theme in some directions",
    [ODD_CAUTION_SWAPPED] = "; beware: theme and anomaly may be swapped",
};

/* The usual distance of a theme row is the root of the number of features. */
void odd_mixture_reason(const odd_bundle *model, const double score[], char *buffer, size_t size)
{
    int64_t d = 1, caution = ODD_CAUTION_NONE;
    if (odd_bundle_get_i64(model, "features", &d) != ODD_OK || d < 1) d = 1;
    if (odd_bundle_get_i64(model, "caution", &caution) != ODD_OK || caution < 0 ||
        caution > ODD_CAUTION_SWAPPED)
        caution = ODD_CAUTION_NONE;
    const double times = score[ODD_MIXTURE_DISTANCE] / sqrt((double)d),
                 p = score[ODD_MIXTURE_POSTERIOR];
    char probability[ODD_PROBABILITY_WORDS];
    snprintf(buffer, size,
             "anomaly with probability %s; %.3g times the usual distance from the theme%s",
             odd_probability_words(p, probability), times, cautions[caution]);
}
