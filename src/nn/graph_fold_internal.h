/* Fold, inside the room: constants that layers make of constants. */
#ifndef ODDLOT_NN_GRAPH_FOLD_INTERNAL_H
#define ODDLOT_NN_GRAPH_FOLD_INTERNAL_H

#include "oddlot/nn/graph.h"

/* True if the layer reads nothing but constants and is little work to evaluate. */
bool odd_layer_is_constant(const odd_graph *g, const odd_layer *layer);

/* The tensor that this layer makes gets its values. */
odd_status odd_layer_evaluate(odd_graph *g, const odd_layer *layer);

/* The same for the layer that was added last, which then goes. */
odd_status odd_graph_evaluate_last(odd_graph *g);

#endif
