/* A graph whose calls of the model's own functions are replaced by what those do. */
#ifndef ODDLOT_NN_ONNX_INLINE_INTERNAL_H
#define ODDLOT_NN_ONNX_INLINE_INTERNAL_H

#include "oddlot/base/status.h"

#include <onnx.pb-c.h>
#include <stddef.h>

typedef struct odd_inlined_block odd_inlined_block;

typedef struct {
    Onnx__GraphProto graph; /* that of the model but for the nodes; not to be freed as a message */
    Onnx__NodeProto **node;
    odd_inlined_block *blocks;
    size_t made, bytes; /* nodes of functions, and all memory */
} odd_inlined;

/* The model must outlive what is made. ODD_FORMAT: a function calls itself, or there are too many
 * nodes; ODD_NOMEM. */
odd_status odd_onnx_inline(const Onnx__ModelProto *model, odd_inlined *out);
void odd_inlined_free(odd_inlined *inlined); /* frees and empties */

#endif
