/* Missing operators, and outputs that are made of choices. */
#ifndef ODDLOT_NN_ONNX_MISSING_INTERNAL_H
#define ODDLOT_NN_ONNX_MISSING_INTERNAL_H

#include "oddlot/base/status.h"

#include <onnx.pb-c.h>
#include <stdbool.h>
#include <stddef.h>

/* ODD_FORMAT naming all operators of these nodes that cannot be read. */
odd_status odd_onnx_check_operators(const Onnx__GraphProto *proto, const int order[], int count);

/* Outputs behind an ArgMax or the like go, and what that reads takes their place; where nothing
 * would be left all stay. The names are borrowed from the message, no two of them the same. */
odd_status odd_onnx_leave_choices(const Onnx__GraphProto *proto, const char *output[],
                                  size_t *outputs);

#endif
