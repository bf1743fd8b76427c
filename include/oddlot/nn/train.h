/**
 * Train: a graph learns its constants from images, by oneDNN's backward primitives.
 *
 * A *batch* of images is cut by their place in it into a fixed number of *shards*
 * (odd_shard_range()), on any thread or rank. A step of training is
 *
 *   odd_trainer_shards()   the gradient of each of my shards          my rows, all my threads
 *   a sum of the vectors of all shards, in the tree of base/dyadic.h  learn, over ranks;
 *                                                                     odd_dyadic_sum() where all
 *                                                                     shards are mine
 *   odd_trainer_step()     the optimizer moves the weights            the same on every rank
 *
 * Each shard is the work of one thread with primitives of its own, so its vector has the same bits
 * on any number of threads and ranks, and so have the weights (on CPUs of one kind). There is no
 * communication in here. Nothing is allocated in a step once the sizes of shards have been seen.
 *
 * What learns: weights, biases and scales, i.e. the constants that odd_graph_parameters() counts,
 * but for those that are marked to stay (graph.h). A batch norm with constants that stay is as in
 * evaluation. Others take mean and variance of each shard ("ghost batch norm"; Hoffer, Hubara and
 * Soudry, "Train longer, generalize better", NeurIPS 2017); the vector carries them to the running
 * averages, which evaluation uses. Dropout is an Identity layer with a `value` (graph.h): its mask
 * is drawn by (seed, step, id of the image, value), and what is kept is scaled by 1 / (1 - value).
 * Where all values of an image are dropped together, before what a branch makes is added to what it
 * was given, that is stochastic depth (Huang, Sun, Liu, Sedra and Weinberger, "Deep networks with
 * stochastic depth", ECCV 2016), scaled as in EfficientNet.
 *
 * Variational auto-encoders (Kingma and Welling, "Auto-encoding variational Bayes", ICLR 2014): the
 * layer `sample K` (network.h) makes K means and K logarithms of variances, the tensor
 * "NAME_moments", and hands on mean + exp(log variance / 2) x a standard normal number, drawn as
 * dropout's mask is; the network for evaluation hands on the means. ODD_LOSS_KL on "NAME_moments"
 * with weight 1 beside ODD_LOSS_SQUARED with weight D / 2 (D values of an image) is the bound for
 * pixels of variance 1; ODD_LOSS_BINARY with weight D that for pixels in 0 ... 1.
 * Its reconstruction probability (An and Cho, 2015) needs the two halves of the network that
 * odd_trainer_graph() gives: of one copy odd_graph_cut() at "NAME_moments" is the encoder, of
 * another odd_graph_cut_before() "NAME" is the decoder; between them odd_sample_codes() draws.
 *
 * Center loss (Wen, Zhang, Li and Qiao, "A discriminative feature learning approach for deep face
 * recognition", ECCV 2016) draws the features of a class together: ODD_LOSS_CENTER with weight
 * lambda on a hidden layer, beside ODD_LOSS_CROSS_ENTROPY. The centers of classes are a state of
 * the trainer. They begin at 0, and after each step the center c of a class moves by
 * - rate x sum(c - x) / (1 + n), over the n images of the batch that are of the class.
 */
#ifndef ODDLOT_NN_TRAIN_H
#define ODDLOT_NN_TRAIN_H

#include "oddlot/base/bundle.h"
#include "oddlot/nn/graph.h"
#include "oddlot/nn/net.h"
#include "oddlot/nn/optimizer.h"

#include <stdint.h>

/* Losses of one image, x what the network makes of it (x_1 ... x_K), t its target. */
typedef enum {
    ODD_LOSS_CROSS_ENTROPY, /* x logits of K classes, t one class: log sum exp(x) - x_t */
    ODD_LOSS_BINARY,        /* x logits, t (K) in 0 ... 1: mean of log(1 + exp(x)) - t x */
    ODD_LOSS_SQUARED,       /* t (K): mean of (x - t)^2 */
    ODD_LOSS_CENTER,        /* x features, t one class, of center c: |x - c|^2 / 2 */
    ODD_LOSS_KL             /* x means m and log variances v, K / 2 of each; no target: sum of
                               (exp(v) + m^2 - 1 - v) / 2, from the standard normal distribution */
} odd_loss_kind;

/* One term of the objective: the mean of weight x loss over the images of the batch. */
typedef struct {
    odd_loss_kind kind;
    int tensor;    /* of the graph, computed and batched: x. Softmax and Sigmoid are in the loss */
    double weight; /* > 0 */
} odd_loss;

#define ODD_LOSSES 4 /* terms of an objective; the first is the one that hits are counted for */

/* The label of an image without a class: CROSS_ENTROPY and CENTER are 0 for it. */
#define ODD_NO_CLASS INT32_MIN

/* The target of an image, one for each term. */
typedef struct {
    const int32_t *label; /* (images) CROSS_ENTROPY: 0 ... K - 1; CENTER: 0 ... classes - 1; or
                             ODD_NO_CLASS */
    const float *value;   /* (images, K) BINARY, SQUARED; may be the images themselves. CENTER in
                             odd_loss_tally() alone: the center of each image's class */
} odd_target;

/* Images that one thread works on; all borrowed during the call. */
typedef struct {
    int64_t images;                /* >= 1 */
    const float *input;            /* (images, ...) as the graph's input */
    const int64_t *id;             /* (images) their numbers, for draws; NULL: there are none */
    const float *weight;           /* (images) factor of each image's loss; NULL: 1 */
    odd_target target[ODD_LOSSES]; /* (terms) */
} odd_shard;

