/**
 * Scatter: the sum of products of float32 rows, y' y or y y', kept in float64.
 *
 * Panels are multiplied in float32, twice as fast, and added up in float64; or, `exact`, multiplied
 * in float64 too. See float32_error in pca_covariance.c and pca_gram.c for what that is worth.
 */
#ifndef ODDLOT_LINALG_SCATTER_INTERNAL_H
#define ODDLOT_LINALG_SCATTER_INTERNAL_H

#include "oddlot/base/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int order;
    double *sum;    /* (order, order), its upper triangle */
    float *product; /* (order, order) of one panel; NULL if exact */
    double *wide;   /* (order, terms) a panel in float64; NULL if not exact */
} odd_scatter;

/** An empty sum for panels of at most `terms` products each. */
odd_status odd_scatter_new(int order, int64_t terms, bool exact, odd_scatter *s);
void odd_scatter_free(odd_scatter *s);
/** Give back all but the sum. */
void odd_scatter_close(odd_scatter *s);

/** sum += y' y, y (terms, order). With all threads. @local */
void odd_scatter_rows(odd_scatter *s, int terms, const float *y);
/** sum += y y', y (order, terms) in rows `stride` apart. With all threads. @local */
void odd_scatter_columns(odd_scatter *s, int terms, const float *y, int stride);

double odd_scatter_trace(const odd_scatter *s);

#endif
