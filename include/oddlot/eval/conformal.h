/**
 * Conformal threshold: a cut of the score at which at most a stated share of theme images is
 * flagged, from the scores of verified theme images alone (split conformal prediction; Vovk,
 * "Conditional validity of inductive conformal predictors", ACML 2012, proposition 2a).
 *
 * Scores of n verified images and those of the other theme images are exchangeable if the verified
 * ones were picked at random and the detector was not told of them. Flagging what lies above the
 * j-th largest of them then flags a share of the theme images that is Beta(j, n + 1 - j), whatever
 * the distribution of the scores; with ties it is less. @local
 */
#ifndef ODDLOT_EVAL_CONFORMAL_H
#define ODDLOT_EVAL_CONFORMAL_H

#include "oddlot/base/status.h"

#include <stdint.h>

typedef struct {
    int64_t above;     /* j: verified images that are flagged or lie on the threshold */
    double threshold;  /* flag scores above it, not equal to it */
    double expected;   /* mean of the share of theme images flagged: j / (n + 1) */
    double confidence; /* that the share is at most the wanted rate; at least the wanted one */
} odd_conformal;

/** Fewest verified images with which a rate can be had at a confidence: the smallest n with
 *  1 - (1 - rate)^n >= confidence. rate, confidence in (0, 1). */
int64_t odd_conformal_needed(double rate, double confidence);

/**
 * The lowest threshold that keeps the share of theme images flagged at or below `rate` with at
 * least `confidence`.
 * @param score  (n) of verified theme images, larger is odder; none NaN.
 * @return ODD_ARG if n is too small, saying how many are needed; ODD_NUMERIC for a NaN; ODD_NOMEM.
 */
odd_status odd_conformal_cut(int64_t n, const double score[], double rate, double confidence,
                             odd_conformal *out);

/** P(at least k of n) where each comes with probability p. */
double odd_binomial_tail(int64_t n, int64_t k, double p);

#endif
