/**
 * ONNX: networks in and out of files, by protobuf-c and the schema of Debian's libonnx-dev.
 *
 * Read: opsets 7 to 23, weights as float, double, float16, bfloat16, (u)int8 through
 * DequantizeLinear, inside the file or in external files beside it; shape arithmetic (Shape,
 * Gather, Slice, Concat, ... on constants) is folded; Resize (nearest, linear, cubic; constant
 * sizes or scales) becomes products with constant matrices; functions of the file and branches
 * whose condition is known are inlined; quantised values are rounded as they would be stored; what
 * ONNX Runtime's optimiser fuses is taken apart. Images with their channels last are turned on the
 * way in: the graph's input has them first. Images of bytes are levels, which the note
 * "oddlot.preset" says. A file is
 * read as the program for one image, which each image goes through alone, also where it moves the
 * dimension of the batch (attention, windows): such tensors get one more before those of the file.
 * Outputs behind an ArgMax or the like are left away. Files are hostile: sizes are checked before
 * allocating, cycles and missing tensors are told by name. @local
 */
#ifndef ODDLOT_NN_ONNX_H
#define ODDLOT_NN_ONNX_H

#include "oddlot/base/hash.h"
#include "oddlot/nn/graph.h"

#include <stddef.h>

/** Read a model. ODD_IO; ODD_FORMAT naming the file and the node: operators that oddlot does not
 *  have ("node 'conv1': operator 'Foo' is not supported; ..."), all at once, shapes that do not
 * fit, ... */
odd_status odd_onnx_read(const char *path, odd_graph **out);

/** The same for a model that leaves the size of its images open. 0: not given, the file must say.
 */
odd_status odd_onnx_read_sized(const char *path, int64_t rows, int64_t columns, odd_graph **out);

/** Digest of a model: of its file and of the files beside it that hold weights, whatever they are
 *  called. ODD_IO, ODD_NOMEM; ODD_FORMAT for a file outside its folder. */
odd_status odd_onnx_digest(const char *path, odd_hash *digest);

/** Reading from memory; `folder` is where external weights are, NULL: not allowed. */
odd_status odd_onnx_parse(const void *bytes, size_t size, const char *folder, odd_graph **out);

/** Write a model (opset 17, 20 with a Gelu; weights inside), whole or not at all. ODD_IO,
 * ODD_NOMEM, ODD_ARG above the 2 GiB of an ONNX file. */
odd_status odd_onnx_write(const odd_graph *graph, const char *path);

/** True if a node of this operator can be read (also those that are only folded). */
bool odd_onnx_knows(const char *operator_name);

#endif
