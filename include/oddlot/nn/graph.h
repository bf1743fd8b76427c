/**
 * Graph: a network as a directed acyclic graph of layers over named tensors.
 *
 * It says what is computed, not how: onnx.h reads and writes it, net.h runs it with oneDNN. Layers
 * are those of ONNX (opset 17 semantics, and Gelu of 20, whatever opset they came from), tensors
 * are float32 except the small integer ones that shapes are made of, which are folded away before a
 * network runs. Letters: N images, C channels, H rows, W columns. Layout is (N, C, H, W).
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
    X(ERF, "Erf")                                                                                  \
    X(GELU, "Gelu")                                                                                \
    X(NEG, "Neg")                                                                                  \
    X(ABS, "Abs")                                                                                  \
    X(LOG, "Log")                                                                                  \
    X(SOFTPLUS, "Softplus")                                                                        \
    X(FLOOR, "Floor")                                                                              \
    X(CEIL, "Ceil")                                                                                \
    X(ROUND, "Round")                                                                              \
    X(SIGN, "Sign")                                                                                \
    X(SIN, "Sin")                                                                                  \
    X(COS, "Cos")                                                                                  \
    X(THRESHOLDED_RELU, "ThresholdedRelu")                                                         \
    X(QUANTIZE, "QuantizeLinear")                                                                  \
    X(ADD, "Add")                                                                                  \
    X(SUB, "Sub")                                                                                  \
    X(MUL, "Mul")                                                                                  \
    X(DIV, "Div")                                                                                  \
    X(POW, "Pow")                                                                                  \
    X(MAX, "Max")                                                                                  \
    X(MIN, "Min")                                                                                  \
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
    X(GATHER, "Gather")                                                                            \
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
    bool stays;                     /* a constant that training leaves as it is (train.h) */
    float *data; /* constant values, row-major; NULL: computed. Owned by the graph */
} odd_tensor;

/*
 * What each kind reads (x first; "const": its values must be in the graph) and which settings it
 * has. Everything is checked by odd_graph_layer(). Where x is batched the batch stays the first
 * dimension and no layer may mix images.
 *   Conv                 x (N, C, H, W), const weight (M, C / group, rows, columns), [const bias
 *                        (M)]; kernel, stride, dilation, pad, group
 *   ConvTranspose        x (N, C, H, W), const weight (C, M / group, rows, columns), [const bias
 *                        (M)]; the same and output_pad
 *   Gemm                 x (N, K), const B (K, M), [const C that broadcasts to (N, M)];
 *                        alpha op(x) op(B) + beta C; folded: x (N, ..., K) too, where C is a row
 *   MatMul               x, y as numpy.matmul
 *   BatchNormalization   x (N, C, ...), const scale, bias, mean, variance (C); epsilon
 *   LayerNormalization   x, const scale, [const bias] of the shape x has from `axis` on; epsilon
 *   LpNormalization      x; p = 2, axis
 *   LeakyRelu, Elu, ThresholdedRelu   x; alpha
 *   Clip                 x; low, high
 *   HardSigmoid          x; max(0, min(1, alpha x + beta))
 *   Relu, Sigmoid, Tanh, HardSwish, Exp, Sqrt, Erf, Neg, Abs, Log, Softplus, Floor, Ceil, Round
 *   (half to even), Sign, Sin, Cos   x
 *   QuantizeLinear       x, const scale, const zero, both of 1 value or one for each place of
 *                        `axis`; low, high: whole numbers, of which the nearest to x / scale + zero
 *                        is the result (as float)
 *   Gelu                 x; by_tanh
 *   Identity             x; `value`: the share that is dropped in training (train.h), 0: none;
 *                        `whole`: of images, all values of one together
 *   Add, Sub, Mul, Div, Pow, Max, Min   x, y, with numpy's broadcasting
 *   MaxPool              x (N, C, H, W); kernel, stride, dilation, pad: minus infinity
 *   AveragePool          x (N, C, H, W); kernel, stride, pad, count_padding
 *   GlobalAveragePool, GlobalMaxPool   x (N, C, ...)
 *   ReduceMean           x; `axes` of `list`, rising, keep_dims
 *   Flatten              x; axis
 *   Reshape              x; `list`: the new shape (`axes` dimensions; 1 for the batch). 0 and -1 as
 *                        in ONNX are resolved when the layer is added
 *   Squeeze, Unsqueeze   x; `axes` of `list`, rising (Unsqueeze: in the output)
 *   Transpose            x; `list`: output dimension i is input dimension list[i]
 *   Concat               1 to ODD_LAYER_INPUTS of the same rank; axis
 *   Softmax              x; axis, one dimension only
 *   Pad                  x; `list`, `list2`: counts of `value` before and after each dimension
 *   Slice                x; for each dimension `list`: first, `list2`: end (exclusive; -1 for
 *                        "through 0" with a negative step), `list3`: step, not 0
 *   Gather               x, const indices (count), whole and within [0, size); axis: its places
 *                        become those of x at the indices
 */
