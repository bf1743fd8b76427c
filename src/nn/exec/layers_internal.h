/**
 * layers_internal: how each kind of layer becomes operations of a plan.
 *
 * One file a family, one function a kind, one table (layers_plan.c). A function finds its inputs
 * among the values of the plan, adds operations and binds the step's output.
 */
#ifndef ODDLOT_NN_LAYERS_INTERNAL_H
#define ODDLOT_NN_LAYERS_INTERNAL_H

#include "nn/exec/plan_internal.h"

/** Plan one step by the table. */
odd_status odd_layer_plan(odd_planner *p, const odd_step *step);

/* layer_conv.c */
odd_status odd_plan_conv(odd_planner *p, const odd_step *step);
odd_status odd_plan_conv_transpose(odd_planner *p, const odd_step *step);
/* layer_winograd.c */
/** A 3x3 convolution of large maps by the fast way, where there is one for this layer and CPU;
 *  *planned: it was. `weights` as they lie in the graph. */
odd_status odd_plan_winograd(odd_planner *p, const odd_step *step, int source, int weights,
                             bool *planned);
/* layer_product.c */
odd_status odd_plan_gemm(odd_planner *p, const odd_step *step);
odd_status odd_plan_matmul(odd_planner *p, const odd_step *step);
/* layer_pool.c */
odd_status odd_plan_pool(odd_planner *p, const odd_step *step);
odd_status odd_plan_global_pool(odd_planner *p, const odd_step *step);
odd_status odd_plan_mean(odd_planner *p, const odd_step *step);
/* layer_binary.c */
odd_status odd_plan_binary(odd_planner *p, const odd_step *step);
/* layer_broadcast.c */
/** The shape of two of the same rank that broadcast. */
void odd_broadcast_dims(const odd_desc *a, const odd_desc *b, dnnl_dims_t dims);
/** Add, Sub, Mul, Div or Pow of two values of one rank that broadcast in any way, by a loop of our
 *  own: what oneDNN has no quick kernel for. */
odd_status odd_broadcast_add(odd_planner *p, odd_layer_kind kind, int a, int b, int *result);
/* layer_erf.c */
odd_status odd_plan_erf(odd_planner *p, const odd_step *step);
/* layer_function.c */
odd_status odd_plan_function(odd_planner *p, const odd_step *step);
/* layer_quantize.c */
odd_status odd_plan_quantize(odd_planner *p, const odd_step *step);
/* layer_gather.c */
odd_status odd_plan_gather(odd_planner *p, const odd_step *step);
/* layer_norm.c */
odd_status odd_plan_batch_norm(odd_planner *p, const odd_step *step);
odd_status odd_plan_layer_norm(odd_planner *p, const odd_step *step);
/* layer_group_norm.c: LayerNormalization of a step with groups */
odd_status odd_plan_group_norm(odd_planner *p, const odd_step *step);
odd_status odd_plan_l2_norm(odd_planner *p, const odd_step *step);
odd_status odd_plan_softmax(odd_planner *p, const odd_step *step);
/* layer_move.c */
odd_status odd_plan_identity(odd_planner *p, const odd_step *step);
odd_status odd_plan_view(odd_planner *p, const odd_step *step);
odd_status odd_plan_transpose(odd_planner *p, const odd_step *step);
/* layer_concat.c */
odd_status odd_plan_concat(odd_planner *p, const odd_step *step);
/* layer_box.c */
odd_status odd_plan_pad(odd_planner *p, const odd_step *step);
odd_status odd_plan_slice(odd_planner *p, const odd_step *step);
/* The gradient by what a slice takes from, of that by its result (row-major). */
odd_status odd_slice_back(odd_planner *p, const odd_step *step, int gradient, int *result);

/* ---- posts.c: a primitive with what is fused behind it ---- */

typedef struct {
    dnnl_primitive_desc_t pd;
    bool fused; /* the posts are inside; else they follow as operations of their own */
    int sum;    /* post that adds to what the result's memory already holds; -1: none */
} odd_fused;

/** The descriptor of a step's primitive with the posts inside, or without where oneDNN has only
 *  slow code or none for that. `source` is a value that it reads. Free fused->pd. */
odd_status odd_fused_pd(odd_planner *p, const odd_step *step, const odd_primitive *primitive,
                        int source, const char *what, odd_fused *fused);
/** Add the primitive with its result and the posts; *result: what the step makes. */
odd_status odd_fused_add(odd_planner *p, const odd_step *step, const odd_fused *fused,
                         int arguments, const odd_argument argument[], const char *what,
                         int *result);
/** Posts as operations of their own, in place where nobody else reads the value. */
odd_status odd_posts_add(odd_planner *p, const odd_step *step, int value, int *result);

/** Type of what a convolution or product writes. */
dnnl_data_type_t odd_result_type(const odd_planner *p, const odd_step *step);

/* ---- layer_parts.c: what several layers are made of ---- */

/** The value of a tensor with `rank` dimensions, 1s put before its own. */
odd_status odd_value_of_rank(odd_planner *p, int tensor, int rank, int *value);

/** Another shape of the same elements in row-major order; `value` is plain. */
odd_status odd_reshaped(odd_planner *p, int value, int rank, const dnnl_dims_t dims, int *out);

/** Element by element of two values of the same rank that broadcast. */
odd_status odd_binary_add(odd_planner *p, dnnl_alg_kind_t alg, int a, int b, int *result);

/* ---- conv_shapes.c: what convolutions and their backward want to know ---- */

/** The window of a convolution or its transpose, which cuts off less by its output padding. */
odd_window odd_conv_window_of(const odd_step *step);
/** The weights as they lie in the graph, under oneDNN's shape ((G,) O / G, I / G, rows, columns).
 */
odd_status odd_conv_weights(const odd_planner *p, const odd_step *step, odd_desc *desc);
/** The layout that its maps are asked to have: free, or one that pads no channels. */
dnnl_format_tag_t odd_conv_layout(const odd_planner *p, const odd_step *step);
/** Type of what it reads. */
dnnl_data_type_t odd_conv_type(const odd_planner *p, const odd_step *step);

#endif
