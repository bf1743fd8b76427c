/* Writing ONNX: a graph as a file with its weights inside, which reads back equal. */
#include "oddlot/nn/onnx.h"

#include "nn/onnx/onnx_writer_internal.h"
#include "oddlot/base/memory.h"

#define OPSET      17
#define OPSET_GELU 20 /* which has Gelu */
#define IR_VERSION 8
#define IR_GELU    9                   /* which goes with that opset */
#define FILE_LIMIT ((size_t)INT32_MAX) /* protobuf's own */

static odd_status write_weights(odd_writer *w)
{
    odd_status st;
    const odd_graph *g = w->graph;
    /* Nodes add constants of their own to the list later: there is room for all. */
    size_t most = (size_t)g->tensors + ODD_WRITER_CONSTANTS * (size_t)g->layers;
    ODD_TRY(odd_writer_take(w, &w->proto->initializer, most, sizeof *w->proto->initializer));
    for (int i = 0; i < g->tensors; i++) {
        const odd_tensor *t = &g->tensor[i];
        if (t->data)
            ODD_TRY(odd_writer_constant(w, t->name, ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, t->rank,
                                        t->shape, t->data,
                                        (size_t)odd_tensor_values(t) * sizeof *t->data));
    }
done:
    return st;
}

static odd_status write_graph(odd_writer *w)
{
    static char unnamed[] = "network"; /* ONNX wants a name */
    odd_status st;
    ODD_TRY(odd_writer_take(w, &w->proto, 1, sizeof *w->proto));
    onnx__graph_proto__init(w->proto);
    w->proto->name = *w->graph->name ? w->graph->name : unnamed;
    ODD_TRY(odd_writer_borders(w));
    ODD_TRY(write_weights(w));
    /* At most two nodes a layer. */
    ODD_TRY(
        odd_writer_take(w, &w->proto->node, 2 * (size_t)w->graph->layers, sizeof *w->proto->node));
    for (int l = 0; l < w->graph->layers; l++)
        ODD_TRY(odd_writer_node(w, &w->graph->layer[l]));
done:
    return st;
}

static odd_status write_notes(odd_writer *w, Onnx__ModelProto *model)
{
    const odd_graph *g = w->graph;
    odd_status st =
        odd_writer_take(w, &model->metadata_props, (size_t)g->notes, sizeof *model->metadata_props);
    for (int i = 0; st == ODD_OK && i < g->notes; i++) {
        Onnx__StringStringEntryProto *entry;
        st = odd_writer_take(w, &entry, 1, sizeof *entry);
        if (st != ODD_OK) break;
        onnx__string_string_entry_proto__init(entry);
        entry->key = g->note[i].key;
        entry->value = g->note[i].value;
        model->metadata_props[model->n_metadata_props++] = entry;
    }
    return st;
}

static odd_status pack(odd_writer *w, const char *path)
{
    Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
    Onnx__OperatorSetIdProto opset = ONNX__OPERATOR_SET_ID_PROTO__INIT, *opsets[] = {&opset};
    static char producer[] = "oddlot", version[] = ODD_VERSION, ours[] = "";
    opset.domain = ours;
    opset.has_version = true;
    opset.version = w->opset;
    model.has_ir_version = true;
    model.ir_version = w->opset == OPSET ? IR_VERSION : IR_GELU;
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
    odd_writer w = {.graph = graph, .opset = OPSET};
    for (int l = 0; l < graph->layers; l++)
        if (graph->layer[l].kind == ODD_LAYER_GELU) w.opset = OPSET_GELU;
    odd_status st = write_graph(&w);
    if (st == ODD_OK) st = pack(&w, path);
    odd_writer_release(&w);
    return st;
}
