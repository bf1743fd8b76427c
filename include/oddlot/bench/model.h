/**
 * Model: look into a network file.
 */
#ifndef ODDLOT_BENCH_MODEL_H
#define ODDLOT_BENCH_MODEL_H

#include "oddlot/base/status.h"
#include "oddlot/base/text.h"

/** Layers, shapes, parameters, FLOPs and memory for each image of an ONNX file, for people. @local;
 *  ODD_IO, ODD_FORMAT. */
odd_status odd_model_describe(const char *path, odd_text *out);

#endif
