/* Reference: every kind of layer as plain loops, the simple version that the fast one is proved
 * equal to. It also makes constants of layers that read nothing but constants. */
#ifndef ODDLOT_NN_REFERENCE_INTERNAL_H
#define ODDLOT_NN_REFERENCE_INTERNAL_H

#include "oddlot/nn/graph.h"

/* Run the graph for n images: input (n, ...), output[o] (n, ...) where batched, else one of its
 * shape; row-major. Sums are in double. ODD_NOMEM. */
odd_status odd_reference_run(const odd_graph *g, int64_t n, const float input[],
                             float *const output[]);

/* Run one layer for n images: in[i] holds the values of its input i (NULL: not given). */
void odd_reference_layer(const odd_graph *g, const odd_layer *layer, int64_t n,
                         const float *const in[], float *out);

/* An array with its shape for n images. */
typedef struct {
    int rank;
    int64_t shape[ODD_TENSOR_RANK];
    float *data;
} odd_view;

/* A layer at work: what it reads and what it makes. */
typedef struct {
    const odd_layer *layer;
    odd_view in[ODD_LAYER_INPUTS]; /* data NULL: not given */
    odd_view out;
} odd_task;

/* reference_view.c */
int64_t odd_view_values(const odd_view *v);
/* Where the value number `index` of a view stands, and which number the value there has. */
void odd_view_place(const odd_view *v, int64_t index, int64_t place[ODD_TENSOR_RANK]);
int64_t odd_view_index(const odd_view *v, const int64_t place[ODD_TENSOR_RANK]);

/* reference_window.c */
void odd_reference_conv(const odd_task *t);
void odd_reference_conv_transpose(const odd_task *t);
void odd_reference_pool(const odd_task *t);

/* reference_norm.c */
void odd_reference_batch_norm(const odd_task *t);
void odd_reference_layer_norm(const odd_task *t);
void odd_reference_l2_norm(const odd_task *t);
void odd_reference_softmax(const odd_task *t);

/* reference_product.c */
void odd_reference_gemm(const odd_task *t);
void odd_reference_matmul(const odd_task *t);

/* reference_move.c */
void odd_reference_copy(const odd_task *t);
void odd_reference_transpose(const odd_task *t);
void odd_reference_concat(const odd_task *t);
void odd_reference_pad(const odd_task *t);
void odd_reference_slice(const odd_task *t);
void odd_reference_gather(const odd_task *t);

/* reference_quantize.c */
void odd_reference_quantize(const odd_task *t);

/* reference_point.c */
void odd_reference_point(const odd_task *t);  /* one value makes one value */
void odd_reference_pair(const odd_task *t);   /* two broadcast values make one */
void odd_reference_mean(const odd_task *t);   /* ReduceMean */
void odd_reference_global(const odd_task *t); /* GlobalAveragePool, GlobalMaxPool */

#endif
