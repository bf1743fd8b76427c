/* The order in which the nodes of an ONNX graph are read. */
#ifndef ODDLOT_NN_ONNX_ORDER_INTERNAL_H
#define ODDLOT_NN_ONNX_ORDER_INTERNAL_H

#include "oddlot/base/status.h"

#include <onnx.pb-c.h>
#include <stdbool.h>

/* Those that these `outputs` values need; a sorted file keeps its order. ODD_FORMAT: a circle,
 * or a value that two nodes make. *order: owned by caller, odd_free(). */
odd_status odd_onnx_order(const Onnx__GraphProto *proto, const char *const output[], size_t outputs,
                          int **order, int *count);

/* True for the domain of ONNX itself. */
bool odd_onnx_is_ours(const char *domain);

#endif
