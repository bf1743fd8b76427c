/* ONNX messages: unpacked within bounds, and the numbers inside a TensorProto. */
#ifndef ODDLOT_NN_ONNX_TENSOR_INTERNAL_H
#define ODDLOT_NN_ONNX_TENSOR_INTERNAL_H

#include "oddlot/nn/graph.h"

#include <onnx.pb-c.h>
#include <stddef.h>

/* Unpack a message of this kind: NULL, with the reason recorded, when it is not one, nests deeper
 * than any model does, or would take far more memory than its bytes. Owned by caller:
 * protobuf_c_message_free_unpacked(message, NULL). */
ProtobufCMessage *odd_onnx_unpack(const ProtobufCMessageDescriptor *kind, const void *bytes,
                                  size_t size);

/* "'conv1.weight'", for complaints; static words where it has no name. */
const char *odd_proto_name(const Onnx__TensorProto *proto);

/* Shape and number of values; a dimension may be 0. ODD_FORMAT. */
odd_status odd_proto_shape(const Onnx__TensorProto *proto, int *rank,
                           int64_t shape[ODD_TENSOR_RANK], int64_t *values);

/* True if its values are whole numbers (or truths), false if they are real ones. */
bool odd_proto_is_whole(const Onnx__TensorProto *proto);

/* The values, as float from any type of numbers, as int64_t from whole ones; `values` of them are
 * expected. `folder` holds external data, NULL: not allowed. Owned by caller: odd_free(). */
odd_status odd_proto_floats(const Onnx__TensorProto *proto, const char *folder, int64_t values,
                            float **out);
odd_status odd_proto_wholes(const Onnx__TensorProto *proto, const char *folder, int64_t values,
                            int64_t **out);

/* onnx_external.c */
/* True if the bytes of a tensor stand in another file. */
bool odd_proto_is_outside(const Onnx__TensorProto *proto);
/* What the tensor calls that file (borrowed from it; NULL: there is none), and its path.
 * ODD_FORMAT: it is outside the folder. */
odd_status odd_proto_outside(const Onnx__TensorProto *proto, const char *folder,
                             const char **location, odd_text *path);
/* Those bytes. Owned by caller: odd_free(). */
odd_status odd_proto_external(const Onnx__TensorProto *proto, const char *folder, size_t size,
                              uint8_t **out);

/* The folder of a path, with its '/'. */
odd_status odd_onnx_folder(const char *path, odd_text *folder);

#endif
