/* Borders of an ONNX message: name, type and shape of the graph's input and outputs. */
#include "nn/onnx/onnx_writer_internal.h"

/* "N", or the number. */
static odd_status describe_dimension(odd_writer *w, const odd_tensor *t, int d,
                                     Onnx__TensorShapeProto__Dimension **out)
{
    static char batch[] = "N";
    odd_status st = odd_writer_take(w, out, 1, sizeof **out);
    if (st != ODD_OK) return st;
    onnx__tensor_shape_proto__dimension__init(*out);
    if (t->batched && d == 0) {
        (*out)->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
        (*out)->dim_param = batch;
    } else {
        (*out)->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        (*out)->dim_value = t->shape[d];
    }
    return ODD_OK;
}

static odd_status describe_tensor(odd_writer *w, const odd_tensor *t, Onnx__ValueInfoProto **out)
{
    odd_status st;
    Onnx__TypeProto *type;
    Onnx__TypeProto__Tensor *tensor;
    Onnx__TensorShapeProto *shape;
    ODD_TRY(odd_writer_take(w, out, 1, sizeof **out));
    ODD_TRY(odd_writer_take(w, &type, 1, sizeof *type));
    ODD_TRY(odd_writer_take(w, &tensor, 1, sizeof *tensor));
    ODD_TRY(odd_writer_take(w, &shape, 1, sizeof *shape));
    onnx__value_info_proto__init(*out);
    onnx__type_proto__init(type);
    onnx__type_proto__tensor__init(tensor);
    onnx__tensor_shape_proto__init(shape);
    (*out)->name = t->name;
    (*out)->type = type;
    type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    type->tensor_type = tensor;
    tensor->has_elem_type = true;
    tensor->elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
    tensor->shape = shape;
    ODD_TRY(odd_writer_take(w, &shape->dim, (size_t)t->rank, sizeof *shape->dim));
    for (int d = 0; d < t->rank; d++)
        ODD_TRY(describe_dimension(w, t, d, &shape->dim[shape->n_dim++]));
done:
    return st;
}

odd_status odd_writer_borders(odd_writer *w)
{
    odd_status st;
    const odd_graph *g = w->graph;
    Onnx__GraphProto *proto = w->proto;
    ODD_TRY(odd_writer_take(w, &proto->input, 1, sizeof *proto->input));
    if (g->input >= 0)
        ODD_TRY(describe_tensor(w, &g->tensor[g->input], &proto->input[proto->n_input++]));
    ODD_TRY(odd_writer_take(w, &proto->output, (size_t)g->outputs, sizeof *proto->output));
    for (int o = 0; o < g->outputs; o++)
        ODD_TRY(describe_tensor(w, &g->tensor[g->output[o]], &proto->output[proto->n_output++]));
done:
    return st;
}
