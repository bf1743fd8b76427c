/**
 * Network: a graph from a list of layers as people write it in a job file, with initial weights.
 *
 * A layer is a word and its numbers; what follows names settings. Letters: K kernel ("5" or "5x3",
 * rows x columns), N whole numbers.
 *
 *   conv N K [stride N] [pad N|same] [groups N] [dilation N] [no bias]
 *                                         pad also as top, left, bottom, right: "pad 1,1,2,2"
 *   depthwise K [stride N] [pad N|same] [no bias]
 *   conv_transpose N K [stride N] [pad N|same] [output_pad N] [groups N] [dilation N] [no bias]
 *                                         pad same: rows and columns times stride
 *   dense N [no bias]                     flattens what is not flat
 *   sample N                              a variational code: dense to N means and N logarithms
 *                                         of variances; in training a draw, else the means
 *                                         (train.h). NAME_moments holds them all
 *   max_pool K [stride N] [pad N]         stride: K if not given
 *   average_pool K [stride N] [pad N]
 *   global_average_pool, global_max_pool
 *   relu, leaky_relu [0.01], elu [1], sigmoid, tanh, swish, hard_swish
 *   batch_norm, layer_norm                layer_norm: over all values of an image
 *   dropout 0.5
 *   drop_path 0.2          in training, of so many images all of it: stochastic depth, before `add`
 *   flatten, reshape NxNxN, l2_norm
 *   as NAME, from NAME                    names the tensor so far; goes back to a named one
 *   add NAME, concat NAME, multiply NAME  with the named tensor (multiply: NAME may be N x 1 x 1)
 *
 * Weights are drawn by (seed, layer, value): normal with variance 2 / inputs of a value (He, Zhang,
 * Ren and Sun, ICCV 2015), or uniform with variance 2 / (inputs + outputs) (Glorot and Bengio,
 * AISTATS 2010); biases are 0. @local
 */
#ifndef ODDLOT_NN_NETWORK_H
#define ODDLOT_NN_NETWORK_H

#include "oddlot/nn/graph.h"

typedef enum { ODD_INITIAL_HE, ODD_INITIAL_GLOROT } odd_initial;

/** A graph whose input "images" is (1, shape[0], ...), `rank` 1 (features) or 3 (C, H, W), and
 * whose output is what the last item makes. ODD_ARG telling the number of the item, counted from 1,
 * its words, and what is known or does not fit, or that there are more than 500 million weights in
 * all; ODD_NOMEM. Weights take memory and are drawn only when the whole list is good. */
odd_status odd_network_new(const char *name, int rank, const int64_t shape[], int items,
                           const char *const item[], odd_initial initial, uint64_t seed,
                           odd_graph **out);

/** Put items behind the only output of a graph, which becomes what the last one makes. Weights are
 *  drawn as those of a new network with this seed. As odd_network_new(); after a failure the graph
 *  is good for odd_graph_free() alone. */
odd_status odd_network_extend(odd_graph *graph, int items, const char *const item[],
                              odd_initial initial, uint64_t seed);

/* Items that own their words. */
typedef struct {
    int count;
    char **item; /* (count) */
} odd_network_items;

/**
 * The decoder that mirrors an encoder: put behind the encoder's items, it makes values of the shape
 * of the images. For the last layer to the first there is
 *
 *   dense N, sample N      dense to as many values as it read, and a reshape to their shape
 *   conv, depthwise        conv_transpose to the channels that it read, with the same window, and
 * an output_pad where rows or columns are left over: sizes are met exactly conv_transpose conv
 *   max_pool, ...          conv_transpose as above, which learns to spread what a window has pooled
 *   flatten, reshape       back to the shape before
 *   activations, batch_norm, layer_norm
 *                          themselves, between the mirrors of the layers that they stood between,
 *                          in the same order; not before the first layer and behind the last
 *   l2_norm, dropout, drop_path, as   nothing
 *
 * *out: free with odd_network_items_free(), empty on failure. ODD_ARG as odd_network_new(), and for
 * from, add, multiply and concat, naming the item; ODD_NOMEM. @local
 */
odd_status odd_network_mirror(int rank, const int64_t shape[], int items, const char *const item[],
                              odd_network_items *out);
void odd_network_items_free(odd_network_items *items); /* frees and empties */

/** "he", "glorot"; ODD_ARG telling what is known. */
odd_status odd_initial_find(const char *name, odd_initial *initial);

#endif
