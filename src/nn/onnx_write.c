/* Writing ONNX: a graph as a file of opset 17 with its weights inside, which reads back equal. */
#include "oddlot/nn/onnx.h"

#include "nn/names_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <onnx.pb-c.h>
#include <string.h>

#define OPSET      17
#define IR_VERSION 8
#define FILE_LIMIT ((size_t)INT32_MAX) /* protobuf's own */
#define ATTRIBUTES 8                   /* at most, of one node */
#define CONSTANTS  4                   /* at most, of one node, beside its weights */

/* Everything that the message points to is kept until it is packed. */
typedef struct block {
    struct block *next;
} block;

typedef struct {
    const odd_graph *graph;
    block *blocks;
    odd_names nodes; /* names that are taken */
    Onnx__GraphProto *proto;
    Onnx__NodeProto *node; /* the one at work, and its layer */
    const odd_layer *layer;
} writer;

/* Zeroed memory that lives as long as the writer. */
static odd_status take(writer *w, void *pointer, size_t count, size_t element)
{
    size_t head = 64; /* keeps the alignment of odd_alloc() */
    block *b = odd_alloc((int64_t)(head + count * element), 1);
    if (!b) return ODD_NOMEM;
    b->next = w->blocks;
    w->blocks = b;
    void *memory = (char *)b + head;
    memcpy(pointer, &memory, sizeof memory);
    return ODD_OK;
}

static void give_back(writer *w)
{
    odd_names_free(&w->nodes);
    while (w->blocks) {
        block *next = w->blocks->next;
        odd_free(w->blocks);
        w->blocks = next;
    }
}

static odd_status add_attribute(writer *w, const char *name,
                                Onnx__AttributeProto__AttributeType type,
                                Onnx__AttributeProto **attribute)
{
    odd_status st = take(w, attribute, 1, sizeof **attribute);
    if (st != ODD_OK) return st;
    ODD_CHECK(w->node->n_attribute < ATTRIBUTES);
    onnx__attribute_proto__init(*attribute);
    (*attribute)->name = (char *)name;
    (*attribute)->has_type = true;
    (*attribute)->type = type;
    w->node->attribute[w->node->n_attribute++] = *attribute;
    return ODD_OK;
}

static odd_status add_int(writer *w, const char *name, int64_t value)
{
    Onnx__AttributeProto *a;
    odd_status st = add_attribute(w, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT, &a);
    if (st != ODD_OK) return st;
    a->has_i = true;
    a->i = value;
    return ODD_OK;
}

static odd_status add_float(writer *w, const char *name, float value)
{
    Onnx__AttributeProto *a;
    odd_status st = add_attribute(w, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT, &a);
    if (st != ODD_OK) return st;
    a->has_f = true;
    a->f = value;
    return ODD_OK;
}

/* The values are those of the layer, which outlives the message. */
static odd_status add_ints(writer *w, const char *name, const int64_t values[], int count)
{
    Onnx__AttributeProto *a;
    odd_status st = add_attribute(w, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS, &a);
    if (st != ODD_OK) return st;
    a->ints = (int64_t *)values;
    a->n_ints = (size_t)count;
    return ODD_OK;
}

/* A constant of the file. The values are kept by the caller. */
static odd_status add_constant(writer *w, const char *name, int32_t type, int rank,
                               const int64_t shape[], const void *values, size_t bytes)
{
    Onnx__TensorProto *t;
    odd_status st = take(w, &t, 1, sizeof *t);
    if (st != ODD_OK) return st;
    onnx__tensor_proto__init(t);
    t->name = (char *)name;
    t->has_data_type = true;
    t->data_type = type;
    t->dims = (int64_t *)shape;
    t->n_dims = (size_t)rank;
    t->has_raw_data = true;
    t->raw_data = (ProtobufCBinaryData){bytes, (uint8_t *)values};
    w->proto->initializer[w->proto->n_initializer++] = t;
    return ODD_OK;
}