/* Sums over images, to be added over shards. */
typedef struct {
    double loss;   /* the objective, times the images' weights */
    double hits;   /* CROSS_ENTROPY: largest logit at the label; BINARY: share of logits on the
                      right side of 0; SQUARED, CENTER, KL: 0 */
    double images; /* how many */
    double judged; /* those that could be a hit: all but those of no class */
} odd_tally;

/* The centers of ODD_LOSS_CENTER. */
typedef struct {
    int64_t classes;
    double rate; /* of their own, 0 ... 1; 0: they stay at 0. Wen's alpha */
} odd_center_options;

typedef struct {
    odd_optimizer optimizer;
    uint64_t seed;  /* of dropout and samples */
    double average; /* of batch norms: running = (1 - average) running + average now; 0.1 */
    odd_precision precision; /* F32. BF16: convolutions and products, forward and backward, read
                                bfloat16; their sums, all else, gradients and weights are float32
                                (Kalamkar and others, "A study of bfloat16 for deep learning
                                training", 2019) */
    double smoothing; /* of labels in CROSS_ENTROPY, 0 ... 1: the share that all classes have alike
                         (Szegedy and others, "Rethinking the Inception architecture for computer
                         vision", CVPR 2016). 0: none; odd_loss_tally() knows none */
    odd_center_options center;
} odd_train_options;

typedef struct odd_trainer odd_trainer;

odd_train_options odd_train_defaults(odd_optimizer_kind kind);

/** A trainer of a graph (copied) for an objective of `losses` terms. ODD_ARG for options and terms
 *  out of range and for bfloat16 on a CPU that cannot; ODD_FORMAT naming a layer that cannot be
 * trained through; ODD_NOMEM. */
odd_status odd_trainer_new(const odd_graph *graph, int losses, const odd_loss loss[],
                           const odd_train_options *options, odd_trainer **out);
void odd_trainer_free(odd_trainer **trainer);

/** Length of the vector of a shard: the gradient of all parameters, then the statistics of batch
 *  norms, then what moves centers. */
int64_t odd_trainer_length(const odd_trainer *t);

/**
 * The vectors of some shards of the step that comes next, on all OpenMP threads.
 *
 * batch     images of the whole batch, on all ranks: the gradient is that of their mean loss
 * vector    vector[s] (length), filled
 * tally     (shards), filled
 *
 * @return ODD_OK; ODD_ARG for a shard without images, a missing target or id, or a label that is no
 * class, telling which; ODD_NUMERIC, ODD_FORMAT (oneDNN), ODD_NOMEM. A loss that is not finite is
 * no failure here: odd_trainer_step() returns it after the sum, on all ranks alike.
 */
odd_status odd_trainer_shards(odd_trainer *t, int64_t batch, int shards, const odd_shard shard[],
                              float *const vector[], odd_tally tally[]);

/** From now on odd_trainer_shards() calls notify() while it works: from value `first` on the
 * vectors of all its shards are final. It is called on the calling thread, between the layers of
 * the last backward passes, so that these values can be sent meanwhile; `first` falls. NULL: no
 * calls. */
void odd_trainer_watch(odd_trainer *t, void (*notify)(void *context, int64_t first), void *context);

/** Update the weights by the summed vector (length) of the whole batch; `loss` is the mean loss of
 *  the batch, for the check only. ODD_NUMERIC if it or the gradient is not finite: the reason names
 * the step and what to try, and the weights are unchanged. */
odd_status odd_trainer_step(odd_trainer *t, const double sum[], double loss, double rate);

/** The centers (classes, values) as they are now; NULL: the objective has none. Borrowed. */
const float *odd_trainer_centers(const odd_trainer *t, int64_t *classes, int64_t *values);

/** Steps done; length of the gradient of the last one, before clipping. */
int64_t odd_trainer_steps(const odd_trainer *t);
double odd_trainer_gradient_norm(const odd_trainer *t);

/** The network as it is now, for evaluation: weights of this step, running averages in the batch
 *  norms, no dropout, means for samples. Outputs are those of the graph. Goes to odd_net_new() and
 * odd_onnx_write().
 */
odd_status odd_trainer_graph(const odd_trainer *t, odd_graph **out);

/** One draw of the variational code of each image: moments (images, 2 values) are means, then log
 * variances; code (images, values). Normal numbers are drawn by (seed, draw, id, value): `draw`
 * tells apart the codes that an image gets. The first sample of a network gets in training those of
 * draw = step. */
void odd_sample_codes(uint64_t seed, uint64_t draw, int64_t images, const int64_t id[],
                      int64_t values, const float moments[], float code[]);

/** Put the whole state into a bundle (weights, averages, centers, moments, step); take it back,
 * which goes on to the bit. ODD_FORMAT if it is not of this network and optimizer. */
odd_status odd_trainer_save(const odd_trainer *t, odd_bundle *b);
odd_status odd_trainer_load(odd_trainer *t, const odd_bundle *b);

/** The tally of one term for images whose outputs are known: what evaluation reports. x: (images,
 *  K); weight: NULL or (images). ODD_ARG for a label that is no class. */
odd_status odd_loss_tally(odd_loss_kind kind, int64_t images, int64_t values, const float x[],
                          const odd_target *target, const float weight[], odd_tally *tally);
/** "cross-entropy", "binary", "squared", "center", "kl"; static. Of a name: ODD_ARG telling what is
 * known. */
const char *odd_loss_name(odd_loss_kind kind);
odd_status odd_loss_find(const char *name, odd_loss_kind *kind);

#endif
