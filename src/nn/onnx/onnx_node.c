/* The node at work: what it reads becomes tensors or known numbers. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_internal.h"

#include "oddlot/base/memory.h"

#include <stdarg.h>
#include <string.h>

#define NUMBER_VALUES ((int64_t)1 << 24) /* of one array of known numbers */

const char *odd_node_name(const Onnx__NodeProto *node)
{
    if (node->name && *node->name) return node->name;
    return node->n_output > 0 ? node->output[0] : "";
}

odd_status odd_node_fail(const odd_onnx_reader *r, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    odd_fail_list(ODD_FORMAT, format, arguments);
    va_end(arguments);
    return odd_fail_prefix(ODD_FORMAT, "node '%s' (%s): ", odd_node_name(r->node),
                           r->node->op_type ? r->node->op_type : "");
}

odd_status odd_numbers_new(int rank, const int64_t shape[], odd_numbers **out)
{
    odd_status st;
    odd_numbers *n;
    *out = NULL;
    ODD_TRY(ODD_NEW(n, 1));
    n->rank = rank;
    n->count = 1;
    int64_t most = 1; /* as if nothing were empty: strides are within it too */
    for (int d = 0; d < rank; d++) {
        n->shape[d] = shape[d];
        if (shape[d] < 0 || shape[d] > NUMBER_VALUES / most) {
            st = odd_fail(ODD_FORMAT, "too many whole numbers");
            goto done;
        }
        most *= shape[d] > 0 ? shape[d] : 1;
        n->count *= shape[d];
    }
    ODD_TRY(ODD_NEW(n->value, n->count));
    ODD_TRY(ODD_NEW(n->batch, n->count));
    *out = n;
    n = NULL; /* handed over */
done:
    odd_numbers_free(&n);
    return st;
}

void odd_numbers_free(odd_numbers **numbers)
{
    if (!*numbers) return;
    odd_free((*numbers)->value);
    odd_free((*numbers)->batch);
    odd_free(*numbers);
    *numbers = NULL;
}

bool odd_node_has(const odd_onnx_reader *r, int input)
{
    return (size_t)input < r->node->n_input && *r->node->input[input];
}

bool odd_node_makes(const odd_onnx_reader *r, int output)
{
    return (size_t)output < r->node->n_output && *r->node->output[output];
}

odd_status odd_node_value(odd_onnx_reader *r, int input, odd_onnx_value **value)
{
    *value = NULL;
    if (!odd_node_has(r, input)) return odd_node_fail(r, "its input %d is missing", input);
    int at = odd_names_find(&r->names, r->node->input[input]);
    if (at < 0) return odd_node_fail(r, "nothing makes its input '%s'", r->node->input[input]);
    *value = &r->value[at];
    return ODD_OK;
}

odd_status odd_weight_tensor(odd_onnx_reader *r, const odd_onnx_value *v, int *tensor)
{
    odd_status st;
    int rank;
    int64_t shape[ODD_TENSOR_RANK], values;
    float *data;
    ODD_TRY(odd_proto_shape(v->weight, &rank, shape, &values));
    ODD_TRY(odd_proto_floats(v->weight, r->options->folder, values, &data));
    ODD_TRY(odd_graph_give_tensor(r->graph, v->name, rank, shape, data, tensor));
done:
    return st;
}

/* The weight becomes a constant of the graph. */
static odd_status load_floats(odd_onnx_reader *r, odd_onnx_value *v)
{
    odd_status st = odd_weight_tensor(r, v, &v->tensor);
    if (st == ODD_OK) v->kind = ODD_VALUE_TENSOR;
    return st;
}

