/**
 * Graph: a network as a directed acyclic graph of layers over named tensors.
 *
 * It says what is computed, not how: onnx.h reads and writes it, net.h runs it with oneDNN. Layers
 * are those of ONNX (opset 17 semantics, whatever opset they came from), tensors are float32 except
 * the small integer ones that shapes are made of, which are folded away before a network runs.
 * Letters: N images, C channels, H rows, W columns. Layout is (N, C, H, W).
 */
#ifndef ODDLOT_NN_GRAPH_H
#define ODDLOT_NN_GRAPH_H

#include "oddlot/base/status.h"
#include "oddlot/base/text.h"

#include <stdbool.h>
#include <stdint.h>

/* name in the enum, name in ONNX */
#define ODD_LAYER_LIST(X)                                                                          \
    X(CONV, "Conv")                                                                                \
    X(CONV_TRANSPOSE, "ConvTranspose")                                                             \
    X(GEMM, "Gemm")                                                                                \
    X(MATMUL, "MatMul")                                                                            \
    X(BATCH_NORM, "BatchNormalization")                                                            \
    X(LAYER_NORM, "LayerNormalization")                                                            \
    X(L2_NORM, "LpNormalization")                                                                  \
    X(RELU, "Relu")                                                                                \
    X(LEAKY_RELU, "LeakyRelu")                                                                     \
    X(ELU, "Elu")                                                                                  \
    X(CLIP, "Clip")                                                                                \
    X(SIGMOID, "Sigmoid")                                                                          \
    X(TANH, "Tanh")                                                                                \
    X(HARD_SIGMOID, "HardSigmoid")                                                                 \
    X(HARD_SWISH, "HardSwish")                                                                     \
    X(EXP, "Exp")                                                                                  \
    X(SQRT, "Sqrt")                                                                                \
    X(NEG, "Neg")                                                                                  \
    X(ADD, "Add")                                                                                  \
    X(SUB, "Sub")                                                                                  \
    X(MUL, "Mul")                                                                                  \
    X(DIV, "Div")                                                                                  \
    X(POW, "Pow")                                                                                  \
    X(MAX_POOL, "MaxPool")                                                                         \
    X(AVERAGE_POOL, "AveragePool")                                                                 \
    X(GLOBAL_AVERAGE_POOL, "GlobalAveragePool")                                                    \
    X(GLOBAL_MAX_POOL, "GlobalMaxPool")                                                            \
    X(REDUCE_MEAN, "ReduceMean")                                                                   \
    X(FLATTEN, "Flatten")                                                                          \
    X(RESHAPE, "Reshape")                                                                          \
    X(SQUEEZE, "Squeeze")                                                                          \
    X(UNSQUEEZE, "Unsqueeze")                                                                      \
    X(TRANSPOSE, "Transpose")                                                                      \
    X(CONCAT, "Concat")                                                                            \
    X(SOFTMAX, "Softmax")                                                                          \
    X(PAD, "Pad")                                                                                  \
    X(SLICE, "Slice")                                                                              \
    X(IDENTITY, "Identity")

#define ODD_LAYER_ENUM(name, onnx) ODD_LAYER_##name,
typedef enum { ODD_LAYER_LIST(ODD_LAYER_ENUM) ODD_LAYER_COUNT } odd_layer_kind;

/** "Conv"; the kind of an ONNX name, or ODD_LAYER_COUNT. */
const char *odd_layer_name(odd_layer_kind kind);
odd_layer_kind odd_layer_find(const char *onnx_name);

#define ODD_TENSOR_RANK 6

/* A value between layers: the network's input, a constant (weights), or a layer's output. */
typedef struct {
    char *name;
    int rank;
    int64_t shape[ODD_TENSOR_RANK]; /* of one image where `batched`: shape[0] is then N = 1 */
    bool batched;                   /* the first dimension is the batch, of any size */
    float *data; /* constant values, row-major; NULL: computed. Owned by the graph */
} odd_tensor;

