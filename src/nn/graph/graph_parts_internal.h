/**
 * Graph parts: tensors of an image network by the part that they play in it, whatever their names.
 *
 * Networks come in three kinds. Those of maps (convolutions; also windows of attention whose rows
 * and columns stay) make a last map, pool it, and put a classifier on that. Those of tokens
 * (transformers) make a row of numbers for each patch of the image, and of them one: that of a
 * class token, which stands first, or the mean. And some have neither. A classifier is one last
 * product of a vector; what ends in a pooled vector has none.
 */
#ifndef ODDLOT_NN_GRAPH_PARTS_INTERNAL_H
#define ODDLOT_NN_GRAPH_PARTS_INTERNAL_H

#include "oddlot/nn/graph.h"

/* What is found; tensors, -1: there is none. */
typedef struct {
    int last_map;    /* (N, C, H, W), H W > 1 */
    int pooled;      /* what a global pool or mean over H, W makes of the last map; of tokens: the
                        vector that the network makes of them */
    int penultimate; /* what the classifier reads; without one, what the last product reads */
    int logits;      /* what the classifier makes, before a softmax */
    int tokens;      /* (N, T, D) */
    int cls;         /* (N, D) the class token, where the network takes it out */
    bool of_tokens;  /* the last map, if any, is only what tokens are made of */
} odd_graph_parts;

/** ODD_NOMEM */
odd_status odd_graph_find_parts(const odd_graph *g, odd_graph_parts *out);

/* graph_classifier.c */
/* One dimension has all values of an image. */
bool odd_tensor_is_vector(const odd_tensor *t);
/* maker (tensors): the layer of each, -1: none. What the classifier makes and reads; -1: the last
 * output is no product of a vector. */
void odd_graph_find_classifier(const odd_graph *g, const int maker[], int *logits,
                               int *penultimate);
/* What the last product reads that the last output is made of; -1: there is none. ODD_NOMEM */
odd_status odd_graph_last_product(const odd_graph *g, int *input);

#endif
