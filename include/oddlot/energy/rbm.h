/**
 * RBM: a restricted Boltzmann machine, a density over rows of units that hidden units explain
 * (Hinton, "A practical guide to training restricted Boltzmann machines", 2010).
 *
 * For visible units v and hidden ones h of 0 and 1 the energy is
 *   Bernoulli, v between 0 and 1     -b'v - c'h - h'Wv
 *   Gaussian, v of variance 1        |v - b|^2 / 2 - c'h - h'Wv
 * and the free energy of v, minus the logarithm of its density but for log Z, the energy's first
 * term less the sum over the hidden units of log(1 + exp(c + Wv)).
 *
 * Rows go through in groups of ODD_RBM_GROUP that begin at multiples of it, and draws are counted
 * by row: results have the same bits on any number of ranks and threads.
 */
#ifndef ODDLOT_ENERGY_RBM_H
#define ODDLOT_ENERGY_RBM_H

#include "oddlot/base/status.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

enum { ODD_RBM_GROUP = 64 };

typedef enum { ODD_VISIBLE_BERNOULLI, ODD_VISIBLE_GAUSSIAN } odd_visible_kind;

typedef struct {
    int visible, hidden; /* V, H units */
    odd_visible_kind kind;
    float *weight;       /* (H, V) */
    float *visible_bias; /* (V) */
    float *hidden_bias;  /* (H) */
} odd_rbm;

/** Weights are normal with deviation 0.01, drawn by the seed; biases are 0. @local; ODD_NOMEM; free
 *  also after a failure */
odd_status odd_rbm_new(int visible, int hidden, odd_visible_kind kind, uint64_t seed, odd_rbm *out);
void odd_rbm_free(odd_rbm *rbm);

/* ---- rows through it; all @local, on the calling thread, at most ODD_RBM_GROUP rows ---- */

/** Probabilities of hidden units: hidden (count, H) of visible (count, V). */
void odd_rbm_hidden(const odd_rbm *rbm, int count, const float visible[], float hidden[]);
/** Means of visible units: visible (count, V) of hidden (count, H). */
void odd_rbm_visible(const odd_rbm *rbm, int count, const float hidden[], float visible[]);
/** Free energies (count); input (count, H) is overwritten. */
void odd_rbm_free_energy(const odd_rbm *rbm, int count, const float visible[], float input[],
                         double energy[]);

/* ---- learning ---- */

typedef struct {
    double rate, momentum, weight_decay;
    double sparsity, sparsity_cost; /* share of rows in which a hidden unit should be active, and
                                       how much that counts; cost 0: it does not */
    int steps;                      /* of Gibbs sampling, k of CD-k */
    bool persistent;                /* chains go on from step to step (Tieleman, ICML 2008) */
} odd_rbm_options;

typedef struct odd_rbm_learner odd_rbm_learner;

/** Learn into `rbm`, which is kept and the same on every rank, by batches of at most `batch` rows.
 *  @local; @same batch; ODD_NOMEM */
odd_status odd_rbm_learner_new(MPI_Comm comm, odd_rbm *rbm, const odd_rbm_options *options,
                               int64_t batch, uint64_t seed, odd_rbm_learner **out);
void odd_rbm_learner_free(odd_rbm_learner **learner);

/** Change the momentum: it is often small at first. @local; @same */
void odd_rbm_learner_momentum(odd_rbm_learner *learner, double momentum);

/** Which rows of a batch of `count` are mine to fill, and where they go: (mine, V). @local */
float *odd_rbm_learner_rows(odd_rbm_learner *learner, int64_t count, int64_t *first, int64_t *mine);

/**
 * One step by the rows that the ranks have filled in: contrastive divergence, momentum, and on
 * every rank the same new weights.
 * @param row    (count) numbers that tell the draws of rows apart; of all ranks.
 * @param turn   tells the draws of the same row in another step apart.
 * @param error  squared error of the rows given back, sum over rows and units; NULL: not measured,
 *               which of persistent chains saves a product of six.
 * @collective on the learner's communicator; @same count, row, turn, whether error is NULL.
 */
void odd_rbm_learner_step(odd_rbm_learner *learner, int64_t count, const int64_t row[],
                          uint64_t turn, double *error);

/** What else than the RBM has to be kept to go on: `state` (odd_rbm_learner_state_size()). save:
 *  @collective; load: @local */
int64_t odd_rbm_learner_state_size(const odd_rbm_learner *learner);
void odd_rbm_learner_save(odd_rbm_learner *learner, float state[]);
void odd_rbm_learner_load(odd_rbm_learner *learner, const float state[]);

/* ---- log-likelihood ---- */

typedef struct {
    double log_z;     /* of the normalising sum over all v and h */
    double low, high; /* log_z less and plus three standard errors, as far as the chains tell */
} odd_rbm_partition;

/**
 * Annealed importance sampling (Salakhutdinov and Murray, "On the quantitative analysis of deep
 * belief networks", ICML 2008): `chains` of `steps` temperatures from units that know nothing of
 * each other, whose biases are base_bias (V), to the RBM.
 * @collective; @same all; ODD_NOMEM. Cost: 4 chains steps V H flops.
 */
odd_status odd_rbm_anneal(MPI_Comm comm, const odd_rbm *rbm, const float base_bias[],
                          int64_t chains, int64_t steps, uint64_t seed, odd_rbm_partition *out);

#endif
