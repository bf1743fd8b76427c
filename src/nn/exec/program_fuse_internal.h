/**
 * program_fuse_internal: what is known while layers are fused into steps.
 */
#ifndef ODDLOT_NN_PROGRAM_FUSE_INTERNAL_H
#define ODDLOT_NN_PROGRAM_FUSE_INTERNAL_H

#include "nn/exec/program_internal.h"

#include <string.h>

typedef struct {
    const odd_graph *graph;
    odd_program *program;
    int *maker;   /* (tensors) step that makes a tensor; -1: none so far */
    int *readers; /* (tensors) layers and outputs that read a tensor and are not fused away */
} odd_fusing;

/** A new step for a layer as it is. */
odd_step *odd_fusing_step(odd_fusing *f, const odd_layer *layer);

/** The step that makes a tensor, if nobody else reads it; NULL. */
odd_step *odd_fusing_maker(const odd_fusing *f, int tensor);
/** True if two tensors have the same shape and both or none are batched. */
static inline bool odd_same_shape(const odd_graph *g, int a, int b)
{
    const odd_tensor *x = &g->tensor[a], *y = &g->tensor[b];
    return x->rank == y->rank && x->batched == y->batched &&
           memcmp(x->shape, y->shape, sizeof x->shape[0] * (size_t)x->rank) == 0;
}

/** program_groups.c: fuse the last reshape of a normalisation in groups into it. */
bool odd_fusing_groups(odd_fusing *f, const odd_layer *layer);

/** Fuse a layer into the steps so far; false: it needs a step of its own. */
bool odd_fusing_layer(odd_fusing *f, const odd_layer *layer);

/** The eltwise algorithms that a layer is made of, also one with a single constant number; and the
 *  tensor that they are applied to. 0: it is not element-wise. */
int odd_fusing_posts(const odd_fusing *f, const odd_layer *layer, odd_post post[2], int *of_tensor);

#endif
