/* Writer of ONNX: a message in the making and what joins it. */
#ifndef ODDLOT_NN_ONNX_WRITER_INTERNAL_H
#define ODDLOT_NN_ONNX_WRITER_INTERNAL_H

#include "nn/graph/names_internal.h"
#include "oddlot/nn/graph.h"

#include <onnx.pb-c.h>

#define ODD_WRITER_ATTRIBUTES 8 /* at most, of one node */
#define ODD_WRITER_CONSTANTS  4 /* at most, of one node, beside its weights */

typedef struct odd_writer_block odd_writer_block;

typedef struct {
    const odd_graph *graph;
    int64_t opset;
    odd_writer_block *blocks;
    odd_names nodes; /* names that are taken */
    Onnx__GraphProto *proto;
    Onnx__NodeProto *node; /* the one at work, and its layer */
    const odd_layer *layer;
} odd_writer;

/* ---- onnx_write_parts.c ---- */

/* Zeroed memory that lives as long as the writer; `pointer` points to the pointer to it. */
odd_status odd_writer_take(odd_writer *w, void *pointer, size_t count, size_t element);
void odd_writer_release(odd_writer *w);
/* A constant of the file. Name, shape and values are kept by the caller. */
odd_status odd_writer_constant(odd_writer *w, const char *name, int32_t type, int rank,
                               const int64_t shape[], const void *values, size_t bytes);
/* Attributes of the node at work. The values are those of the layer, which outlives the message. */
odd_status odd_writer_int(odd_writer *w, const char *name, int64_t value);
odd_status odd_writer_float(odd_writer *w, const char *name, float value);
/* The word is static. */
odd_status odd_writer_text(odd_writer *w, const char *name, const char *word);
odd_status odd_writer_ints(odd_writer *w, const char *name, const int64_t values[], int count);
/* "conv1.pads" after the layer's result, with more dots where a tensor has that name. */
odd_status odd_writer_name(odd_writer *w, const char *part, char **name);
/* The node at work reads a constant of its own next: whole numbers; one float; or nothing. */
odd_status odd_writer_list_input(odd_writer *w, const char *part, const int64_t values[],
                                 int count);
odd_status odd_writer_number_input(odd_writer *w, const char *part, float value);
/* Levels of the whole-number type that has this range; a scalar where it is one. */
odd_status odd_writer_levels_input(odd_writer *w, const char *part, const float values[], int count,
                                   double low, double high);
void odd_writer_no_input(odd_writer *w);
/* A Cast to float makes the layer's result of what the node at work makes. */
odd_status odd_writer_cast_behind(odd_writer *w);

/* ---- onnx_write_settings.c: those of the layer at work join its node ---- */

odd_status odd_writer_settings(odd_writer *w);

/* ---- onnx_write_node.c ---- */

odd_status odd_writer_node(odd_writer *w, const odd_layer *layer);

/* ---- onnx_write_border.c: the graph's input and outputs ---- */

odd_status odd_writer_borders(odd_writer *w);

#endif
