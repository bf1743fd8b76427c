/* The node at work: what it reads becomes tensors or numbers, what it makes gets its name. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_fold_internal.h"
#include "nn/graph/graph_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define CONSTANT_VALUES ((int64_t)1 << 28) /* of all constants that nodes make: 1 GiB */
#define NUMBER_VALUES   ((int64_t)1 << 24) /* of one array of known numbers */

odd_status odd_node_fail(const odd_onnx_reader *r, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const char *name = r->node->name && *r->node->name ? r->node->name
                       : r->node->n_output > 0         ? r->node->output[0]
                                                       : "";
    return odd_fail(ODD_FORMAT, "node '%s' (%s): %s", name,
                    r->node->op_type ? r->node->op_type : "", text);
}

odd_status odd_numbers_new(int rank, const int64_t shape[], odd_numbers **out)
{
    odd_status st;
    odd_numbers *n;
    *out = NULL;
    ODD_TRY(ODD_NEW(n, 1));
    n->rank = rank;
    n->count = 1;
    for (int d = 0; d < rank; d++) {
        n->shape[d] = shape[d];
        if (shape[d] < 0 || (n->count > 0 && shape[d] > NUMBER_VALUES / n->count)) {
            st = odd_fail(ODD_FORMAT, "too many whole numbers");
            goto done;
        }
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

/* The weight becomes a constant of the graph. */
static odd_status load_floats(odd_onnx_reader *r, odd_onnx_value *v)
{
    odd_status st;
    int rank;
    int64_t shape[ODD_TENSOR_RANK], values;
    float *data;
    ODD_TRY(odd_proto_shape(v->weight, &rank, shape, &values));
    ODD_TRY(odd_proto_floats(v->weight, r->options->folder, values, &data));
    ODD_TRY(odd_graph_give_tensor(r->graph, v->name, rank, shape, data, &v->tensor));
    v->kind = ODD_VALUE_TENSOR;
done:
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

odd_status odd_node_tensor(odd_onnx_reader *r, int input, int *tensor)
{
    odd_onnx_value *v;
    *tensor = -1;
    odd_status st = odd_node_value(r, input, &v);
    if (st != ODD_OK) return st;
    bool whole = v->kind == ODD_VALUE_NUMBERS || v->kind == ODD_VALUE_WHOLE ||
                 (v->kind == ODD_VALUE_WEIGHT && odd_proto_is_whole(v->weight));
    if (whole) return odd_node_fail(r, "its input '%s' is of whole numbers, not float", v->name);
    if (v->kind == ODD_VALUE_WEIGHT) st = load_floats(r, v);
    *tensor = v->tensor;
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

odd_status odd_node_scalar(odd_onnx_reader *r, int input, float *value)
{
    int tensor;
    odd_status st = odd_node_tensor(r, input, &tensor);
    if (st != ODD_OK) return st;
    const odd_tensor *t = &r->graph->tensor[tensor];
    if (!t->data || odd_tensor_values(t) != 1)
        return odd_node_fail(r, "its input '%s' must be one constant number", t->name);
    *value = t->data[0];
    return ODD_OK;
}

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

static odd_status name_result(odd_onnx_reader *r, int output, int tensor)
{
    odd_onnx_value v = {r->node->output[output], ODD_VALUE_TENSOR, NULL, tensor, NULL};
    return odd_reader_add(r, &v);
}

odd_status odd_node_spend(odd_onnx_reader *r, int64_t values)
{
    if (values > CONSTANT_VALUES - r->made)
        return odd_node_fail(r, "the constants of the model are too large");
    r->made += values;
    return ODD_OK;
}

/* The layer that was added last; where it reads only constants it becomes one. */
static odd_status settle(odd_onnx_reader *r, int tensor)
{
    const odd_layer *layer = &r->graph->layer[r->graph->layers - 1];
    if (!odd_layer_is_constant(r->graph, layer)) return ODD_OK;
    odd_status st = odd_node_spend(r, odd_tensor_values(&r->graph->tensor[tensor]));
    return st == ODD_OK ? odd_layer_evaluate(r->graph, layer) : st;
}

static odd_status add_layer(odd_onnx_reader *r, const char *output, odd_layer_kind kind,
                            const odd_layer_settings *set, int inputs, const int input[],
                            int *tensor)
{
    const char *name = r->node->name && *r->node->name ? r->node->name : output;
    odd_status st = odd_graph_layer(r->graph, kind, name, set, inputs, input, output, tensor);
    return st == ODD_OK ? settle(r, *tensor) : st;
}

odd_status odd_node_layer_to(odd_onnx_reader *r, int output, odd_layer_kind kind,
                             const odd_layer_settings *set, int inputs, const int input[])
{
    int tensor;
    if (!odd_node_makes(r, output)) return odd_node_fail(r, "its result has no name");
    odd_status st = add_layer(r, r->node->output[output], kind, set, inputs, input, &tensor);
    return st == ODD_OK ? name_result(r, output, tensor) : st;
}

odd_status odd_node_layer(odd_onnx_reader *r, odd_layer_kind kind, const odd_layer_settings *set,
                          int inputs, const int input[])
{
    for (int i = 1; (size_t)i < r->node->n_output; i++)
        if (odd_node_makes(r, i) && odd_names_find(&r->wanted, r->node->output[i]) >= 0)
            return odd_node_fail(r, "only its first result is supported");
    return odd_node_layer_to(r, 0, kind, set, inputs, input);
}

/* "conv1~1": the name of something on the way to the node's result. */
static odd_status step_name(odd_onnx_reader *r, odd_text *name)
{
    if (!odd_node_makes(r, 0)) return odd_node_fail(r, "its result has no name");
    odd_text_format(name, "%s~%d", r->node->output[0], ++r->steps);
    return odd_text_status(name);
}

odd_status odd_node_step(odd_onnx_reader *r, odd_layer_kind kind, const odd_layer_settings *set,
                         int inputs, const int input[], int *tensor)
{
    odd_text name = ODD_TEXT_EMPTY;
    odd_status st = step_name(r, &name);
    if (st == ODD_OK) st = add_layer(r, name.s, kind, set, inputs, input, tensor);
    odd_text_free(&name);
    return st;
}

odd_status odd_node_constant(odd_onnx_reader *r, int rank, const int64_t shape[], float *values,
                             int *tensor)
{
    odd_text name = ODD_TEXT_EMPTY;
    odd_status st = step_name(r, &name);
    if (st == ODD_OK)
        st = odd_graph_give_tensor(r->graph, name.s, rank, shape, values, tensor);
    else
        odd_free(values);
    odd_text_free(&name);
    return st;
}

odd_status odd_node_pass(odd_onnx_reader *r, int tensor)
{
    odd_layer_settings set = odd_layer_defaults();
    if (!odd_node_makes(r, 0)) return odd_node_fail(r, "its result has no name");
    if (odd_names_find(&r->wanted, r->node->output[0]) >= 0) /* an output keeps its name */
        return odd_node_layer(r, ODD_LAYER_IDENTITY, &set, 1, &tensor);
    return name_result(r, 0, tensor);
}

odd_status odd_node_floats(odd_onnx_reader *r, int rank, const int64_t shape[], float *values)
{
    int tensor;
    odd_status st;
    if (!odd_node_makes(r, 0)) {
        odd_free(values);
        return odd_node_fail(r, "its result has no name");
    }
    st = odd_graph_give_tensor(r->graph, r->node->output[0], rank, shape, values, &tensor);
    return st == ODD_OK ? name_result(r, 0, tensor) : st;
}

odd_status odd_node_give(odd_onnx_reader *r, odd_numbers *numbers)
{
    odd_status st;
    if (!odd_node_makes(r, 0)) {
        st = odd_node_fail(r, "its result has no name");
    } else {
        odd_onnx_value v = {r->node->output[0], ODD_VALUE_NUMBERS, NULL, -1, numbers};
        st = odd_node_spend(r, 2 * numbers->count);
        if (st == ODD_OK) st = odd_reader_add(r, &v);
    }
    if (st != ODD_OK) odd_numbers_free(&numbers);
    return st;
}
