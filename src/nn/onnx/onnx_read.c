/* Reading ONNX: a file becomes a graph, node after node. */
#include "oddlot/nn/onnx.h"

#include "nn/graph/graph_internal.h"
#include "nn/onnx/onnx_foreign_internal.h"
#include "nn/onnx/onnx_inline_internal.h"
#include "nn/onnx/onnx_missing_internal.h"
#include "nn/onnx/onnx_order_internal.h"
#include "nn/onnx/onnx_reader_internal.h"

#include "oddlot/base/memory.h"

#include <inttypes.h>
#include <string.h>

#define OPSET_FIRST 7
#define OPSET_LAST  23
#define FILE_LIMIT  ((int64_t)2 << 30) /* protobuf's own */

static odd_status check_model(odd_onnx_reader *r, const Onnx__ModelProto *model)
{
    for (size_t i = 0; i < model->n_opset_import; i++)
        if (odd_onnx_is_ours(model->opset_import[i]->domain))
            r->opset = model->opset_import[i]->version;
    if (r->opset < OPSET_FIRST || r->opset > OPSET_LAST)
        return odd_fail(ODD_FORMAT,
                        "opset %" PRId64 " is not one of %d to %d: export the model with one of "
                        "these (opset_version)",
                        r->opset, OPSET_FIRST, OPSET_LAST);
    if (model->graph->n_sparse_initializer > 0)
        return odd_fail(ODD_FORMAT, "sparse weights are not supported");
    if (r->options->outputs > 0 && model->graph->n_output > (size_t)r->options->outputs)
        r->outputs = (size_t)r->options->outputs;
    else
        r->outputs = model->graph->n_output;
    return ODD_OK;
}

/* Before any reader sees it: its counts fit an int. */
static odd_status check_node(const odd_onnx_reader *r)
{
    if (r->node->n_input > INT32_MAX || r->node->n_output > INT32_MAX)
        return odd_node_fail(r, "it has too many inputs or results");
    return ODD_OK;
}

/* True if a complaint says already which node it is about. */
static bool names_its_place(const char *reason)
{
    return strncmp(reason, "node '", 6) == 0 || strncmp(reason, "layer '", 7) == 0;
}

static odd_status read_node(odd_onnx_reader *r, const Onnx__NodeProto *node)
{
    odd_status st;
    r->node = node;
    r->steps = r->calls = 0;
    r->stacked = r->whole = false;
    ODD_TRY(check_node(r));
    st = odd_onnx_reader_of(node)(r);
    if (st == ODD_FORMAT && !names_its_place(odd_fail_reason()))
        odd_node_fail(r, "%s", odd_fail_reason());
done:
    return st;
}

/* What a node makes first; the order has none that makes nothing. */
static const char *mark_of(const Onnx__NodeProto *node)
{
    size_t o = 0;
    while (o + 1 < node->n_output && !*node->output[o])
        o++;
    return node->output[o];
}

/* Nodes were read before where the condition of a branch needs them. */
static odd_status read_once(odd_onnx_reader *r, const Onnx__NodeProto *node)
{
    if (odd_names_find(&r->done, mark_of(node)) >= 0) return ODD_OK;
    odd_status st = read_node(r, node);
    return st == ODD_OK ? odd_names_add(&r->done, mark_of(node), 0) : st;
}

/* Read the nodes that these values need, if they were not read before. */
static odd_status read_for(odd_onnx_reader *r, const char *const names[], size_t count)
{
    odd_status st;
    int *order = NULL, nodes;
    const Onnx__GraphProto *proto = r->proto;
    ODD_TRY(odd_onnx_order(proto, names, count, &order, &nodes));
    ODD_TRY(odd_onnx_check_operators(proto, order, nodes));
    for (int i = 0; i < nodes; i++)
        ODD_TRY(read_once(r, proto->node[order[i]]));
done:
    odd_free(order);
    return st;
}

static odd_status read_nodes(odd_onnx_reader *r)
{
    odd_status st = odd_onnx_branches(r);
    return st == ODD_OK ? read_for(r, r->output, r->outputs) : st;
}

