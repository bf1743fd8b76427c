/**
 * Moments: mean and scatter of rows spread over ranks, in two passes.
 *
 * All @collective on rows->comm; bitwise the same on any number of ranks and threads.
 */
#ifndef ODDLOT_DETECT_MOMENTS_INTERNAL_H
#define ODDLOT_DETECT_MOMENTS_INTERNAL_H

#include "detect/covariance_internal.h"
#include "oddlot/par/rows.h"

#include <stdbool.h>

/* Which rows count: all, or those whose entry of `mark` (n_local) is `wanted`. A rank whose mark is
 * NULL has none of those. */
typedef struct {
    bool all;
    const uint8_t *mark; /* borrowed */
    uint8_t wanted;
} odd_row_filter;

#define ODD_ALL_ROWS ((odd_row_filter){true, NULL, 0})

static inline bool odd_row_counts(odd_row_filter filter, int64_t local)
{
    return filter.all || (filter.mark && filter.mark[local] == filter.wanted);
}

/** Rows of all ranks that are marked so. */
int64_t odd_count_marked(const odd_rows *rows, const uint8_t mark[], uint8_t wanted);

/** Mean (d) of the selected rows (of none: zeros) and their number.
 *  @return ODD_NUMERIC naming the row with a value that is not finite; ODD_NOMEM. */
odd_status odd_mean(const odd_rows *rows, odd_row_filter filter, double mean[], int64_t *n);

/** Sum of z z' of the selected rows about a centre (dense, both triangles), and of the squares of
 *  the entries of z z' that this form has: |z|^4 of a full one. factor: of a covariance of this
 *  form, by which z is whitened first; NULL: not. */
odd_status odd_scatter(const odd_rows *rows, odd_row_filter filter, odd_form form,
                       const double centre[], const double factor[], double scatter[],
                       double *fourth);

/* Rows of several classes, each about the mean of its own. */
typedef struct {
    const int32_t *of;  /* (n_local) 0 ... k - 1; -1: of none, which does not count */
    const double *mean; /* (k, d) */
    int32_t only;       /* rows of this class alone count; -1: of all */
} odd_row_classes;

/** As odd_scatter(), full, each row about the mean of its class: scatter (d, d). */
odd_status odd_scatter_within(const odd_rows *rows, const odd_row_classes *classes,
                              double scatter[], double *fourth);

/** Ledoit and Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", J.
 *  Multivariate Analysis 88, 2004, equation (14): the part of mu I, mu the mean variance, in the
 *  best shrunk covariance of n rows, from what odd_scatter() gives. @local */
double odd_ledoit_wolf(odd_form form, int d, int64_t n, const double scatter[], double fourth);

/** covariance := (1 - share) covariance + share mu I. @local */
void odd_shrink_covariance(odd_form form, int d, double share, double covariance[]);

/** Make the covariance of rows with this mean safe to invert, also where rows are fewer than
 *  features or all the same: each feature gets a millionth more variance of its own, and at least
 *  the resolution of float32. @local */
void odd_secure_covariance(odd_form form, int d, const double mean[], double covariance[]);

#endif
