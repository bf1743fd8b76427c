/**
 * ROC and its relatives: how well a score ranks the odd rows before the others, when the truth is
 * known. Ties count as scikit-learn counts them. NaN scores are not allowed (ODD_NUMERIC). @local
 */
#ifndef ODDLOT_EVAL_ROC_H
#define ODDLOT_EVAL_ROC_H

#include "oddlot/base/status.h"

#include <stdint.h>

/* One threshold: rows with score >= threshold are called odd. */
typedef struct {
    double threshold;
    int64_t true_odd;  /* odd rows called odd */
    int64_t false_odd; /* theme rows called odd */
} odd_roc_point;

typedef struct {
    int64_t odd, theme;       /* rows of each kind */
    double auc;               /* area under the ROC curve, trapezoids over tied groups */
    double average_precision; /* sum of precision times step in recall of the odd rows */
    odd_roc_point *point;     /* one per distinct score, falling; before them nothing is called odd,
                                 point[0], with +infinity */
    int64_t points;
} odd_roc;

/**
 * The curve over all thresholds. The sums are of whole numbers, so neither the order of the rows
 * nor their count costs accuracy; O(n log n) time, 32 bytes a row.
 * @param truth  1 odd, 0 theme.
 * @param[out] out  owned by caller: odd_roc_free(); empty on failure.
 * @return ODD_ARG if one kind is missing; ODD_NUMERIC naming the row of a NaN (infinite scores
 *         rank like any other); ODD_NOMEM.
 */
odd_status odd_roc_curve(int64_t n, const double score[], const uint8_t truth[], odd_roc *out);
void odd_roc_free(odd_roc *roc);

/* What the areas are made of, in whole numbers: parts of a curve may be added up in any order, and
 * give the same bits. For up to 2^31 rows. */
typedef struct {
    int64_t twice_area;            /* in units of one row by one row */
    int64_t precision, part, rest; /* precision of each odd row: whole, in 2^-30 and 2^-60 */
} odd_roc_sums;

/** Add a point, `before` being the one before it. */
void odd_roc_sums_add(const odd_roc_point *before, const odd_roc_point *point, odd_roc_sums *sums);
/** The areas of a curve whose counts are known: roc->auc, roc->average_precision. */
void odd_roc_areas(const odd_roc_sums *sums, odd_roc *roc);

/** The share of theme rows called odd at the first threshold at which at least this share of the
 * odd rows is: at 0.95 the false positives at 95 % sensitivity. sensitivity: > 0 ... 1. */
double odd_roc_false_share(const odd_roc *roc, double sensitivity);

/** The area under it alone; NaN where one kind is missing. ODD_NUMERIC, ODD_NOMEM. */
odd_status odd_roc_auc(int64_t n, const double score[], const uint8_t truth[], double *auc);

/* Everything at one threshold. A share of nothing is 0, as in scikit-learn. */
typedef struct {
    double threshold;
    int64_t odd_found, odd_missed, theme_kept, theme_lost; /* the confusion matrix */
    double sensitivity;                                    /* share of odd rows found */
    double recall;    /* share of theme rows kept (Wang and Xu's word) */
    double precision; /* share of odd ones among the flagged */
    double f1;        /* of the odd class */
} odd_confusion;

/** The shares that follow from the counts. */
void odd_confusion_shares(odd_confusion *confusion);

void odd_confusion_at(int64_t n, const double score[], const uint8_t truth[], double threshold,
                      odd_confusion *out);

/**
 * At most `most` points of the curve that keep its shape, ends included, for plots and tables: its
 * corners if these are few enough, else the first corner of every 2 / (most - 1) along it.
 * @param[out] points  (count); owned by caller: odd_free().
 * @return ODD_ARG if most < 2; ODD_NOMEM.
 */
odd_status odd_roc_thin(const odd_roc *roc, int64_t most, odd_roc_point **points, int64_t *count);

#endif
