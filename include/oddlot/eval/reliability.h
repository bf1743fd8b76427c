/**
 * Reliability: do things that are said to happen with probability p happen so often?
 *
 * Expected calibration error over bins of equal width (Naeini, Cooper and Hauskrecht, "Obtaining
 * well calibrated probabilities using Bayesian binning", AAAI 2015) and Brier's score
 * ("Verification of forecasts expressed in terms of probability", 1950). @local
 */
#ifndef ODDLOT_EVAL_RELIABILITY_H
#define ODDLOT_EVAL_RELIABILITY_H

#include "oddlot/base/status.h"

#include <stdint.h>

enum { ODD_RELIABILITY_BINS = 10 };

typedef struct {
    int64_t count[ODD_RELIABILITY_BINS];   /* probabilities in [b / 10, (b + 1) / 10), or 1 */
    double expected[ODD_RELIABILITY_BINS]; /* their mean, NaN where there are none */
    double happened[ODD_RELIABILITY_BINS]; /* share of them that came true */
    double error;                          /* mean distance of both, weighted by count */
    double brier;                          /* mean square of probability - truth */
} odd_reliability;

/** Of n > 0 probabilities and what came of them (1 or 0). ODD_ARG if n < 1; ODD_NUMERIC naming a
 *  value outside 0 ... 1. */
odd_status odd_reliability_of(int64_t n, const double probability[], const uint8_t truth[],
                              odd_reliability *out);

#endif