/* The weight becomes known numbers. */
static odd_status load_numbers(odd_onnx_reader *r, odd_onnx_value *v)
{
    odd_status st;
    int rank;
    int64_t shape[ODD_TENSOR_RANK], values;
    odd_numbers *numbers = NULL;
    ODD_TRY(odd_proto_shape(v->weight, &rank, shape, &values));
    ODD_TRY(odd_numbers_new(rank, shape, &numbers));
    odd_free(numbers->value);
    ODD_TRY(odd_proto_wholes(v->weight, r->options->folder, values, &numbers->value));
    v->numbers = numbers;
    v->kind = ODD_VALUE_NUMBERS;
    numbers = NULL; /* handed over */
done:
    odd_numbers_free(&numbers);
    return st;
}

/* Operators that leave every value what it is, whole numbers too. */
static bool only_moves(const char *op)
{
    static const char *const movers[] = {"Concat",    "Expand",  "Flatten",   "Gather",
                                         "GatherND",  "MaxPool", "Pad",       "Reshape",
                                         "Slice",     "Split",   "Squeeze",   "Tile",
                                         "Transpose", "Dropout", "Unsqueeze", "GatherElements"};
    for (size_t i = 0; i < sizeof movers / sizeof *movers; i++)
        if (strcmp(movers[i], op) == 0) return true;
    return false;
}

odd_status odd_node_operand(odd_onnx_reader *r, int input, int *tensor, bool *stacked)
{
    odd_onnx_value *v;
    *tensor = -1;
    *stacked = false;
    odd_status st = odd_node_value(r, input, &v);
    if (st != ODD_OK) return st;
    const bool moved = v->kind == ODD_VALUE_WHOLE && only_moves(r->node->op_type);
    bool whole = v->kind == ODD_VALUE_NUMBERS || (v->kind == ODD_VALUE_WHOLE && !moved) ||
                 (v->kind == ODD_VALUE_WEIGHT && odd_proto_is_whole(v->weight));
    r->whole = r->whole || moved;
    if (whole) return odd_node_fail(r, "its input '%s' is of whole numbers, not float", v->name);
    if (v->kind == ODD_VALUE_WEIGHT) st = load_floats(r, v);
    *tensor = v->tensor;
    *stacked = v->stacked;
    return st;
}

odd_status odd_node_numbers(odd_onnx_reader *r, int input, const odd_numbers **numbers)
{
    odd_onnx_value *v;
    *numbers = NULL;
    odd_status st = odd_node_value(r, input, &v);
    if (st != ODD_OK) return st;
    if (v->kind == ODD_VALUE_TENSOR || v->kind == ODD_VALUE_WHOLE)
        return odd_node_fail(r, "its input '%s' must be whole numbers known beforehand", v->name);
    if (v->kind == ODD_VALUE_WEIGHT) st = load_numbers(r, v);
    *numbers = v->numbers;
    return st;
}

/* A question, not a demand: an input that is missing is none. */
bool odd_node_is_numbers(odd_onnx_reader *r, int input)
{
    odd_onnx_value *v;
    if (!odd_node_has(r, input) || odd_node_value(r, input, &v) != ODD_OK) return false;
    return v->kind == ODD_VALUE_NUMBERS ||
           (v->kind == ODD_VALUE_WEIGHT && odd_proto_is_whole(v->weight));
}

odd_status odd_reader_add(odd_onnx_reader *r, const odd_onnx_value *value)
{
    if (odd_names_find(&r->names, value->name) >= 0)
        return odd_fail(ODD_FORMAT, "a second value of the name '%s'", value->name);
    if (r->values == r->value_room) {
        int room = r->value_room > 0 ? 2 * r->value_room : 256;
        odd_onnx_value *more = odd_alloc(room, sizeof *more);
        if (!more) return ODD_NOMEM;
        if (r->values > 0) memcpy(more, r->value, (size_t)r->values * sizeof *more);
        odd_free(r->value);
        r->value = more;
        r->value_room = room;
    }
    odd_status st = odd_names_add(&r->names, value->name, r->values);
    if (st == ODD_OK) r->value[r->values++] = *value;
    return st;
}