/* Settings of a layer; each kind uses those that its ONNX operator has. */
typedef struct {
    int64_t kernel[2], stride[2], dilation[2]; /* rows, columns */
    int64_t pad[4];        /* top, left, bottom, right; explicit: no auto_pad here */
    int64_t output_pad[2]; /* ConvTranspose */
    int64_t group;
    bool count_padding;             /* AveragePool: count_include_pad */
    bool transpose_a, transpose_b;  /* Gemm */
    float alpha, beta;              /* Gemm, LeakyRelu, Elu, HardSigmoid */
    float low, high;                /* Clip; -INFINITY, INFINITY: open */
    float epsilon;                  /* BatchNormalization, LayerNormalization */
    float value;                    /* Pad: what is put there */
    int64_t axis;                   /* Concat, Softmax, LayerNormalization, ...; >= 0 */
    bool keep_dims;                 /* ReduceMean */
    int axes;                       /* how many of `list`: axes, permutation, starts */
    int64_t list[ODD_TENSOR_RANK];  /* ReduceMean axes, Transpose permutation, Pad begins,
                                       Slice starts */
    int64_t list2[ODD_TENSOR_RANK]; /* Pad ends, Slice ends (exclusive) */
    int64_t list3[ODD_TENSOR_RANK]; /* Slice steps */
} odd_layer_settings;

#define ODD_LAYER_INPUTS 64

typedef struct {
    odd_layer_kind kind;
    char *name;
    int inputs;
    int input[ODD_LAYER_INPUTS]; /* tensors; -1: an optional one that is not given */
    int output;                  /* tensor */
    odd_layer_settings set;
} odd_layer;

/* Layers stand in an order in which each comes after those that make its inputs. */
typedef struct {
    char *name;
    odd_tensor *tensor;
    int tensors;
    odd_layer *layer;
    int layers;
    int input;   /* the tensor of images */
    int *output; /* (outputs) tensors */
    int outputs;
    int tensor_room, layer_room;
} odd_graph;

void odd_graph_free(odd_graph **graph);
odd_status odd_graph_new(const char *name, odd_graph **out);

/** Add a tensor; data NULL for a computed one, else copied. The name is copied and must be new
 *  ("" makes one). *id: its number. ODD_FORMAT for a second of this name, ODD_NOMEM. */
odd_status odd_graph_tensor(odd_graph *g, const char *name, int rank, const int64_t shape[],
                            bool batched, const float data[], int *id);
/** Add a layer whose output shape is inferred and checked; *output: the tensor it makes.
 *  ODD_FORMAT naming the layer and what does not fit. */
odd_status odd_graph_layer(odd_graph *g, odd_layer_kind kind, const char *name,
                           const odd_layer_settings *set, int inputs, const int input[],
                           const char *output_name, int *output);
/** Settings with the defaults of ONNX. */
odd_layer_settings odd_layer_defaults(void);

/** The tensor of this name, or -1. Also "last_map" (the last output of a layer with H x W > 1),
 *  "pooled" (what a global pool or mean over H, W makes of it) and "penultimate" (the input of the
 * last Gemm, MatMul or 1x1 Conv that makes the output): ODD_FORMAT if there is none. */
odd_status odd_graph_find(const odd_graph *g, const char *name, int *tensor);

/** Keep only what the tensor `output` needs, which becomes the only output. */
odd_status odd_graph_cut(odd_graph *g, int output);

/** Fold for inference: batch norm into the convolution or Gemm before it, constants with constants,
 *  Identity and Dropout away. Results change by rounding only. */
odd_status odd_graph_fold(odd_graph *g);

/** Values of a tensor for one image; trainable parameters; multiply-adds x 2 of one image. */
int64_t odd_tensor_values(const odd_tensor *t);
int64_t odd_graph_parameters(const odd_graph *g);
int64_t odd_graph_flops(const odd_graph *g);

/** A table of layers for people: name, kind, output shape, parameters, FLOPs; sums at the end. */
void odd_graph_describe(const odd_graph *g, odd_text *out);

#endif
