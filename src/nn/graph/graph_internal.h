/* Graph, inside the room: shape rules, and how a graph is changed. */
#ifndef ODDLOT_NN_GRAPH_INTERNAL_H
#define ODDLOT_NN_GRAPH_INTERNAL_H

#include "oddlot/nn/graph.h"

/* No tensor of one image has more values: sizes in bytes stay far from the end of int64_t. */
#define ODD_TENSOR_VALUES ((int64_t)1 << 40)
/* No dimension, kernel, stride or pad is larger: their sums and products in window arithmetic
 * cannot overflow. */
#define ODD_WINDOW_LIMIT ((int64_t)1 << 30)

/* What a shape rule sees: the layer (whose settings it may complete) and its inputs; it fills rank,
 * shape and batched of `out`. */
typedef struct {
    odd_layer *layer;
    const odd_tensor *in[ODD_LAYER_INPUTS]; /* NULL: not given */
    odd_tensor *out;
} odd_shaping;

/* shape_check.c */
/* The one place for complaints about a layer: "layer 'conv1' (Conv): " and the words. */
odd_status odd_shape_fail(const odd_shaping *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* May an array have this shape? Also sets the count of its values. */
odd_status odd_shape_check(int rank, const int64_t shape[], int64_t *values);

/* graph_shapes.c */
odd_status odd_shape_infer(const odd_graph *g, odd_layer *layer, odd_tensor *out);

/* graph_shapes_window.c */
odd_status odd_shape_conv(odd_shaping *s);
odd_status odd_shape_conv_transpose(odd_shaping *s);
odd_status odd_shape_pool(odd_shaping *s);
odd_status odd_shape_global_pool(odd_shaping *s);

/* graph_shapes_product.c */
odd_status odd_shape_gemm(odd_shaping *s);
odd_status odd_shape_matmul(odd_shaping *s);

/* graph_shapes_move.c */
odd_status odd_shape_flatten(odd_shaping *s);
odd_status odd_shape_reshape(odd_shaping *s);
odd_status odd_shape_squeeze(odd_shaping *s);
odd_status odd_shape_unsqueeze(odd_shaping *s);
odd_status odd_shape_transpose(odd_shaping *s);
odd_status odd_shape_concat(odd_shaping *s);
odd_status odd_shape_pad(odd_shaping *s);
odd_status odd_shape_slice(odd_shaping *s);
odd_status odd_shape_gather(odd_shaping *s);
odd_status odd_shape_reduce(odd_shaping *s);

/* graph.c */
/* A graph's tensor that no layer made: the input or a constant. */
bool odd_tensor_is_constant(const odd_graph *g, int tensor); /* false for -1 */
/* Give the values to the graph instead of a copy of them (odd_alloc). They are freed on failure. */
odd_status odd_graph_give_tensor(odd_graph *g, const char *name, int rank, const int64_t shape[],
                                 float *data, int *id);

/* graph_cut.c: drop the layers and tensors that no output needs and number the rest anew. */
odd_status odd_graph_sweep(odd_graph *g);

/* graph_cost.c */
/* Parameters of a layer that are not `counted` yet (tensors; marked here). */
int64_t odd_layer_parameters(const odd_graph *g, const odd_layer *layer, bool counted[]);
int64_t odd_layer_flops(const odd_graph *g, const odd_layer *layer);

/* graph_describe.c: "N x 64 x 112 x 112" */
#define ODD_SHAPE_TEXT 160 /* six dimensions of 20 digits */
void odd_tensor_shape_text(const odd_tensor *t, char text[ODD_SHAPE_TEXT]);

/* graph_notes.c */
odd_status odd_graph_copy_notes(const odd_graph *from, odd_graph *to);
void odd_graph_free_notes(odd_graph *g);

#endif
