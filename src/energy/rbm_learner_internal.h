/**
 * Learning of an RBM: what its files share. A step samples rows, then moves weights.
 */
#ifndef ODDLOT_ENERGY_RBM_LEARNER_INTERNAL_H
#define ODDLOT_ENERGY_RBM_LEARNER_INTERNAL_H

#include "energy/rbm_internal.h"

struct odd_rbm_learner {
    MPI_Comm comm;
    odd_rbm *rbm;
    odd_rbm_options options;
    int64_t batch;
    uint64_t seed;
    int threads;
    float *visible;       /* (2, count, V) rows of the batch, then what the model makes of them */
    float *hidden;        /* (2, count, H) of these, of the model's with a minus in the end */
    float *chain;         /* (B, H) states of hidden units; of persistent chains */
    float *error;         /* (B) squared error of a row */
    float *speed;         /* (H, V) last change of the weights; of my slices */
    float *visible_speed; /* (V) */
    float *hidden_speed;  /* (H) */
    float *activity;      /* (H) mean of late */
    float *mean;          /* (V) of rows; 0 while sparsity does not count */
    float *hidden_mean;   /* (H) */
};

/* One step of learning. */
typedef struct {
    odd_rbm_learner *l;
    const int64_t *row;
    int64_t count; /* rows of the batch */
    uint64_t seed; /* of this step */
    bool measure;  /* how well rows are given back */
} odd_rbm_step;

/** What the model makes of the batch, where chains come to, errors; on every rank. rbm_sample.c;
 *  @collective */
void odd_rbm_sample(const odd_rbm_step *step);
/** Weights and biases, by that. rbm_learn.c; @collective */
void odd_rbm_learn(odd_rbm_learner *learner, int64_t count);

/* Hidden units whose weights move together, on one rank. */
enum { ODD_RBM_SLICE = 64 };

#endif