/* "conv1.pads", with more dots where a tensor has that name. */
static odd_status constant_name(writer *w, const char *part, char **name)
{
    const char *output = w->graph->tensor[w->layer->output].name;
    size_t dots = 1, length = strlen(output) + strlen(part);
    for (;; dots++) {
        odd_status st = take(w, name, length + dots + 1, 1);
        if (st != ODD_OK) return st;
        strcpy(*name, output);
        memset(*name + strlen(output), '.', dots);
        strcat(*name, part);
        if (odd_names_find(w->graph->names, *name) < 0) return ODD_OK;
    }
}

/* The node reads a constant of its own. */
static odd_status add_input(writer *w, const char *part, int32_t type, int rank, int64_t count,
                            const void *values, size_t element)
{
    odd_status st;
    char *name;
    int64_t *shape;
    void *copy;
    ODD_TRY(constant_name(w, part, &name));
    ODD_TRY(take(w, &shape, 1, sizeof *shape));
    ODD_TRY(take(w, &copy, (size_t)count, element));
    *shape = count;
    memcpy(copy, values, (size_t)count * element);
    ODD_TRY(add_constant(w, name, type, rank, shape, copy, (size_t)count * element));
    w->node->input[w->node->n_input++] = name;
done:
    return st;
}

static odd_status add_list_input(writer *w, const char *part, const int64_t values[], int count)
{
    return add_input(w, part, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, 1, count, values,
                     sizeof *values);
}

static odd_status add_number_input(writer *w, const char *part, float value)
{
    return add_input(w, part, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 0, 1, &value, sizeof value);
}

static odd_status write_window(writer *w)
{
    odd_status st;
    const odd_layer_settings *set = &w->layer->set;
    ODD_TRY(add_ints(w, "kernel_shape", set->kernel, 2));
    ODD_TRY(add_ints(w, "strides", set->stride, 2));
    ODD_TRY(add_ints(w, "pads", set->pad, 4));
done:
    return st;
}

static odd_status write_convolution(writer *w)
{
    odd_status st;
    const odd_layer_settings *set = &w->layer->set;
    ODD_TRY(write_window(w));
    ODD_TRY(add_ints(w, "dilations", set->dilation, 2));
    ODD_TRY(add_int(w, "group", set->group));
    if (w->layer->kind == ODD_LAYER_CONV_TRANSPOSE)
        ODD_TRY(add_ints(w, "output_padding", set->output_pad, 2));
done:
    return st;
}

static odd_status write_pool(writer *w)
{
    odd_status st = write_window(w);
    if (st != ODD_OK) return st;
    if (w->layer->kind == ODD_LAYER_MAX_POOL)
        return add_ints(w, "dilations", w->layer->set.dilation, 2);
    return add_int(w, "count_include_pad", w->layer->set.count_padding);
}

static odd_status write_gemm(writer *w)
{
    odd_status st;
    const odd_layer_settings *set = &w->layer->set;
    ODD_TRY(add_int(w, "transA", set->transpose_a));
    ODD_TRY(add_int(w, "transB", set->transpose_b));
    ODD_TRY(add_float(w, "alpha", set->alpha));
    ODD_TRY(add_float(w, "beta", set->beta));
done:
    return st;
}

static odd_status write_epsilon(writer *w)
{
    return add_float(w, "epsilon", w->layer->set.epsilon);
}

static odd_status write_axis(writer *w)
{
    return add_int(w, "axis", w->layer->set.axis);
}

static odd_status write_layer_norm(writer *w)
{
    odd_status st = write_axis(w);
    return st == ODD_OK ? write_epsilon(w) : st;
}

static odd_status write_alpha(writer *w)
{
    return add_float(w, "alpha", w->layer->set.alpha);
}

