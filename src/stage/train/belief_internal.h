/**
 * Belief: a deep belief network (Hinton, Osindero and Teh, "A fast learning algorithm for deep
 * belief nets", 2006): restricted Boltzmann machines, each of which learns the hidden units of the
 * one below it. train.network names the hidden layers: [dense 500, sigmoid, dense 200, sigmoid].
 */
#ifndef ODDLOT_STAGE_TRAIN_BELIEF_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_BELIEF_INTERNAL_H

#include "stage/train/training_internal.h"

#include "oddlot/energy/rbm.h"
#include "oddlot/par/rows.h"

#define ODD_BELIEF_FILE "networks/belief.onnx"

enum { ODD_BELIEF_LAYERS = 16 };

/* Section `train.belief`. */
typedef struct {
    char *visible;
    double rate, first_momentum, sparsity, sparsity_cost;
    int64_t steps, chains, temperatures;
    bool persistent;
} odd_belief_options;

/* Results of each image, as they are stored: (n), NaN where it is not readable. */
enum { ODD_BELIEF_ENERGY, ODD_BELIEF_TOP_ENERGY, ODD_BELIEF_ERROR, ODD_BELIEF_RESULTS };

/* The task's state in a training. */
typedef struct {
    int layers;
    odd_rbm rbm[ODD_BELIEF_LAYERS];
    bool prepared;    /* the next three are known */
    int64_t learning; /* images that are learnt from */
    int64_t *row;     /* (learning) their rows, rising */
    float *mean;      /* (V) of the levels of a pixel */
    float *deviation; /* (V) of Gaussian units, else 1 */
    double *result[ODD_BELIEF_RESULTS];
    odd_rbm_partition partition; /* of the first layer */
    double log_likelihood; /* mean of the images that are learnt from, by it; NaN: not asked */
} odd_belief;

/* ---- belief_network.c ---- */

/** The job's settings. @local */
const odd_belief_options *odd_belief_options_of(const odd_job *job);
/** The hidden units of each layer; returns how many layers. @local */
int odd_belief_sizes(const odd_list *network, int hidden[ODD_BELIEF_LAYERS]);
/** ODD_USAGE where train.network is no such list. @local */
odd_status odd_belief_check_network(const odd_job *job);
/** The network that makes hidden probabilities of images, with what was learnt. @local; ODD_NOMEM
 */
odd_status odd_belief_network(const odd_training *t, odd_graph **out);

/* ---- belief_rows.c ---- */

/** Learn mean and deviation of pixels, and which images are learnt from. @collective */
odd_status odd_belief_prepare(odd_training *t);

/* Images, as what a layer's visible units get. */
typedef struct {
    odd_training *t;
    int layer;
    const int64_t *image; /* of each row; kept */
    int64_t group;        /* rows that go up together */
    odd_train_batch batch;
    float *up[2]; /* (capacity, widest layer) on the way */
    int64_t capacity;
} odd_belief_reader;

/** Reads at most `capacity` rows at a time. augmented: as they are learnt from. @local; ODD_NOMEM;
 *  free also after a failure */
odd_status odd_belief_reader_new(odd_training *t, int layer, int64_t capacity, bool augmented,
                                 odd_belief_reader *out);
void odd_belief_reader_free(odd_belief_reader *reader);
/** x (count, V of the layer) of images; turn: as of odd_train_batch_load(). @local */
odd_status odd_belief_read(odd_belief_reader *reader, int64_t count, const int64_t image[],
                           uint32_t turn, float x[]);
/** Rows of `count` images over all ranks that this reader reads. image: (count), kept. @local */
odd_rows odd_belief_rows(odd_belief_reader *reader, int64_t count, const int64_t image[]);
/** The mean of each column of rows: mean (d) on every rank. @collective */
odd_status odd_belief_mean(const odd_rows *rows, double mean[]);

/* ---- belief_train.c ---- */

/** One layer, as the hook `train` of a task. @collective */
odd_status odd_belief_train(odd_training *t, odd_train_state *state);

/* ---- belief_result.c ---- */

/** When all layers have learnt: energies and errors of all images, the likelihood, the network's
 *  file. @collective */
odd_status odd_belief_finish(odd_training *t);
/** As the hook `write` of a task. @collective */
odd_status odd_belief_write(const odd_training *t, odd_file *file);

#endif