/* Outputs that are not computed are wanted only by test cases. */
static odd_status numbers_output(odd_onnx_reader *r, const odd_onnx_value *v, int *tensor)
{
    const odd_numbers *n = v->numbers;
    float *data = odd_alloc(n->count, sizeof *data);
    if (!data) return ODD_NOMEM;
    for (int64_t i = 0; i < n->count; i++)
        data[i] = (float)n->value[i];
    return odd_graph_give_tensor(r->graph, v->name, n->rank, n->shape, data, tensor);
}

static odd_status add_output(odd_onnx_reader *r, const char *name)
{
    int at = odd_names_find(&r->names, name);
    if (at < 0) return odd_fail(ODD_FORMAT, "nothing makes the output '%s'", name);
    const odd_onnx_value *v = &r->value[at];
    int tensor = v->tensor;
    odd_status st = ODD_OK;
    if (v->kind == ODD_VALUE_NUMBERS && r->options->single)
        st = numbers_output(r, v, &tensor);
    else if (v->kind == ODD_VALUE_WEIGHT && r->options->single)
        st = odd_weight_tensor(r, v, &tensor);
    else if (v->kind != ODD_VALUE_TENSOR && v->kind != ODD_VALUE_WHOLE)
        st = odd_fail(ODD_FORMAT, "the output '%s' is not computed", name);
    return st == ODD_OK ? odd_graph_add_output(r->graph, tensor) : st;
}

static odd_status add_outputs(odd_onnx_reader *r)
{
    odd_status st = ODD_OK;
    for (size_t o = 0; st == ODD_OK && o < r->outputs; o++)
        st = add_output(r, r->output[o]);
    return st;
}

/* A key without a value, or a value without one, says nothing. */
static odd_status read_notes(odd_graph *graph, const Onnx__ModelProto *model)
{
    odd_status st = ODD_OK;
    for (size_t i = 0; st == ODD_OK && i < model->n_metadata_props; i++) {
        const Onnx__StringStringEntryProto *entry = model->metadata_props[i];
        if (entry->key && *entry->key && entry->value)
            st = odd_graph_note(graph, entry->key, entry->value);
    }
    return st;
}

static odd_status list_outputs(odd_onnx_reader *r)
{
    odd_status st;
    odd_names seen = {0};
    if (r->outputs == 0) return odd_fail(ODD_FORMAT, "the model has no output");
    ODD_TRY(ODD_NEW(r->output, (int64_t)r->outputs));
    for (size_t o = 0; o < r->outputs; o++) {
        const char *name = r->output[o] = r->proto->output[o]->name;
        st = !name || !*name ? odd_fail(ODD_FORMAT, "an output of the model has no name")
             : odd_names_find(&seen, name) >= 0
                 ? odd_fail(ODD_FORMAT, "the output '%s' is there twice", name)
                 : odd_names_add(&seen, name, (int)o);
        if (st != ODD_OK) break;
    }
done:
    odd_names_free(&seen);
    return st;
}

/* The names of the outputs are kept, so they are known before the nodes are read. */
static odd_status note_outputs(odd_onnx_reader *r)
{
    odd_status st;
    ODD_TRY(list_outputs(r));
    if (!r->options->single) ODD_TRY(odd_onnx_leave_choices(r->proto, r->output, &r->outputs));
    for (size_t o = 0; o < r->outputs; o++)
        ODD_TRY(odd_names_add(&r->wanted, r->output[o], (int)o));
done:
    return st;
}

static void reader_free(odd_onnx_reader *r)
{
    for (int i = 0; i < r->values; i++)
        odd_numbers_free(&r->value[i].numbers);
    odd_free(r->value);
    odd_free(r->output);
    odd_names_free(&r->names);
    odd_names_free(&r->wanted);
    odd_names_free(&r->done);
    odd_graph_free(&r->graph);
    odd_kept_free(&r->kept);
}

