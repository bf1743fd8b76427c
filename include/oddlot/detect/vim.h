/**
 * ViM: how far rows are from what a classifier was taught, by what of their features lies outside
 * the principal subspace, as one more logit beside those of the classes.
 *
 * H. Wang, Li, Feng and Zhang, "ViM: out-of-distribution with virtual-logit matching", CVPR 2022:
 * the score is alpha times the length of the residual less the energy, log sum exp of the logits;
 * alpha makes the virtual logits as large as the largest logits are on average.
 *
 * Letters: n rows, d features, k classes.
 */
#ifndef ODDLOT_DETECT_VIM_H
#define ODDLOT_DETECT_VIM_H

#include "oddlot/base/bundle.h"
#include "oddlot/par/rows.h"

/* What the logits of one row say by themselves. */
typedef struct {
    double largest; /* logit */
    double energy;  /* log sum exp; W. Liu and others, "Energy-based out-of-distribution detection",
                       NeurIPS 2020, with the sign that odd rows are low */
    double softmax; /* the largest probability; Hendrycks and Gimpel, "A baseline for detecting
                       misclassified and out-of-distribution examples", ICLR 2017 */
} odd_logit_scores;

/** logits: (k), k >= 1; where one is not finite the scores are not. @local */
odd_logit_scores odd_logit_scores_of(int64_t k, const float logits[]);

/** The origin in which all logits of a linear classifier are equal as nearly as may be, as the
 * paper takes it: -pinv(weight) bias. weight (k, d), bias (k), origin (d). @local; ODD_NUMERIC,
 *  ODD_NOMEM. Cost: the eigenvectors of a matrix of the order of the smaller of k and d. */
odd_status odd_vim_origin(int64_t k, int64_t d, const float weight[], const float bias[],
                          double origin[]);

typedef struct {
    const double *origin;  /* (d); NULL: the mean of the rows */
    const uint8_t *learnt; /* (n_local) 1: the row is learnt from; NULL: all are */
    int64_t components; /* axes of the subspace; 0: as the paper takes them, 1000 of 2048 features
                           and more, 512 of 768 and more, else half of them */
} odd_vim_options;

/** Learn the subspace and alpha. largest: (n_local) largest logits of the rows. The model is the
 *  same bits on any number of ranks and threads. @collective on features->comm; ODD_ARG where there
 *  is no row, ODD_NUMERIC naming a row that is not finite, ODD_NOMEM */
odd_status odd_vim_learn(const odd_vim_options *options, const odd_rows *features,
                         const double largest[], odd_bundle *model);

/** Scores of rows, larger for odder ones. energy: (n_local) of their logits; residual: (n_local),
 * or NULL; score: (n_local). @collective; ODD_ARG for rows of another width, ODD_FORMAT for a model
 *  that is not whole, ODD_NUMERIC naming a row that is not finite, ODD_NOMEM */
odd_status odd_vim_score(const odd_bundle *model, const odd_rows *features, const double energy[],
                         double residual[], double score[]);

#endif
