/* Inputs of ONNX: the weights of a file, and the one input that is the images. */
#include "oddlot/nn/onnx.h"

#include "nn/graph/graph_internal.h"
#include "nn/onnx/onnx_reader_internal.h"

#include <string.h>

static odd_status add_weight(odd_onnx_reader *r, const char *name, const Onnx__TensorProto *weight)
{
    const odd_onnx_value v = {
        .name = name, .kind = ODD_VALUE_WEIGHT, .weight = weight, .tensor = -1};
    return odd_reader_add(r, &v);
}

odd_status odd_onnx_add_weights(odd_onnx_reader *r, const Onnx__GraphProto *graph)
{
    odd_status st = ODD_OK;
    for (size_t i = 0; st == ODD_OK && i < graph->n_initializer; i++) {
        const Onnx__TensorProto *weight = graph->initializer[i];
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

static int64_t known_dimension(const Onnx__TensorShapeProto *dims, size_t d)
{
    const Onnx__TensorShapeProto__Dimension *dim = dims->dim[d];
    bool known = dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
    return known && dim->dim_value > 0 ? dim->dim_value : 0;
}

#define LEAST_SIDE 16 /* of an image: fewer could be the rows of a map of features */

static bool could_be_side(const Onnx__TensorShapeProto *dims, size_t d)
{
    const int64_t known = known_dimension(dims, d);
    return known == 0 || known >= LEAST_SIDE;
}

/* Photos as TensorFlow has them, N x height x width x channels. */
static bool has_channels_last(const Onnx__TensorShapeProto *dims)
{
    const int64_t last = dims->n_dim == 4 ? known_dimension(dims, 3) : 0;
    return (last == 1 || last == 3 || last == 4) && could_be_side(dims, 1) &&
           could_be_side(dims, 2);
}

/* The shape of one image, as the file has it; what the file leaves open must be given. */
static odd_status input_shape(odd_onnx_reader *r, const Onnx__ValueInfoProto *input, bool last,
                              int *rank, int64_t shape[ODD_TENSOR_RANK])
{
    const Onnx__TensorShapeProto *dims = input->type->tensor_type->shape;
    /* Only rows and columns can be given where the file leaves them open. */
    const int64_t rows = r->options->rows, columns = r->options->columns;
    const int64_t given[] = {0, last ? rows : 0, last ? columns : rows, last ? 0 : columns};
    if (dims->n_dim > ODD_TENSOR_RANK)
        return odd_fail(ODD_FORMAT, "input '%s' has %zu dimensions", input->name, dims->n_dim);
    const int channels = last ? 3 : 1;
    *rank = (int)dims->n_dim;
    for (int d = 0; d < *rank; d++) {
        const int64_t known = known_dimension(dims, (size_t)d);
        shape[d] = known > 0 ? known : *rank == 4 ? given[d] : 0;
        if (d == 0 && !r->options->single) {
            r->batch = known;
            shape[0] = 1;
        }
        if (shape[d] < 1)
            return odd_fail(ODD_FORMAT, "dimension %d of input '%s' is not known: %s", d,
                            input->name,
                            *rank == 4 && d > 0 && d < 4 && d != channels
                                ? "give the height and width of images (size=N), or export the "
                                  "model with fixed ones"
                                : "export the model with a fixed one");
    }
    return ODD_OK;
}

/* The graph's images have their channels first; what the file reads are those with them last. */
static odd_status turn_input(odd_onnx_reader *r, const Onnx__ValueInfoProto *input,
                             const int64_t shape[], int *tensor)
{
    odd_status st;
    odd_text name = ODD_TEXT_EMPTY;
    odd_layer_settings set = odd_layer_defaults();
    const int64_t turned[] = {1, shape[3], shape[1], shape[2]};
    set.axes = 4;
    memcpy(set.list, (const int64_t[]){0, 2, 3, 1}, 4 * sizeof *set.list);
    odd_text_format(&name, "%s~~last", input->name);
    ODD_TRY(odd_text_status(&name));
    ODD_TRY(odd_graph_tensor(r->graph, input->name, 4, turned, true, NULL, &r->graph->input));
    ODD_TRY(odd_graph_layer(r->graph, ODD_LAYER_TRANSPOSE, odd_text_string(&name), &set, 1,
                            &r->graph->input, odd_text_string(&name), tensor));
done:
    odd_text_free(&name);
    return st;
}

/* Bytes are levels: they are not scaled before they come in, whatever other models want. */
static odd_status note_levels(odd_onnx_reader *r, const Onnx__ValueInfoProto *input)
{
    if (input->type->tensor_type->elem_type != ONNX__TENSOR_PROTO__DATA_TYPE__UINT8) return ODD_OK;
    return odd_graph_note(r->graph, "oddlot.preset", "levels");
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
    const bool last = !r->options->single && has_channels_last(input->type->tensor_type->shape);
    ODD_TRY(input_shape(r, input, last, &rank, shape));
    if (!r->options->single) ODD_TRY(note_levels(r, input));
    if (last) {
        ODD_TRY(turn_input(r, input, shape, &v.tensor));
    } else {
        ODD_TRY(odd_graph_tensor(r->graph, input->name, rank, shape,
                                 !r->options->single && rank > 0, NULL, &v.tensor));
        r->graph->input = v.tensor;
    }
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