static odd_status write_alpha_beta(writer *w)
{
    odd_status st = write_alpha(w);
    return st == ODD_OK ? add_float(w, "beta", w->layer->set.beta) : st;
}

static odd_status write_clip(writer *w)
{
    static char left_out[] = "";
    odd_status st = ODD_OK;
    const odd_layer_settings *set = &w->layer->set;
    if (set->low > -INFINITY)
        ODD_TRY(add_number_input(w, "min", set->low));
    else if (set->high < INFINITY)
        w->node->input[w->node->n_input++] = left_out;
    if (set->high < INFINITY) ODD_TRY(add_number_input(w, "max", set->high));
done:
    return st;
}

static odd_status write_reduce(writer *w)
{
    odd_status st = add_ints(w, "axes", w->layer->set.list, w->layer->set.axes);
    return st == ODD_OK ? add_int(w, "keepdims", w->layer->set.keep_dims) : st;
}

/* 0 keeps the batch, whatever its size. */
static odd_status write_reshape(writer *w)
{
    int64_t shape[ODD_TENSOR_RANK];
    const odd_layer_settings *set = &w->layer->set;
    memcpy(shape, set->list, sizeof shape);
    if (w->graph->tensor[w->layer->output].batched) shape[0] = 0;
    return add_list_input(w, "shape", shape, set->axes);
}

static odd_status write_axes(writer *w)
{
    return add_list_input(w, "axes", w->layer->set.list, w->layer->set.axes);
}

static odd_status write_transpose(writer *w)
{
    return add_ints(w, "perm", w->layer->set.list, w->layer->set.axes);
}

static odd_status write_pad(writer *w)
{
    odd_status st;
    const odd_layer_settings *set = &w->layer->set;
    int64_t pads[2 * ODD_TENSOR_RANK];
    memcpy(pads, set->list, (size_t)set->axes * sizeof *pads);
    memcpy(pads + set->axes, set->list2, (size_t)set->axes * sizeof *pads);
    ODD_TRY(add_list_input(w, "pads", pads, 2 * set->axes));
    ODD_TRY(add_number_input(w, "value", set->value));
done:
    return st;
}

/* The batch is not sliced. An end before 0 is written so that it does not count from the end. */
static odd_status write_slice(writer *w)
{
    odd_status st;
    const odd_layer_settings *set = &w->layer->set;
    int64_t axis[ODD_TENSOR_RANK], end[ODD_TENSOR_RANK];
    int first = w->graph->tensor[w->layer->output].batched, count = set->axes - first;
    for (int i = 0; i < count; i++) {
        axis[i] = first + i;
        end[i] = set->list2[first + i] < 0 ? INT64_MIN : set->list2[first + i];
    }
    ODD_TRY(add_list_input(w, "starts", set->list + first, count));
    ODD_TRY(add_list_input(w, "ends", end, count));
    ODD_TRY(add_list_input(w, "axes", axis, count));
    ODD_TRY(add_list_input(w, "steps", set->list3 + first, count));
done:
    return st;
}

/* How the settings of each kind are written; NULL: it has none. */
static odd_status (*const settings[ODD_LAYER_COUNT])(writer *w) = {
    [ODD_LAYER_CONV] = write_convolution,
    [ODD_LAYER_CONV_TRANSPOSE] = write_convolution,
    [ODD_LAYER_GEMM] = write_gemm,
    [ODD_LAYER_BATCH_NORM] = write_epsilon,
    [ODD_LAYER_LAYER_NORM] = write_layer_norm,
    [ODD_LAYER_L2_NORM] = write_axis,
    [ODD_LAYER_LEAKY_RELU] = write_alpha,
    [ODD_LAYER_ELU] = write_alpha,
    [ODD_LAYER_CLIP] = write_clip,
    [ODD_LAYER_HARD_SIGMOID] = write_alpha_beta,
    [ODD_LAYER_MAX_POOL] = write_pool,
    [ODD_LAYER_AVERAGE_POOL] = write_pool,
    [ODD_LAYER_REDUCE_MEAN] = write_reduce,
    [ODD_LAYER_FLATTEN] = write_axis,
    [ODD_LAYER_RESHAPE] = write_reshape,
    [ODD_LAYER_SQUEEZE] = write_axes,
    [ODD_LAYER_UNSQUEEZE] = write_axes,
    [ODD_LAYER_TRANSPOSE] = write_transpose,
    [ODD_LAYER_CONCAT] = write_axis,
    [ODD_LAYER_SOFTMAX] = write_axis,
    [ODD_LAYER_PAD] = write_pad,
    [ODD_LAYER_SLICE] = write_slice,
};

