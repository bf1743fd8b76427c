/**
 * Mean of repeated trials with its confidence interval. @local
 */
#ifndef ODDLOT_EVAL_MEAN_H
#define ODDLOT_EVAL_MEAN_H

#include <stdint.h>

typedef struct {
    double mean;
    double half; /* mean - half ... mean + half holds the true mean with confidence 0.95 if the
                    trials are independent and about normal (Student); NaN for one trial */
} odd_mean;

/** NaNs are left out; the mean of nothing is NaN. value: (n). */
odd_mean odd_mean_of(int64_t n, const double value[]);

#endif
