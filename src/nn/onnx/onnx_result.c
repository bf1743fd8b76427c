/* What the node at work makes: layers, constants or numbers, which get the names of its results. */
#include "nn/onnx/onnx_reader_internal.h"

#include "nn/graph/graph_fold_internal.h"
#include "nn/graph/graph_internal.h"

#include "oddlot/base/memory.h"

#define CONSTANT_VALUES ((int64_t)1 << 28) /* of all constants that nodes make: 1 GiB */

static odd_status name_result(odd_onnx_reader *r, int output, int tensor)
{
    odd_onnx_value v = {.name = r->node->output[output],
                        .kind = r->whole && !r->graph->tensor[tensor].data ? ODD_VALUE_WHOLE
                                                                           : ODD_VALUE_TENSOR,
                        .tensor = tensor,
                        .stacked = r->stacked && r->graph->tensor[tensor].batched};
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

/* The layer is called as its node, or as what it makes where the node has no name. */
static odd_status add_layer(odd_onnx_reader *r, const char *output, odd_layer_kind kind,
                            const odd_layer_settings *set, int inputs, const int input[],
                            int *tensor)
{
    const char *name = r->node->name && *r->node->name ? r->node->name : output;
    odd_status st = odd_graph_layer(r->graph, kind, name, set, inputs, input, output, tensor);
    return st == ODD_OK ? settle(r, *tensor) : st;
}

/* A stacked output of the file, without the dimension that only the batch had in it. */
static odd_status add_output(odd_onnx_reader *r, int output, odd_layer_kind kind,
                             const odd_layer_settings *set, int inputs, const int input[])
{
    odd_status st;
    int tensor;
    const char *name = r->node->output[output];
    odd_layer_settings last = odd_layer_defaults();
    ODD_TRY(odd_node_step(r, kind, set, inputs, input, &tensor));
    const odd_tensor *t = &r->graph->tensor[tensor];
    last.axes = t->batched && t->rank > 1 && t->shape[1] == 1;
    last.list[0] = 1;
    r->stacked = !last.axes;
    ODD_TRY(add_layer(r, name, last.axes ? ODD_LAYER_SQUEEZE : ODD_LAYER_IDENTITY, &last, 1,
                      &tensor, &tensor));
    ODD_TRY(name_result(r, output, tensor));
done:
    return st;
}

odd_status odd_node_layer_to(odd_onnx_reader *r, int output, odd_layer_kind kind,
                             const odd_layer_settings *set, int inputs, const int input[])
{
    int tensor;
    if (!odd_node_makes(r, output)) return odd_node_fail(r, "its result has no name");
    const char *name = r->node->output[output];
    if (r->stacked && odd_names_find(&r->wanted, name) >= 0)
        return add_output(r, output, kind, set, inputs, input);
    odd_status st = add_layer(r, name, kind, set, inputs, input, &tensor);
    return st == ODD_OK ? name_result(r, output, tensor) : st;
}

/* Second results (the mask of Dropout, the indices of MaxPool) are fine while nobody reads them. */
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
        const odd_onnx_value v = {.name = r->node->output[0],
                                  .kind = ODD_VALUE_NUMBERS,
                                  .tensor = -1,
                                  .numbers = numbers};
        st = odd_node_spend(r, 2 * numbers->count);
        if (st == ODD_OK) st = odd_reader_add(r, &v);
    }
    if (st != ODD_OK) odd_numbers_free(&numbers);
    return st;
}
