/**
 * Value range: the part of a heavy-tailed quantity that is worth its room on an axis.
 */
#ifndef ODDLOT_REPORT_VALUE_RANGE_INTERNAL_H
#define ODDLOT_REPORT_VALUE_RANGE_INTERNAL_H

#include "oddlot/report/report.h"

typedef double odd_value_of(const odd_report_data *data, int64_t i);

typedef struct {
    double low, high; /* what to show */
    double min, max;  /* of all finite values */
    int64_t finite;   /* how many these are; 0: the others are 0 */
} odd_value_range;

/** An even sample of n values, `most` at most, is every so many of them. */
int64_t odd_sample_stride(int64_t n, int64_t most);

/** Set low and high as odd_value_range_find() does, from a sample (count), which is sorted; min and
 *  max are given. */
void odd_value_range_show(odd_value_range *r, int64_t count, double sample[], double margin);

/**
 * The range between the 0.5 % and 99.5 % quantiles, widened by `margin` times its width on either
 * side; all values where that leaves little out. The quantiles come from an even sample.
 */
odd_status odd_value_range_find(const odd_report_data *data, int64_t n, odd_value_of *value,
                                double margin, odd_value_range *out);

#endif
