/* Foreign files: what is given for a model and is none. */
#ifndef ODDLOT_NN_ONNX_FOREIGN_INTERNAL_H
#define ODDLOT_NN_ONNX_FOREIGN_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

/** What these bytes are, that are no ONNX model, and what to do about it: "a zip archive; unpack it
 *  first". NULL if they tell nothing. Static. */
const char *odd_onnx_foreign(const void *bytes, size_t size);

#endif
