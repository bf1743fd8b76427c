/**
 * program_internal: what a net does, whatever the batch size: steps, each a layer with the
 * element-wise layers that were fused behind it.
 */
#ifndef ODDLOT_NN_PROGRAM_INTERNAL_H
#define ODDLOT_NN_PROGRAM_INTERNAL_H

#include "oddlot/nn/graph.h"

#include <dnnl.h>

#define ODD_POSTS    8
#define ODD_SECTIONS 8 /* more than powers of two of images */

/* What is done to each value of a step's result: x = alg(x), or x = alg(x, operand). */
typedef struct {
    bool binary;
    dnnl_alg_kind_t alg;
    float alpha, beta; /* of an eltwise algorithm */
    int operand;       /* tensor, of a binary one */
} odd_post;

typedef struct {
    odd_layer_kind kind; /* Identity for element-wise layers: nothing, then the posts */
    const char *name;    /* for messages; borrowed from the graph */
    odd_layer_settings set;
    int64_t groups; /* LayerNormalization without scale: over as many groups of the channels of
                       maps; 0: as `set` says */
    int inputs;
    int input[ODD_LAYER_INPUTS]; /* tensors; -1: not given */
    int output;                  /* tensor, after the posts */
    int posts;
    odd_post post[ODD_POSTS];
} odd_step;

/* Steps that take so many images at a time, a power of two, and more than those before them: layers
 * of wide maps few, so that the maps stay in the caches, those of many weights many. A section runs
 * as often as the next one needs to have its images. */
typedef struct {
    int first;      /* step */
    int64_t images; /* at a time */
    int tensor; /* all that it and those behind it read of what was made before; -1: the first */
} odd_program_section;

typedef struct {
    odd_step *step;
    int steps;
    odd_program_section section[ODD_SECTIONS];
    int sections;  /* 0: it was not cut */
    int *last_use; /* (tensors) last step that reads one; `steps` for outputs, -1: never read */
    bool *exact;   /* (tensors) all who read it want float32 */
} odd_program;

/** The steps that make the outputs of a graph; the graph must outlive the program. With `fuse`,
 *  activations, residual sums and zero padding go into the layers before or behind them. ODD_NOMEM.
 */
odd_status odd_program_new(const odd_graph *graph, bool fuse, odd_program *out);
/** Cut it into sections, the last of at most `most` images, by the network alone
 *  (program_sections.c). ODD_NOMEM. */
odd_status odd_program_cut(const odd_graph *graph, int most, odd_program *program);
void odd_program_free(odd_program *program); /* frees and empties */

/** True for a convolution of each channel alone. It stays in float32 in a bfloat16 net: its few
 *  weights a channel do not average the rounding out (features of MobileNet-v2 on photographs are
 *  then 3 to 7 % of their length away, else 8 to 28 %). */
bool odd_step_is_depthwise(const odd_graph *graph, const odd_step *step);

/** The eltwise algorithms that a layer without other tensors is made of; 0 if it is none. */
int odd_posts_of_layer(odd_layer_kind kind, const odd_layer_settings *set, odd_post post[2]);
/** The binary algorithm of Add, Sub, Mul or Div; dnnl_alg_kind_undef for other kinds. */
dnnl_alg_kind_t odd_binary_of_layer(odd_layer_kind kind);

/** Append to a chain, merging what can be merged: two scalings in a row are one. False: full. */
bool odd_posts_append(odd_post post[ODD_POSTS], int *posts, const odd_post *add);

#endif
