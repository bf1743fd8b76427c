/* Layers: the names of the kinds and the settings that ONNX takes where none are given. */
#include "oddlot/nn/graph.h"

#include <math.h>
#include <string.h>

#define LAYER_NAME(kind, onnx) onnx,
static const char *const names[] = {ODD_LAYER_LIST(LAYER_NAME)};

const char *odd_layer_name(odd_layer_kind kind)
{
    return (unsigned)kind < ODD_LAYER_COUNT ? names[kind] : "unknown";
}

odd_layer_kind odd_layer_find(const char *onnx_name)
{
    int kind = 0;
    while (kind < ODD_LAYER_COUNT && strcmp(names[kind], onnx_name) != 0)
        kind++;
    return (odd_layer_kind)kind;
}

odd_layer_settings odd_layer_defaults(void)
{
    odd_layer_settings set = {.kernel = {1, 1},
                              .stride = {1, 1},
                              .dilation = {1, 1},
                              .group = 1,
                              .alpha = 1,
                              .beta = 1,
                              .low = -INFINITY,
                              .high = INFINITY,
                              .epsilon = 1e-5f,
                              .axis = 1,
                              .keep_dims = true};
    for (int i = 0; i < ODD_TENSOR_RANK; i++)
        set.list3[i] = 1;
    return set;
}
