/* Reader of ONNX: the values that nodes read and make, and what turns a node into layers. */
#ifndef ODDLOT_NN_ONNX_READER_INTERNAL_H
#define ODDLOT_NN_ONNX_READER_INTERNAL_H

#include "nn/graph/names_internal.h"
#include "nn/onnx/onnx_internal.h"
#include "nn/onnx/onnx_tensor_internal.h"

/* Whole numbers known when the model is read: the shapes, axes and indices of ONNX. The size of the
 * batch is not known; where a number is that size, `batch` is set and the value is 1. */
typedef struct {
    int rank;
    int64_t shape[ODD_TENSOR_RANK]; /* a dimension may be 0 */
    int64_t count;
    int64_t *value; /* (count) */
    bool *batch;    /* (count) */
} odd_numbers;

/* What a name of the file stands for. */
typedef enum {
    ODD_VALUE_WEIGHT, /* a constant in the file that no node has read yet */
    ODD_VALUE_TENSOR, /* a tensor of the graph */
    ODD_VALUE_WHOLE, /* a tensor of the graph, but of whole numbers: only moved, until it is cast */
    ODD_VALUE_NUMBERS /* whole numbers that are known */
} odd_value_kind;

typedef struct {
    const char *name; /* borrowed from the message */
    odd_value_kind kind;
    const Onnx__TensorProto *weight;
    int tensor;
    odd_numbers *numbers; /* owned */
    bool stacked;         /* TENSOR, WHOLE: see onnx_stack.c */
} odd_onnx_value;

/* What is kept until the file was read (onnx_call.c). */
typedef struct odd_kept odd_kept;

typedef struct odd_onnx_reader odd_onnx_reader;

/* Turns a node into layers, or into numbers. */
typedef odd_status odd_node_read(odd_onnx_reader *r);

struct odd_onnx_reader {
    const odd_onnx_options *options;
    const Onnx__GraphProto *proto;
    const char **output; /* (outputs) the wanted ones */
    size_t outputs;
    odd_graph *graph;
    int64_t opset;
    int64_t batch; /* what the file says that the batch is; 0: any */
    odd_onnx_value *value;
    int values, value_room;
    odd_names names;             /* of the values */
    odd_names wanted;            /* the outputs of the file */
    odd_names done;              /* what nodes made that were read */
    int64_t made;                /* values of constants that nodes made so far */
    const Onnx__NodeProto *node; /* the one at work */
    int steps;                   /* tensors of the node at work that have no name in the file */
    int calls;                   /* values of nodes in its place (onnx_call.c) */
    odd_kept *kept;
    size_t kept_bytes;
    bool stacked; /* what the node at work makes is (onnx_stack.c) */
    bool whole;   /* what it makes is whole numbers, as a tensor of the graph */
    /* What reads a node that came down to others, and what reads nodes ahead of their turn: both
     * stand above the nodes' own readers, who ask for them here. */
    odd_node_read *(*operator_of)(const char *name);
    odd_status (*read_for)(odd_onnx_reader *r, const char *const names[], size_t count);
};

/* onnx_operators.c: the reader of this operator, NULL: there is none. */
odd_node_read *odd_onnx_operator(const char *name);
/* That of a node, whose operator may be of another domain: of ONNX Runtime. */
odd_node_read *odd_onnx_reader_of(const Onnx__NodeProto *node);

/* onnx_branch.c: nodes of branches take the place of If. */
odd_status odd_onnx_branches(odd_onnx_reader *r);

/* ---- onnx_inputs.c ---- */

/** Every weight of the file, or of a branch, becomes a value. */
odd_status odd_onnx_add_weights(odd_onnx_reader *r, const Onnx__GraphProto *graph);
/** So do its inputs: the network's, and those that are given; `given[i]` is input i as a constant.
 */
odd_status odd_onnx_inputs(odd_onnx_reader *r, Onnx__TensorProto *const given[]);

/* ---- onnx_node.c: the node at work ---- */

/* Its name, else that of its first result, else "". */
const char *odd_node_name(const Onnx__NodeProto *node);

