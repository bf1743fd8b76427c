/**
 * Head: the parts behind the detector in head.c.
 *
 * Letters: n rows, d features, w values of a hidden layer.
 */
#ifndef ODDLOT_DETECT_HEAD_INTERNAL_H
#define ODDLOT_DETECT_HEAD_INTERNAL_H

#include "oddlot/base/bundle.h"
#include "oddlot/detect/detector.h"
#include "oddlot/par/rows.h"

#include <stdbool.h>

typedef struct {
    char *theme;
    int64_t width, layers, epochs, batch, least;
    double rate, weight_decay;
    bool balance;
} odd_head_options;

enum { ODD_HEAD_POSTERIOR, ODD_HEAD_LOGIT, ODD_HEAD_COLUMNS };
enum { ODD_HEAD_MOST_LAYERS = 8 }; /* hidden ones */

/* ---- head_rows.c: which rows it learns from ---- */

typedef struct {
    int64_t count; /* of both kinds, on every rank */
    int64_t odd;   /* of them, verified as odd */
    int64_t *row;  /* (count) their numbers over all ranks, rising */
    uint8_t *kind; /* (count) 1: odd, 0: theme */
    uint8_t *mine; /* (n_local) 1: my row is learnt from */
} odd_head_rows;

/** 9 bytes for each row that is learnt from, on every rank. @collective; ODD_ARG where one kind has
 *  too few; free it also after a failure */
odd_status odd_head_rows_new(const odd_rows *rows, const odd_known *known,
                             const odd_head_options *options, odd_head_rows *out);
void odd_head_rows_free(odd_head_rows *rows);

/* ---- head_model.c: what is learnt, as arrays ---- */

/* In double, so that products of other shapes, of rows that are scored alone, say the same. */
typedef struct {
    int d, width, layers;                           /* hidden layers */
    const double *mean;                             /* (d) of the rows that were learnt from */
    const double *scale;                            /* (d) one over their deviation */
    const double *weight[ODD_HEAD_MOST_LAYERS + 1]; /* (d or w, w), the last (w, 1) */
    const double *bias[ODD_HEAD_MOST_LAYERS + 1];   /* (w), the last (1) */
} odd_head;

/** Names of the arrays of a layer. @local */
void odd_head_names(int layer, char weight[static 32], char bias[static 32]);
/** @local; ODD_FORMAT */
odd_status odd_head_find(const odd_bundle *model, odd_head *out);

/* ---- head_train.c ---- */

/** Learn the weights of all layers, into the model, which has mean and scale. @collective;
 * ODD_USAGE where this oddlot has no networks; ODD_NUMERIC, ODD_NOMEM */
odd_status odd_head_train(const odd_head_options *options, const odd_rows *rows,
                          const odd_head_rows *from, const double mean[], const double scale[],
                          uint64_t seed, odd_bundle *model);

/* ---- head_score.c ---- */

/** @collective */
odd_status odd_head_score(const odd_bundle *model, const odd_rows *rows, double score[]);

#endif
