/* Calls: a node that comes down to others is read as those, each by its own reader, as of the
 * newest opset. What they make on the way is called after the result: "y~~1". */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"
#include "oddlot/base/memory.h"

#include <string.h>

#define CALL_OPSET 23
#define KEPT_BYTES ((size_t)1 << 28) /* about */

/* Names and numbers that nodes on the way have, kept until the file was read. */
struct odd_kept {
    odd_kept *next;
};

odd_status odd_reader_keep(odd_onnx_reader *r, size_t bytes, void *pointer)
{
    const size_t head = 64; /* keeps the alignment of odd_alloc() */
    if (bytes > KEPT_BYTES - r->kept_bytes)
        return odd_node_fail(r, "the branches and names of the model are too large");
    r->kept_bytes += head + bytes;
    odd_kept *k = odd_alloc((int64_t)(head + bytes), 1);
    if (!k) return ODD_NOMEM;
    k->next = r->kept;
    r->kept = k;
    void *memory = (char *)k + head;
    memcpy(pointer, &memory, sizeof memory);
    return ODD_OK;
}

void odd_kept_free(odd_kept **kept)
{
    while (*kept) {
        odd_kept *next = (*kept)->next;
        odd_free(*kept);
        *kept = next;
    }
}

/* "y~~1", which is free as long as the file has no such name; a second one is refused. */
static odd_status new_name(odd_onnx_reader *r, const char **name)
{
    odd_status st;
    odd_text text = ODD_TEXT_EMPTY;
    char *copy;
    if (!odd_node_makes(r, 0)) return odd_node_fail(r, "its result has no name");
    odd_text_format(&text, "%s~~%d", r->node->output[0], ++r->calls);
    ODD_TRY(odd_text_status(&text));
    ODD_TRY(odd_reader_keep(r, text.length + 1, &copy));
    memcpy(copy, odd_text_string(&text), text.length + 1);
    *name = copy;
done:
    odd_text_free(&text);
    return st;
}

const char *odd_call_input(const odd_onnx_reader *r, int input)
{
    return odd_node_has(r, input) ? r->node->input[input] : "";
}

static void fill_attribute(const odd_call_setting *set, Onnx__AttributeProto *a)
{
    onnx__attribute_proto__init(a);
    a->name = (char *)set->name;
    a->has_i = set->kind == ODD_CALL_INT;
    a->i = set->i;
    a->has_f = set->kind == ODD_CALL_FLOAT;
    a->f = set->f;
    a->has_s = set->kind == ODD_CALL_WORD;
    if (a->has_s) a->s = (ProtobufCBinaryData){strlen(set->word), (uint8_t *)set->word};
    if (set->kind == ODD_CALL_INTS) {
        a->n_ints = (size_t)set->count;
        a->ints = (int64_t *)set->list;
    }
}

/* The node at work is another one meanwhile; complaints and layers keep its name. */
static odd_status read_as(odd_onnx_reader *r, const odd_call *call, const char *result)
{
    const Onnx__NodeProto *outer = r->node;
    const int steps = r->steps;
    const int64_t opset = r->opset;
    Onnx__NodeProto node = ONNX__NODE_PROTO__INIT;
    Onnx__AttributeProto attribute[ODD_CALL_SETTINGS], *attributes[ODD_CALL_SETTINGS];
    char *inputs[ODD_CALL_INPUTS], *outputs[] = {(char *)result};
    node.name = (char *)odd_node_name(outer);
    node.op_type = (char *)call->op;
    node.input = inputs;
    for (int i = 0; i < ODD_CALL_INPUTS && call->input[i]; i++)
        inputs[node.n_input++] = (char *)call->input[i];
    node.output = outputs;
    node.n_output = 1;
    node.attribute = call->own ? outer->attribute : attributes;
    node.n_attribute = call->own ? outer->n_attribute : 0;
    for (int i = 0; !call->own && i < ODD_CALL_SETTINGS && call->set[i].name; i++) {
        fill_attribute(&call->set[i], &attribute[i]);
        attributes[node.n_attribute++] = &attribute[i];
    }
    r->node = &node;
    r->steps = 0;
    r->stacked = r->whole = false;
    r->opset = CALL_OPSET;
    odd_status st = r->operator_of(call->op)(r);
    r->node = outer;
    r->steps = steps;
    r->opset = opset;
    return st;
}

