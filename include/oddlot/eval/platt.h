/**
 * Platt's calibration: a score becomes log odds that mean what they say.
 *
 * Logistic regression of the truth on the score: J. Platt, "Probabilistic outputs for support
 * vector machines and comparisons to regularized likelihood methods", 1999, with his targets
 * (odd + 1) / (odd + 2) and 1 / (theme + 2), so that a score which separates both kinds stays
 * finite; by Newton's method with step control: Lin, Lin and Weng, "A note on Platt's probabilistic
 * outputs for support vector machines", Machine Learning 68, 2007. The order of images stays:
 * where a larger score would mean less odd, the slope is 0. @local
 */
#ifndef ODDLOT_EVAL_PLATT_H
#define ODDLOT_EVAL_PLATT_H

#include "oddlot/base/status.h"

#include <stdint.h>

/* Log odds of a score x, where as many are odd as among those that were learnt from: slope x +
 * offset; slope >= 0. */
typedef struct {
    double slope, offset;
    double prior; /* log odds of being odd among them, by Platt's targets */
} odd_platt;

/**
 * Learn it from n scores of known truth, in their order: the same bits wherever it runs.
 * @param truth  1 odd, 0 theme.
 * @return ODD_ARG if one kind is missing; ODD_NUMERIC if a score is not finite.
 */
odd_status odd_platt_fit(int64_t n, const double score[], const uint8_t truth[], odd_platt *out);

/** Log odds of being odd at this score, where odd and theme are as likely. */
double odd_platt_evidence(const odd_platt *p, double score);

#endif
