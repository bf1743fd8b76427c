/**
 * Detector: learns from rows and scores how odd each one is. A detector is one table of functions
 * in one file and one line in ODD_DETECTORS; the stages `fit` and `score` know nothing else of it.
 */
#ifndef ODDLOT_DETECT_DETECTOR_H
#define ODDLOT_DETECT_DETECTOR_H

#include "oddlot/base/bundle.h"
#include "oddlot/base/job.h"
#include "oddlot/par/rows.h"

#include <stdbool.h>

/* What is known of a row beforehand. */
enum { ODD_UNVERIFIED = 0, ODD_VERIFIED_THEME = 1, ODD_VERIFIED_ODD = 2 };

/* What is known beforehand of rows that are learnt from; borrowed. */
typedef struct {
    const uint8_t *verified;  /* (n_local) ODD_UNVERIFIED...; NULL: nothing is verified */
    const int32_t *class_of;  /* (n_local) 0 ... classes - 1; -1: it has none; NULL: no row has */
    int32_t classes;          /* the same on every rank, as are the names */
    const char *const *names; /* (classes); NULL: they have none */
} odd_known;

#define ODD_NOTHING_KNOWN (&(const odd_known){0})

/* One column of scores; every column is larger for odder rows, except where `about` says so. */
typedef struct {
    const char *name;  /* "posterior" */
    const char *about; /* what it is, its units and which end is odd */
    int ranks;         /* 1: a larger value is odder; -1: a smaller one; 0: not for ranking */
} odd_score_column;

typedef struct {
    const char *name; /* "mixture": also the section "fit.mixture" of its settings */
    const char *summary;
    const odd_option *options;
    size_t options_size;
    const odd_score_column
        *columns; /* ends with a NULL name; the first is what rows are ranked by */
    bool draws; /* it draws rows by their numbers even where they are few: in another order they may
                   teach another model, which finds odd rows as well */
    double cut; /* the detector's own rule: rows are odd whose first column is at least this; 0: it
                   has none */
    bool supervised; /* it is a network that learns from rows verified as odd: it fails where these
                        are too few, and where oddlot has no networks */
    bool by_class;   /* it learns from the classes of rows: others are not told them */
    /** Learn from rows and what is known of them. The model comes as named arrays, bitwise the same
     *  on every rank and on any number of ranks and threads. @collective on rows->comm. */
    odd_status (*fit)(const void *options, const odd_rows *rows, const odd_known *known,
                      uint64_t seed, odd_bundle *model);
    /** Scores of rows: column c of row i at score[i * columns + c], float64. @collective */
    odd_status (*score)(const odd_bundle *model, const odd_rows *rows, double score[]);
    /** One sentence why a row is odd, from its scores and the model ("probability 0.998; 14 times
     *  the usual distance from the theme"). @local */
    void (*reason)(const odd_bundle *model, const double score[], char *buffer, size_t size);
} odd_detector;

#define ODD_DETECTORS(X)                                                                           \
    X(odd_detector_core)                                                                           \
    X(odd_detector_mixture)                                                                        \
    X(odd_detector_bayes_mixture)                                                                  \
    X(odd_detector_mahalanobis)                                                                    \
    X(odd_detector_classes)                                                                        \
    X(odd_detector_knn)                                                                            \
    X(odd_detector_kmeans)                                                                         \
    X(odd_detector_forest)                                                                         \
    X(odd_detector_head)

#define ODD_DECLARE(record) extern const odd_detector record;
ODD_DETECTORS(ODD_DECLARE)
#undef ODD_DECLARE

extern const odd_detector *const odd_detectors[]; /* NULL-terminated; the first is the default */
const odd_detector *odd_detector_find(const char *name); /* NULL if there is none */
int odd_detector_columns(const odd_detector *detector);

#endif
