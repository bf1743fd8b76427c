/* If of ONNX: before the nodes are read, each whose condition is known becomes the nodes of the
 * branch that it takes. Conditions are mostly arithmetic of shapes, which is known. */
#include "nn/onnx/onnx_order_internal.h"
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <string.h>

#define MOST_BRANCHES 256 /* of a model: each time all nodes are looked through */

static bool is_if(const Onnx__NodeProto *node)
{
    return node->op_type && strcmp(node->op_type, "If") == 0 && odd_onnx_is_ours(node->domain);
}

/* The first that is needed; NULL: none. Everything that it reads is made before it. */
static odd_status find_if(const odd_onnx_reader *r, const Onnx__NodeProto **found)
{
    int *order = NULL, count;
    odd_status st = odd_onnx_order(r->proto, r->output, r->outputs, &order, &count);
    *found = NULL;
    for (int i = 0; st == ODD_OK && i < count && !*found; i++)
        if (is_if(r->proto->node[order[i]])) *found = r->proto->node[order[i]];
    odd_free(order);
    return st;
}

/* The branch that the node at work takes. */
static odd_status take_branch(odd_onnx_reader *r, const Onnx__GraphProto **branch)
{
    const odd_numbers *condition;
    const char *name = odd_call_input(r, 0);
    *branch = NULL;
    if (!*name) return odd_node_fail(r, "its condition is missing");
    const Onnx__NodeProto *node = r->node;
    odd_status st = r->read_for(r, &name, 1);
    r->node = node; /* as it was */
    if (st == ODD_OK && !odd_node_is_numbers(r, 0))
        st = odd_fail(ODD_FORMAT, "it depends on the image");
    if (st == ODD_FORMAT)
        return odd_node_fail(r,
                             "its condition is not known beforehand (%s): export the model by "
                             "tracing (torch.onnx.export with dynamo=True)",
                             odd_fail_reason());
    if (st != ODD_OK) return st;
    st = odd_node_numbers(r, 0, &condition);
    if (st != ODD_OK) return st;
    if (condition->count != 1 || condition->batch[0])
        return odd_node_fail(r, "its condition is no single truth");
    *branch = odd_node_graph_attribute(r, condition->value[0] ? "then_branch" : "else_branch");
    if (!*branch || (*branch)->n_output < r->node->n_output)
        return odd_node_fail(r, "a branch is missing, or makes too little");
    return ODD_OK;
}

/* The result of the node is what the branch makes. */
static odd_status alias(odd_onnx_reader *r, const char *made, const char *result,
                        Onnx__NodeProto **out)
{
    static char identity[] = "Identity";
    odd_status st;
    struct {
        Onnx__NodeProto node;
        char *input[1], *output[1];
    } * a;
    ODD_TRY(odd_reader_keep(r, sizeof *a, &a));
    onnx__node_proto__init(&a->node);
    a->input[0] = (char *)made;
    a->output[0] = (char *)result;
    a->node.op_type = identity;
    a->node.n_input = a->node.n_output = 1;
    a->node.input = a->input;
    a->node.output = a->output;
    *out = &a->node;
done:
    return st;
}

/* The nodes of the branch take the place of the node at work. */
static odd_status put_in(odd_onnx_reader *r, const Onnx__GraphProto *branch)
{
    odd_status st;
    const Onnx__GraphProto *old = r->proto;
    Onnx__GraphProto *graph;
    const size_t most = old->n_node + branch->n_node + r->node->n_output;
    ODD_TRY(odd_onnx_add_weights(r, branch));
    ODD_TRY(odd_reader_keep(r, sizeof *graph, &graph));
    *graph = *old;
    ODD_TRY(odd_reader_keep(r, most * sizeof *graph->node, &graph->node));
    graph->n_node = 0;
    for (size_t i = 0; i < old->n_node; i++)
        if (old->node[i] != r->node) graph->node[graph->n_node++] = old->node[i];
    for (size_t i = 0; i < branch->n_node; i++)
        graph->node[graph->n_node++] = branch->node[i];
    for (size_t o = 0; o < r->node->n_output; o++) {
        const char *made = branch->output[o]->name, *result = r->node->output[o];
        if (!made || !*made) return odd_node_fail(r, "an output of a branch has no name");
        if (!*result || strcmp(made, result) == 0) continue;
        ODD_TRY(alias(r, made, result, &graph->node[graph->n_node++]));
    }
    r->proto = graph;
done:
    return st;
}

odd_status odd_onnx_branches(odd_onnx_reader *r)
{
    odd_status st;
    const Onnx__GraphProto *branch;
    for (int taken = 0;; taken++) {
        const Onnx__NodeProto *node;
        ODD_TRY(find_if(r, &node));
        if (!node) return ODD_OK;
        r->node = node;
        if (taken == MOST_BRANCHES) return odd_node_fail(r, "the model has too many branches");
        ODD_TRY(take_branch(r, &branch));
        ODD_TRY(put_in(r, branch));
    }
done:
    return st;
}

/* One inside a call, say. */
odd_status odd_read_if(odd_onnx_reader *r)
{
    return odd_node_fail(r, "it is not where a branch can be taken");
}
