/**
 * Classes: the parts behind the detector in classes.c.
 *
 * Letters: n rows, d features, k classes, f factors.
 */
#ifndef ODDLOT_DETECT_CLASSES_INTERNAL_H
#define ODDLOT_DETECT_CLASSES_INTERNAL_H

#include "oddlot/base/bundle.h"
#include "oddlot/detect/detector.h"
#include "oddlot/par/rows.h"

#include <stdbool.h>

typedef struct {
    char *covariance, *shrinkage;
    double percentile;
    int64_t folds, least, neighbours, sample, components;
} odd_classes_options;

enum {
    ODD_CLASSES_OUTSIDE,
    ODD_CLASSES_OUTSIDE_ALL,
    ODD_CLASSES_DISTANCE,
    ODD_CLASSES_RELATIVE,
    ODD_CLASSES_NEIGHBOUR,
    ODD_CLASSES_SUBSPACE,
    ODD_CLASSES_CLASS,
    ODD_CLASSES_COLUMNS
};

/* ---- classes_score.c ---- */

/** @collective */
odd_status odd_classes_score(const odd_bundle *model, const odd_rows *rows, double score[]);

/* ---- classes_rows.c: which rows are learnt from, and their classes ---- */

typedef struct {
    int64_t n;       /* rows learnt from, of all ranks */
    int32_t k;       /* classes that have some */
    int32_t *of;     /* (n_local) 0 ... k - 1; -1: not learnt from */
    uint8_t *learnt; /* (n_local) 1: it is */
    uint8_t *fold;   /* (n_local) 0 ... folds - 1: the rows of a class in turn */
    int32_t *number; /* (k) what the class is in what is known; -1: no row has one, all are one */
} odd_class_rows;

/** All rows that have a class, where none has one all rows, but those that are verified as odd.
 *  @collective; ODD_ARG where there is none; free it also after a failure */
odd_status odd_class_rows_new(const odd_rows *rows, const odd_known *known, int64_t folds,
                              odd_class_rows *out);
void odd_class_rows_free(odd_class_rows *rows);

/* ---- classes_gaussians.c: a Gaussian for each class ---- */

/* Their arrays, which lie in a bundle. */
typedef struct {
    int d;
    int32_t k, factors;
    int64_t rows;       /* that they are learnt from; 0: not known */
    double *mean;       /* (k, d) */
    double *origin;     /* (d) mean of all rows */
    double *factor;     /* (f, d, d) inverse transposed Cholesky factors: the first of the shared
                           covariance within classes */
    int64_t *factor_of; /* (k) */
} odd_class_gaussians;

/** Learn them from rows of classes of (n_local; -1: none), into the bundle. size (k): rows of each;
 *  within (d, d): the shared covariance. @collective; ODD_ARG where own covariances would be too
 *  large; ODD_NUMERIC, ODD_NOMEM */
odd_status odd_class_gaussians_learn(const odd_rows *rows, const int32_t of[], int32_t k,
                                     const odd_classes_options *options, odd_bundle *model,
                                     odd_class_gaussians *out, int64_t size[], double within[]);
/** The factor (d, d) of a covariance on every rank, made on rank 0. @collective; ODD_NUMERIC */
odd_status odd_class_factor(MPI_Comm comm, int d, const double covariance[], double factor[]);
/** @local; ODD_FORMAT */
odd_status odd_class_gaussians_find(const odd_bundle *model, odd_class_gaussians *out);

/* What one thread needs to tell distances. */
typedef struct {
    const odd_class_gaussians *g;
    double *centre; /* (k, d) means by the shared factor; shared by threads */
    double *length; /* (k) their squared lengths */
    double *origin; /* (d) zeros */
    int64_t room;   /* doubles of a thread's: z (count, d), by class (count, k), square (count) */
    double *work;   /* (threads, room) */
    int step;       /* rows at a time */
} odd_class_distances;

/** @local; ODD_NOMEM; close it also after a failure */
odd_status odd_class_distances_open(const odd_class_gaussians *g, odd_class_distances *out);
void odd_class_distances_close(odd_class_distances *distances);
/** Squared distances of at most `step` rows from all classes: (count, k), the thread's until its
 *  next call; of a row that is not finite NAN. @local */
const double *odd_class_distances_of(const odd_class_distances *distances, const odd_block *part);
/** The class of the least of them (k), the first of equal ones. @local */
int32_t odd_nearest_class(int32_t k, const double square[]);
/** Squared distances of rows from their own class alone: own (count); of -1: NAN. @local */
void odd_class_distances_own(const odd_class_distances *distances, const odd_block *part,
                             const int32_t of[], double own[]);

/* ---- classes_threshold.c: how far rows of a class are from it ---- */

/** Thresholds of the distances (k), > 0, on every rank: the percentile of those of the rows of each
 *  class from what was learnt without them, or (folds < 2) from g, which was learnt with them. Of
 *  classes that have too few the percentile of all. @collective; ODD_NOMEM */
odd_status odd_class_thresholds(const odd_rows *rows, const odd_class_rows *from,
                                const odd_classes_options *options, const odd_class_gaussians *g,
                                double threshold[]);

#endif
