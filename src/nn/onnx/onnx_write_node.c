/* Nodes of an ONNX message: one a layer, with a name of its own. */
#include "nn/onnx/onnx_writer_internal.h"

#include <string.h>

/* The layer's, with its output's behind it where another node has that. */
static odd_status node_name(odd_writer *w, const odd_layer *layer, char **name)
{
    odd_status st;
    const char *output = w->graph->tensor[layer->output].name;
    *name = layer->name;
    while (odd_names_find(&w->nodes, *name) >= 0) {
        const char *before = *name;
        ODD_TRY(odd_writer_take(w, name, strlen(before) + strlen(output) + 2, 1));
        strcpy(*name, before);
        strcat(strcat(*name, "."), output);
    }
    ODD_TRY(odd_names_add(&w->nodes, *name, (int)w->proto->n_node));
done:
    return st;
}

static void add_inputs(odd_writer *w)
{
    for (int i = 0; i < w->layer->inputs; i++) {
        int tensor = w->layer->input[i];
        if (tensor < 0)
            odd_writer_no_input(w);
        else
            w->node->input[w->node->n_input++] = w->graph->tensor[tensor].name;
    }
}

odd_status odd_writer_node(odd_writer *w, const odd_layer *layer)
{
    odd_status st;
    Onnx__NodeProto *node;
    ODD_TRY(odd_writer_take(w, &node, 1, sizeof *node));
    onnx__node_proto__init(node);
    ODD_TRY(odd_writer_take(w, &node->input, (size_t)layer->inputs + ODD_WRITER_CONSTANTS,
                            sizeof *node->input));
    ODD_TRY(odd_writer_take(w, &node->output, 1, sizeof *node->output));
    ODD_TRY(odd_writer_take(w, &node->attribute, ODD_WRITER_ATTRIBUTES, sizeof *node->attribute));
    ODD_TRY(node_name(w, layer, &node->name));
    node->op_type = (char *)odd_layer_name(layer->kind);
    node->n_output = 1;
    node->output[0] = w->graph->tensor[layer->output].name;
    w->node = node;
    w->layer = layer;
    w->proto->node[w->proto->n_node++] = node;
    add_inputs(w);
    ODD_TRY(odd_writer_settings(w));
done:
    return st;
}