odd_status odd_node_call(odd_onnx_reader *r, const odd_call *call, const char **made)
{
    odd_status st = new_name(r, made);
    return st == ODD_OK ? read_as(r, call, *made) : st;
}

odd_status odd_node_call_to(odd_onnx_reader *r, int output, const odd_call *call)
{
    if (!odd_node_makes(r, output)) return odd_node_fail(r, "its result has no name");
    return read_as(r, call, r->node->output[output]);
}

odd_status odd_node_last_call(odd_onnx_reader *r, const odd_call *call)
{
    return odd_node_call_to(r, 0, call);
}

odd_status odd_call_one(odd_onnx_reader *r, const char *op, const char *x, const char **made)
{
    return odd_node_call(r, &(odd_call){.op = op, .input = {x}}, made);
}

odd_status odd_call_two(odd_onnx_reader *r, const char *op, const char *x, const char *y,
                        const char **made)
{
    return odd_node_call(r, &(odd_call){.op = op, .input = {x, y}}, made);
}

odd_status odd_call_reshape(odd_onnx_reader *r, int rank, const int64_t shape[], const char **x)
{
    const char *list;
    odd_status st = odd_call_list(r, rank, shape, &list);
    return st == ODD_OK ? odd_call_two(r, "Reshape", *x, list, x) : st;
}

odd_status odd_call_transpose(odd_onnx_reader *r, int rank, const int64_t perm[], const char **x)
{
    const odd_call call = {
        .op = "Transpose",
        .input = {*x},
        .set = {{.name = "perm", .kind = ODD_CALL_INTS, .list = perm, .count = rank}}};
    return odd_node_call(r, &call, x);
}

odd_status odd_last_one(odd_onnx_reader *r, const char *op, const char *x)
{
    return odd_node_last_call(r, &(odd_call){.op = op, .input = {x}});
}

odd_status odd_last_two(odd_onnx_reader *r, const char *op, const char *x, const char *y)
{
    return odd_node_last_call(r, &(odd_call){.op = op, .input = {x, y}});
}

odd_status odd_call_values(odd_onnx_reader *r, int rank, const int64_t shape[], float *values,
                           const char **name)
{
    int tensor;
    odd_status st = new_name(r, name);
    if (st != ODD_OK) {
        odd_free(values);
        return st;
    }
    st = odd_graph_give_tensor(r->graph, *name, rank, shape, values, &tensor);
    if (st != ODD_OK) return st;
    const odd_onnx_value v = {.name = *name, .kind = ODD_VALUE_TENSOR, .tensor = tensor};
    return odd_reader_add(r, &v);
}

odd_status odd_call_number(odd_onnx_reader *r, double value, const char **name)
{
    float *one = odd_alloc(1, sizeof *one);
    if (!one) return ODD_NOMEM;
    *one = (float)value;
    return odd_call_values(r, 0, NULL, one, name);
}

odd_status odd_call_list(odd_onnx_reader *r, int64_t count, const int64_t values[],
                         const char **name)
{
    odd_numbers *n = NULL;
    odd_status st;
    ODD_TRY(new_name(r, name));
    ODD_TRY(odd_numbers_new(1, &count, &n));
    memcpy(n->value, values, (size_t)count * sizeof *values);
    const odd_onnx_value v = {.name = *name, .kind = ODD_VALUE_NUMBERS, .tensor = -1, .numbers = n};
    ODD_TRY(odd_reader_add(r, &v));
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}

odd_status odd_call_form(odd_onnx_reader *r, const char *name, odd_tensor *form)
{
    const Onnx__NodeProto *outer = r->node;
    Onnx__NodeProto node = *outer;
    char *inputs[] = {(char *)name};
    int tensor;
    bool stacked;
    node.input = inputs;
    node.n_input = 1;
    r->node = &node;
    odd_status st = odd_node_operand(r, 0, &tensor, &stacked);
    r->node = outer;
    if (st == ODD_OK) *form = odd_node_form(r, tensor, stacked);
    return st;
}
