/* Fold, inside the room: constants that layers make of constants. */
#ifndef ODDLOT_NN_GRAPH_FOLD_INTERNAL_H
#define ODDLOT_NN_GRAPH_FOLD_INTERNAL_H

#include "oddlot/nn/graph.h"

/* True if the layer reads nothing but constants and is little work to evaluate. */
bool odd_layer_is_constant(const odd_graph *g, const odd_layer *layer);

/* The tensor that this layer makes gets its values; odd_graph_sweep() then drops the layer. */
odd_status odd_layer_evaluate(odd_graph *g, const odd_layer *layer);

/* graph_fold_affine.c: where `layer` multiplies and shifts each channel of what `maker` (a
 * convolution or product) makes, put that into the weights of `maker`. *folded: whether it did;
 * new constants are added to the graph. */
odd_status odd_fold_affine(odd_graph *g, int maker, int layer, bool *folded);

#endif