/* The layer's, with its output's behind it where another node has that. */
static odd_status node_name(writer *w, const odd_layer *layer, char **name)
{
    odd_status st;
    const char *output = w->graph->tensor[layer->output].name;
    *name = layer->name;
    while (odd_names_find(&w->nodes, *name) >= 0) {
        const char *before = *name;
        ODD_TRY(take(w, name, strlen(before) + strlen(output) + 2, 1));
        strcpy(*name, before);
        strcat(strcat(*name, "."), output);
    }
    ODD_TRY(odd_names_add(&w->nodes, *name, (int)w->proto->n_node));
done:
    return st;
}

static odd_status write_node(writer *w, const odd_layer *layer)
{
    static char left_out[] = "";
    odd_status st;
    Onnx__NodeProto *node;
    ODD_TRY(take(w, &node, 1, sizeof *node));
    onnx__node_proto__init(node);
    ODD_TRY(take(w, &node->input, (size_t)layer->inputs + CONSTANTS, sizeof *node->input));
    ODD_TRY(take(w, &node->output, 1, sizeof *node->output));
    ODD_TRY(take(w, &node->attribute, ATTRIBUTES, sizeof *node->attribute));
    ODD_TRY(node_name(w, layer, &node->name));
    node->op_type = (char *)odd_layer_name(layer->kind);
    node->n_output = 1;
    node->output[0] = w->graph->tensor[layer->output].name;
    for (int i = 0; i < layer->inputs; i++)
        node->input[node->n_input++] =
            layer->input[i] >= 0 ? w->graph->tensor[layer->input[i]].name : left_out;
    w->node = node;
    w->layer = layer;
    w->proto->node[w->proto->n_node++] = node;
    if (settings[layer->kind]) ODD_TRY(settings[layer->kind](w));
done:
    return st;
}