/* "node 'conv1' (Conv): " and the words. */
odd_status odd_node_fail(const odd_onnx_reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* True if the node has this input (optional ones may be left out). */
bool odd_node_has(const odd_onnx_reader *r, int input);
/* True if the node names this output. */
bool odd_node_makes(const odd_onnx_reader *r, int output);
/* The value of an input. ODD_FORMAT: left out. */
odd_status odd_node_value(odd_onnx_reader *r, int input, odd_onnx_value **value);
/* An input as a tensor of floats in the graph, as it is: stacked (onnx_stack.c) or not. */
odd_status odd_node_operand(odd_onnx_reader *r, int input, int *tensor, bool *stacked);
/* A weight of the file as a constant of the graph, under its name. */
odd_status odd_weight_tensor(odd_onnx_reader *r, const odd_onnx_value *v, int *tensor);
/* An input as known whole numbers; borrowed. */
odd_status odd_node_numbers(odd_onnx_reader *r, int input, const odd_numbers **numbers);
/* True if an input is whole numbers that are, or can be made, known. */
bool odd_node_is_numbers(odd_onnx_reader *r, int input);

odd_status odd_numbers_new(int rank, const int64_t shape[], odd_numbers **out);
void odd_numbers_free(odd_numbers **numbers);

/* A new value; its name must be new. */
odd_status odd_reader_add(odd_onnx_reader *r, const odd_onnx_value *value);

/* ---- onnx_result.c: what the node at work makes ---- */

/* The node's result number 0 is what a layer of this kind makes. */
odd_status odd_node_layer(odd_onnx_reader *r, odd_layer_kind kind, const odd_layer_settings *set,
                          int inputs, const int input[]);
/* The same for its result number `output`. */
odd_status odd_node_layer_to(odd_onnx_reader *r, int output, odd_layer_kind kind,
                             const odd_layer_settings *set, int inputs, const int input[]);
/* A layer on the way to the result. */
odd_status odd_node_step(odd_onnx_reader *r, odd_layer_kind kind, const odd_layer_settings *set,
                         int inputs, const int input[], int *tensor);
/* A constant on the way to the result; the values are given. */
odd_status odd_node_constant(odd_onnx_reader *r, int rank, const int64_t shape[], float *values,
                             int *tensor);
/* The result is the tensor that is there. */
odd_status odd_node_pass(odd_onnx_reader *r, int tensor);
/* The result is a constant; the values are given. */
odd_status odd_node_floats(odd_onnx_reader *r, int rank, const int64_t shape[], float *values);
/* The result is these numbers; given, also on failure. */
odd_status odd_node_give(odd_onnx_reader *r, odd_numbers *numbers);
/* Take from what constants may hold in all. ODD_FORMAT: too much. */
odd_status odd_node_spend(odd_onnx_reader *r, int64_t values);

/* ---- onnx_stack.c: tensors whose images stand before the dimensions of the file ---- */

/* A tensor of the graph with the shape that the file gives it. Its name and data are the graph's.
 */
odd_tensor odd_node_form(const odd_onnx_reader *r, int tensor, bool stacked);
/* From (N, ...) to (N, 1, ...): as the file has one image. */
odd_status odd_node_stack(odd_onnx_reader *r, int *tensor);
/* Settings for the file's dimensions become those for a stacked tensor. ODD_FORMAT: too many. */
odd_status odd_node_stack_settings(const odd_onnx_reader *r, odd_layer_kind kind,
                                   odd_layer_settings *set);
/* Inputs 0 and 1 so that they broadcast in the graph as they do in the file; r->stacked is set. */
odd_status odd_node_two(odd_onnx_reader *r, odd_layer_kind kind, int input[2]);
/* Inputs 0 and 1, both stacked or none of them (constants stay as they are). */
odd_status odd_node_apart(odd_onnx_reader *r, int input[2]);

/* An input as a tensor of floats in the graph, with its images (if any) in the first dimension. */
odd_status odd_node_tensor(odd_onnx_reader *r, int input, int *tensor);
/* The first `count` inputs as such. */
odd_status odd_node_tensors(odd_onnx_reader *r, int count, int tensor[]);
/* An input as a known single float. */
odd_status odd_node_scalar(odd_onnx_reader *r, int input, float *value);
/* Settings of a layer that reads x (as the file sees it), from the node's attributes and other
 * inputs. */
typedef odd_status odd_node_settings(odd_onnx_reader *r, const odd_tensor *x,
                                     odd_layer_settings *set);
/* The result number 0 is what a layer of this kind makes of the input number 0 alone. */
odd_status odd_node_one(odd_onnx_reader *r, odd_layer_kind kind, odd_node_settings *read);

/* ---- onnx_call.c: a node that comes down to others ---- */

#define ODD_CALL_INPUTS   6
#define ODD_CALL_SETTINGS 4

typedef struct {
    const char *name; /* NULL: none, and none behind it */
    enum { ODD_CALL_INT, ODD_CALL_FLOAT, ODD_CALL_WORD, ODD_CALL_INTS } kind;
    int64_t i;
    float f;
    const char *word;
    const int64_t *list;
    int count;
} odd_call_setting;

/* An operator of ONNX on values that are there; borrowed. */
typedef struct {
    const char *op;
    const char *input[ODD_CALL_INPUTS]; /* "": left out; NULL: none behind */
    odd_call_setting set[ODD_CALL_SETTINGS];
    bool own; /* with the attributes of the node at work instead */
} odd_call;

/* Read it; *made: what its result is called. */
odd_status odd_node_call(odd_onnx_reader *r, const odd_call *call, const char **made);
/* The same for what the node at work makes first, or as number `output`. */
odd_status odd_node_last_call(odd_onnx_reader *r, const odd_call *call);
odd_status odd_node_call_to(odd_onnx_reader *r, int output, const odd_call *call);
/* Operators of one or two inputs without settings; Reshape and Transpose of *x. */
odd_status odd_call_one(odd_onnx_reader *r, const char *op, const char *x, const char **made);
odd_status odd_call_two(odd_onnx_reader *r, const char *op, const char *x, const char *y,
                        const char **made);
odd_status odd_call_reshape(odd_onnx_reader *r, int rank, const int64_t shape[], const char **x);
odd_status odd_call_transpose(odd_onnx_reader *r, int rank, const int64_t perm[], const char **x);
odd_status odd_last_one(odd_onnx_reader *r, const char *op, const char *x);
odd_status odd_last_two(odd_onnx_reader *r, const char *op, const char *x, const char *y);
/* The name of an input of the node at work, "": left out. */
const char *odd_call_input(const odd_onnx_reader *r, int input);
/* A constant (its values are given), a single number, a list of whole numbers, by a new name. */
odd_status odd_call_values(odd_onnx_reader *r, int rank, const int64_t shape[], float *values,
                           const char **name);
odd_status odd_call_number(odd_onnx_reader *r, double value, const char **name);
odd_status odd_call_list(odd_onnx_reader *r, int64_t count, const int64_t values[],
                         const char **name);
/* The shape that a value of floats has in the file. */
odd_status odd_call_form(odd_onnx_reader *r, const char *name, odd_tensor *form);
/* Zeroed memory until the file was read; `pointer` points to the pointer to it. */
odd_status odd_reader_keep(odd_onnx_reader *r, size_t bytes, void *pointer);
void odd_kept_free(odd_kept **kept);

/* ---- onnx_attribute.c: attributes of the node at work, or the default ---- */
bool odd_node_has_attribute(const odd_onnx_reader *r, const char *name);
odd_status odd_node_int(const odd_onnx_reader *r, const char *name, int64_t otherwise,
                        int64_t *value);
odd_status odd_node_float(const odd_onnx_reader *r, const char *name, float otherwise,
                          float *value);
/* At most `most` integers; *count is -1 if there is no such attribute. */
odd_status odd_node_ints(const odd_onnx_reader *r, const char *name, int most, int64_t values[],
                         int *count);
/* At most `most` numbers. ODD_FORMAT: there is no such attribute. */
odd_status odd_node_floats_attribute(const odd_onnx_reader *r, const char *name, int most,
                                     float values[], int64_t *count);
/* True if the attribute is this word (or is not there and `otherwise` is this word). */
bool odd_node_is(const odd_onnx_reader *r, const char *name, const char *word,
                 const char *otherwise);
/* A text, not ended by a 0; NULL: there is none. */
const char *odd_node_word(const odd_onnx_reader *r, const char *name, size_t *length);
/* NULL: there is none. */
const Onnx__TensorProto *odd_node_tensor_attribute(const odd_onnx_reader *r, const char *name);
const Onnx__GraphProto *odd_node_graph_attribute(const odd_onnx_reader *r, const char *name);
/* Integers of an input where it is given (`input` -1: never), else of an attribute. */
odd_status odd_node_list(odd_onnx_reader *r, int input, const char *attribute, int most,
                         int64_t values[], int *count);
/* An axis that may count from the end, -rank ... rank - 1. */
odd_status odd_node_axis(const odd_onnx_reader *r, int64_t axis, int rank, int64_t *out);
/* Axes of an input or attribute, sorted; *count is -1 if there are none. */
odd_status odd_node_axes(odd_onnx_reader *r, int input, const char *attribute, int rank,
                         int64_t axes[ODD_TENSOR_RANK], int *count);

/* ---- The readers of operators, by the files that they stand in ---- */

/* onnx_window.c */
odd_node_read odd_read_conv, odd_read_conv_transpose, odd_read_pool, odd_read_global_pool;
/* onnx_point.c */
odd_node_read odd_read_point, odd_read_gelu, odd_read_clip, odd_read_function, odd_read_celu,
    odd_read_selu, odd_read_prelu, odd_read_mish, odd_read_softsign, odd_read_swish;
/* onnx_math.c */
odd_node_read odd_read_pair, odd_read_limit, odd_read_reciprocal, odd_read_sum, odd_read_gemm,
    odd_read_matmul;
/* onnx_norm.c, onnx_softmax.c, onnx_rms.c */
odd_node_read odd_read_batch_norm, odd_read_l2_norm, odd_read_layer_norm, odd_read_group_norm;
odd_node_read odd_read_softmax, odd_read_log_softmax;
odd_node_read odd_read_rms_norm, odd_read_lrn;
/* onnx_attention.c, onnx_rotary.c, onnx_fused.c */
odd_node_read odd_read_attention, odd_read_rotary;
odd_node_read odd_read_bias_gelu, odd_read_quick_gelu, odd_read_fused_matmul, odd_read_fused_conv,
    odd_read_skip_norm;
/* onnx_reduce.c, onnx_einsum.c, onnx_resize.c */
odd_node_read odd_read_reduce, odd_read_einsum, odd_read_resize;
/* onnx_move.c, onnx_split.c, onnx_tile.c */
odd_node_read odd_read_flatten, odd_read_reshape, odd_read_squeeze, odd_read_unsqueeze,
    odd_read_transpose, odd_read_pad, odd_read_slice, odd_read_dropout;
odd_node_read odd_read_split;
odd_node_read odd_read_tile, odd_read_depth_to_space, odd_read_space_to_depth;
/* onnx_concat.c, onnx_gather.c, onnx_gather_at.c, onnx_scatter.c */
odd_node_read odd_read_concat, odd_read_gather, odd_read_gather_nd, odd_read_gather_elements;
odd_node_read odd_read_scatter, odd_read_scatter_elements;
/* onnx_cast.c, onnx_constants.c, onnx_lists.c */
odd_node_read odd_read_identity, odd_read_cast, odd_read_cast_like;
odd_node_read odd_read_constant, odd_read_constant_of_shape, odd_read_shape, odd_read_size,
    odd_read_range;
odd_node_read odd_read_cumsum, odd_read_trilu;
/* onnx_compare.c, onnx_choose.c, onnx_branch.c */
odd_node_read odd_read_compare, odd_read_not, odd_read_mod;
odd_node_read odd_read_where, odd_read_expand, odd_read_if;
/* onnx_quantize.c, onnx_q_linear.c */
odd_node_read odd_read_quantize, odd_read_dequantize, odd_read_q_conv, odd_read_q_matmul;

/* onnx_extents.c: shapes that broadcast */
typedef struct {
    int rank;
    int64_t shape[ODD_TENSOR_RANK];
} odd_extents;
odd_extents odd_extents_of(int rank, const int64_t shape[]);
/* Dimension d of `out` in f, counted so that the last ones of both are the same. */
int64_t odd_extents_size(const odd_extents *f, const odd_extents *out, int d);
/* a becomes the shape of both. ODD_FORMAT: they do not fit. */
odd_status odd_extents_join(const odd_onnx_reader *r, odd_extents *a, const odd_extents *b);
/* Which value of `in` stands at place `at` of `out`. */
int64_t odd_extents_place(const odd_extents *in, const odd_extents *out, int64_t at);

/* onnx_slices.c: what a Slice takes of `count` dimensions. */
typedef struct {
    int count;
    int64_t axis[ODD_TENSOR_RANK], first[ODD_TENSOR_RANK], end[ODD_TENSOR_RANK],
        step[ODD_TENSOR_RANK];
} odd_slices;
odd_status odd_read_slice_lists(odd_onnx_reader *r, int rank, odd_slices *s);
/* Bounds that may count from the end or reach outside become places; end -1 is before 0. */
void odd_slice_bounds(int64_t size, int64_t step, int64_t *first, int64_t *end);

/* onnx_numbers.c, onnx_numbers_move.c: operators on known numbers. */
odd_node_read odd_numbers_pair, odd_numbers_reduce;
odd_node_read odd_numbers_reshape, odd_numbers_concat, odd_numbers_slice, odd_numbers_gather,
    odd_numbers_transpose;

#endif
