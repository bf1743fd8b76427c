/**
 * Model: look into a network file.
 */
#ifndef ODDLOT_BENCH_MODEL_H
#define ODDLOT_BENCH_MODEL_H

#include "oddlot/base/status.h"
#include "oddlot/base/text.h"

#include <stdint.h>

/** Layers, shapes, parameters, FLOPs and memory for each image of an ONNX file, for people. `size`:
 *  height and width of the images where the file leaves them open, 0: none. @local; ODD_IO,
 *  ODD_FORMAT. */
odd_status odd_model_describe(const char *path, int64_t size, odd_text *out);

#endif
