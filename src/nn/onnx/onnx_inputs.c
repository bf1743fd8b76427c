/* Inputs of ONNX: the weights of a file, and the one input that is the images. */
#include "oddlot/nn/onnx.h"

#include "nn/graph/graph_internal.h"
#include "nn/onnx/onnx_reader_internal.h"

static odd_status add_weight(odd_onnx_reader *r, const char *name, const Onnx__TensorProto *weight)
{
    const odd_onnx_value v = {
        .name = name, .kind = ODD_VALUE_WEIGHT, .weight = weight, .tensor = -1};
    return odd_reader_add(r, &v);
}

odd_status odd_onnx_weights(odd_onnx_reader *r)
{
    odd_status st = ODD_OK;
    for (size_t i = 0; st == ODD_OK && i < r->proto->n_initializer; i++) {
        const Onnx__TensorProto *weight = r->proto->initializer[i];
        if (!weight->name || !*weight->name)
            return odd_fail(ODD_FORMAT, "a weight of the model has no name");
        st = add_weight(r, weight->name, weight);
    }
    return st;
}

/* The value kind of an input: real numbers, whole ones; false: no tensor of numbers. */
static bool kind_of_input(const Onnx__ValueInfoProto *input, odd_value_kind *kind)
{
    const Onnx__TypeProto *type = input->type;
    if (!type || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE || !type->tensor_type ||
        !type->tensor_type->shape)
        return false;
    switch (type->tensor_type->elem_type) {
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT:
    case ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT16:
    case ONNX__TENSOR_PROTO__DATA_TYPE__BFLOAT16:
    case ONNX__TENSOR_PROTO__DATA_TYPE__DOUBLE:
        *kind = ODD_VALUE_TENSOR;
        return true;
    case ONNX__TENSOR_PROTO__DATA_TYPE__UINT8:
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT8:
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT32:
    case ONNX__TENSOR_PROTO__DATA_TYPE__INT64:
        *kind = ODD_VALUE_WHOLE;
        return true;
    default:
        return false;
    }
}

odd_status odd_onnx_channels_last(const char *input)
{
    return odd_fail(ODD_FORMAT,
                    "its input '%s' has the channels last, as TensorFlow's models have them, and "
                    "oddlot's networks have them first: convert it so (tf2onnx --inputs-as-nchw "
                    "%s)",
                    input, input);
}

static int64_t known_dimension(const Onnx__TensorShapeProto *dims, size_t d)
{
    const Onnx__TensorShapeProto__Dimension *dim = dims->dim[d];
    bool known = dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
    return known && dim->dim_value > 0 ? dim->dim_value : 0;
}

static odd_status open_dimension(const Onnx__ValueInfoProto *input, int d)
{
    const Onnx__TensorShapeProto *dims = input->type->tensor_type->shape;
    const int64_t last = dims->n_dim == 4 ? known_dimension(dims, 3) : 0;
    if (d == 1 && (last == 1 || last == 3 || last == 4)) return odd_onnx_channels_last(input->name);
    return odd_fail(ODD_FORMAT,
                    "dimension %d of input '%s' is not known: export the model with a fixed one", d,
                    input->name);
}

/* The shape of one image; what the file leaves open must be given. */
static odd_status input_shape(odd_onnx_reader *r, const Onnx__ValueInfoProto *input, int *rank,
                              int64_t shape[ODD_TENSOR_RANK])
{
    const Onnx__TensorShapeProto *dims = input->type->tensor_type->shape;
    /* Only rows and columns can be given where the file leaves them open; of (N, C, H, W). */
    const int64_t given[] = {0, 0, r->options->rows, r->options->columns};
    if (dims->n_dim > ODD_TENSOR_RANK)
        return odd_fail(ODD_FORMAT, "input '%s' has %zu dimensions", input->name, dims->n_dim);
    *rank = (int)dims->n_dim;
    for (int d = 0; d < *rank; d++) {
        const int64_t known = known_dimension(dims, (size_t)d);
        shape[d] = known > 0 ? known : *rank == 4 ? given[d] : 0;
        if (d == 0 && !r->options->single) {
            r->batch = known;
            shape[0] = 1;
        }
        if (shape[d] < 1) return open_dimension(input, d);
    }
    return ODD_OK;
}

/* The network's input: the first that is neither a weight nor given. */
static odd_status add_input(odd_onnx_reader *r, const Onnx__ValueInfoProto *input)
{
    odd_status st;
    int rank = 0;
    int64_t shape[ODD_TENSOR_RANK];
    odd_onnx_value v = {.name = input->name};
    if (r->graph->input >= 0)
        return odd_fail(ODD_FORMAT, "the model has two inputs, '%s' and '%s'",
                        r->graph->tensor[r->graph->input].name, input->name);
    if (!kind_of_input(input, &v.kind))
        return odd_fail(ODD_FORMAT, "input '%s' is not a tensor of numbers with a shape",
                        input->name);
    ODD_TRY(input_shape(r, input, &rank, shape));
    ODD_TRY(odd_graph_tensor(r->graph, input->name, rank, shape, !r->options->single && rank > 0,
                             NULL, &v.tensor));
    r->graph->input = v.tensor;
    ODD_TRY(odd_reader_add(r, &v));
done:
    return st;
}

/* Old files list their weights among the inputs too. `given[i]` is input i as a constant. */
odd_status odd_onnx_inputs(odd_onnx_reader *r, Onnx__TensorProto *const given[])
{
    odd_status st = ODD_OK;
    for (size_t i = 0; st == ODD_OK && i < r->proto->n_input; i++) {
        const Onnx__ValueInfoProto *input = r->proto->input[i];
        if (!input->name || !*input->name)
            return odd_fail(ODD_FORMAT, "an input of the model has no name");
        if ((int64_t)i < r->options->givens && given[i])
            st = add_weight(r, input->name, given[i]);
        else if (odd_names_find(&r->names, input->name) < 0)
            st = add_input(r, input);
    }
    if (st == ODD_OK && r->graph->input < 0 && !r->options->single)
        st = odd_fail(ODD_FORMAT, "the model has no input");
    return st;
}
