/* ONNX, inside the room: reading with more control than others need, for the conformance tests. */
#ifndef ODDLOT_NN_ONNX_INTERNAL_H
#define ODDLOT_NN_ONNX_INTERNAL_H

#include "oddlot/nn/onnx.h"

/* A message TensorProto as it stands in a file (input_0.pb of a test case); borrowed. */
typedef struct {
    const void *bytes; /* NULL: none */
    size_t size;
} odd_onnx_blob;

typedef struct {
    const char *folder;    /* of external weights; NULL: not allowed */
    int64_t rows, columns; /* of the images, where the file leaves them open; 0: not given */
    bool single; /* no batch: the input has just the shape that the file says, and inputs may all be
                    given, so that everything is constant (the graph's input is then -1) */
    int outputs; /* how many of the file's outputs are wanted, from the first on; 0: all */
    const odd_onnx_blob *given; /* values that make the k-th input of the file a constant */
    int givens;
} odd_onnx_options;

/* As odd_onnx_parse(), with options. Outputs of whole numbers become float tensors too. */
odd_status odd_onnx_parse_as(const void *bytes, size_t size, const odd_onnx_options *options,
                             odd_graph **out);

/* Read one TensorProto of any number type: shape and values (name NULL, not batched, data from
 * odd_alloc). A tensor of no values has a 0 in its shape. ODD_FORMAT, ODD_NOMEM. */
odd_status odd_onnx_tensor(const void *bytes, size_t size, odd_tensor *out);

#endif
