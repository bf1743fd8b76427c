/* Fold, inside the room: constants that layers make of constants. */
#ifndef ODDLOT_NN_GRAPH_FOLD_INTERNAL_H
#define ODDLOT_NN_GRAPH_FOLD_INTERNAL_H

#include "oddlot/nn/graph.h"

/* True if the layer reads nothing but constants and is little work to evaluate. */
bool odd_layer_is_constant(const odd_graph *g, const odd_layer *layer);

/* The tensor that this layer makes gets its values; odd_graph_sweep() then drops the layer. */
odd_status odd_layer_evaluate(odd_graph *g, const odd_layer *layer);

/* graph_fold_affine.c: where `layer` multiplies and shifts each channel of what `maker` (a
 * convolution or product) makes, or of what the Transpose `turn` (-1: none) makes of that, put that
 * into the weights of `maker`. *folded: whether it did; new constants are added to the graph. */
odd_status odd_fold_affine(odd_graph *g, int maker, int turn, int layer, bool *folded);
/* True if both have the same dimensions. */
bool odd_fold_same_shape(const odd_tensor *a, const odd_tensor *b);

/* graph_fold_gelu.c: true where `layer` is the last of those that Gelu is written out as, with the
 * error function or its approximation by tanh; it is then a Gelu. maker: (tensors) the layer that
 * makes each; -1: none. */
bool odd_fold_gelu(odd_graph *g, const int maker[], int layer);

#endif