typedef struct {
    int64_t kernel[2], stride[2], dilation[2]; /* rows, columns; Conv's kernel is its weight's */
    int64_t pad[4];        /* top, left, bottom, right; explicit: no auto_pad here */
    int64_t output_pad[2]; /* ConvTranspose: rows below, columns at the right */
    int64_t group;
    bool count_padding;            /* AveragePool: count_include_pad */
    bool transpose_a, transpose_b; /* Gemm */
    float alpha, beta;             /* Gemm, LeakyRelu, Elu, HardSigmoid */
    float low, high;               /* Clip: -INFINITY, INFINITY: open; QuantizeLinear */
    float epsilon;                 /* BatchNormalization, LayerNormalization */
    float value;                   /* Pad: what is put there; Identity: share dropped */
    int64_t axis;                  /* Concat, Softmax, LayerNormalization, ...; >= 0 */
    bool keep_dims;                /* ReduceMean */
    bool whole;                    /* Identity: what is dropped is all of an image's values */
    bool by_tanh;                  /* Gelu: the approximation by tanh */
    bool sample;                   /* Slice: in training, a draw around what it takes (train.h) */
    int axes;                      /* count of entries used in `list` (`list2`, `list3`) */
    int64_t list[ODD_TENSOR_RANK]; /* see above */
    int64_t list2[ODD_TENSOR_RANK];
    int64_t list3[ODD_TENSOR_RANK];
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

/* Words that go with a network: the metadata of an ONNX file. */
typedef struct {
    char *key, *value;
} odd_note;

/* Layers stand in an order in which each comes after those that make its inputs. */
typedef struct {
    char *name;
    odd_tensor *tensor;
    int tensors;
    odd_layer *layer;
    int layers;
    int input;   /* the tensor of images; -1: none yet */
    int *output; /* (outputs) tensors */
    int outputs;
    odd_note *note; /* (notes) */
    int notes;
    int tensor_room, layer_room;
    struct odd_names *names; /* finds tensors by name */
} odd_graph;

void odd_graph_free(odd_graph **graph);
odd_status odd_graph_new(const char *name, odd_graph **out);
/** A graph of its own with the same numbers, weights and all. ODD_NOMEM. */
odd_status odd_graph_copy(const odd_graph *graph, odd_graph **out);

/** Add a tensor; data NULL for a computed one, else copied. The name is copied and must be new
 *  ("" makes one). *id: its number. ODD_FORMAT for a second of this name, a rank above
 *  ODD_TENSOR_RANK, a dimension under 1, too many values, or constants in a batch; ODD_NOMEM. */
odd_status odd_graph_tensor(odd_graph *g, const char *name, int rank, const int64_t shape[],
                            bool batched, const float data[], int *id);
/** Add a layer whose output shape is inferred and checked; *output: the tensor it makes.
 *  ODD_FORMAT naming the layer and what does not fit. */
odd_status odd_graph_layer(odd_graph *g, odd_layer_kind kind, const char *name,
                           const odd_layer_settings *set, int inputs, const int input[],
                           const char *output_name, int *output);
/** Make a tensor one of the outputs, after those that are. ODD_NOMEM. */
odd_status odd_graph_add_output(odd_graph *g, int tensor);
/** Settings with the defaults of ONNX; alpha and beta are 1 (Gemm, Elu), so LeakyRelu's 0.01 and
 *  HardSigmoid's 0.2 and 0.5 are to be set. axis is 1, Slice's steps 1, Clip open. */
odd_layer_settings odd_layer_defaults(void);

/** Keep a note, in place of the one of that key; both are copied. ODD_NOMEM; ODD_FORMAT: too many.
 */
odd_status odd_graph_note(odd_graph *g, const char *key, const char *value);
/** The note of that key, NULL if there is none. Borrowed. */
const char *odd_graph_noted(const odd_graph *g, const char *key);

/** The tensor of this name. Where no tensor has it also, by the part that it plays, "last_map" (the
 *  last output of a layer with H x W > 1; not of a network of tokens), "pooled" (what a global pool
 *  or mean over H, W makes of it; of tokens: the vector that the network makes of them),
 *  "penultimate" (what the classifier reads, the last Gemm, MatMul or 1x1 Conv that makes the
 *  output), "logits" (what the classifier makes, before a softmax), "tokens" (N, T, D) and "cls",
 *  the class token. ODD_FORMAT if there is none, which tells the parts that there are; ODD_NOMEM.
 */
odd_status odd_graph_find(const odd_graph *g, const char *name, int *tensor);

/** Keep only what the tensor `output` needs, which becomes the only output. */
odd_status odd_graph_cut(odd_graph *g, int output);
/** Make the units of hidden layers the only output, (N, units): those of each layer one after the
 *  other, layers in their order. name: the layers, as of odd_graph_find(); names 0: all whose
 *  results are those of units, as of Relu, Sigmoid or Gelu. threshold (units): the value above
 *  which a unit is active, 0.5 of what is between 0 and 1, else 0; owned by caller, odd_free().
 *  ODD_FORMAT where there is no such layer, or too many units to be a row. */
odd_status odd_graph_units(odd_graph *g, int names, char *const name[], float **threshold);
/** Keep only what is behind the computed tensor `input`, which becomes the input: a decoder is cut
 *  so at the code. ODD_FORMAT if an output can be had without it or needs more than it, naming the
 *  tensor. */
odd_status odd_graph_cut_before(odd_graph *g, int input);

/** Stochastic depth (Huang et al. 2016) before residual sums: of Adds of two tensors of a batch and
 *  one shape, that which more layers stand before is a branch, beside its shortcut; where both are
 *  as deep, none is. Behind the branch of sum k of n an Identity is put that in training drops it
 *  whole, of a share of k / n x `most` of the images (0 ... 1). *sums: n; 0: nothing was changed.
 *  ODD_NOMEM. */
odd_status odd_graph_drop_paths(odd_graph *g, double most, int *sums);

/** Fold for inference: batch norms and constants by channel into the convolution or product before
 *  them, zeros around maps into the window behind them, MatMul by weights into Gemm, Gelu written
 * out into Gelu, constants with constants, Identity away. Outputs keep their names; results change
 * by rounding only. */
odd_status odd_graph_fold(odd_graph *g);

/** Values of a tensor for one image; trainable parameters (weights, biases, scales; each
 *  tensor once, no means and variances, no single numbers); multiply-adds x 2 of one image in
 *  convolutions and products. */
int64_t odd_tensor_values(const odd_tensor *t);
int64_t odd_graph_parameters(const odd_graph *g);
int64_t odd_graph_flops(const odd_graph *g);

/** A table of layers for people: name, kind, output shape, parameters, FLOPs; sums at the end; then
 *  the notes. */
void odd_graph_describe(const odd_graph *g, odd_text *out);
/** One line for people: the names of parts that odd_graph_find() knows here, with their shapes.
 *  ODD_NOMEM */
odd_status odd_graph_describe_parts(const odd_graph *g, odd_text *out);

#endif
