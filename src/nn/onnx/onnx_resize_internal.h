/* Resize of ONNX: what a dimension was and becomes. */
#ifndef ODDLOT_NN_ONNX_RESIZE_INTERNAL_H
#define ODDLOT_NN_ONNX_RESIZE_INTERNAL_H

#include "nn/onnx/onnx_reader_internal.h"

/* A dimension: from `in` to `out` places; `length` is what it would be without rounding. */
typedef struct {
    int64_t in, out;
    double scale, length;
} odd_resized;

/* Opset 10 had one way only, and so has Upsample. */
bool odd_resize_is_old(const odd_onnx_reader *r);

/* Sizes of x, which are those of the input, become those that the node at work says. */
odd_status odd_resize_sizes(odd_onnx_reader *r, const odd_tensor *x, odd_resized size[]);

#endif
