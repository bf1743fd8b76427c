/* Parts of an ONNX message: its memory, constants, and what joins the node at work. */
#include "nn/onnx/onnx_writer_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

/* Everything that the message points to is kept until it is packed. */
struct odd_writer_block {
    odd_writer_block *next;
};

odd_status odd_writer_take(odd_writer *w, void *pointer, size_t count, size_t element)
{
    size_t head = 64; /* keeps the alignment of odd_alloc() */
    odd_writer_block *b = odd_alloc((int64_t)(head + count * element), 1);
    if (!b) return ODD_NOMEM;
    b->next = w->blocks;
    w->blocks = b;
    void *memory = (char *)b + head;
    memcpy(pointer, &memory, sizeof memory);
    return ODD_OK;
}

void odd_writer_release(odd_writer *w)
{
    odd_names_free(&w->nodes);
    while (w->blocks) {
        odd_writer_block *next = w->blocks->next;
        odd_free(w->blocks);
        w->blocks = next;
    }
}

odd_status odd_writer_constant(odd_writer *w, const char *name, int32_t type, int rank,
                               const int64_t shape[], const void *values, size_t bytes)
{
    Onnx__TensorProto *t;
    odd_status st = odd_writer_take(w, &t, 1, sizeof *t);
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

/* The attribute is copied. */
static odd_status add_attribute(odd_writer *w, const char *name,
                                Onnx__AttributeProto__AttributeType type,
                                Onnx__AttributeProto filled)
{
    Onnx__AttributeProto *a;
    odd_status st = odd_writer_take(w, &a, 1, sizeof *a);
    if (st != ODD_OK) return st;
    ODD_CHECK(w->node->n_attribute < ODD_WRITER_ATTRIBUTES);
    *a = filled;
    a->name = (char *)name;
    a->has_type = true;
    a->type = type;
    w->node->attribute[w->node->n_attribute++] = a;
    return ODD_OK;
}

odd_status odd_writer_int(odd_writer *w, const char *name, int64_t value)
{
    Onnx__AttributeProto a = ONNX__ATTRIBUTE_PROTO__INIT;
    a.has_i = true;
    a.i = value;
    return add_attribute(w, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT, a);
}

odd_status odd_writer_float(odd_writer *w, const char *name, float value)
{
    Onnx__AttributeProto a = ONNX__ATTRIBUTE_PROTO__INIT;
    a.has_f = true;
    a.f = value;
    return add_attribute(w, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT, a);
}

odd_status odd_writer_text(odd_writer *w, const char *name, const char *word)
{
    Onnx__AttributeProto a = ONNX__ATTRIBUTE_PROTO__INIT;
    a.has_s = true;
    a.s = (ProtobufCBinaryData){strlen(word), (uint8_t *)word};
    return add_attribute(w, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING, a);
}

odd_status odd_writer_ints(odd_writer *w, const char *name, const int64_t values[], int count)
{
    Onnx__AttributeProto a = ONNX__ATTRIBUTE_PROTO__INIT;
    a.ints = (int64_t *)values;
    a.n_ints = (size_t)count;
    return add_attribute(w, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS, a);
}

odd_status odd_writer_name(odd_writer *w, const char *part, char **name)
{
    const char *output = w->graph->tensor[w->layer->output].name;
    size_t dots = 1, length = strlen(output) + strlen(part);
    for (;; dots++) {
        odd_status st = odd_writer_take(w, name, length + dots + 1, 1);
        if (st != ODD_OK) return st;
        strcpy(*name, output);
        memset(*name + strlen(output), '.', dots);
        strcat(*name, part);
        if (odd_names_find(w->graph->names, *name) < 0) return ODD_OK;
    }
}

/* The node reads a constant of its own. */
static odd_status add_input(odd_writer *w, const char *part, int32_t type, int rank, int64_t count,
                            const void *values, size_t element)
{
    odd_status st;
    char *name;
    int64_t *shape;
    void *copy;
    ODD_TRY(odd_writer_name(w, part, &name));
    ODD_TRY(odd_writer_take(w, &shape, 1, sizeof *shape));
    ODD_TRY(odd_writer_take(w, &copy, (size_t)count, element));
    *shape = count;
    memcpy(copy, values, (size_t)count * element);
    ODD_TRY(odd_writer_constant(w, name, type, rank, shape, copy, (size_t)count * element));
    w->node->input[w->node->n_input++] = name;
done:
    return st;
}

odd_status odd_writer_list_input(odd_writer *w, const char *part, const int64_t values[], int count)
{
    return add_input(w, part, ONNX__TENSOR_PROTO__DATA_TYPE__INT64, 1, count, values,
                     sizeof *values);
}

odd_status odd_writer_number_input(odd_writer *w, const char *part, float value)
{
    return add_input(w, part, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, 0, 1, &value, sizeof value);
}

odd_status odd_writer_levels_input(odd_writer *w, const char *part, const float values[], int count,
                                   double low, double high)
{
    odd_status st;
    const bool wide = high > UINT8_MAX || low < INT8_MIN;
    const int32_t type = wide ? (low < 0 ? ONNX__TENSOR_PROTO__DATA_TYPE__INT16
                                         : ONNX__TENSOR_PROTO__DATA_TYPE__UINT16)
                              : (low < 0 ? ONNX__TENSOR_PROTO__DATA_TYPE__INT8
                                         : ONNX__TENSOR_PROTO__DATA_TYPE__UINT8);
    const size_t element = wide ? 2 : 1;
    uint8_t *bytes;
    ODD_TRY(odd_writer_take(w, &bytes, (size_t)count, element));
    for (int i = 0; i < count; i++) { /* little-endian, as ONNX has them */
        const uint16_t bits = (uint16_t)(int32_t)values[i];
        bytes[(size_t)i * element] = (uint8_t)bits;
        if (wide) bytes[(size_t)i * element + 1] = (uint8_t)(bits >> 8);
    }
    ODD_TRY(add_input(w, part, type, 1, count, bytes, element));
done:
    return st;
}

void odd_writer_no_input(odd_writer *w)
{
    static char left_out[] = "";
    w->node->input[w->node->n_input++] = left_out;
}

/* What stands at the node behind its own is a node, too. */
odd_status odd_writer_cast_behind(odd_writer *w)
{
    static char cast[] = "Cast";
    odd_status st;
    Onnx__NodeProto *first = w->node, *node;
    ODD_TRY(odd_writer_take(w, &node, 1, sizeof *node));
    onnx__node_proto__init(node);
    ODD_TRY(odd_writer_take(w, &node->input, 1, sizeof *node->input));
    ODD_TRY(odd_writer_take(w, &node->output, 1, sizeof *node->output));
    ODD_TRY(odd_writer_take(w, &node->attribute, 1, sizeof *node->attribute));
    ODD_TRY(odd_writer_name(w, "levels", &node->input[0]));
    node->op_type = cast;
    node->name = node->input[0];
    node->n_input = node->n_output = 1;
    node->output[0] = first->output[0];
    first->output[0] = node->input[0];
    w->proto->node[w->proto->n_node++] = node;
    w->node = node;
    st = odd_writer_int(w, "to", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT);
    w->node = first;
done:
    return st;
}
