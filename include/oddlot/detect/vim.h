/**
 * ViM: how far rows are from what a classifier was taught, by what of their features lies outside
 * the principal subspace, as one more logit beside those of the classes.
 *
 * H. Wang, Li, Feng and Zhang, "ViM: out-of-distribution with virtual-logit matching", CVPR 2022:
 * the score is alpha times the length of the residual less log sum exp of the logits; alpha makes
 * the virtual logits as large as the largest logits are on average.
 *
 * Letters: n rows, d features, k classes.
 */
#ifndef ODDLOT_DETECT_VIM_H
#define ODDLOT_DETECT_VIM_H

#include "oddlot/par/rows.h"

/** The origin in which all logits of a linear classifier are equal as nearly as may be, as the
 * paper takes it: -pinv(weight) bias. weight (k, d), bias (k), origin (d). @local; ODD_NUMERIC,
 *  ODD_NOMEM. Cost: the eigenvectors of a matrix of the order of the smaller of k and d. */
odd_status odd_vim_origin(int64_t k, int64_t d, const float weight[], const float bias[],
                          double origin[]);

/* What is learnt. */
typedef struct {
    int d, axes;
    double *origin; /* (d) of features */
    double *axis;   /* (axes, d) principal axes, unit rows */
    double alpha;   /* a virtual logit is so many times the residual */
} odd_vim;

typedef struct {
    const double *origin;  /* (d); NULL: the mean of the rows */
    const uint8_t *learnt; /* (n_local) 1: the row is learnt from; NULL: all are */
    int64_t components; /* axes of the subspace; 0: as the paper takes them, 1000 of 2048 features
                           and more, 512 of 768 and more, else half of them */
} odd_vim_options;

/** Learn the subspace and alpha in three passes. largest: (n_local) largest logits of the rows,
 * looked at in the last one. The model is the same bits on any number of ranks and threads, owned
 * by caller: odd_vim_free(). @collective on features->comm; ODD_ARG where there is no row,
 *  ODD_NUMERIC naming a row that is not finite, ODD_NOMEM */
odd_status odd_vim_learn(const odd_vim_options *options, const odd_rows *features,
                         const double largest[], odd_vim *out);
void odd_vim_free(odd_vim *vim);

/** Scores of rows x (count, d), larger for odder ones. energy: (count) - log sum exp of the logits;
 *  score: (count). @local; ODD_NOMEM */
odd_status odd_vim_score(const odd_vim *vim, int count, const float x[], const double energy[],
                         double score[]);

#endif