/* "N", or the number. */
static odd_status describe_dimension(writer *w, const odd_tensor *t, int d,
                                     Onnx__TensorShapeProto__Dimension **out)
{
    static char batch[] = "N";
    odd_status st = take(w, out, 1, sizeof **out);
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

static odd_status describe_tensor(writer *w, const odd_tensor *t, Onnx__ValueInfoProto **out)
{
    odd_status st;
    Onnx__TypeProto *type;
    Onnx__TypeProto__Tensor *tensor;
    Onnx__TensorShapeProto *shape;
    ODD_TRY(take(w, out, 1, sizeof **out));
    ODD_TRY(take(w, &type, 1, sizeof *type));
    ODD_TRY(take(w, &tensor, 1, sizeof *tensor));
    ODD_TRY(take(w, &shape, 1, sizeof *shape));
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
    ODD_TRY(take(w, &shape->dim, (size_t)t->rank, sizeof *shape->dim));
    for (int d = 0; d < t->rank; d++)
        ODD_TRY(describe_dimension(w, t, d, &shape->dim[shape->n_dim++]));
done:
    return st;
}

static odd_status write_borders(writer *w)
{
    odd_status st;
    const odd_graph *g = w->graph;
    Onnx__GraphProto *proto = w->proto;
    ODD_TRY(take(w, &proto->input, 1, sizeof *proto->input));
    if (g->input >= 0)
        ODD_TRY(describe_tensor(w, &g->tensor[g->input], &proto->input[proto->n_input++]));
    ODD_TRY(take(w, &proto->output, (size_t)g->outputs, sizeof *proto->output));
    for (int o = 0; o < g->outputs; o++)
        ODD_TRY(describe_tensor(w, &g->tensor[g->output[o]], &proto->output[proto->n_output++]));
done:
    return st;
}

static odd_status write_weights(writer *w)
{
    odd_status st;
    const odd_graph *g = w->graph;
    size_t most = (size_t)g->tensors + CONSTANTS * (size_t)g->layers;
    ODD_TRY(take(w, &w->proto->initializer, most, sizeof *w->proto->initializer));
    for (int i = 0; i < g->tensors; i++) {
        const odd_tensor *t = &g->tensor[i];
        if (t->data)
            ODD_TRY(add_constant(w, t->name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, t->rank,
                                 t->shape, t->data,
                                 (size_t)odd_tensor_values(t) * sizeof *t->data));
    }
done:
    return st;
}

static odd_status write_graph(writer *w)
{
    static char unnamed[] = "network"; /* ONNX wants a name */
    odd_status st;
    ODD_TRY(take(w, &w->proto, 1, sizeof *w->proto));
    onnx__graph_proto__init(w->proto);
    w->proto->name = *w->graph->name ? w->graph->name : unnamed;
    ODD_TRY(write_borders(w));
    ODD_TRY(write_weights(w));
    ODD_TRY(take(w, &w->proto->node, (size_t)w->graph->layers, sizeof *w->proto->node));
    for (int l = 0; l < w->graph->layers; l++)
        ODD_TRY(write_node(w, &w->graph->layer[l]));
done:
    return st;
}

static odd_status write_notes(writer *w, Onnx__ModelProto *model)
{
    const odd_graph *g = w->graph;
    odd_status st =
        take(w, &model->metadata_props, (size_t)g->notes, sizeof *model->metadata_props);
    for (int i = 0; st == ODD_OK && i < g->notes; i++) {
        Onnx__StringStringEntryProto *entry;
        st = take(w, &entry, 1, sizeof *entry);
        if (st != ODD_OK) break;
        onnx__string_string_entry_proto__init(entry);
        entry->key = g->note[i].key;
        entry->value = g->note[i].value;
        model->metadata_props[model->n_metadata_props++] = entry;
    }
    return st;
}

static odd_status pack(writer *w, const char *path)
{
    Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
    Onnx__OperatorSetIdProto opset = ONNX__OPERATOR_SET_ID_PROTO__INIT, *opsets[] = {&opset};
    static char producer[] = "oddlot", version[] = ODD_VERSION, ours[] = "";
    opset.domain = ours;
    opset.has_version = true;
    opset.version = OPSET;
    model.has_ir_version = true;
    model.ir_version = IR_VERSION;
    model.producer_name = producer;
    model.producer_version = version;
    model.opset_import = opsets;
    model.n_opset_import = 1;
    model.graph = w->proto;
    odd_status st = write_notes(w, &model);
    if (st != ODD_OK) return st;
    size_t size = onnx__model_proto__get_packed_size(&model);
    if (size > FILE_LIMIT)
        return odd_fail(ODD_ARG, "network '%s' is larger than an ONNX file can be (2 GiB)",
                        w->graph->name);
    uint8_t *bytes = odd_alloc((int64_t)size, 1);
    if (!bytes) return ODD_NOMEM;
    st = odd_file_spill(path, bytes, onnx__model_proto__pack(&model, bytes));
    odd_free(bytes);
    return st;
}

odd_status odd_onnx_write(const odd_graph *graph, const char *path)
{
    writer w = {.graph = graph};
    odd_status st = write_graph(&w);
    if (st == ODD_OK) st = pack(&w, path);
    give_back(&w);
    return st;
}