static odd_status read_model(const Onnx__ModelProto *model, const odd_onnx_options *options,
                             Onnx__TensorProto *const given[], odd_graph **out)
{
    odd_status st;
    odd_inlined inlined = {.node = NULL};
    odd_onnx_reader r = {.options = options,
                         .proto = &inlined.graph,
                         .operator_of = odd_onnx_operator,
                         .read_for = read_for};
    ODD_TRY(check_model(&r, model));
    ODD_TRY(odd_onnx_inline(model, &inlined));
    ODD_TRY(odd_graph_new(r.proto->name ? r.proto->name : "", &r.graph));
    ODD_TRY(read_notes(r.graph, model));
    ODD_TRY(note_outputs(&r));
    ODD_TRY(odd_onnx_add_weights(&r, r.proto));
    ODD_TRY(odd_onnx_inputs(&r, given));
    ODD_TRY(read_nodes(&r));
    ODD_TRY(add_outputs(&r));
    ODD_TRY(odd_graph_sweep(r.graph));
    *out = r.graph;
    r.graph = NULL; /* handed over */
done:
    reader_free(&r);
    odd_inlined_free(&inlined);
    return st;
}

static odd_status unpack_given(const odd_onnx_options *options, Onnx__TensorProto *given[])
{
    for (int i = 0; i < options->givens; i++) {
        const odd_onnx_blob *blob = &options->given[i];
        if (!blob->bytes) continue;
        given[i] = (Onnx__TensorProto *)odd_onnx_unpack(&onnx__tensor_proto__descriptor,
                                                        blob->bytes, blob->size);
        if (!given[i]) return ODD_FORMAT;
    }
    return ODD_OK;
}

/* A message of another kind may pass for one of a model without a graph, and no bytes at all do. */
static odd_status unpack_model(const void *bytes, size_t size, Onnx__ModelProto **model)
{
    *model = (Onnx__ModelProto *)odd_onnx_unpack(&onnx__model_proto__descriptor, bytes, size);
    if (*model && (*model)->graph) return ODD_OK;
    const char *what = odd_onnx_foreign(bytes, size);
    if (what) return odd_fail(ODD_FORMAT, "not an ONNX model: it is %s", what);
    if (!*model) return ODD_FORMAT;
    return odd_fail(ODD_FORMAT, "the model has no graph (TensorFlow's .pb are "
                                "other files; tf2onnx converts them)");
}

odd_status odd_onnx_parse_as(const void *bytes, size_t size, const odd_onnx_options *options,
                             odd_graph **out)
{
    odd_status st;
    Onnx__ModelProto *model = NULL;
    Onnx__TensorProto **given;
    *out = NULL;
    ODD_TRY(ODD_NEW(given, options->givens));
    ODD_TRY(unpack_given(options, given));
    ODD_TRY(unpack_model(bytes, size, &model));
    ODD_TRY(read_model(model, options, given, out));
done:
    for (int i = 0; given && i < options->givens; i++)
        if (given[i]) onnx__tensor_proto__free_unpacked(given[i], NULL);
    odd_free(given);
    if (model) onnx__model_proto__free_unpacked(model, NULL);
    return st;
}

odd_status odd_onnx_parse(const void *bytes, size_t size, const char *folder, odd_graph **out)
{
    odd_onnx_options options = {.folder = folder};
    return odd_onnx_parse_as(bytes, size, &options, out);
}

odd_status odd_onnx_read_sized(const char *path, int64_t rows, int64_t columns, odd_graph **out)
{
    odd_status st;
    char *bytes = NULL;
    int64_t size;
    odd_text folder = ODD_TEXT_EMPTY;
    *out = NULL;
    ODD_TRY(odd_onnx_folder(path, &folder));
    ODD_TRY(odd_file_slurp(path, FILE_LIMIT, &bytes, &size));
    odd_onnx_options options = {.folder = folder.s, .rows = rows, .columns = columns};
    st = odd_onnx_parse_as(bytes, (size_t)size, &options, out);
    if (st != ODD_OK) odd_fail_prefix(st, "'%s': ", path);
done:
    odd_free(bytes);
    odd_text_free(&folder);
    return st;
}

odd_status odd_onnx_read(const char *path, odd_graph **out)
{
    return odd_onnx_read_sized(path, 0, 0, out);
}
